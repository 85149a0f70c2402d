# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever the bytes of a file are, they are a catalogue or an error in words."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from osc_imagetools.catalog.definitions import Catalogue, CatalogueError, read
from osc_imagetools.catalog.definitions.fields import (
    CANDIDATE,
    IMAGE,
    TOP,
    VERSION,
)
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.source_field import SOURCE
from tests.unit.catalog.definitions.files import DEBIAN

NAMES = sorted(
    {
        row.name
        for kind in (TOP, IMAGE, VERSION, META, CANDIDATE, SOURCE)
        for row in kind.table
    }
)

SIGNS = st.sampled_from(
    [
        *("images:", "\n", "\n  ", "\n    - ", "- ", ": ", ", ", "? ", "| ", ">-\n"),
        *(
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "<<: ",
            "!!int ",
            "!!python/name:os ",
            "!x ",
        ),
        *("!!binary ", "!!timestamp ", "!!bool ", "!!float ", "!!null ", "!!set "),
        *(
            "'",
            '"',
            "#",
            "%YAML 1.1\n---\n",
            "---",
            "...",
            "~",
            "=",
            "\t",
            "\0",
            "\ufeff",
        ),
        *("2026-02-30", "0x", "190:20:30", ".nan", "1e999", "yes", "0o8", "\ud7ff"),
        *NAMES,
    ]
)
"""What YAML and the format are made of."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(max_size=8),
    st.sampled_from(["auto", "latest", "https://a.b/c", "file:///a", "90d", "none"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    ),
    max_leaves=8,
)
IMAGES = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", 7])},
    optional={row.name: VALUES for row in IMAGE.table[1:]},
)


def read_bytes(content: bytes) -> Catalogue | CatalogueError:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "images.yml")
        file.write_bytes(content)
        try:
            return read([file])
        except CatalogueError as error:
            return error


def in_words(outcome: Catalogue | CatalogueError) -> bool:
    """Whether it is a catalogue, or an error that a terminal only shows."""
    if isinstance(outcome, Catalogue):
        return True
    places = [fault.place for fault in outcome.faults]
    is_shown = all(line.isprintable() for line in str(outcome).split("\n"))
    return is_shown and min((each.line, each.column) for each in places) >= (1, 1)


@given(st.lists(SIGNS, max_size=30).map("".join))
@example("images:\n  - name: !!timestamp x\n")
@example("images: !!set {a}\n")
@example("images:\n  - {name: !!int '', min_disk: !!int ''}\n")
@example("images:\n  - {name: a, versions: [], end_at: 0001-01-01 00:00:00+23:00}\n")
def test_any_text_is_a_catalogue_or_an_error(text):
    assert in_words(read_bytes(text.encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_catalogue_or_an_error(content):
    assert in_words(read_bytes(content))


@given(st.lists(IMAGES, max_size=3))
def test_any_values_of_the_fields_are_a_catalogue_or_an_error(images):
    assert in_words(
        read_bytes(yaml.safe_dump({"images": images}).encode("utf-8", "replace"))
    )


@given(st.integers(0, len(DEBIAN)), SIGNS)
def test_a_catalogue_with_a_slip_is_a_catalogue_or_an_error(at, sign):
    assert in_words(
        read_bytes(f"{DEBIAN[:at]}{sign}{DEBIAN[at:]}".encode("utf-8", "surrogatepass"))
    )

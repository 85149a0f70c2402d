# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The command lines of README, CONTRIBUTING, documentation and ``--help`` are right.

Those of tox name environments and tests that exist; ours parse. What they then do, the
functional tests show.
"""

from __future__ import annotations

import configparser
from itertools import pairwise
from pathlib import Path

import certifi
import pytest

from tests import prompts
from tests.unit import plugin

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.rst",
    ROOT / "CONTRIBUTING.rst",
    *(
        page
        for page in sorted((ROOT / "doc" / "source").rglob("*.rst"))
        # Those are run.
        if page.parent.name != "guide"
    ),
]
VARIABLES = {
    "DIGEST": "0" * 64,
    "IMAGE_ID": "0b7a6f5c-7d3b-4f5e-9d55-2f3f5a0d7a11",
    "BUILD": "42",
    "url": "https://images.example.org/disk.img",
    "base": "https://images.example.org",
    "sums": "https://images.example.org/SHA256SUMS",
}
"""What a reader's shell would have put into a line."""

FILES = {
    "proposed.json": "[]",
    "/etc/ssl/internal-ca.pem": Path(certifi.where()).read_text(),
}
"""What a reader has, by the name that a line has for it."""

BY_WORDS = {
    tuple(plugin.words(entry_point).split()): entry_point
    for entry_point in plugin.entry_points()
}


EPILOGS = {
    f"{plugin.words(entry_point)} --help": entry_point.load()(None, None).get_epilog()
    for entry_point in plugin.entry_points()
}


def printed(page: Path) -> list[str]:
    """The lines that *page* tells to type, each whole."""
    return prompts.to_type(page.read_text())


def typed(line: str) -> list[str]:
    return prompts.words(line, VARIABLES)


def lines(command: str) -> list:
    """Every line that begins with *command*, with its page."""
    texts = {page.name: page.read_text() for page in PAGES} | EPILOGS
    return [
        pytest.param(line, id=f"{name}: {line}"[:100])
        for name, text in texts.items()
        for line in prompts.to_type(text)
        if line.split()[0] == command
    ]


def environments() -> set[str]:
    """The names that ``tox -e`` takes."""
    tox = configparser.RawConfigParser(strict=False)
    tox.read(ROOT / "tox.ini")
    sections = (name.removeprefix("testenv:") for name in tox.sections())
    return {*sections, *tox["tox"]["env_list"].split()} - {"tox", "testenv"}


@pytest.mark.parametrize("line", lines("tox"))
def test_of_tox_names_what_is_there(line):
    words = typed(line)

    named = {after for word, after in pairwise(words) if word == "-e"}
    paths = [word for word in words if word.startswith("tests/")]

    assert named <= environments()
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("line", lines("openstack"))
def test_of_ours_parses(line, tmp_path):
    for name, content in FILES.items():
        (tmp_path / Path(name).name).write_text(content)
    words = [
        str(tmp_path / Path(word).name) if word in FILES else word
        for word in typed(line)[1:]
    ]
    ours = [own for own in BY_WORDS if tuple(words[: len(own)]) == own]

    for own in sorted(ours, key=len)[-1:]:
        parser = plugin.parser(BY_WORDS[own].load(), " ".join(own))
        if "--help" not in words:
            parser.parse_args(words[len(own) :])


def test_names_of_environments_are_found_where_they_are_and_only_there():
    known = environments()

    assert {"unit", "functional", "linters", "py311", "cloud"} <= known
    assert "nothing" not in known


def test_readme_and_contributing_say_how_to_test_and_to_contribute():
    [readme, contributing, *_] = [printed(page) for page in PAGES]

    assert {"tox", "tox -e demo"} <= {*readme}
    assert contributing[0] == "tox -e unit"

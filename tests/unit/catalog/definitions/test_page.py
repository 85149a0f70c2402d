# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The page about catalogues has the fields of the table, in its words and its order.

``python -m tests.unit.catalog.definitions.test_page`` prints them as they stand there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from osc_imagetools.catalog.definitions import read
from osc_imagetools.catalog.definitions.fields import CANDIDATE, IMAGE, VERSION
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.records import OURS, RecordKind
from osc_imagetools.catalog.definitions.source_field import SOURCE

PAGE = Path(__file__).parents[4] / "doc" / "source" / "reference" / "catalogue.rst"
KINDS = {
    "image": IMAGE,
    "version": VERSION,
    "meta": META,
    "source": SOURCE,
    "candidate": CANDIDATE,
}
WIDTH = 88
HEAD = """\
.. list-table::
   :header-rows: 1
   :widths: 25 75

   * - Field
     - Meaning
"""


def table(kind: RecordKind) -> str:
    """The fields of *kind*, as the page has them."""
    return HEAD + "".join(_rows(kind))


def _rows(kind: RecordKind) -> Iterator[str]:
    for row in kind.table:
        own = " *" if row.owner == OURS else ""
        parts = [f"{row.meaning[0].upper()}{row.meaning[1:]}"]
        parts += ["Required"] if row.is_required else []
        parts += [f"Default: {row.default}"] if row.default else []
        words = " ".join(part if part.endswith(".)") else f"{part}." for part in parts)
        quoted = re.sub(r"(?<!\w)'([^']+)'(?!\w)", r"``\1``", words)
        lines = textwrap.wrap(quoted, WIDTH - 7, break_long_words=False)
        name = f"``{row.name}``" + (r" \*" if own else "")
        yield f"   * - {name}\n     - " + "\n       ".join(lines) + "\n"


@pytest.mark.parametrize("name", KINDS)
def test_the_page_has_the_fields_of_the_table(name):
    assert table(KINDS[name]) in PAGE.read_text()


def test_the_page_has_no_other_field():
    documented = re.findall(r"^   \* - ``(\w+)``", PAGE.read_text(), re.MULTILINE)

    assert len(documented) == sum(len(kind.table) for kind in KINDS.values())


def test_the_example_on_the_page_is_a_catalogue(tmp_path):
    blocks = re.findall(
        r"^\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)", PAGE.read_text(), re.MULTILINE
    )

    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.yml"
        file.write_text(textwrap.dedent(block))
        assert read([file]).families

    assert len(blocks) >= 2


if __name__ == "__main__":
    print("\n".join(map(table, KINDS.values())))

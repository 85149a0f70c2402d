# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Words that were left behind stay out of the code and of the texts for people.

Release notes aren't read here: they keep the words of their time.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LEFT_BEHIND = {
    r"mend(s|ed|ing|er)?": "repair",
    r"bury|buries|buried": "reap, delete",
    r"enlist\w*": "existing image",
    r"needless(ly)?": "redundant",
    r"bears?|borne|bearer": "have, hold",
    r"(let|lets|letting) go of": "remove, release, close",
    r"(give|gives|gave) way": "stop",
    r"so long (from|after|before) (now|\*)": "this long",
    r"just now": "at the moment",
    r"(break|breaks|broke|broken) off": "be interrupted",
    r"(is|are) none of ours": "is unknown",
    r"the same (of|for) (what|whoever|an?|the|zlib)": "say what",
}
"""What is no longer written, and what is written instead."""

SOURCES = sorted((ROOT / "osc_imagetools").rglob("*.py"))
PAGES = sorted(
    [*ROOT.glob("*.rst"), *(ROOT / "doc" / "source").rglob("*.rst")],
)
FILES = [
    pytest.param(file, id=file.relative_to(ROOT).as_posix())
    for file in (*SOURCES, *PAGES)
]


def left_behind(text: str) -> list[str]:
    """The words of *text* that are no longer used, also where lines end in them."""
    # A name in code is words, too: ``is_mended``, ``_mend``.
    words = re.sub(r"(?:[_\s]|\"\s*f?\")+", " ", text)
    return [
        found.group()
        for pattern in LEFT_BEHIND
        for found in re.finditer(rf"\b({pattern})\b", words, re.IGNORECASE)
    ]


@pytest.mark.parametrize("file", FILES)
def test_words_that_were_left_behind_are_not_written(file: Path) -> None:
    text = file.read_text()

    found = left_behind(text)

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "def _mend(self): ...",
        "is_mended = True",
        "Mends a family.",
        "whose name two images\n    bear",
        '"it was let go "\n    f"of by {name}"',
        "class Enlistment:",
    ],
)
def test_such_a_word_is_noticed(text: str) -> None:
    assert left_behind(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "recommended",
        "an amendment",
        "forbearance",
        "bearable",
        "let it go",
        "so long as",
    ],
)
def test_words_that_only_look_alike_are_fine(text: str) -> None:
    assert left_behind(text) == []

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The page for people: whole, harmless, and readable without its drawings."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.reports.html import page
from tests.demo.report_sample import NAMES, sample

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b[31mred",
    "{{ 7 * 7 }}",
    "\u202eevil",
)
OUTSIDE = re.compile(r"""(?:src|href)=["'](?!data:)|url\(|@import|https?://""")


class Elements(HTMLParser):
    """What is in a page, by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.begun: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.begun.append(tag)
        if tag not in {"meta", "link", "br", "line", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"line", "rect"}:
            assert self.open.pop() == tag


def test_page_needs_nothing_beside_it() -> None:
    text = page(sample())

    assert OUTSIDE.search(text) is None
    assert "default-src 'none'" in text
    assert "<script" not in text


def test_each_drawing_has_a_table_beside_it_and_says_what_it_is() -> None:
    text = page(sample())

    found = Elements(text)
    assert found.open == []
    assert found.begun.count("svg") == len(NAMES)
    assert text.count('role="img" aria-label=') == len(NAMES)
    # One for each family, what is due, and what is wrong.
    assert found.begun.count("table") == len(NAMES) + 2


@pytest.mark.parametrize("name", HOSTILE)
def test_what_others_have_chosen_is_only_shown(name: str) -> None:
    plain, text = page(sample(("debian-13",))), page(sample((name,)))

    assert Elements(text).begun == Elements(plain).begun
    assert "alert(1)>" not in text.replace("&gt;", "")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_what_was_not_asked_is_not_shown_and_what_was_is() -> None:
    story = sample(("debian-13",), 2)
    version = story.families[0].family.versions[0]
    asked = replace(story, needed={version.id: "2 servers"})

    assert "Needed by" not in page(story)
    assert "2 servers" in page(asked)
    assert asked.as_data()["families"][0]["versions"][1]["needed"] == "2 servers"
    assert "needed" not in story.as_data()["families"][0]["versions"][0]


def test_data_is_json_with_who_was_current_when_and_what_is_due() -> None:
    told = json.loads(json.dumps(sample(("debian-13",), 3).as_data()))

    [family] = told["families"]
    assert [one["until"] is None for one in family["timeline"]] == [False, False, True]
    assert [one["state"] for one in family["due"]] == ["deleted", "deleted"]
    assert family["current"] == family["versions"][0]["id"]
    assert told["bytes"] == family["bytes"] > 0


def test_site_without_images_has_a_page_too() -> None:
    text = page(replace(sample(), families=(), findings=()))

    assert "There are none yet." in text
    assert "Nothing was found." in text
    assert "Nothing has a date." in text


def test_without_jinja_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)

    with pytest.raises(OperatorError, match=r"osc-imagetools\[report\]"):
        page(sample())

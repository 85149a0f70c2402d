# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What each sentence of a page means in the browser; a strange one is an error."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cloud.accounts import Account
from tests.dashboard.page import DO, RUN, Step

if TYPE_CHECKING:
    from tests.dashboard.browser import Browser

VENDOR = "https://images.example.org/"
"""Of the page; there it is some vendor's, and here the source server's folder."""


@dataclass(frozen=True)
class Reader:
    """Who does what the page says, and with what."""

    browser: Browser
    people: Mapping[str, Account]
    """By what the page calls them; the first one runs the command lines."""
    files: Path
    """A folder with the files that the page names."""
    vendor: str
    """The URL of the vendor's folder."""
    picture: Callable[[str], None]

    def follow(self, steps: Sequence[Step]) -> None:
        """Do them; raises ValueError for one that says nothing known, and what
        selenium or an assertion raises for one that does not work."""
        for step in steps:
            if step.kind == DO:
                self._do(step.text)
            elif step.kind == RUN:
                self._run(step.text)
            else:
                self.picture(step.text)

    def _do(self, sentence: str) -> None:
        do, words = meaning(sentence)
        do(self, *words)

    def _run(self, line: str) -> None:
        program, *words = shlex.split(line.replace(VENDOR, self.vendor))
        assert program == "openstack", line
        first, *_ = self.people.values()
        outcome = first.openstack(*words)
        assert outcome.status == 0, (line, outcome.stderr)

    def log_in(self, person: str) -> None:
        """As one of the people."""
        who = self.people[person].credentials
        self.browser.log_in(who.username, who.password)

    def open_menu(self, path: str) -> None:
        """Entries with arrows between them."""
        self.browser.open_menu(*re.split(r"\s*-->\s*", path))

    def enter(self, text: str, label: str) -> None:
        """With the vendor's real address."""
        self.browser.enter(text.replace(VENDOR, self.vendor), label)

    def choose_file(self, name: str, label: str) -> None:
        """One of the files that the page names."""
        self.browser.choose_file(self.files / name, label)

    def miss_row(self, name: str) -> None:
        """In a list that is there."""
        self.browser.await_list()
        assert name not in self.browser.rows(), self.browser.rows()


def meaning(sentence: str) -> tuple[Callable[..., None], Sequence[str]]:
    """What a reader does, and the words that it is done with; raises ValueError."""
    for pattern, do in SENTENCES.items():
        if match := re.fullmatch(_pattern(pattern), sentence):
            return do, match.groups()
    raise ValueError(f"No sentence of the page is known like: {sentence}")


def _pattern(sentence: str) -> str:
    """A sentence with roles and literals as a pattern, with a group for each <>."""
    return re.escape(sentence).replace("<>", "([^`]+)") + r"\."


SENTENCES: Mapping[str, Callable[..., None]] = {
    "Log in as <>": Reader.log_in,
    "Open :menuselection:`<>`": Reader.open_menu,
    "Click :guilabel:`<>`": lambda reader, text: reader.browser.click(text),
    "Click ``<>``": lambda reader, text: reader.browser.click(text),
    "Enter ``<>`` in :guilabel:`<>`": Reader.enter,
    "Choose the file ``<>`` in :guilabel:`<>`": Reader.choose_file,
    "Choose :guilabel:`<>` in :guilabel:`<>`": (
        lambda reader, option, label: reader.browser.choose(option, label)
    ),
    "Wait until the list shows ``<>`` as :guilabel:`<>`": (
        lambda reader, name, status: reader.browser.await_row(name, status)
    ),
    "Click the arrow before ``<>``": lambda reader, name: reader.browser.unfold(name),
    "Look for ``<>`` on the page": (
        lambda reader, text: reader.browser.await_text(text)
    ),
    "See that the list does not show ``<>``": Reader.miss_row,
}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The errors where no build is found: what was looked for, and what is there."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Sequence

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable
from osc_imagetools.source.builds.index_page import IndexPage

SHOWN_NAMES = 3
_COMPARED_NAMES = 500
_COMPARED_CHARACTERS = 128
"""Comparing takes the square of this, of names that somebody else chose."""

LIKENESS = 0.4
"""Of two names, from 0 to 1, for one to be shown: what is in the place of a placeholder
differs in any case."""

BY_INDEX = "Check the URL, or name the page that lists the builds with --source-index."

_SAMPLES = {"{date}": "20260101", "{version}": "1.2.3"}
"""What names are compared with, in the place of placeholders."""


class NoBuildError(OperatorError):
    """A source has no build, or none that can be found."""


def no_match(
    pattern: str, wanted: str, url: str, names: Sequence[tuple[str, ...]]
) -> NoBuildError:
    """None of the *names* on the page at *url* is a build of *pattern*.

    *wanted* is the part of it that a name would have to be.
    """
    sample = wanted
    for placeholder, text in _SAMPLES.items():
        sample = sample.replace(placeholder, text)
    like = near_names(sample, ("/".join(name) for name in names))
    nearest = f"; the nearest: {', '.join(like)}" if like else ""
    return NoBuildError(
        f"No build of {pattern} was found",
        f"none of {len(names)} links on {url} matches '{wanted}'{nearest}",
        BY_INDEX,
    )


def no_file(pattern: str, tried: Sequence[str]) -> NoBuildError:
    """The newest builds of *pattern* have no file; *tried* are their URLs."""
    return NoBuildError(
        f"No build of {pattern} was found",
        f"the newest ones lack the file: {', '.join(tried[:SHOWN_NAMES])}"
        if tried
        else "no folder of the newest ones has such a file",
        "Check the URL: the vendor may have renamed the file.",
    )


def refuse_page(
    page: IndexPage, url: str, content: bytes, names: Sequence[object]
) -> None:
    """Raise `NoBuildError` for a page that lists nothing, or not all of it.

    *names* are those that can be meant, of the *page* at *url*.
    """
    what = f"{url} does not list builds"
    if not content.strip():
        raise NoBuildError(what, "it is empty", BY_INDEX)
    if page.is_cut:
        raise NoBuildError(
            f"{url} does not list all builds",
            "the server says that it was cut, and the newest ones come last",
            "Name a page that lists less with --source-index, such as one with "
            "'?prefix=' in its URL.",
        )
    if names:
        return
    if page.asks_for_password:
        why = "it is a page that asks for a password"
        do = "Put the user and password of this host into ~/.netrc."
        raise NoBuildError(what, why, do)
    if not page.links:
        kind = "a page without a link" if page.is_markup else "no page and no list"
        why = f"it is {kind}, and begins with '{_beginning(content)}'"
        raise NoBuildError(what, why, BY_INDEX)
    why = f"none of its {len(page.links)} links leads into its folder"
    raise NoBuildError(what, why, BY_INDEX)


def near_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Those of *names* that are most like *wanted*, fit to be shown."""
    short = (name for name in names if len(name) <= _COMPARED_CHARACTERS)
    compared = list(itertools.islice(short, _COMPARED_NAMES))
    wanted = wanted[:_COMPARED_CHARACTERS]
    like = difflib.get_close_matches(wanted, compared, SHOWN_NAMES, LIKENESS)
    return [printable(name) for name in like]


def _beginning(content: bytes) -> str:
    return printable(content.strip()[:240], 60)

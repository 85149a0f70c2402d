# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The errors where no build is found: what was looked for, and what is there."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Sequence

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.builds.index_page import IndexPage

SHOWN_NAMES = 3
_COMPARED_NAMES = 500
_COMPARED_CHARACTERS = 128
"""Comparing takes the square of this, of names that somebody else chose."""

LIKENESS = 0.4
"""Of two names, from 0 to 1, for one to be shown: what is in the place of a placeholder
differs in any case."""

BY_INDEX = _(
    "Check the URL, or name the page that lists the builds with --source-index."
)

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
    told = {
        "count": len(names),
        "url": url,
        "wanted": wanted,
        "nearest": ", ".join(like),
    }
    if like:
        why = _(
            "none of %(count)d links on %(url)s matches '%(wanted)s'; the nearest: "
            "%(nearest)s"
        )
    else:
        why = _("none of %(count)d links on %(url)s matches '%(wanted)s'")
    return NoBuildError(
        _("No build of %s was found") % pattern,
        why % told,
        BY_INDEX,
    )


def no_file(pattern: str, tried: Sequence[str]) -> NoBuildError:
    """The newest builds of *pattern* have no file; *tried* are their URLs."""
    if tried:
        shown = ", ".join(tried[:SHOWN_NAMES])
        why = _("the newest ones lack the file: %s") % shown
    else:
        why = _("no folder of the newest ones has such a file")
    return NoBuildError(
        _("No build of %s was found") % pattern,
        why,
        _("Check the URL: the vendor may have renamed the file."),
    )


def refuse_page(
    page: IndexPage, url: str, content: bytes, names: Sequence[object]
) -> None:
    """Raise `NoBuildError` for a page that lists nothing, or not all of it.

    *names* are those that can be meant, of the *page* at *url*.
    """
    what = _("%s does not list builds") % url
    if not content.strip():
        raise NoBuildError(what, _("it is empty"), BY_INDEX)
    if page.is_cut:
        raise NoBuildError(
            _("%s does not list all builds") % url,
            _("the server says that it was cut, and the newest ones come last"),
            _(
                "Name a page that lists less with --source-index, such as one with "
                "'?prefix=' in its URL."
            ),
        )
    if names:
        return
    if page.asks_for_password:
        why = _("it is a page that asks for a password")
        do = _("Put the user and password of this host into ~/.netrc.")
        raise NoBuildError(what, why, do)
    if not page.links:
        if page.is_markup:
            why = _("it is a page without a link, and begins with '%s'")
        else:
            why = _("it is no page and no list, and begins with '%s'")
        raise NoBuildError(what, why % _beginning(content), BY_INDEX)
    why = _("none of its %d links leads into its folder") % len(page.links)
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

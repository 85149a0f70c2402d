# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A URL with placeholders: which names are builds of it, and where a build is.

Of a page that lists builds nothing gets into a URL but the numbers that stand in the
place of a placeholder.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osc_imagetools.i18n import _
from osc_imagetools.source.builds.placeholders import (
    DATE,
    EXPRESSIONS,
    Values,
    day_of,
    rank,
)
from osc_imagetools.source.opened import public

SCHEMES = ("http", "https")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Candidate:
    """What a name in an index may be: a build, as far as the name tells."""

    values: Values
    is_listed: bool
    """Whether the name is that of the file, and not of a folder which may have it."""


@dataclass(frozen=True)
class UrlPattern:
    """The URL of a build, with ``{version}`` or ``{date}`` or both in its path."""

    text: str
    """May hold a user, a password and a query."""

    @classmethod
    def parse(cls, text: str) -> UrlPattern:
        """The pattern *text*; raises `ValueError` with a message for who typed it."""
        parts = urllib.parse.urlsplit(text)
        names = _PLACEHOLDER.findall(text)
        for name in names:
            if name not in EXPRESSIONS:
                raise ValueError(
                    _("{%s} is not a placeholder: use {version} or {date}") % name
                )
        if not names:
            raise ValueError(_("it has neither {version} nor {date}: use --url"))
        if not text.count("{") == text.count("}") == len(names):
            raise ValueError(_("a brace in a URL is written %7B or %7D"))
        if parts.path.count("{") != len(names):
            raise ValueError(_("placeholders belong into the path of the URL"))
        if "}{" in parts.path:
            raise ValueError(
                _("put text between two placeholders that follow each other")
            )
        if parts.path.endswith("/"):
            raise ValueError(_("it ends with a folder, not with a file"))
        return cls(text)

    def next_place(self, values: Values) -> int | None:
        """Which part of the path has the next placeholder that isn't in *values*."""
        for place, part in enumerate(self._parts):
            if {*_PLACEHOLDER.findall(part)} - values.keys():
                return place
        return None

    def folder(self, place: int, values: Values) -> str:
        """The URL of the folder that holds the part *place* of the path."""
        path = "/".join(self._parts[:place]) + "/"
        split = urllib.parse.urlsplit(self.text)
        return urllib.parse.urlunsplit(
            (split.scheme, split.netloc, _filled(path, values), "", "")
        )

    def url(self, values: Values) -> str:
        """The URL of the build of these *values*, which must be complete."""
        return _filled(self.text, values)

    def wanted(self, place: int) -> str:
        """The part *place* of the path, as a name would have to be."""
        return urllib.parse.unquote(self._parts[place])

    @property
    def public(self) -> str:
        """As it may be shown and stored: without user, password and query."""
        return public(self.text)

    def candidates(
        self,
        place: int,
        known: Values,
        names: Iterable[tuple[str, ...]],
        latest: date,
    ) -> list[Candidate]:
        """The builds among *names*, the newest first.

        A name is a path below `folder`, in parts. What claims to be of a day after
        *latest*, or of none, is no build.
        """
        found: dict[str, Candidate] = {}
        forms = [
            self._expression(place, place + count, known)
            for count in range(1, len(self._parts) - place + 1)
        ]
        for name in names:
            if not 0 < len(name) <= len(forms):
                continue
            match = forms[len(name) - 1].fullmatch("/".join(name))
            if match is None:
                continue
            values = {**known, **match.groupdict()}
            is_listed = len(name) == len(forms)
            if _is_of_a_day(values, latest):
                key = str(sorted(values.items()))
                there = found.get(key)
                is_listed = is_listed or (there is not None and there.is_listed)
                found[key] = Candidate(values, is_listed)
        return sorted(found.values(), key=lambda one: rank(one.values), reverse=True)

    @property
    def _parts(self) -> list[str]:
        return urllib.parse.urlsplit(self.text).path.split("/")

    def _expression(self, start: int, stop: int, known: Values) -> re.Pattern[str]:
        path = "/".join(self._parts[start:stop])
        return re.compile("".join(_pieces(path, known)))


def _pieces(path: str, known: Values) -> Iterator[str]:
    named: set[str] = set()
    for number, piece in enumerate(_PLACEHOLDER.split(path)):
        if number % 2 == 0:
            yield re.escape(urllib.parse.unquote(piece))
        elif piece in known:
            yield re.escape(known[piece])
        elif piece in named:
            yield f"(?P={piece})"
        else:
            named.add(piece)
            yield f"(?P<{piece}>{EXPRESSIONS[piece]})"


def _filled(text: str, values: Values) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _is_of_a_day(values: Values, latest: date) -> bool:
    if DATE not in values:
        return True
    day = day_of(values[DATE])
    return day is not None and day <= latest

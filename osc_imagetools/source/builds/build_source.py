# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where a family's builds come from, as a person says it once: it finds all of them."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass

from osc_imagetools.i18n import _
from osc_imagetools.source.builds.layouts import DEFAULT_ARCHITECTURE, layout_named
from osc_imagetools.source.builds.pattern import SCHEMES, UrlPattern
from osc_imagetools.source.opened import public

STREAM = "simplestreams:"
LONGEST_SOURCE = 4_096
"""Characters."""


@dataclass(frozen=True)
class Stream:
    """A product of simplestreams, and one of its files."""

    url: str
    """Of an index or a list of products; may hold a user, a password and a query."""
    product: str
    item: str = ""
    """Empty: the usual one for a disk."""


@dataclass(frozen=True)
class BuildSource:
    """A layout's name, a URL with placeholders, or a product of simplestreams."""

    text: str
    """May hold a user, a password and a query."""
    index: str = ""
    """The URL of the page that lists the builds; empty: the folder of the first
    placeholder."""

    @classmethod
    def parse(cls, text: str, index: str = "") -> BuildSource:
        """What *text* says; raises `ValueError` with a message for who typed it."""
        if len(text) > LONGEST_SOURCE or not (text.isascii() and text.isprintable()):
            raise ValueError(
                _(
                    "at most %d printable characters of ASCII; in a URL, write others "
                    "as %%C3%%A9"
                )
                % LONGEST_SOURCE
            )
        if " " in text or not text:
            raise ValueError(_("one word, without blanks"))
        source = cls(text, index)
        if text.startswith(STREAM):
            _check_url(source.stream.url)
        elif "://" in text:
            _check_url(text)
            UrlPattern.parse(text)
        else:
            layout_named(text)
        return source

    @classmethod
    def recorded(cls, text: str) -> BuildSource:
        """What *text* says, which `public` has written; raises `ValueError`."""
        said, _, index = text.partition(" ")
        if index:
            _check_url(index)
        return cls.parse(said, index)

    @property
    def public(self) -> str:
        """As it may be shown and stored: without users, passwords and queries."""
        said = self.text
        if self.is_stream:
            url, separator, product = said.removeprefix(STREAM).partition("#")
            said = f"{STREAM}{public(url)}{separator}{product}"
        elif self.is_url:
            said = public(said)
        return f"{said} {public(self.index)}" if self.index else said

    @property
    def is_stream(self) -> bool:
        """Whether it is a product of simplestreams."""
        return self.text.startswith(STREAM)

    @property
    def is_url(self) -> bool:
        """Whether it is a URL with placeholders."""
        return not self.is_stream and "://" in self.text

    @property
    def stream(self) -> Stream:
        """The product that it is; raises `ValueError` where none is named."""
        url, _hash, named = self.text.removeprefix(STREAM).partition("#")
        product, _slash, item = named.partition("/")
        if not product:
            raise ValueError(_("write %s<url>#<product>") % STREAM)
        return Stream(url, product, item)

    def url(self, architecture: str = DEFAULT_ARCHITECTURE) -> str:
        """The URL that says at which host it is; with placeholders, if it has any.

        Raises `ValueError` where there are no builds for *architecture*.
        """
        if self.is_stream:
            return self.stream.url
        if self.is_url:
            return self.text
        layout, release = layout_named(self.text)
        if architecture not in layout.architectures:
            known = ", ".join(layout.architectures)
            raise ValueError(
                _("it has no builds for '%(architecture)s', but for %(known)s")
                % {"architecture": architecture, "known": known}
            )
        return layout.url_of(release, architecture)


def _check_url(text: str) -> None:
    try:
        parts = urllib.parse.urlsplit(text)
        parts.port  # noqa: B018  # raises
    except ValueError:
        raise ValueError(_("not a URL: its host or port can't be parsed")) from None
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise ValueError(_("only URLs of http: and https: are supported"))

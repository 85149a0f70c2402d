# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a page lists: a web server's folder, a bucket of objects, or a checksum list.

Only names are taken, and they are only compared: none of them becomes a URL.
"""

from __future__ import annotations

import html
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from osc_imagetools.source.checksum_forms import entries

MOST_LINKS = 50_000
LONGEST_LINK = 2_048
"""Characters of a link, and a little less than those of the tag around it."""

_MARKUP = re.compile(r"\s*<[!?a-z]", re.I)
_ANCHOR = re.compile(rf"<a\s[^<>]{{1,{LONGEST_LINK * 2}}}>", re.I)
_OBJECT = re.compile(rf"<(Key|Prefix)>([^<>]{{1,{LONGEST_LINK}}})</\1>")
_BUCKET = re.compile(r"<ListBucketResult[\s>]")
_CUT = re.compile(r"<IsTruncated>\s*true\s*<", re.I)
_PASSWORD = re.compile(r"type\s{0,9}=\s{0,9}[\"']?password", re.I)


@dataclass(frozen=True)
class IndexPage:
    """The links of a page, as they stand there, and what kind of page it is."""

    links: tuple[str, ...] = ()
    is_markup: bool = False
    """Whether it is HTML or XML, and not a list of checksums."""
    is_cut: bool = False
    """Whether the server says that it has left the last names out."""
    asks_for_password: bool = False

    @classmethod
    def read(cls, content: bytes) -> IndexPage:
        """The page of these bytes."""
        text = content.decode("utf-8-sig", "replace")
        if not _MARKUP.match(text):
            names = (entry.name for entry in entries(text) if entry.name)
            return cls(_first(urllib.parse.quote(name) for name in names))
        if _BUCKET.search(text):
            keys = (html.unescape(key) for _, key in _OBJECT.findall(text))
            return cls(
                _first("/" + urllib.parse.quote(key) for key in keys),
                is_markup=True,
                is_cut=_CUT.search(text) is not None,
            )
        anchors = _Anchors()
        # Tag by tag: of broken markup, the parser may take the square of its length.
        return cls(
            _first(anchors.link(tag) for tag in _ANCHOR.findall(text)),
            is_markup=True,
            asks_for_password=_PASSWORD.search(text) is not None,
        )

    def names(self, url: str, folders: Iterable[str]) -> list[tuple[str, ...]]:
        """The links that lead below one of *folders*, as paths from there, in parts.

        *url* is where the page was found. A link that leads elsewhere is left out, and
        so is a name that isn't printable.
        """
        bases = [_parts_of(urllib.parse.urlsplit(folder)) for folder in folders]
        found: dict[tuple[str, ...], None] = {}
        for link in self.links:
            for name in _below(url, link, bases):
                if name and all(part and part.isprintable() for part in name):
                    found[name] = None
        return list(found)


class _Anchors(HTMLParser):
    """Reads one start tag at a time."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._href = ""

    def link(self, tag: str) -> str:
        """The address in a *tag*; empty if it has none."""
        self._href = ""
        self.feed(tag)
        self.reset()
        return self._href

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep its address."""
        self._href = dict(attrs).get("href") or ""


def _first(links: Iterable[str]) -> tuple[str, ...]:
    """The first of *links*, each once, without those that can't be meant."""
    kept: dict[str, None] = {}
    for link in links:
        if 0 < len(link) <= LONGEST_LINK:
            kept[link] = None
        if len(kept) == MOST_LINKS:
            break
    return tuple(kept)


def _below(
    url: str, link: str, bases: Iterable[list[str]]
) -> Iterator[tuple[str, ...]]:
    """The path of *link*, on the page at *url*, from each of *bases* that it is in."""
    try:
        target = urllib.parse.urlsplit(urllib.parse.urljoin(url, link.strip()))
        parts = _parts_of(target._replace(path=target.path.removesuffix("/")))
    except ValueError:
        return
    for base in bases:
        folder = base[:-1]
        if parts[: len(folder)] == folder:
            yield tuple(parts[len(folder) :])


def _parts_of(url: urllib.parse.SplitResult) -> list[str]:
    """Its host, and the parts of its path, decoded."""
    path = (urllib.parse.unquote(part) for part in url.path.split("/"))
    return [url.hostname or "", *path]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes from a URL, whatever its scheme."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.file_url import open_file
from osc_imagetools.source.opened import Source, SourceError, public
from osc_imagetools.source.web.source import head_http, open_http

LOG = logging.getLogger(__name__)

SCHEMES = ("http", "https", "file")
LONGEST_LIST_BYTES = 4 << 20
"""Of a checksum list: a longer one is none."""


def open_source(url: str, access: Access) -> Source:
    """The source at *url* (http, https or file), its headers read.

    Raises `SourceError` with the status that the server gave.
    """
    return open_file(url) if is_file(url) else open_http(url, access)


def open_first(urls: Sequence[str], access: Access) -> Source:
    """The first of several sources of the same bytes that can be opened.

    Those behind it are its `Source.mirrors`: its `Source.blocks` raises
    `StartOverError` with them where it breaks beyond repair. Raises `SourceError`
    when none can be had.
    """
    if access.opens is not None:
        return access.opens(urls, replace(access, opens=None))
    for number, url in enumerate(urls, 1):
        try:
            source = open_source(url, access)
        except SourceError as error:
            if number == len(urls):
                raise
            LOG.warning(_("%s Trying the next mirror."), error)
        else:
            source.mirrors = tuple(urls[number:])
            if source.length is None:
                size = _("of unknown size")
            else:
                size = _("%d bytes") % source.length
            LOG.info(
                _("Fetching %(url)s, %(size)s …"), {"url": source.url, "size": size}
            )
            return access.limit.on(source) if access.limit else source
    raise ValueError("no URL is given")


def head(url: str, access: Access) -> Source:
    """What the headers of *url* tell, in one small request; it has no bytes.

    Raises `SourceError` as `open_source` does.
    """
    if is_file(url):
        source = open_file(url)
        source.close()
        return source
    return head_http(url, access)


@dataclass(frozen=True)
class SmallText:
    """A text that was read whole."""

    url: str
    """Where it was found in the end, in public form."""
    content: bytes


def read_text(url: str, access: Access, what: str, longest: int) -> SmallText:
    """A small text from *url*, whole: *what*, of at most *longest* bytes.

    Raises `SourceError`, also for a longer one.
    """
    text = bytearray()
    with closing(open_source(url, access)) as source:
        for block in source.blocks():
            text += block
            if len(text) > longest:
                raise SourceError(
                    _("%(url)s is not %(what)s") % {"url": source.url, "what": what},
                    _("it is longer than %d bytes") % longest,
                )
    return SmallText(source.url, bytes(text))


def read_list(url: str, access: Access) -> bytes:
    """A small text from *url*, whole: a checksum list. At most 4 MiB."""
    LOG.info(_("Reading the list %s …"), public(url))
    return read_text(url, access, _("a checksum list"), LONGEST_LIST_BYTES).content


def is_file(url: str) -> bool:
    """Whether *url* names a file of this machine."""
    return urllib.parse.urlsplit(url).scheme.lower() == "file"

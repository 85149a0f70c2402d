# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes from a URL, whatever its scheme."""

from __future__ import annotations

import urllib.parse
from contextlib import closing

from osc_imagetools.source.access import Access
from osc_imagetools.source.file_url import open_file
from osc_imagetools.source.http_url import open_http
from osc_imagetools.source.opened import Source, SourceError

SCHEMES = ("http", "https", "file")
LONGEST_LIST_BYTES = 4 << 20
"""Of a checksum list: a longer one is none."""


def open_source(url: str, access: Access) -> Source:
    """The source at *url* (http, https or file), its headers read.

    Raises `SourceError` with the status that the server gave.
    """
    if urllib.parse.urlsplit(url).scheme.lower() == "file":
        return open_file(url)
    return open_http(url, access)


def read_list(url: str, access: Access) -> bytes:
    """A small text from *url*, whole: a checksum list. At most 4 MiB."""
    text = bytearray()
    with closing(open_source(url, access)) as source:
        for block in source.blocks():
            text += block
            if len(text) > LONGEST_LIST_BYTES:
                raise SourceError(
                    f"{source.url} is no checksum list",
                    f"it is longer than {LONGEST_LIST_BYTES} bytes",
                )
    return bytes(text)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A source that is a file of this machine."""

from __future__ import annotations

import os
import stat
import urllib.parse
import urllib.request
from datetime import datetime, timezone

from osc_imagetools.i18n import _
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.file_name import file_name
from osc_imagetools.source.opened import AbsentError, Source, SourceError, public


def open_file(url: str) -> Source:
    """The file of this machine that *url* names; it has to be a regular one.

    Raises `SourceError`.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise SourceError(
            _("%s can't be read") % public(url),
            _("a file: URL names a file of this machine, not of '%s'") % parts.hostname,
            _("Write file:///path, with three slashes."),
        )
    path = urllib.request.url2pathname(parts.path)
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for somebody to write.
        opened = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", 0)
        status = os.fstat(opened.fileno())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        kind = AbsentError if isinstance(error, FileNotFoundError) else SourceError
        raise kind(_("%s can't be read") % public(url), why) from error
    if not stat.S_ISREG(status.st_mode):
        opened.close()
        raise SourceError(
            _("%s can't be read") % public(url), _("it is not a regular file")
        )

    def read() -> bytes:
        try:
            return opened.read(BLOCK_BYTES) or b""
        except OSError as error:
            why = error.strerror or str(error)
            raise SourceError(_("%s was interrupted") % public(url), why) from error

    return Source(
        url=public(url),
        file_name=file_name(url, None),
        length=status.st_size,
        last_modified=datetime.fromtimestamp(status.st_mtime, timezone.utc),
        _read=read,
        _close=opened.close,
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The only copies that importing an image makes: of what can't be read as it comes.

They have no name from the start, so nothing is left of them however a run ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.block_size import BLOCK_BYTES

LARGE_FILES = "/var/tmp"
"""Where they go if nobody says otherwise: /tmp often is memory (file-hierarchy(7))."""

_ZEROS = bytes(BLOCK_BYTES)


class SpoolError(OperatorError):
    """The temporary copy of an image could not be made."""


def spool(
    blocks: Iterator[bytes],
    folder: str | None = None,
    expected_bytes: int | None = None,
) -> IO[bytes]:
    """All of *blocks* in an unnamed temporary file, gone when it is closed.

    In *folder*, else where ``TMPDIR`` says, else in `LARGE_FILES`. Blocks of zeros
    take no room. Raises `SpoolError`, and before the first block if there is no room
    for *expected_bytes*.
    """
    copy = unnamed_file(folder, expected_bytes or 0)
    size = 0
    try:
        for block in blocks:
            with _on_disk(folder):
                _write(copy, block)
            size += len(block)
        with _on_disk(folder):
            # Zeros at the end were only skipped
            copy.truncate(size)
            copy.seek(0)
    except BaseException:
        # It may try once more to write what there is no room for
        with suppress(OSError):
            copy.close()
        raise
    return copy


def unnamed_file(folder: str | None, needed_bytes: int) -> IO[bytes]:
    """An empty temporary file with room for *needed_bytes*; else `SpoolError`."""
    with _on_disk(folder):
        free = shutil.disk_usage(_place(folder)).free
        if free >= needed_bytes:
            return tempfile.TemporaryFile(dir=_place(folder))
    raise SpoolError(
        _("The image must be copied to %r first, which has too little space")
        % _place(folder),
        _("%(needed)d bytes are needed and %(free)d are available")
        % {"needed": needed_bytes, "free": free},
        _("Name a folder with more space with --tmpdir"),
    )


def _write(copy: IO[bytes], block: bytes) -> None:
    if _ZEROS.startswith(block):
        copy.seek(len(block), os.SEEK_CUR)
    else:
        copy.write(block)


def _place(folder: str | None) -> str:
    return folder or os.environ.get("TMPDIR") or LARGE_FILES


@contextmanager
def _on_disk(folder: str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpoolError(
            _("The image must be copied to %r first, which failed") % _place(folder),
            error.strerror or str(error),
            _("Name a folder with more space with --tmpdir"),
        ) from error

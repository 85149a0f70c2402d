# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an image is, learned while its bytes pass.

It is asked twice: about the first 256 KiB, so that an unsafe image is refused
before anything is created, and about the whole, because a VMDK may end in a
footer that contradicts its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from oslo_utils.imageutils.format_inspector import FileInspector, InspectWrapper

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.disk.disk_format import (
    FormatError,
    UnsafeImageError,
    agreed_format,
    damaged,
    inspected,
    partition_surprise,
    recognise,
    refuse_unsafe,
    understood,
    virtual_size,
)

__all__ = [
    "FormatError",
    "Inspected",
    "PageError",
    "UnsafeImageError",
    "min_disk_gib",
    "refuse_empty",
    "refuse_page",
]

HEAD_BYTES = 1 << 18
"""Where every format has shown itself: a VHDX's region table ends here."""

_GIB = 1 << 30
_PAGE = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:<!doctype|<html|<\?xml|\{\s*")', re.I)


class PageError(OperatorError):
    """The server sent a page of text instead of a file."""


def refuse_page(first_block: bytes, content_type: str) -> None:
    """Raise `PageError` if a source begins like HTML, XML or JSON."""
    if _PAGE.match(first_block):
        raise PageError(
            "The server sent a page instead of an image",
            f"Content-Type '{printable(content_type)}',"
            f" beginning with '{printable(first_block[:240], 60)}'",
            "Open the URL in a browser: it may ask for a login, or the file has moved",
        )


def refuse_empty(size: int) -> None:
    """Raise `FormatError` for an image of no bytes: Glance would make it active."""
    if not size:
        raise FormatError(
            "The image is empty",
            "the source holds 0 bytes of it",
            "Check the URL: the build may have failed at its vendor",
        )


def min_disk_gib(virtual_size: int) -> int:
    """The GiB that a disk of *virtual_size* bytes needs, at least 1."""
    return max(1, -(-virtual_size // _GIB))


class Inspected:
    """The same blocks as *blocks*, and what they are.

    The first block comes when 256 KiB have been read (or all, if there are
    fewer). From then on `disk_format` is known, and `check` says whether to go
    on. *disk_format* is what the operator declared, if anything.
    """

    def __init__(self, blocks: Iterator[bytes], *, disk_format: str | None) -> None:
        self.size = 0
        """Bytes so far."""
        self.disk_format: str | None = None
        """Glance's name of the format; None as long as, or if, there is none."""
        self.virtual_size: int | None = None
        """Bytes of the disk in the image, once they are known."""
        self.warnings: list[str] = []
        """What the operator should know and that is no error."""
        self._declared = disk_format
        self._refusal: OperatorError | None = None
        self._head = b""
        self._whole: InspectWrapper | None = None
        self._blocks = self._inspect(Blocks(blocks))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        self.size += len(block)
        return block

    def check(self) -> None:
        """Raise what is wrong with the first 256 KiB, if anything is.

        `FormatError` or `UnsafeImageError`, at any time after the first block.
        """
        if self._refusal is not None:
            raise self._refusal

    def finish(self) -> None:
        """Raise what is wrong with the whole image; after its last block."""
        self.check()
        refuse_empty(self.size)
        inspector = self._inspector()
        if inspector is None:
            raise damaged("it was not read to its end")
        refuse_unsafe(inspector, self._head, is_whole=True)
        self.virtual_size = virtual_size(inspector, self.size)
        if self.virtual_size is None:
            raise damaged(f"no size of its disk is in this {self.disk_format}")

    def _inspect(self, blocks: Blocks) -> Iterator[bytes]:
        self._head = blocks.take(HEAD_BYTES)
        if not self._head:
            return
        stream = chain([self._head], blocks)
        try:
            name = self._judge_head()
        except OperatorError as refusal:
            self._refusal = refusal
            yield from stream
            return
        # What it is can't change any more, so only that inspector goes on
        self._whole = inspected(stream, only=name)
        for block in self._whole:
            if self.virtual_size is None and (inspector := self._inspector()):
                self.virtual_size = virtual_size(inspector, None)
            yield block

    def _judge_head(self) -> str:
        inspector = recognise(self._head)
        refuse_unsafe(inspector, self._head, is_whole=False)
        self.disk_format = agreed_format(inspector, self._declared)
        self.virtual_size = virtual_size(inspector, None)
        if surprise := partition_surprise(inspector):
            self.warnings.append(surprise)
        return str(inspector)

    def _inspector(self) -> FileInspector | None:
        with understood():
            return self._whole.format if self._whole else None

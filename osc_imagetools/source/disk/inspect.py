# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an image is, learned while its bytes pass.

It is asked twice: about the first 256 KiB, so that an unsafe image is refused
before anything is created, and about the whole, because a VMDK may end in a
footer that contradicts its header, a disk in one that makes it a VHD, and a qcow2
before what its tables point at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from oslo_utils.imageutils.format_inspector import FileInspector, InspectWrapper

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.disk.disk_format import (
    agreed_format,
    inspected,
    partition_surprise,
    recognise,
    refuse_without_name,
    virtual_size,
)
from osc_imagetools.source.disk.errors import (
    FormatError,
    UnsafeImageError,
    damaged,
    understood,
)
from osc_imagetools.source.disk.qcow2_tables import Qcow2Tables
from osc_imagetools.source.disk.raw_disk import Evidence, doubt, refuse_unlike_a_disk
from osc_imagetools.source.disk.safety import refuse_unsafe
from osc_imagetools.source.disk.trailer import (
    END_BYTES,
    fixed_vhd,
    refuse_trailer,
)

__all__ = [
    "FormatError",
    "Inspected",
    "PageError",
    "UnsafeImageError",
    "refuse_empty",
    "refuse_page",
]

HEAD_BYTES = 1 << 18
"""Where every format has shown itself: a VHDX's region table ends here."""

_RAW = ("raw", "gpt")
_OF_THEIR_OWN = ("qcow2", "vmdk", "vhd", "vhdx", "vdi")
"""What doesn't end where the disk does."""

_PAGE = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:<!doctype|<html|<\?xml|\{\s*")', re.I)


class PageError(OperatorError):
    """The server sent a page of text instead of a file."""


def refuse_page(first_block: bytes, content_type: str) -> None:
    """Raise `PageError` if a source begins like HTML, XML or JSON."""
    if _PAGE.match(first_block):
        raise PageError(
            _("The server sent a page instead of an image"),
            _("Content-Type '%(type)s', beginning with '%(beginning)s'")
            % {
                "type": printable(content_type),
                "beginning": printable(first_block[:240], 60),
            },
            _(
                "Open the URL in a browser: it may require a login, or the file has "
                "moved"
            ),
        )


def refuse_empty(size: int) -> None:
    """Raise `FormatError` for an image of no bytes: Glance would make it active."""
    if not size:
        raise FormatError(
            _("The image is empty"),
            _("the source contains 0 bytes of it"),
            _("Check the URL: the vendor's build may have failed"),
        )


class Inspected:
    """The same blocks as *blocks*, and what they are.

    The first block comes when 256 KiB have been read (or all, if there are
    fewer). From then on `disk_format` is known, and `check` says whether to go
    on. *disk_format* is what the operator declared, if anything. *evidence* is what it
    takes to be raw. *may_be_fixed_vhd* is for who converts: one that only its end shows
    to be a VHD is ``vhd`` after `finish`, and not refused.
    """

    def __init__(
        self,
        blocks: Iterator[bytes],
        *,
        disk_format: str | None,
        evidence: Evidence = Evidence.LOOKS,
        may_be_fixed_vhd: bool = False,
    ) -> None:
        self.size = 0
        """Bytes so far."""
        self.disk_format: str | None = None
        """Glance's name of the format; None as long as, or if, there is none."""
        self.virtual_size: int | None = None
        """Bytes of the disk in the image, once they are known."""
        self.warnings: list[str] = []
        """What the operator should know and that is no error."""
        self._declared = disk_format
        self._evidence = evidence
        self._may_be_fixed_vhd = may_be_fixed_vhd
        self._qcow2: Qcow2Tables | None = None
        self._tail = b""
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
            raise damaged(_("it was not read completely"))
        refuse_unsafe(inspector, self._head, is_whole=True)
        self.virtual_size = virtual_size(inspector, self.size)
        if self.virtual_size is None:
            raise damaged(
                _("this %s does not contain the size of its disk") % self.disk_format
            )
        if self._qcow2:
            self._qcow2.finish(self.size)
        if self.disk_format not in _OF_THEIR_OWN:
            self._judge_tail()

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
            self._see(block)
            if self.virtual_size is None and (inspector := self._inspector()):
                self.virtual_size = virtual_size(inspector, None)
            yield block

    def _see(self, block: bytes) -> None:
        self._tail = (self._tail + block[-END_BYTES:])[-END_BYTES:]
        if self._qcow2:
            self._qcow2.see(block)

    def _judge_head(self) -> str:
        refuse_without_name(self._head, self._declared)
        inspector = recognise(self._head)
        refuse_unsafe(inspector, self._head, is_whole=False)
        self.disk_format = agreed_format(inspector, self._head, self._declared)
        self.virtual_size = virtual_size(inspector, None)
        if surprise := partition_surprise(inspector, self.disk_format):
            self.warnings.append(surprise)
        name = str(inspector)
        if name in _RAW:
            self._judge_raw()
        if name == "qcow2":
            self._qcow2 = Qcow2Tables(self._head)
        return name

    def _judge_raw(self) -> None:
        evidence = self._evidence
        if self.disk_format != "raw":
            # A kernel, or its first file system, doesn't look like a disk
            evidence = Evidence.WORD
        refuse_unlike_a_disk(self._head, evidence)
        if self.disk_format == "raw" and evidence is Evidence.WORD:
            self.warnings += filter(None, [doubt(self._head)])

    def _judge_tail(self) -> None:
        vhd = fixed_vhd(self._tail)
        if vhd and self._may_be_fixed_vhd and not vhd.surplus_bytes:
            self.disk_format, self.virtual_size = "vhd", vhd.disk_bytes
        else:
            refuse_trailer(self._tail)

    def _inspector(self) -> FileInspector | None:
        with understood():
            return self._whole.format if self._whole else None

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the bytes, up to the door of the cloud.

    fetched and checked → (spooled → converted) → ahead of the upload, tail held

A conversion begins when the last byte of the source has been checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from osc_imagetools.i18n import _
from osc_imagetools.source.ahead import Ahead
from osc_imagetools.source.checked import Checked
from osc_imagetools.source.disk.convert import convert, impossible, kept, must_convert
from osc_imagetools.source.disk.converted import Converted
from osc_imagetools.source.expected import (
    SOURCE_ALGORITHM,
    Arrived,
    DigestMismatchError,
    Expected,
)
from osc_imagetools.source.opened import Source
from osc_imagetools.source.packing import BARE
from osc_imagetools.source.spool import spool

__all__ = [
    "SOURCE_ALGORITHM",
    "Arrived",
    "DigestMismatchError",
    "Expected",
    "Pipeline",
]


class Pipeline:
    """One source on its way: opened, spooled if it must be, begun, sent on, once."""

    def __init__(
        self,
        source: Source,
        expected: Expected,
        watch: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda blocks: blocks,
        watch_converted: Callable[
            [Iterator[bytes], int], Iterator[bytes]
        ] = lambda blocks, total: blocks,
    ) -> None:
        """Read the first block; raises `OperatorError` when it is no image's.

        *watch* is handed the served blocks and hands them on: a progress bar.
        *watch_converted* watches those of a conversion, and is given how many
        bytes there will be.
        """
        self._source = source
        self._expected = expected
        self._watch_converted = watch_converted
        self._undo = ExitStack()
        self._checked = Checked(source, expected, watch)
        self._undo.callback(self._checked.close)
        self._converted: Converted | None = None
        self._ahead: Ahead | None = None
        if expected.packing.convert:
            self._refuse_uninspected()
            if not self._checked.must_spool:
                self._checked.look()

    @property
    def warnings(self) -> list[str]:
        """What an operator should know though it stops nothing; once begun."""
        if self._converted:
            return self._checked.warnings + self._converted.warnings
        kept_as = kept(self._checked.disk_format, self._expected.packing.convert)
        return self._checked.warnings + ([kept_as] if kept_as else [])

    @property
    def layers(self) -> tuple[str, ...]:
        """What the image was wrapped in, outermost first: ``gzip``, ``tar``."""
        return self._checked.layers

    @property
    def member(self) -> str | None:
        """The file of an archive that was taken; known once begun."""
        return self._checked.member

    @property
    def converted_from(self) -> str | None:
        """What the bytes were, if they are another format now; once spooled."""
        return self._checked.disk_format if self._converted else None

    @property
    def must_spool(self) -> bool:
        """Whether it has to lie on the disk first: a zip, or what is converted."""
        return self._checked.must_spool or self.converts

    @property
    def disk_format(self) -> str | None:
        """Glance's name for what the bytes are; known once begun."""
        return (self._converted or self._checked).disk_format

    @property
    def virtual_size(self) -> int | None:
        """Bytes of the disk, where its header tells; known for sure at the end."""
        return (self._converted or self._checked).virtual_size

    @property
    def arrived(self) -> Arrived:
        """What came, verified; raises RuntimeError before `blocks` has ended."""
        if self._ahead is None or self._ahead.arrived is None:
            raise RuntimeError("the payload has not been verified yet")
        return self._ahead.arrived

    def spool(self) -> None:
        """Copy to the disk what `must_spool`, check it whole, and begin to convert it.

        Raises `SpoolError` for want of room.
        """
        if self._checked.must_spool:
            self._checked.spool()
            if self._expected.packing.convert:
                self._checked.look()
        if self.converts:
            self._convert()

    def begin(self) -> None:
        """Fill the tail: now format and safety of the first bytes are known.

        Raises whatever is wrong so far; an image shorter than the tail is
        verified whole by then.
        """
        self._ahead = Ahead(self._converted or self._checked)
        self._undo.callback(self._ahead.join)
        self._ahead.begin()

    def blocks(self) -> Iterator[bytes]:
        """What is to be stored, its last bytes only after every check has passed.

        Raises what is wrong with it, and then must not be completed.
        """
        if self._ahead is None:
            raise RuntimeError("nothing has begun yet")
        yield from self._ahead.blocks()

    def close(self) -> None:
        """Stop reading, close the source and remove what is on the disk."""
        if self._ahead:
            self._ahead.stop()
        self._source.close()
        self._undo.close()

    def _refuse_uninspected(self) -> None:
        packing, packed = self._expected.packing, self._checked.stored_packed
        if packing.container_format != BARE:
            packed = packing.container_format
        if packed:
            raise impossible(
                str(packing.convert), _("it is stored packed as %s") % packed
            )

    @property
    def converts(self) -> bool:
        """Whether it is still to be converted; of a zip known once spooled."""
        if self._converted:
            return False
        return must_convert(self._checked.disk_format, self._expected.packing.convert)

    def _convert(self) -> None:
        packing, target = self._expected.packing, str(self._expected.packing.convert)
        # Of what is only compressed, it is the least that there will be
        is_archive = {"tar", "zip"} & set(self._checked.layers)
        length = None if is_archive else self._source.length
        image = self._undo.enter_context(spool(self._checked, packing.tmpdir, length))
        arrived = self._checked.verify()
        source_format = str(self._checked.disk_format)
        conversion = convert(
            image, source_format, target, packing.limits, packing.tmpdir
        )
        self._undo.callback(conversion.close)
        self._converted = Converted(
            conversion, arrived, self._expected.algorithms, self._watch_converted
        )

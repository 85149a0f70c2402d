# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The payload of a source in another format, digested and inspected once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from osc_imagetools.i18n import _
from osc_imagetools.source.digest import Digested
from osc_imagetools.source.disk.convert import Conversion, impossible
from osc_imagetools.source.disk.inspect import Inspected
from osc_imagetools.source.disk.raw_disk import Evidence
from osc_imagetools.source.expected import Arrived


class Converted:
    """The blocks of a conversion, once; the disk in them must not be an image itself.

    A qcow2 in whose disk lies another qcow2 would become that one, with whatever
    files it names, if its raw form were stored unseen.
    """

    def __init__(
        self,
        conversion: Conversion,
        arrived: Arrived,
        algorithms: set[str],
        watch: Callable[[Iterator[bytes], int], Iterator[bytes]],
    ) -> None:
        """What *arrived* is now, digested by *algorithms*."""
        self._conversion = conversion
        self._arrived = arrived
        blocks = watch(conversion.blocks, conversion.size)
        self._digested = Digested(blocks, algorithms)
        self._inspected = Inspected(
            self._digested, disk_format=None, evidence=Evidence.NONE
        )

    def __iter__(self) -> Iterator[bytes]:
        for block in self._inspected:
            self._refuse_other()
            self._refuse_smaller()
            self._inspected.check()
            yield block

    @property
    def disk_format(self) -> str:
        """Glance's name for what it is now."""
        return self._conversion.disk_format

    @property
    def virtual_size(self) -> int | None:
        """Bytes of the disk in it; of a qcow2 known with the first block."""
        if self.disk_format == "raw":
            return self._conversion.size
        return self._inspected.virtual_size

    @property
    def warnings(self) -> list[str]:
        """What an operator should know though it stops nothing."""
        return self._conversion.warnings + self._inspected.warnings

    def verify(self) -> Arrived:
        """What is sent on, after the last block."""
        self._inspected.finish()
        size = self._inspected.size
        return replace(
            self._arrived,
            size=size,
            virtual_size=self.virtual_size or size,
            payload_digests=self._digested.digests,
        )

    def _refuse_other(self) -> None:
        found = self._inspected.disk_format
        if found not in (None, self.disk_format):
            raise impossible(
                self.disk_format, _("the content of its disk is itself %s") % found
            )

    def _refuse_smaller(self) -> None:
        wanted, has = self._arrived.virtual_size, self.virtual_size
        if has is not None and has < wanted:
            why = _("its disk has %(wanted)d bytes, but QEMU finds %(has)d")
            sizes = {"wanted": wanted, "has": has}
            raise impossible(self.disk_format, why % sizes)

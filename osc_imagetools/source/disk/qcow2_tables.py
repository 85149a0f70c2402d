# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what a qcow2 points at lies inside of it.

QEMU reads zeros where a qcow2 was cut off: it opens, it boots, and files are missing.
The tables are read while they pass. One that has passed before the table which points
to it is not read any more; neither ``qemu-img convert`` nor a new disk has such.
https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt
"""

from __future__ import annotations

import struct
from heapq import heappop, heappush

from osc_imagetools.i18n import _
from osc_imagetools.source.disk.errors import damaged

MOST_L1_BYTES = 32 << 20
MOST_REFCOUNT_TABLE_BYTES = 8 << 20
"""QEMU opens nothing that has larger ones."""

MOST_TABLES = 1 << 18
"""That are read, each once: of 64 KiB each, they describe 128 TiB."""

_HEADER = struct.Struct(">20xIQ4xIQQIIQ")
"""Bits of the size of a cluster, bytes of the disk, entries and place of the level 1
table, place and clusters of the refcount table, number and place of snapshots."""

_ENTRY_BYTES = 8
_LEAST_SNAPSHOT_BYTES = 40
_CLUSTER_BITS = range(9, 22)

_PLACE = 0x00FF_FFFF_FFFF_FE00
_COMPRESSED = 1 << 62
_SECTOR_BYTES = 512

_L1, _L2, _REFCOUNTS = "level 1", "level 2", "refcount"

_L1_END = _("its level 1 table ends at byte %(end)d, and it has %(size)d bytes")
_REFCOUNTS_END = _("its refcount table ends at byte %(end)d, and it has %(size)d bytes")
_SNAPSHOTS_END = _(
    "its table of snapshots ends at byte %(end)d, and it has %(size)d bytes"
)
"""What is wrong with a table that ends behind the image."""


class Qcow2Tables:
    """The tables of one qcow2, which is shown to `see`; `finish` says if all fits."""

    def __init__(self, head: bytes) -> None:
        """*head* holds the header; raises `FormatError` if no disk can be in it."""
        bits, disk, entries, l1, refcounts, clusters, snapshots, listed = (
            _HEADER.unpack_from(head)
        )
        if bits not in _CLUSTER_BITS:
            raise damaged(_("its clusters are of 2^%d bytes") % bits)
        self._cluster_bits: int = bits
        self._cluster = 1 << self._cluster_bits
        self._refuse_absurd(disk, entries, clusters)
        self._tables = {
            _L1_END: (l1, entries * _ENTRY_BYTES),
            _REFCOUNTS_END: (refcounts, clusters << bits),
            _SNAPSHOTS_END: (listed, snapshots * _LEAST_SNAPSHOT_BYTES),
        }
        self._end = 0
        """Of the last thing that any table points at."""
        self._at = 0
        self._wanted: list[tuple[int, str]] = []
        self._known: set[tuple[int, str]] = set()
        """All that ever were wanted: a stranger may point at one a million times."""
        self._part = bytearray()
        self._want(l1, entries * _ENTRY_BYTES, _L1)
        self._want(refcounts, clusters << bits, _REFCOUNTS)

    def see(self, block: bytes) -> None:
        """The next block, from the first one on."""
        end = self._at + len(block)
        while self._wanted and (place := self._wanted[0][0]) < end:
            start, stop = place + len(self._part), place + self._cluster
            if start < self._at:
                heappop(self._wanted)
                continue
            self._part += block[start - self._at : stop - self._at]
            if stop > end:
                break
            self._read_next()
        self._at = end

    def finish(self, size: int) -> None:
        """Raise `FormatError` if something lies beyond the *size* of the image."""
        if self._part:
            self._read_next()
        for why, (place, length) in self._tables.items():
            if length and place + length > size:
                raise damaged(why % {"end": place + length, "size": size})
        # The last cluster may be written in part
        if self._end - size >= self._cluster:
            raise damaged(
                _(
                    "its tables point at byte %(end)d, and it has %(size)d bytes: it "
                    "was cut off"
                )
                % {"end": self._end, "size": size}
            )

    def _refuse_absurd(self, disk: int, entries: int, clusters: int) -> None:
        l1_bytes, refcount_bytes = entries * _ENTRY_BYTES, clusters * self._cluster
        each = self._cluster * self._cluster // _ENTRY_BYTES
        if entries < -(-disk // each):
            raise damaged(_("its level 1 table of %d entries is too small") % entries)
        if l1_bytes > MOST_L1_BYTES:
            raise damaged(_("its level 1 table has %d entries") % entries)
        if not refcount_bytes or refcount_bytes > MOST_REFCOUNT_TABLE_BYTES:
            raise damaged(_("its refcount table has %d bytes") % refcount_bytes)

    def _want(self, place: int, length: int, kind: str) -> None:
        """Read a table of *length* bytes, by clusters, when it passes."""
        # QEMU reads none that begins within a cluster; such could overlap
        if place % self._cluster:
            return
        for at in range(place, place + length, self._cluster):
            table = at, kind
            if len(self._known) < MOST_TABLES and table not in self._known:
                self._known.add(table)
                heappush(self._wanted, table)

    def _read_next(self) -> None:
        _, kind = heappop(self._wanted)
        table, self._part = bytes(self._part), bytearray()
        self._read(table, kind)

    def _read(self, table: bytes, kind: str) -> None:
        count = len(table) // _ENTRY_BYTES
        entries = struct.unpack_from(f">{count}Q", table)
        if kind == _L2:
            self._end = max(self._end, max(map(self._end_of, entries), default=0))
            return
        for entry in entries:
            if place := entry & _PLACE:
                self._end = max(self._end, place + self._cluster)
                if kind == _L1:
                    self._want(place, self._cluster, _L2)

    def _end_of(self, entry: int) -> int:
        """Of the content that an entry of a level 2 table points at."""
        if not entry & _COMPRESSED:
            place = entry & _PLACE
            return place + self._cluster if place else 0
        bits = 62 - (self._cluster_bits - 8)
        place = entry & ((1 << bits) - 1)
        sectors = (entry & (_COMPRESSED - 1)) >> bits
        return place - place % _SECTOR_BYTES + (sectors + 1) * _SECTOR_BYTES

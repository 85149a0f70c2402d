# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The payload of a source, with everything that is checked about it.

    served → wire digest → unpack → payload digest → inspect

Each stage is an iterator of blocks around the one before.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from osc_imagetools.source.digest import Digested
from osc_imagetools.source.disk.inspect import Inspected, refuse_page
from osc_imagetools.source.disk.raw_disk import Evidence
from osc_imagetools.source.expected import (
    SOURCE_ALGORITHM,
    Arrived,
    Expected,
    matched,
)
from osc_imagetools.source.opened import Source
from osc_imagetools.source.packing import BARE, Packing
from osc_imagetools.source.unpacking.contained import Contained
from osc_imagetools.source.unpacking.unpack import open_payload


class Checked:
    """The blocks of a payload, once; each comes after the checks up to it."""

    def __init__(
        self,
        source: Source,
        expected: Expected,
        watch: Callable[[Iterator[bytes]], Iterator[bytes]],
    ) -> None:
        """Read the first block; raises `OperatorError` when it is no image's."""
        self._source = source
        self._expected = expected
        packing = expected.packing
        blocks = watch(source.blocks())
        first = next(blocks, b"")
        refuse_page(first, source.content_type)
        self._wire = Digested(
            itertools.chain([first] if first else [], blocks),
            {SOURCE_ALGORITHM, *expected.algorithms},
        )
        self._payload = open_payload(
            self._wire,
            file_name=source.file_name,
            member=packing.member,
            limit=packing.limits,
            unpack=packing.is_unpacked,
        )
        self._unpacked = Digested(
            self._payload_blocks(), expected.algorithms if self._payload.layers else ()
        )
        self._inspected = _inspected(
            self._unpacked, packing, self._payload.stored_packed
        )
        self._blocks: Iterator[bytes] = self._checked()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    @property
    def warnings(self) -> list[str]:
        """What an operator should know though it stops nothing."""
        return self._payload.warnings + self._inspected.warnings

    @property
    def layers(self) -> tuple[str, ...]:
        """What the image was wrapped in, outermost first: ``gzip``, ``tar``."""
        return self._payload.layers

    @property
    def stored_packed(self) -> str | None:
        """What it stays wrapped in because nothing was to be unpacked."""
        return self._payload.stored_packed

    @property
    def member(self) -> str | None:
        """The file of an archive that was taken; known with the first block."""
        return self._payload.member

    @property
    def must_spool(self) -> bool:
        """Whether `spool` has to come first: a zip needs seeking."""
        return self._payload.must_spool

    @property
    def disk_format(self) -> str | None:
        """Glance's name for what the bytes are; known with the first block."""
        return self._inspected.disk_format

    @property
    def virtual_size(self) -> int | None:
        """Bytes of the disk, where its header tells; known for sure at the end."""
        return self._inspected.virtual_size

    def spool(self) -> None:
        """Copy the source to a temporary file, where `must_spool` says so."""
        self._payload.spool(self._expected.packing.tmpdir, self._source.length)

    def look(self) -> None:
        """Read the first 256 KiB of the payload, which stay: they tell what it is.

        Raises whatever is wrong so far.
        """
        first = next(self._blocks, b"")
        self._blocks = itertools.chain([first] if first else [], self._blocks)

    def verify(self) -> Arrived:
        """What came, after the last block; raises what is wrong with the whole."""
        self._inspected.finish()
        wire = self._wire.digests
        payload = self._unpacked.digests if self._payload.layers else wire
        virtual_size = self._inspected.virtual_size
        of = matched(self._expected.checksum, wire, payload, self._source.url)
        return Arrived(
            size=self._inspected.size,
            virtual_size=self._inspected.size if virtual_size is None else virtual_size,
            wire_size=self._wire.size,
            wire_digests=wire,
            payload_digests=payload,
            matched=of,
            warnings=self._payload.rest(is_published=of == "wire"),
        )

    def close(self) -> None:
        """Remove what is on the disk."""
        self._payload.close()

    def _payload_blocks(self) -> Iterator[bytes]:
        # Late: a zip can be read only once it was spooled.
        yield from self._payload.blocks()

    def _checked(self) -> Iterator[bytes]:
        for block in self._inspected:
            self._inspected.check()
            yield block


def _inspected(
    blocks: Iterator[bytes], packing: Packing, stored_packed: str | None
) -> Inspected | Contained:
    if packing.container_format == BARE:
        is_said = packing.disk_format is not None and not packing.is_presumed
        return Inspected(
            blocks,
            disk_format=packing.disk_format,
            evidence=Evidence.WORD if is_said or stored_packed else Evidence.LOOKS,
            may_be_fixed_vhd=packing.convert == "qcow2",
        )
    return Contained(
        blocks,
        container_format=packing.container_format,
        disk_format=packing.disk_format,
    )

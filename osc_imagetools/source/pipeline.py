# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the bytes, up to the door of the cloud.

    wire digest → unpack → payload digest → inspect → hold the tail

Each stage is an iterator of blocks around the one before. They run in a thread
of their own, a few blocks ahead of whoever sends them on, so that a source that
stalls doesn't silence the upload: meanwhile bytes of the held tail trickle.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.digest import Digested
from osc_imagetools.source.inspect import Inspected, refuse_page
from osc_imagetools.source.opened import Source
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.tail import Tail
from osc_imagetools.source.unpack import open_payload

BLOCKS_AHEAD = 16
"""Of 256 KiB: how far the stages run ahead of the upload."""

TRICKLE_SECONDS = 1.0
"""Of silence after which one byte of the tail goes out: Glance gives up at 4."""

SOURCE_ALGORITHM = "sha256"
"""What the digest of the served bytes is always recorded in."""


class DigestMismatchError(OperatorError):
    """The bytes are not those that the vendor published."""


@dataclass(frozen=True)
class Expected:
    """What the bytes have to be."""

    packing: Packing
    checksum: Checksum | None = None


@dataclass(frozen=True)
class Arrived:
    """What they were, known when all of them have passed."""

    size: int
    """Bytes of the payload."""
    virtual_size: int
    """Bytes of the disk in it."""
    wire_size: int
    wire_digests: dict[str, str]
    payload_digests: dict[str, str]
    matched: str = ""
    """``wire`` or ``payload``: what the published digest is of."""


class Pipeline:
    """One source on its way: opened, then begun, then sent on, once."""

    def __init__(
        self,
        source: Source,
        expected: Expected,
        watch: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda blocks: blocks,
    ) -> None:
        """Read the first block; raises `OperatorError` when it is no image's.

        *watch* is handed the served blocks and hands them on: a progress bar.
        """
        self._source = source
        self._expected = expected
        algorithms = {expected.checksum.algorithm} if expected.checksum else set()
        blocks = watch(source.blocks())
        first = next(blocks, b"")
        refuse_page(first, source.content_type)
        self._wire = Digested(
            itertools.chain([first] if first else [], blocks),
            {SOURCE_ALGORITHM, *algorithms},
        )
        self._payload = open_payload(
            self._wire,
            file_name=source.file_name,
            member=expected.packing.member,
            limit=expected.packing.limits,
        )
        payload = self._unpacked = Digested(
            self._payload_blocks(), algorithms if self._payload.layers else ()
        )
        self._inspected = Inspected(payload, disk_format=expected.packing.disk_format)
        self._tail = Tail()
        self._ready: queue.Queue[bytes | Arrived | BaseException] = queue.Queue(
            BLOCKS_AHEAD
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._produce, name="source", daemon=True
        )
        self._arrived: Arrived | None = None

    @property
    def warnings(self) -> list[str]:
        """What an operator should know though it stops nothing; once begun."""
        return self._payload.warnings + self._inspected.warnings

    @property
    def layers(self) -> tuple[str, ...]:
        """What the image was wrapped in, outermost first: ``gzip``, ``tar``."""
        return self._payload.layers

    @property
    def member(self) -> str | None:
        """The file of an archive that was taken; known once begun."""
        return self._payload.member

    @property
    def must_spool(self) -> bool:
        """Whether it has to lie on the disk before it can be read: a zip."""
        return self._payload.must_spool

    @property
    def disk_format(self) -> str | None:
        """Glance's name for what the bytes are; known once begun."""
        return self._inspected.disk_format

    @property
    def virtual_size(self) -> int | None:
        """Bytes of the disk, where its header tells; known for sure at the end."""
        return self._inspected.virtual_size

    @property
    def arrived(self) -> Arrived:
        """What came, verified; only after `blocks` has ended."""
        if self._arrived is None:
            raise RuntimeError("the payload has not been verified yet")
        return self._arrived

    def spool(self) -> None:
        """Copy the source to a temporary file, where `must_spool` says so."""
        self._payload.spool(expected_bytes=self._source.length)

    def begin(self) -> None:
        """Fill the tail: now format and safety of the first bytes are known.

        Raises whatever is wrong so far; an image shorter than the tail is
        verified whole by then.
        """
        self._thread.start()
        while not self._tail.is_full and self._arrived is None:
            self._take(self._ready.get())

    def blocks(self) -> Iterator[bytes]:
        """The payload, its last bytes only after every check has passed.

        Raises what is wrong with it, and then must not be completed.
        """
        while self._arrived is None:
            while (block := self._tail.spare()) is not None:
                yield block
            try:
                self._take(self._ready.get(timeout=TRICKLE_SECONDS))
            except queue.Empty:
                if (byte := self._tail.trickle()) is not None:
                    yield byte
        while (block := self._tail.release()) is not None:
            yield block

    def close(self) -> None:
        """Stop reading and let go of the source and of what lies on the disk."""
        self._stop.set()
        self._source.close()
        if self._thread.is_alive():
            self._thread.join(TRICKLE_SECONDS)
        self._payload.close()

    def _payload_blocks(self) -> Iterator[bytes]:
        # Late: a zip can be read only once it was spooled.
        yield from self._payload.blocks()

    def _take(self, item: bytes | Arrived | BaseException) -> None:
        if isinstance(item, BaseException):
            raise item
        if isinstance(item, Arrived):
            self._arrived = item
        else:
            self._tail.hold(item)

    def _produce(self) -> None:
        last: Arrived | BaseException
        try:
            for block in self._inspected:
                self._inspected.check()
                if not self._hand_over(block):
                    return
            last = self._verify()
        except BaseException as error:
            last = error
        self._hand_over(last)

    def _hand_over(self, item: bytes | Arrived | BaseException) -> bool:
        """Whether the other side took it; it may have stopped listening."""
        while not self._stop.is_set():
            try:
                self._ready.put(item, timeout=TRICKLE_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def _verify(self) -> Arrived:
        self._inspected.finish()
        wire = self._wire.digests
        payload = self._unpacked.digests if self._payload.layers else wire
        virtual_size = self._inspected.virtual_size
        return Arrived(
            size=self._inspected.size,
            virtual_size=self._inspected.size if virtual_size is None else virtual_size,
            wire_size=self._wire.size,
            wire_digests=wire,
            payload_digests=payload,
            matched=_matched(self._expected.checksum, wire, payload, self._source.url),
        )


def _matched(
    published: Checksum | None, wire: dict[str, str], payload: dict[str, str], url: str
) -> str:
    """What *published* is the digest of; raises `DigestMismatchError` if of nothing."""
    if published is None:
        return ""
    for scope, digests in (("wire", wire), ("payload", payload)):
        if digests[published.algorithm] == published.digest:
            return scope
    served, unpacked = wire[published.algorithm], payload[published.algorithm]
    also = "" if served == unpacked else f", unpacked {unpacked}"
    raise DigestMismatchError(
        f"{url} is not what was published",
        f"its {published.algorithm} should be {published.digest}, "
        f"the bytes have {served}{also}",
        "Nothing was published. Check that the checksum is of this very file.",
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a source to the bytes of the image in it.

At most one compression (gzip, bzip2, xz, zstd) around at most one tar, or one zip.
Layers are recognised by their first bytes; names and headers only earn a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.limits import (
    OTHER_MEMBERS_BYTES,
    Counted,
    Limits,
    within_ratio,
    within_size,
)
from osc_imagetools.source.spool import spool
from osc_imagetools.source.unpacking.archive_tar import untar
from osc_imagetools.source.unpacking.archive_zip import unzip
from osc_imagetools.source.unpacking.decompress import DECODERS
from osc_imagetools.source.unpacking.magic import (
    MAGIC_BYTES,
    UNPACKED,
    layer,
    promised_layers,
)
from osc_imagetools.source.unpacking.members import Choice

__all__ = ["LayerError", "Limits", "Payload", "open_payload"]


class LayerError(OperatorError):
    """The source is packed in a way that can't be unpacked here."""


def open_payload(
    wire: Iterator[bytes],
    *,
    file_name: str = "",
    member: str | None = None,
    limit: Limits,
    unpack: bool = True,
) -> Payload:
    """The payload of *wire*, of which only the first blocks are read yet.

    *member* is a glob for the file in an archive. With *unpack* false, all that is
    served is the payload, whatever it is. Raises `LayerError` or `CompressionError`
    if the first bytes already tell that it can't be had.
    """
    return Payload(wire, file_name=file_name, member=member, limit=limit, unpack=unpack)


class Payload:
    """The image inside of a source; its blocks come once."""

    layers: tuple[str, ...]
    """From the outermost on: ``("gzip", "tar")``, ``("zip",)``, ``()``."""

    warnings: list[str]
    """What the operator should know and that is no error."""

    def __init__(
        self,
        wire: Iterator[bytes],
        *,
        file_name: str = "",
        member: str | None = None,
        limit: Limits,
        unpack: bool = True,
    ) -> None:
        self._limit = limit
        self._choice = Choice(member)
        self._wire = Counted(within_size(wire, self._most_wire_bytes))
        self._spooled: IO[bytes] | None = None
        self._source = Blocks(self._wire)
        self.layers, self.warnings = (), []
        self.stored_packed: str | None = None
        """What stays around the image because nothing was to be unpacked."""
        if unpack:
            self._take_layers(file_name)
        else:
            self.stored_packed = layer(self._source.peek(MAGIC_BYTES))

    @property
    def member(self) -> str | None:
        """The name of the archive's member that is taken.

        Known with the first block, and of a zip once it is spooled.
        """
        return self._choice.taken.name if self._choice.taken else None

    @property
    def must_spool(self) -> bool:
        """Whether `spool` has to come before `blocks`: a zip needs seeking."""
        return "zip" in self.layers and self._spooled is None

    def spool(
        self, folder: str | None = None, expected_bytes: int | None = None
    ) -> None:
        """Copy a zip, of *expected_bytes* if known, and choose its member.

        Raises `SpoolError` for want of room, `ZipError` or `MemberError` for
        what is in it.
        """
        wire = within_size(self._source, self._most_packed_bytes)
        self._spooled = spool(wire, folder, expected_bytes)
        # No ratio: it is deflate's at most, since one member alone is unpacked
        self._take_member(unzip(self._spooled, self._choice))
        self._source.peek(1)

    def blocks(self) -> Iterator[bytes]:
        """The payload in blocks of 1 to 256 KiB; the wire is read to its end.

        Raises an `OperatorError` of this package's for whatever is damaged,
        ambiguous or too large; what came before it must not be used.
        """
        if self.must_spool:
            raise RuntimeError("a zip has no blocks before spool()")
        return within_size(self._source, self._limit.max_payload_bytes)

    def close(self) -> None:
        """Remove the temporary copy, if there is one."""
        if self._spooled is not None:
            self._spooled.close()

    @property
    def _most_packed_bytes(self) -> int:
        return self._limit.max_payload_bytes + OTHER_MEMBERS_BYTES

    @property
    def _most_wire_bytes(self) -> int:
        # What can't be compressed gets larger: by 1 % at the most, in bzip2
        return self._most_packed_bytes + (self._most_packed_bytes >> 6)

    def _take_layers(self, file_name: str) -> None:
        compression = self._decompressed()
        container = self._container(compression)
        self.layers = tuple(filter(None, (compression, container)))
        self.warnings = list(_surprises(file_name, self.layers))
        if container == "tar":
            self._take_member(untar(self._source, self._choice))

    def _decompressed(self) -> str | None:
        name = _known(layer(self._source.peek(MAGIC_BYTES)))
        if name not in DECODERS:
            return None
        unpacked = within_ratio(DECODERS[name](self._source), self._wire, self._limit)
        self._source = Blocks(within_size(unpacked, self._most_packed_bytes))
        return name

    def _container(self, compression: str | None) -> str | None:
        name = _known(layer(self._source.peek(MAGIC_BYTES)))
        if compression is not None and name not in (None, "tar"):
            raise _nested(f"{compression} around {name}")
        return name

    def _take_member(self, blocks: Iterator[bytes]) -> None:
        self._source = Blocks(self._not_packed(blocks))

    def _not_packed(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        content = Blocks(blocks)
        name = layer(content.peek(MAGIC_BYTES))
        if name is not None:
            raise _nested(f"'{printable(self.member or '')}' in the archive is {name}")
        yield from content


def _known(name: str | None) -> str | None:
    if name is None or name in UNPACKED:
        return name
    raise LayerError(
        f"The source is packed as {name}, which can't be unpacked here",
        do="Unpack it by hand and import the result, with --checksum, from a file: URL",
    )


def _nested(why: str) -> LayerError:
    return LayerError(
        "The source is packed more often than once",
        why,
        "Unpack it by hand and import the image itself",
    )


def _surprises(file_name: str, layers: tuple[str, ...]) -> Iterator[str]:
    promised = promised_layers(file_name)
    if promised is not None and promised != layers:
        yield (
            f"The name '{printable(file_name)}' promises {_said(promised)},"
            f" but the bytes are {_said(layers)}; the bytes count"
        )


def _said(layers: tuple[str, ...]) -> str:
    return " around ".join(layers) if layers else "an image that isn't packed"

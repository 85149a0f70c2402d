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
from osc_imagetools.i18n import _
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
from osc_imagetools.source.unpacking.decompress import (
    BEHIND_THE_END,
    DECODERS,
    CompressionError,
)
from osc_imagetools.source.unpacking.magic import (
    MAGIC_BYTES,
    UNPACKED,
    layer,
    promised_layers,
)
from osc_imagetools.source.unpacking.members import MemberChoice
from osc_imagetools.source.unpacking.windows import LARGE_WINDOW_BYTES, window_bytes

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
    if the first bytes already tell that it can't be fetched.
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
        self._choice = MemberChoice(member)
        self._wire = Counted(within_size(wire, self._most_wire_bytes))
        self._spooled: IO[bytes] | None = None
        self._source = Blocks(self._wire)
        self.layers, self.warnings = (), []
        self._rest_bytes = 0
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
        member = unzip(self._spooled, self._choice, self._limit.max_window_bytes)
        self._take_member(within_ratio(member, self._wire, self._limit))
        self._source.peek(1)

    def blocks(self) -> Iterator[bytes]:
        """The payload in blocks of 1 to 256 KiB; the wire is read to its end.

        Raises an `OperatorError` of this package's for whatever is damaged,
        ambiguous or too large; what came before it must not be used.
        """
        if self.must_spool:
            raise RuntimeError("a zip has no blocks before spool()")
        return within_size(self._source, self._limit.max_payload_bytes)

    def rest(self, *, is_published: bool) -> tuple[str, ...]:
        """What to tell of bytes behind the end of what was compressed, at its end.

        Vendors append signatures and notes of their own to a gzip, and its tools pass
        over them. Raises `CompressionError` unless *is_published*: unless the digest
        that is published is that of the file as served, with these bytes.
        """
        if not self._rest_bytes:
            return ()
        packing = self.layers[0]
        if not is_published:
            raise CompressionError(
                _("The source can't be unpacked as %s") % packing,
                BEHIND_THE_END,
                _(
                    "If the vendor appended that, specify the digest of the whole file "
                    "with --checksum; otherwise compare it with the file from another "
                    "mirror"
                ),
            )
        ignored = _(
            "%(count)d bytes after the end of the %(packing)s were ignored: the "
            "published digest includes them."
        )
        return (ignored % {"count": self._rest_bytes, "packing": packing},)

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
        self.warnings += _surprises(file_name, self.layers)
        if container == "tar":
            self._take_member(untar(self._source, self._choice, self._limit))

    def _decompressed(self) -> str | None:
        name = _known(layer(self._source.peek(MAGIC_BYTES)))
        if name not in DECODERS:
            return None
        self._say_window(name)
        decoded = DECODERS[name](
            self._source, self._limit.max_window_bytes, self._pass_over
        )
        unpacked = within_ratio(decoded, self._wire, self._limit)
        self._source = Blocks(within_size(unpacked, self._most_packed_bytes))
        return name

    def _say_window(self, name: str) -> None:
        window = window_bytes(name, self._source.peek(MAGIC_BYTES))
        if LARGE_WINDOW_BYTES < window <= self._limit.max_window_bytes:
            warning = _(
                "Unpacking this %(name)s takes %(size)d MiB of memory, the size of the "
                "window that it was compressed with."
            )
            self.warnings.append(warning % {"name": name, "size": window >> 20})

    def _pass_over(self, size: int) -> None:
        self._rest_bytes += size

    def _container(self, compression: str | None) -> str | None:
        name = _known(layer(self._source.peek(MAGIC_BYTES)))
        if compression is not None and name not in (None, "tar"):
            raise _nested(
                _("%(compression)s around %(name)s")
                % {"compression": compression, "name": name}
            )
        return name

    def _take_member(self, blocks: Iterator[bytes]) -> None:
        self._source = Blocks(self._not_packed(blocks))

    def _not_packed(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        content = Blocks(blocks)
        name = layer(content.peek(MAGIC_BYTES))
        if name is not None:
            raise _nested(
                _("'%(member)s' in the archive is %(name)s")
                % {"member": printable(self.member or ""), "name": name}
            )
        yield from content


def _known(name: str | None) -> str | None:
    if name is None or name in UNPACKED:
        return name
    raise LayerError(
        _("The source is packed as %s, which can't be unpacked here") % name,
        do=_(
            "Unpack it manually and import the result, with --checksum, from a file: "
            "URL"
        ),
    )


def _nested(why: str) -> LayerError:
    return LayerError(
        _("The source is packed more than once"),
        why,
        _("Unpack it manually and import the image itself"),
    )


def _surprises(file_name: str, layers: tuple[str, ...]) -> Iterator[str]:
    promised = promised_layers(file_name)
    if promised is not None and promised != layers:
        yield _(
            "The name '%(name)s' suggests %(promised)s, but the bytes are %(found)s; "
            "the bytes decide"
        ) % {
            "name": printable(file_name),
            "promised": _said(promised),
            "found": _said(layers),
        }


def _said(layers: tuple[str, ...]) -> str:
    return " around ".join(layers) if layers else _("an image that isn't packed")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Zip archives, and what can be wrong with them."""

import io
import lzma
import struct
import zipfile
import zlib

END = struct.Struct("<4s4H2IH")
FLAGS, METHOD, CRC, SIZE, NAME = (
    8,
    10,
    16,
    24,
    46,
)  # Offsets in an entry of the directory.
LOCAL_FLAGS, LOCAL_METHOD, LOCAL_CRC = 6, 8, 14
LZMA_PROPERTIES = 5
ENCRYPTED = 1
A_DATE = (2026, 3, 1, 0, 0, 0)


class _Pipe(io.BytesIO):
    """A stream on which zipfile can't go back."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def zipped(
    *members: tuple[str, bytes],
    stored: bool = False,
    streamed: bool = False,
    zip64: bool = False,
) -> bytes:
    """The members, deflated (or ``stored``) under their names, which may be equal.

    ``streamed`` has sizes and CRC behind each content, as writers to a pipe do;
    ``zip64`` has the headers of large files.
    """
    stream = _Pipe() if streamed else io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, A_DATE)
            entry.compress_type = method
            with archive.open(entry, "w", force_zip64=zip64) as member:
                member.write(content)
    return stream.getvalue()


def zip_by(method: int, name: str, content: bytes, packed: bytes) -> bytes:
    """One member, ``packed`` by whoever asks, under that method's number."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, A_DATE), packed)
    archive_of = stream.getvalue()
    sizes = struct.pack("<3I", zlib.crc32(content), len(packed), len(content))
    entry = _first_entry(archive_of)
    for crc, at in ((LOCAL_CRC, LOCAL_METHOD), (entry + CRC, entry + METHOD)):
        archive_of = _patched(archive_of, crc, sizes)
        archive_of = _patched(archive_of, at, struct.pack("<H", method))
    return archive_of


def lzma_of_zip(content: bytes) -> bytes:
    """As method 14 has it, which ends where the member's size says."""
    alone = lzma.compress(content, format=lzma.FORMAT_ALONE, preset=1)
    properties, packed = alone[:LZMA_PROPERTIES], alone[LZMA_PROPERTIES + 8 :]
    return struct.pack("<BBH", 9, 4, len(properties)) + properties + packed


def encrypted(archive: bytes) -> bytes:
    """With its first member marked as encrypted, in both of its headers."""
    entry = _first_entry(archive)
    for at in (LOCAL_FLAGS, entry + FLAGS):
        archive = _patched(archive, at, bytes([archive[at] | ENCRYPTED]))
    return archive


def with_wrong_zip_crc(archive: bytes) -> bytes:
    """With another CRC for its first member, in both of its headers."""
    for at in (LOCAL_CRC, _first_entry(archive) + CRC):
        archive = _patched(archive, at, bytes([archive[at] ^ 0xFF]))
    return archive


def with_other_name_in_directory(archive: bytes) -> bytes:
    """The directory at the end calls the first member otherwise than its own header."""
    return _patched(archive, _first_entry(archive) + NAME, b"X")


def with_other_size_in_directory(archive: bytes, size: int) -> bytes:
    """The directory at the end says that the first member unpacks to ``size`` bytes."""
    return _patched(archive, _first_entry(archive) + SIZE, struct.pack("<I", size))


def _first_entry(archive: bytes) -> int:
    """Where the directory starts; the archive has no comment."""
    return END.unpack(archive[-END.size :])[6]


def _patched(archive: bytes, at: int, piece: bytes) -> bytes:
    return archive[:at] + piece + archive[at + len(piece) :]

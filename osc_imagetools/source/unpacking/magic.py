# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a stream is packed in, by its first bytes and by nothing else."""

from __future__ import annotations

import tarfile

from osc_imagetools.source.unpacking.decompress import DECODERS

MAGIC_BYTES = 512
"""So many of the first bytes tell every layer: a tar's header is as long."""

UNPACKED = (*DECODERS, "tar", "zip")
"""The layers that can be taken off; all others can only be named."""

_USTAR_OFFSET = 257

_MAGICS = {
    **{name: compression.magics for name, compression in DECODERS.items()},
    "zip": (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
    "lz4": (b"\x04\x22\x4d\x18",),
    "lzip": (b"LZIP\x01",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "rar": (b"Rar!\x1a\x07",),
}

_COMPRESSED = {
    ".gz": "gzip",
    ".bz2": "bzip2",
    ".xz": "xz",
    ".zst": "zstd",
}
_COMPRESSED_TAR = {
    ".tgz": "gzip",
    ".tbz": "bzip2",
    ".tbz2": "bzip2",
    ".txz": "xz",
    ".tzst": "zstd",
}
_IMAGES = (".qcow2", ".img", ".raw", ".iso", ".vmdk", ".vhd", ".vhdx", ".vdi")
_ENDINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_IMAGES, ()),
    ".tar": ("tar",),
    ".ova": ("tar",),
    ".zip": ("zip",),
    **{ending: (name,) for ending, name in _COMPRESSED.items()},
    **{f".tar{ending}": (name, "tar") for ending, name in _COMPRESSED.items()},
    **{ending: (name, "tar") for ending, name in _COMPRESSED_TAR.items()},
}


def layer(head: bytes) -> str | None:
    """The name of the layer that begins with *head*; None for none that we know."""
    for name, magics in _MAGICS.items():
        if head.startswith(magics):
            return name
    return "tar" if _is_tar(head) else None


def promised_layers(file_name: str) -> tuple[str, ...] | None:
    """The layers that the ending of *file_name* promises; None if it says nothing."""
    endings = (e for e in _ENDINGS if file_name.lower().endswith(e))
    longest = max(endings, key=len, default=None)
    return None if longest is None else _ENDINGS[longest]


def _is_tar(head: bytes) -> bool:
    if head[_USTAR_OFFSET:].startswith(b"ustar"):
        return True
    try:
        # V7 has no magic: the checksum of its header is all there is
        tarfile.TarInfo.frombuf(head[:MAGIC_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True

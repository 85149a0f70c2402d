# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a stream is packed in, by its first bytes and by nothing else."""

from __future__ import annotations

import tarfile

from osc_imagetools.source.decompress import DECODERS, GZIP_MAGIC, XZ_MAGIC

MAGIC_BYTES = 512
"""So many of the first bytes tell every layer: a tar's header is as long."""

UNPACKED = (*DECODERS, "tar", "zip")
"""The layers that can be taken off; all others can only be named."""

_USTAR_OFFSET = 257

_MAGICS = {
    "gzip": (GZIP_MAGIC,),
    "xz": (XZ_MAGIC,),
    "zip": (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
    "bzip2": tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)),
    "zstd": (b"\x28\xb5\x2f\xfd",),
    "lz4": (b"\x04\x22\x4d\x18",),
    "lzip": (b"LZIP\x01",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "rar": (b"Rar!\x1a\x07",),
}

_ENDINGS: dict[str, tuple[str, ...]] = {
    ".tar": ("tar",),
    ".tgz": ("gzip", "tar"),
    ".tar.gz": ("gzip", "tar"),
    ".gz": ("gzip",),
    ".txz": ("xz", "tar"),
    ".tar.xz": ("xz", "tar"),
    ".xz": ("xz",),
    ".zip": ("zip",),
    **dict.fromkeys(
        (".qcow2", ".img", ".raw", ".iso", ".vmdk", ".vhd", ".vhdx", ".vdi"), ()
    ),
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

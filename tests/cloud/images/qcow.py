# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""QEMU's copy-on-write format, with whatever oddities its header can have.

From the start: header, level 1 table, level 2 tables, content, reference counts, each
beginning with a new cluster. https://qemu-project.gitlab.io/qemu/interop/qcow2.html
"""

import struct
from collections.abc import Sequence

MAGIC = b"QFI\xfb"
HEADER_BYTES = {2: 72, 3: 104}
REFCOUNT_ORDER = 4  # Of 2 ** 4 bits each.
COPIED = 1 << 63
DATA_FILE_FEATURE = 1 << 2
DATA_FILE_NAME = 0x44415441


def qcow2(
    content: bytes,
    *,
    virtual_size: int | None = None,
    cluster_bits: int = 16,
    version: int = 3,
    backing_file: str | None = None,
    data_file: str | None = None,
    crypt_method: int = 0,
    incompatible_features: int = 0,
    header_length: int | None = None,
) -> bytes:
    """A qcow2 around ``content``, which starts a disk of ``virtual_size`` bytes.

    Clusters of zeros take no room. What else is given goes into the header as it is,
    whether or not the image is then a valid one: the path of a backing file or of an
    external data file, the encryption (1 is AES, 2 is LUKS), feature bits, the length
    that the header says it has.
    """
    size = 1 << cluster_bits
    virtual = max(virtual_size or 0, _up(len(content), 512) * 512)
    kept = _kept_clusters(content, size)
    l1_at, l1_entries = 1, _up(virtual, size * size // 8)
    l2_at = l1_at + _up(l1_entries * 8, size)
    l1, l2 = _mapping(sorted(kept), l1_entries, l2_at, size)
    refcounts_at = l2_at + len(l2) + len(kept)
    refcount_table, refcount_blocks = _refcounts(refcounts_at, size)

    name = (backing_file or "").encode()
    extensions = _extension(DATA_FILE_NAME, data_file) + bytes(8)
    name_at = HEADER_BYTES[version] + len(extensions)
    features = incompatible_features | (DATA_FILE_FEATURE if data_file else 0)
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        MAGIC,
        version,
        name_at if name else 0,
        len(name),
        cluster_bits,
        virtual,
        crypt_method,
        l1_entries,
        l1_at * size,
        refcounts_at * size,
        _up(len(refcount_table), size),
        0,
        0,
    )
    if version > 2:
        stated = header_length or HEADER_BYTES[version]
        header += struct.pack(">QQQII", features, 0, 0, REFCOUNT_ORDER, stated)
    parts = [header + extensions + name, l1, *l2, *kept.values()]
    parts += [refcount_table, refcount_blocks]
    return b"".join(part.ljust(_up(len(part), size) * size, b"\0") for part in parts)


def _up(amount: int, unit: int) -> int:
    """How many units hold the amount."""
    return -(-amount // unit)


def _kept_clusters(content: bytes, size: int) -> dict[int, bytes]:
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    return {number: piece for number, piece in enumerate(pieces) if any(piece)}


def _mapping(
    numbers: Sequence[int], l1_entries: int, l2_at: int, size: int
) -> tuple[bytes, list[bytes]]:
    """The level 1 table, and a level 2 table for each part that has any content."""
    per_table = size // 8
    parts = sorted({number // per_table for number in numbers})
    content_at = l2_at + len(parts)
    places = {number: content_at + index for index, number in enumerate(numbers)}
    tables = [
        _table([places.get(part * per_table + i) for i in range(per_table)], size)
        for part in parts
    ]
    table_places = {part: l2_at + index for index, part in enumerate(parts)}
    return _table([table_places.get(i) for i in range(l1_entries)], size), tables


def _table(places: Sequence[int | None], size: int) -> bytes:
    entries = [0 if place is None else place * size | COPIED for place in places]
    return struct.pack(f">{len(entries)}Q", *entries)


def _refcounts(used: int, size: int) -> tuple[bytes, bytes]:
    """Table and blocks that count each cluster once, ``used`` ones and their own."""
    per_block = size // 2
    blocks = 1
    while (total := used + _up(blocks * 8, size) + blocks) > blocks * per_block:
        blocks += 1
    first = total - blocks
    table = struct.pack(f">{blocks}Q", *((first + i) * size for i in range(blocks)))
    counts = struct.pack(f">{total}H", *[1] * total)
    return table, counts.ljust(blocks * size, b"\0")


def _extension(kind: int, text: str | None) -> bytes:
    if text is None:
        return b""
    content = text.encode()
    padded = content.ljust(_up(len(content), 8) * 8, b"\0")
    return struct.pack(">II", kind, len(content)) + padded

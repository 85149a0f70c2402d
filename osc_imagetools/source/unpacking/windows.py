# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How much memory it will take to unpack a file, by its first bytes.

zstd tells that in the header of a frame (RFC 8878, 3.1.1.1), xz in that of a block
(its file format, 3.1). What the first one says is told to people; the decoders
themselves hold every one of them to its limit.
"""

from __future__ import annotations

LARGE_WINDOW_BYTES = 64 << 20
"""What ``xz -9`` makes; more is said to the operator."""

_ZSTD_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_ZSTD_HEADER_BYTES = 4
_ZSTD_ONE_SEGMENT = 0x20

_XZ_BLOCK_AT = 12
_XZ_LZMA2 = 0x21
_XZ_COUNT = 0x03
_XZ_SIZES = (0x40, 0x80)


def window_bytes(name: str, head: bytes) -> int:
    """The window of what begins with *head*; 0 where that isn't told."""
    try:
        return _WINDOWS[name](head) if name in _WINDOWS else 0
    except IndexError:
        return 0


def _zstd(head: bytes) -> int:
    while int.from_bytes(head[:4], "little") in _ZSTD_SKIPPABLE:
        head = head[8 + int.from_bytes(head[4:8], "little") :]
    if head[_ZSTD_HEADER_BYTES] & _ZSTD_ONE_SEGMENT:
        return 0
    exponent, mantissa = divmod(head[_ZSTD_HEADER_BYTES + 1], 8)
    return (8 + mantissa) << (7 + exponent)


def _xz(head: bytes) -> int:
    flags = head[_XZ_BLOCK_AT + 1]
    at = _XZ_BLOCK_AT + 2
    for size in _XZ_SIZES:
        if flags & size:
            at = _after_number(head, at)
    for _ in range((flags & _XZ_COUNT) + 1):
        # The identifiers of the filters that there are take a byte
        if head[at] == _XZ_LZMA2:
            bits = head[at + 2]
            return (2 | bits & 1) << (bits // 2 + 11)
        at += 2 + head[at + 1]
    return 0


def _after_number(head: bytes, at: int) -> int:
    while head[at] & 0x80:
        at += 1
    return at + 1


_WINDOWS = {"zstd": _zstd, "xz": _xz}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How much may come out of an archive, and of how little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

LARGEST_RATIO = 1_100
"""Bytes out for a byte in: deflate's most is 1,028, a bomb in xz has 7,000."""

RATIO_FREE_BYTES = 256 << 20
"""So much may come out at any ratio: an empty disk compresses well."""

OTHER_MEMBERS_BYTES = 64 << 20
"""What an archive may hold beside the payload, by its own headers too."""


MAX_WINDOW_BYTES = 128 << 20
"""What ``zstd -d`` takes by itself, and twice what ``xz -9`` makes."""


class TooLargeError(OperatorError):
    """More came out of the source than is allowed."""


@dataclass(frozen=True)
class Limits:
    """How large a payload may get, and how much memory unpacking it may take."""

    max_payload_bytes: int
    ratio_applies: bool = True
    """False when the operator gave a size: that then is the only limit."""
    max_window_bytes: int = MAX_WINDOW_BYTES
    """Of unpacked bytes that xz, LZMA and zstd keep at hand, to repeat from them."""


class Counted:
    """The same blocks; `size` is the number of bytes so far."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        self.size += len(block)
        return block


def within_size(blocks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The same blocks; `TooLargeError` instead of more than *most* bytes."""
    size = 0
    for block in blocks:
        size += len(block)
        if size > most:
            raise TooLargeError(
                _("The source contains more than %d bytes") % most,
                do=_("Use a larger --max-size if it really is that large"),
            )
        yield block


def within_ratio(
    blocks: Iterator[bytes], packed: Counted, limits: Limits
) -> Iterator[bytes]:
    """The same blocks; `TooLargeError` when so much can't come of *packed*."""
    size = 0
    for block in blocks:
        size += len(block)
        check_ratio(size, packed.size, limits)
        yield block


def check_ratio(size: int, packed_bytes: int, limits: Limits) -> None:
    """Raise `TooLargeError` where *size* bytes can't come of so few."""
    if (
        limits.ratio_applies
        and size > RATIO_FREE_BYTES
        and size > packed_bytes * LARGEST_RATIO
    ):
        raise TooLargeError(
            _("The source looks like a decompression bomb"),
            _("%(packed)d bytes unpack to %(size)d or more")
            % {"packed": packed_bytes, "size": size},
            _("If it really is such an empty disk, set its size with --max-size"),
        )

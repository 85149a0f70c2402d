# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image in a container that Glance knows: stored whole, not looked into."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.i18n import _
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.disk.inspect import FormatError, refuse_empty
from osc_imagetools.source.unpacking.magic import MAGIC_BYTES, layer

_DISK_FORMATS = {"ova": "vmdk"}
"""What is in them if nobody says otherwise."""


class Contained:
    """The same blocks as *blocks*; for the rest what `Inspected` has."""

    def __init__(
        self, blocks: Iterator[bytes], *, container_format: str, disk_format: str | None
    ) -> None:
        self.size = 0
        self.disk_format = disk_format or _DISK_FORMATS.get(container_format, "raw")
        self.virtual_size: int | None = None
        self.warnings: list[str] = []
        self._container_format = container_format
        self._packed_as: str | None = None
        self._blocks = self._watched(Blocks(blocks))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        self.size += len(block)
        return block

    def check(self) -> None:
        """Raise `FormatError` if it isn't the container that it is said to be."""
        if self._container_format == "ova" and self._packed_as != "tar":
            if self._packed_as:
                why = _("an OVA is a tar archive, and this is %s") % self._packed_as
            else:
                why = _("an OVA is a tar archive, and this is none")
            raise FormatError(
                _("The source is not an OVA"),
                why,
                _("Remove --container-format"),
            )

    def finish(self) -> None:
        """The same at its end, where the size of what was stored is known."""
        refuse_empty(self.size)
        self.check()

    def _watched(self, blocks: Blocks) -> Iterator[bytes]:
        self._packed_as = layer(blocks.peek(MAGIC_BYTES))
        yield from blocks

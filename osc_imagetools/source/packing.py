# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the image in a source may be, and how it gets out: what was said about it."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.source.limits import Limits

BARE = "bare"
"""Glance's name for an image that is in no container of its own."""


@dataclass(frozen=True)
class Packing:
    """From the bytes that are served to those that are stored."""

    limits: Limits
    disk_format: str | None = None
    """What the bytes have to be; ``None``: what they are."""
    is_presumed: bool = False
    """Whether that is what the family has, and no person has said it."""
    member: str | None = None
    """A glob: which file of an archive."""
    unpack: bool = True
    """False: what is served is stored, whatever it is packed in."""
    container_format: str = BARE
    """Glance's name; what is in a container that isn't bare is stored as served, and
    not inspected: Glance doesn't either."""
    convert: str | None = None
    """``raw`` or ``qcow2``; ``None``: as it is. (``auto`` is for whoever knows the
    store to decide.)"""
    tmpdir: str | None = None
    """Where to copy what can't be read as it comes."""

    @property
    def is_unpacked(self) -> bool:
        """Whether what an image is packed in is taken off."""
        return self.unpack and self.container_format == BARE

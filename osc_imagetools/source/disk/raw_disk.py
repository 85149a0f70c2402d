# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether bytes without a format of their own may be stored as a raw disk.

Raw is what no table knows: everything can be taken for it. So it is what looks like a
disk, or what a person says that it is.
"""

from __future__ import annotations

from enum import Enum

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.disk import known
from osc_imagetools.source.disk.errors import FormatError


class Evidence(Enum):
    """What it takes to be a raw disk."""

    LOOKS = "a mark of a disk"
    WORD = "a person's word, except for a text: nobody has a disk of that"
    NONE = "nothing: it was the disk in an image of another format"


def refuse_unlike_a_disk(head: bytes, evidence: Evidence) -> None:
    """Raise `FormatError` for an image that begins with *head* and may not be raw.

    *head* is all of it, or the first 256 KiB.
    """
    if evidence is not Evidence.NONE and (said := known.text(head)):
        raise FormatError(
            _("The image is not a disk"),
            _("it is %s") % printable(said),
            _("Check what the URL serves: it may be an error page or a placeholder"),
        )
    if evidence is Evidence.LOOKS:
        _refuse_unlikely(head)


def doubt(head: bytes) -> str | None:
    """What an operator should know of an image that is raw by somebody's word."""
    name = known.foreign(head)
    return (
        _("The image is stored as raw though it looks like %s") % name if name else None
    )


def _refuse_unlikely(head: bytes) -> None:
    if name := known.foreign(head):
        raise FormatError(
            _("The image is not a disk"),
            _("its bytes are %s") % name,
            _(
                "Import the disk that is in it; to store these bytes unchanged, use "
                "--disk-format raw"
            ),
        )
    if not known.disk(head):
        raise FormatError(
            _("The image does not look like a disk"),
            _("it is blank at its start")
            if not any(head)
            else _(
                "it has no partition table, no boot sector and no known file system"
            ),
            _("Check that it is the right file; if it is, use --disk-format raw"),
        )

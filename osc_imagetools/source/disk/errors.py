# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the bytes of an image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable


class FormatError(OperatorError):
    """The bytes are no disk image, or not the one that was declared."""


class UnsafeImageError(OperatorError):
    """Storing or booting the image could read what it must not, or can't work."""


def damaged(why: str) -> FormatError:
    """The error for an image whose own format is broken."""
    return FormatError(
        _("The image is damaged"),
        why,
        _("Compare it with the file from another mirror"),
    )


def unsafe(name: str, why: str) -> UnsafeImageError:
    """The error for an image of the format *name* that must not be stored."""
    return UnsafeImageError(
        _("The image is not safe as %s") % name,
        why,
        _(
            "Get an image that needs no other file, or convert this one if you trust "
            "its vendor"
        ),
    )


@contextmanager
def understood() -> Iterator[None]:
    """Turn what oslo's inspectors raise for damaged images into `FormatError`."""
    try:
        yield
    # They are given whatever strangers make up, and raise whatever that leads to
    except Exception as error:
        why = _("its format can't be read: %s") % printable(str(error))
        raise damaged(why) from error

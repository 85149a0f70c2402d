# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of a tar that can't be read."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _


class TarError(OperatorError):
    """The tar is damaged, incomplete, or not one that we read."""


def damaged(why: str) -> TarError:
    """The error for a tar of which *why* is true."""
    return TarError(
        _("The source can't be unpacked as tar"),
        why,
        _(
            "The file is damaged or was not fetched completely: compare it with the "
            "file from another mirror"
        ),
    )


def too_early() -> TarError:
    """The error for a tar that ends before it should."""
    return damaged(_("it ends too early"))


def beyond_us(why: str) -> TarError:
    """The error for a tar that may be sound, but that isn't read here."""
    return TarError(
        _("The source can't be unpacked as tar"),
        why,
        _("Unpack it manually and import the image itself"),
    )

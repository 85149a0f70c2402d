# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How long the ID of a version stays valid, as ``uuid_validity`` of scs-0102 promises.

It is a floor under retention, and never a reason to delete anything.
"""

from __future__ import annotations

from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.model.image import Image

MOST_DIGITS = 6
"""Of a number of versions: what is longer is none."""

_LAST = "last-"


def promised(image: Image, validity: str | None, place: int, now: datetime) -> str:
    """Why the ID of *image* has to stay valid, in words; empty where it need not.

    *validity* is what the family says, and *place* that of the version, where the
    current one has 1. What can't be read promises everything.
    """
    words = {"name": properties.UUID_VALIDITY, "value": validity}
    told = _("%(name)s is %(value)s") % words
    if validity in (None, "", "none"):
        return ""
    if validity == "forever":
        return told
    if validity == "notice":
        # The date is the notice.
        if image.moment(properties.DELETE_AT) is not None:
            return ""
        return (
            _("%(name)s is %(value)s, and no date of its deletion is announced") % words
        )
    if validity.startswith(_LAST):
        number = validity.removeprefix(_LAST)
        if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS:
            return told if place <= int(number) else ""
    elif until := parse_time(validity):
        return told if now.date() <= until.date() else ""
    return _("%(name)s can't be read: %(value).60r") % words

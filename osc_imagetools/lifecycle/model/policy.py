# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's owner wants for it: read from its current version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image

MOST_DIGITS = 6
"""Of a number of versions: what is longer is none."""


@dataclass(frozen=True)
class Policy:
    """The policy of a family; ``None`` is what isn't said, or can't be read."""

    keep: int | None = None
    """How many previous versions to keep, 1 or more; the current one isn't counted."""
    delete_after: Duration | None = None
    """How long after it was retired a version is deleted."""
    unused_for: Duration | None = None
    """How long no server may have been started from a version that is deleted."""
    end_at: datetime | None = None
    """When the family ends."""
    replace_frequency: str | None = None
    provided_until: str | None = None
    uuid_validity: str | None = None
    """In the words of scs-0102, as they stand there."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """By the name of the property that it can't be read, in words."""

    @property
    def faults(self) -> tuple[str, ...]:
        """What can't be read, in words."""
        return tuple(self.unreadable.values())

    @classmethod
    def on(cls, image: Image) -> Policy:
        """What *image* says."""
        keep = _keep(image)
        delete_after = _duration(image, properties.DELETE_AFTER)
        unused_for = _duration(image, properties.UNUSED_FOR)
        end_at = image.moment(properties.END_AT)
        read = {
            properties.KEEP: keep,
            properties.DELETE_AFTER: delete_after,
            properties.UNUSED_FOR: unused_for,
            properties.END_AT: end_at,
        }
        return cls(
            keep=keep,
            delete_after=delete_after,
            unused_for=unused_for,
            end_at=end_at,
            replace_frequency=image.text(properties.REPLACE_FREQUENCY),
            provided_until=image.text(properties.PROVIDED_UNTIL),
            uuid_validity=image.text(properties.UUID_VALIDITY),
            unreadable={
                name: _("%(name)s can't be read: %(value).60r")
                % {"name": name, "value": image.fields[name]}
                for name, value in read.items()
                if name in image.fields and value is None
            },
        )


def policy_holder(family: Family) -> Image | None:
    """The version that holds the policy: the latest, else one not published yet."""
    return family.latest or (family.versions[-1] if family.versions else None)


def policy_of(image: Image) -> dict[str, str]:
    """The policy of the family, as it stands on *image*."""
    return {
        name: text
        for name in properties.POLICY
        if (text := image.text(name)) is not None
    }


def _keep(image: Image) -> int | None:
    text = image.text(properties.KEEP) or ""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        return None
    return int(text) or None


def _duration(image: Image, name: str) -> Duration | None:
    try:
        return Duration.parse(image.text(name) or "")
    except ValueError:
        return None

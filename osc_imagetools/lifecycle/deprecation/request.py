# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody wants of a deprecation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.state import State


@dataclass(frozen=True)
class DeprecateRequest:
    """What somebody wants of a deprecation."""

    state: State = State.DEPRECATED
    replacement: str | None = None
    """As it is stored: an ID or ``family:<name>``; found fit already."""
    reason: str | None = None
    dates: Mapping[str, datetime | Duration] = field(default_factory=dict)
    """By the name of the property."""
    hidden: bool | None = None
    visibility: str | None = None
    is_confirmed: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)
    """By ID why somebody may need an image, in words; empty for one that is unused.

    Only of images whose use was asked about.
    """

    @property
    def durations(self) -> frozenset[str]:
        """The names of the dates that were given as a duration from now."""
        is_length = {
            name: isinstance(date, Duration) for name, date in self.dates.items()
        }
        return frozenset(name for name, holds in is_length.items() if holds)

    def moments(self, now: datetime) -> dict[str, datetime]:
        """Its dates; raises `ValueError` beyond the year 9999."""
        return {
            name: date.after(now) if isinstance(date, Duration) else date
            for name, date in self.dates.items()
        }

    def fault(self, now: datetime) -> str | None:
        """What can't be meant by it, in words; `ValueError` beyond the year 9999."""
        moments = self.moments(now)
        deprecated = moments.get(properties.DEPRECATED_AT)
        obsolete = moments.get(properties.OBSOLETE_AT)
        if deprecated and deprecated > now and self._wants_something_now:
            return _(
                "a deprecation in the future leaves the image unchanged until then: "
                "do not set its state, hiding or visibility"
            )
        if self.state is State.OBSOLETE and obsolete and obsolete > now:
            return _("it can't be obsolete both now and at a date in the future")
        return None

    @property
    def _wants_something_now(self) -> bool:
        wishes = (self.hidden, self.visibility)
        return self.state is State.OBSOLETE or wishes != (None, None)

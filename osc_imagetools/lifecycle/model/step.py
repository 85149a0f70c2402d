# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shall be done, step by step, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    step: str
    """What it does, in a few words: a fixed set, so that scripts can look for it."""
    what: str
    """To which thing, in words."""
    reason: str
    image: str | None = None
    """The ID of that thing, if it is an image or becomes one."""

    @classmethod
    def on(cls, step: str, image: Image, reason: str, more: str = "") -> Step:
        """What is done to *image*, which is named by its version or else its name.

        *more* says what it becomes.
        """
        label = image.version
        named = _("version %s") % label if label else image.name
        return cls(step, f"{named}{more}", reason, image.id)

    def as_row(self) -> dict[str, str | None]:
        """As machines read it."""
        return asdict(self)

    def __str__(self) -> str:
        which = f" ({self.image})" if self.image else ""
        return f"{self.step} {self.what}{which}: {self.reason}"

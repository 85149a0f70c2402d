# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is not known of the use of images, and of which images it leaves that open.

Why, each module of `osc_imagetools.usage` says in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import undo_record

CLOCKS_DIFFER = timedelta(minutes=5)
"""At most so far are those of a cloud's services apart."""


class Reach(str, Enum):
    """Which uses of an image may have been missed."""

    ALL = "all"
    OTHER_PROJECTS = "other projects"
    """Those by other projects than the one that asked."""
    ONE_VOLUME = "one volume"
    """That of one volume, which doesn't say yet what it is made from."""


@dataclass(frozen=True)
class Gap:
    """Why it isn't known whether something uses an image."""

    service: str
    """Its name for people, such as ``compute``."""
    why: str
    reach: Reach = Reach.ALL
    project: str = ""
    """The one that asked, or the one of the volume; empty where that isn't told."""
    since: datetime | None = None
    """When the volume was made."""

    def concerns(self, image: Image) -> bool:
        """Whether it leaves the use of *image* open."""
        if self.reach is Reach.ALL:
            return True
        if self.reach is Reach.OTHER_PROJECTS:
            return not is_confined(image, self.project)
        if self._is_older_than(image):
            return False
        is_private = image.visibility == "private"
        return not (is_private and self.project not in ("", image.owner))

    def _is_older_than(self, image: Image) -> bool:
        """Whether the volume was made before there was such an image."""
        if self.since is None or image.created_at is None:
            return False
        return self.since < image.created_at - CLOCKS_DIFFER

    def __str__(self) -> str:
        return f"{self.service}: {self.why}"


def is_confined(image: Image, project: str) -> bool:
    """Whether nobody but *project* can have made anything from *image*.

    Not if its deprecation made it private: then others may have used it before.
    """
    was_wider = (undo_record(image) or {}).get("visibility") not in (None, "private")
    is_own = image.owner == project and image.visibility == "private"
    return is_own and not was_wider

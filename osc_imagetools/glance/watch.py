# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that several jobs wait for at a time, looked at with one listing for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from osc_imagetools.lifecycle.model.image import GONE, Image

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images

FRESH_SECONDS = 1.0
"""So old may a listing be that another job has asked for."""

IDS_AT_ONCE = 50
"""In one request: a URL of under 2 KiB passes everywhere."""


class Watch:
    """The hidden images of *images* that somebody waits for."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._lock = threading.Lock()
        self._watched: set[str] = set()
        self._seen: dict[str, Image] = {}
        self._seen_at = 0.0

    @contextmanager
    def on(self, image: Image) -> Iterator[None]:
        """Within, *image* is waited for: `look` finds it as it is from now on."""
        with self._lock:
            self._watched.add(image.id)
            self._seen.pop(image.id, None)
        try:
            yield
        finally:
            with self._lock:
                self._watched.discard(image.id)

    @property
    def is_shared(self) -> bool:
        """Whether several images are waited for."""
        return len(self._watched) > 1

    def look(self, image: Image) -> Image | None:
        """*image* as it was a second ago at most; ``None`` if it was deleted.

        Raises `GlanceError`.
        """
        with self._lock:
            if self.is_shared:
                self._list_unless_fresh(image)
                if (seen := self._seen.get(image.id)) is not None:
                    return seen
        # Alone; or it is gone, or somebody has made it visible.
        return self._images.get(image.id)

    def _list_unless_fresh(self, image: Image) -> None:
        now = self._images.machine.monotonic()
        if image.id in self._seen and now - self._seen_at < FRESH_SECONDS:
            return
        listed = self._listed(sorted(self._watched))
        self._seen = {one.id: one for one in listed if one.status not in GONE}
        self._seen_at = now

    def _listed(self, ids: Sequence[str]) -> Iterator[Image]:
        for first in range(0, len(ids), IDS_AT_ONCE):
            asked = ",".join(ids[first : first + IDS_AT_ONCE])
            yield from self._images.matching(id=f"in:{asked}", os_hidden="true")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A change to one image: as a JSON patch, and as the question whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from osc_imagetools.lifecycle.image import Image


@dataclass(frozen=True)
class Change:
    """What an image shall have and shall not have, all at once."""

    set: Mapping[str, Any] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    add_tags: frozenset[str] = frozenset()
    """Beside those that it bears when it is changed, whoever gave it those."""
    remove_tags: frozenset[str] = frozenset()

    def patch(self, image: Image) -> list[dict[str, Any]]:
        """The operations that are still missing on *image*; empty when none is.

        ``add`` sets or replaces; ``remove`` of what isn't there would be a 409.
        """
        operations: list[dict[str, Any]] = [
            {"op": "add", "path": f"/{_escape(name)}", "value": value}
            for name, value in self.set.items()
            if image.fields.get(name) != value
        ]
        operations += [
            {"op": "remove", "path": f"/{_escape(name)}"}
            for name in sorted(self.remove)
            if name in image.fields
        ]
        if (tags := self._tags(image)) != image.tags:
            operations.append({"op": "add", "path": "/tags", "value": sorted(tags)})
        return operations

    def is_seen_on(self, image: Image) -> bool:
        """Whether *image*, read back, shows all of it."""
        return not self.patch(image)

    def on(self, image: Image) -> Image:
        """*image* as it is read back once it has all of it."""
        fields = {**image.fields, **self.set, "tags": sorted(self._tags(image))}
        return Image.from_glance(
            {name: value for name, value in fields.items() if name not in self.remove}
        )

    def _tags(self, image: Image) -> frozenset[str]:
        return (image.tags | self.add_tags) - self.remove_tags


def _escape(name: str) -> str:
    """*name* as a JSON pointer's reference token (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A change to one image: as a JSON patch, and as the question whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from osc_imagetools.lifecycle.model.image import Image


@dataclass(frozen=True)
class Change:
    """What an image shall have and shall not have, all at once."""

    set: Mapping[str, Any] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    add_tags: frozenset[str] = frozenset()
    """In addition to those that it has when it is changed."""
    remove_tags: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    """What an image has only as long as the change is meant for it, by name.

    Glance looks when it carries the change out, however late that is: where one of
    them is missing it answers 409, and nothing of the change is applied. What the
    change sets of them is sent in any case, whatever was read.
    """
    marks: Mapping[str, str] = field(default_factory=dict)
    """Values by how the names of their properties begin.

    Each try of the change gives them an end of its own, unless the image has one that
    begins so. What requires the whole name doesn't take for it what another try of the
    same change leaves behind, which may arrive much later.
    """

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all, of whatever image."""
        tags = self.add_tags or self.remove_tags
        return not (self.set or self.remove or self.marks or tags)

    def fits(self, image: Image) -> bool:
        """Whether *image* has all that it must have for the change to be applied."""
        return self.requires <= image.fields.keys()

    def patch(self, image: Image, own: str = "") -> list[dict[str, Any]]:
        """The operations that are still missing on *image*; empty when none is.

        What is required comes first, as a ``replace`` by what it is; or, of what the
        change removes, as that ``remove``. *own* ends the names of the marks.
        """
        operations = self._missing(image, own)
        if not operations:
            return []
        kept = sorted(self.requires - self.remove)
        return [
            *(
                _replacing(name, self.set.get(name, image.fields.get(name)))
                for name in kept
            ),
            *(one for one in operations if one["path"] not in map(_path, kept)),
        ]

    def _missing(self, image: Image, own: str = "") -> list[dict[str, Any]]:
        """What *image* has not got yet.

        ``add`` sets or replaces; ``remove`` of what isn't there would be a 409.
        """
        operations: list[dict[str, Any]] = [
            {"op": "add", "path": _path(name), "value": value}
            for name, value in {**self.set, **self._unmarked(image, own)}.items()
            if image.fields.get(name) != value
        ]
        operations += [
            {"op": "remove", "path": _path(name)}
            for name in sorted(self.remove)
            if name in image.fields
        ]
        if (tags := self._tags(image)) != image.tags:
            operations.append({"op": "add", "path": "/tags", "value": sorted(tags)})
        return operations

    def is_seen_on(self, image: Image) -> bool:
        """Whether *image*, read back, shows all of it."""
        return not self._missing(image)

    def on(self, image: Image) -> Image:
        """*image* as it is read back once it has all of it."""
        told = {**self.set, **self._unmarked(image)}
        fields = {**image.fields, **told, "tags": sorted(self._tags(image))}
        return Image.from_glance(
            {name: value for name, value in fields.items() if name not in self.remove}
        )

    def _unmarked(self, image: Image, own: str = "") -> dict[str, str]:
        """The marks that *image* has not got, by their names."""
        return {
            f"{begin}{own}": value
            for begin, value in self.marks.items()
            if not any(name.startswith(begin) for name in image.fields)
        }

    def _tags(self, image: Image) -> frozenset[str]:
        return (image.tags | self.add_tags) - self.remove_tags


def _replacing(name: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": _path(name), "value": value}


def _path(name: str) -> str:
    """*name* as a JSON pointer (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")

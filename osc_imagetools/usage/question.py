# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the services are asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

FEW = 8
"""Up to so many images the services are asked for each; else for all that they have."""


@dataclass(frozen=True)
class Question:
    """Who uses these images?"""

    images: frozenset[str]
    """Their IDs."""
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By name the IDs of the images: a cluster template may say either."""
    own: str = ""
    """ID of the project of the session."""
    all_projects: bool | None = None
    """Whether those of all projects count; ``None``: if the user may ask for them."""
    each: bool = False
    """Whether each use is wanted, and not only how many there are."""

    @property
    def is_of_few(self) -> bool:
        """Whether to ask for each image by itself."""
        return len(self.images) <= FEW

    def meant_by(self, text: object) -> Collection[str]:
        """The IDs of the images that *text*, a name or an ID, may mean."""
        if not isinstance(text, str):
            return ()
        return {text} if text in self.images else self.names.get(text, ())

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One row of a plan: what an image gets, and why; or what is due, and can't be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.usage.verdict import Usage


class Action(str, Enum):
    """What an image gets: a fixed set, so that scripts can look for it."""

    KEEP = "keep"
    REPAIR = "repair"
    """Another version of its family is the one that a lookup is to find, or this."""
    RESTORE = "restore"
    """A run that was deleting it has died, and it is no longer to be deleted."""
    DEPRECATE = "deprecate"
    OBSOLETE = "make obsolete"
    REPOINT = "repoint"
    """Its replacement is about to be deleted."""
    DELETE = "delete"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Item:
    """What is due for one image, or why it is kept."""

    action: Action
    image: Image
    reason: str
    hindrance: str = ""
    """Why it isn't done although it is due; empty where it is."""
    usage: Usage | None = None
    """What is known of its use, where that was asked."""
    deprecation: DeprecateRequest | None = None
    """How it is deprecated or made obsolete."""
    change: Change | None = None
    """What repoints it."""
    going: str = ""
    """ID of the image that is about to be deleted, and that it is repointed from."""

    @property
    def is_due(self) -> bool:
        """Whether anything is to be done with the image."""
        return self.action is not Action.KEEP

    @property
    def is_planned(self) -> bool:
        """Whether that can be done."""
        return self.is_due and not self.hindrance

    @property
    def deletes(self) -> bool:
        """Whether the image is deleted."""
        return self.is_planned and self.action is Action.DELETE

    def hindered(self, why: str) -> Item:
        """The same, which is not done."""
        return replace(self, hindrance=why)


def kept(image: Image, reason: str, usage: Usage | None = None) -> Item:
    """*image* stays as it is."""
    return Item(Action.KEEP, image, reason, usage=usage)

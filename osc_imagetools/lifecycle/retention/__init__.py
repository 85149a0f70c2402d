# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is due for the versions of families, and what keeps them."""

from __future__ import annotations

from osc_imagetools.lifecycle.retention.item import Action, Item
from osc_imagetools.lifecycle.retention.plan import limited, plan
from osc_imagetools.lifecycle.retention.repointing import repointings
from osc_imagetools.lifecycle.retention.request import EnforceRequest
from osc_imagetools.lifecycle.retention.situation import Situation

__all__ = [
    "Action",
    "EnforceRequest",
    "Item",
    "Situation",
    "limited",
    "plan",
    "repointings",
]

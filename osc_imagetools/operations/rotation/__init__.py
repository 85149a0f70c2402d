# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A family goes on to another version: rotated, or rolled back."""

from __future__ import annotations

from osc_imagetools.operations.rotation.dry_run import (
    plan_rotation,
)
from osc_imagetools.operations.rotation.request import (
    ROLLED_BACK,
    ROTATED,
    STAGED,
    RollbackRequest,
    Rotated,
    RotateRequest,
)
from osc_imagetools.operations.rotation.rollback import (
    plan_rollback,
    rollback,
)
from osc_imagetools.operations.rotation.rotate import (
    rotate,
)

__all__ = [
    "ROLLED_BACK",
    "ROTATED",
    "STAGED",
    "RollbackRequest",
    "RotateRequest",
    "Rotated",
    "plan_rollback",
    "plan_rotation",
    "rollback",
    "rotate",
]

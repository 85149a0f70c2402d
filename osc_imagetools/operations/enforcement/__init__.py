# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is due for families: planned, and carried out."""

from __future__ import annotations

from osc_imagetools.operations.enforcement.enforce import (
    enforce,
)
from osc_imagetools.operations.enforcement.notify import (
    notify,
)
from osc_imagetools.operations.enforcement.order import (
    Enforced,
    EnforceOrder,
    Result,
    planned,
)
from osc_imagetools.operations.enforcement.plan import (
    plan_enforcement,
)

__all__ = [
    "EnforceOrder",
    "Enforced",
    "Result",
    "enforce",
    "notify",
    "plan_enforcement",
    "planned",
]

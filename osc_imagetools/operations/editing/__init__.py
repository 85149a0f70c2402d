# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images and families of which something is said, or said no more."""

from __future__ import annotations

from osc_imagetools.operations.editing.adopt import (
    adopt,
    rename_newest,
)
from osc_imagetools.operations.editing.deprecate import (
    Wanted,
    deprecate,
    reinstate,
)
from osc_imagetools.operations.editing.replacement import (
    Replacement,
)
from osc_imagetools.operations.editing.settings import (
    change_family,
    change_images,
    set_images,
)

__all__ = [
    "Replacement",
    "Wanted",
    "adopt",
    "change_family",
    "change_images",
    "deprecate",
    "reinstate",
    "rename_newest",
    "set_images",
]

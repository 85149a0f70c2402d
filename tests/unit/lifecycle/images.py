# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images as Glance shows them, for tests of what decides."""

from __future__ import annotations

from typing import Any

from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project

OWNER = "0123456789abcdef0123456789abcdef"

HERE = Project(OWNER)
ELSEWHERE = Project(OWNER, is_elsewhere=True)
"""As an admin works for it, whose session is for another project."""


def shown(image_id: str = "one", **fields: Any) -> Image:
    """An active, visible image of `OWNER`, with *fields* as it shows them."""
    return Image.from_glance(
        {
            "id": image_id,
            "name": "debian-13",
            "owner": OWNER,
            "status": "active",
            "visibility": "shared",
            "os_hidden": False,
            "tags": [],
            **fields,
        }
    )


def managed(image_id: str, generation: int, **fields: Any) -> Image:
    """A version of the family debian-13 that our properties were written for."""
    return shown(
        image_id,
        **{
            "lifecycle_id": image_id,
            "lifecycle_family": "debian-13",
            "lifecycle_version": f"2026030{generation}",
            "lifecycle_generation": str(generation),
            **fields,
        },
    )

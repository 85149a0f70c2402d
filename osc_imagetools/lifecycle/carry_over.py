# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's next version takes over from its current one, and what it never does.

One table decides. What it doesn't name is a property that somebody gave the family, and
goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from osc_imagetools.lifecycle import properties, settings
from osc_imagetools.lifecycle.image import Image


@dataclass(frozen=True)
class Left:
    """Fields that stay behind, by name or by pattern, and why."""

    names: tuple[str, ...]
    why: str


OF_A_BUILD = (properties.IMAGE_SOURCE, properties.BUILD_DATE, "patchlevel")

OF_A_SNAPSHOT = (
    "base_image_ref",
    "image_type",
    "instance_uuid",
    "boot_roles",
    "image_location",
    "image_state",
    "user_id",
    "owner_user_name",
    "owner_project_name",
    "block_device_mapping",
    "bdm_v2",
    "root_device_name",
)
"""What an image that Nova made is rid of before it becomes a version."""

NEVER = (
    Left(
        ("id", "name", "owner", "status", "os_hidden", "visibility", "protected"),
        "Glance's own: what a version is, is decided for each",
    ),
    Left(
        ("tags", "min_disk", "min_ram", "disk_format", "container_format"),
        "carried over as what they are, not as properties",
    ),
    Left(
        ("checksum", "os_hash_*", "size", "virtual_size"),
        "they tell the bytes of one image",
    ),
    Left(
        ("created_at", "updated_at", "file", "schema", "self"),
        "they tell the record of one image",
    ),
    Left(("stores", "locations", "direct_url"), "they tell where its bytes lie"),
    Left(("os_glance_*",), "Glance refuses them from anybody else"),
    Left(("img_signature*", "signature_verified"), "they sign the bytes of one image"),
    Left(("owner_specified.*",), "the SDK's digests of the bytes of one image"),
    Left(
        ("cinder_encryption_key_*",),
        "with the old image its key would be deleted under the new one",
    ),
    Left(
        OF_A_SNAPSHOT,
        "Nova writes them into a snapshot: they tell the server it was made of",
    ),
    Left(OF_A_BUILD, "every build has its own"),
)
"""What no version takes over, beside properties of ours that aren't policy."""

POLICY = (
    *settings.POLICY,
    properties.FAMILY_TAG,
    properties.BLOCKED,
    properties.HISTORY,
)
"""What is said of the family: it stands on its current version, and moves with it."""


def goes_on(name: str) -> bool:
    """Whether the next version takes over the field *name*."""
    if name in POLICY:
        return True
    if name.startswith(properties.PREFIX):
        return False
    return not any(
        fnmatchcase(name, pattern) for left in NEVER for pattern in left.names
    )


def carried_properties(image: Image) -> dict[str, str]:
    """The properties that the next version takes over from *image*."""
    return {
        name: value
        for name, value in image.fields.items()
        if isinstance(value, str) and goes_on(name)
    }


def carried_tags(image: Image) -> frozenset[str]:
    """Its tags but ours, which every version gets by itself."""
    return image.tags - {properties.TAG}


def policy_of(image: Image) -> dict[str, str]:
    """The policy of the family, as it stands on *image*."""
    return {name: text for name in POLICY if (text := image.text(name)) is not None}


def without_outdated(
    carried: Mapping[str, str], told: Mapping[str, str], told_anew: Mapping[str, str]
) -> dict[str, str]:
    """Those *carried*, but for what the new version's URL tells anew by its name.

    Of what the old one's URL has *told*, not of what somebody gave: an ``os_version``
    follows its source.
    """
    return {
        name: text
        for name, text in carried.items()
        if name not in told_anew or told.get(name) != text
    }

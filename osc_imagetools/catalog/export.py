# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions that say what there is: a site begins with these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder, policy_of
from osc_imagetools.lifecycle.rotation.inheritance import (
    carried_min_disk,
    carried_properties,
    carried_tags,
)

LOGIN = "image_original_user"

_FIELDS = {
    properties.DELETE_AFTER: "delete_after",
    properties.UNUSED_FOR: "unused_for",
    properties.END_AT: "end_at",
}
"""Of the policy, by property, where the value is the same."""

_FETCHED = ("https://", "http://")

Members = Mapping[str, Iterable[str]]
"""By the ID of an image the projects that it is shared with."""


def exported(families: Iterable[Family], members: Members) -> dict[str, Any]:
    """What a file of definitions says of all that have a current version."""
    shown = [(family, family.current) for family in families]
    return {
        "images": [
            _defined(family, current, members.get(current.id, ()))
            for family, current in shown
            if current is not None
        ]
    }


def _defined(family: Family, current: Image, members: Iterable[str]) -> dict[str, Any]:
    versions = [*_versions(current)]
    login = current.text(LOGIN)
    told: dict[str, Any] = {
        "name": family.name,
        # What has no URL can't be brought in anew: it is named, and left alone.
        "enable": bool(versions),
        "multi": True,
        "format": current.disk_format,
        "login": login,
        "status": current.status,
        "visibility": current.visibility,
        "min_disk": carried_min_disk(current),
        "min_ram": int(current.fields.get("min_ram") or 0),
        **_policy(family),
        "tags": sorted(carried_tags(current) - {current.text(properties.FAMILY_TAG)}),
        "members": sorted(members),
        "meta": _meta(current),
        "versions": versions,
    }
    return {name: value for name, value in told.items() if _says(name, value)}


def _says(name: str, value: Any) -> bool:
    return value not in (None, 0, []) or name in ("enable", "versions")


def _versions(current: Image) -> Iterable[dict[str, Any]]:
    url = current.text(properties.IMAGE_SOURCE) or ""
    if not url.startswith(_FETCHED):
        return
    digest, _, _scope = (current.text(properties.PUBLISHED_DIGEST) or "").partition(" ")
    told = {
        "version": current.version,
        "url": url,
        "checksum": digest or None,
        "build_date": current.text(properties.BUILD_DATE),
    }
    yield {name: value for name, value in told.items() if value}


def _policy(family: Family) -> dict[str, Any]:
    holder = policy_holder(family)
    said = policy_of(holder) if holder else {}
    told: dict[str, Any] = {
        _FIELDS[name]: said[name] for name in _FIELDS if name in said
    }
    keep = said.get(properties.KEEP, "")
    return {**({"keep": int(keep)} if keep.isdecimal() else {}), **told}


def _meta(current: Image) -> dict[str, str]:
    own = (*_FIELDS, properties.KEEP, properties.FAMILY_TAG)
    own = (*own, properties.BLOCKED, properties.HISTORY, LOGIN)
    return {
        name: value
        for name, value in sorted(carried_properties(current).items())
        if name not in own
    }

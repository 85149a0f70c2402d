# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The families of an image, by the rules of openstack-image-manager.

With ``multi: true`` that gives the image's name to the newest version, and keeps the
others under names with their label: they succeed one another, and so are one family.
With ``multi: false`` every version keeps a name of its own: each is a family.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from osc_imagetools.catalog.definitions.agreement import (
    is_rolling,
    long_name,
    versions_of,
)
from osc_imagetools.catalog.definitions.catalogue import (
    LATEST,
    CandidateDefinition,
    FamilyDefinition,
    VersionDefinition,
)
from osc_imagetools.catalog.definitions.fields import MOST_KEPT
from osc_imagetools.catalog.definitions.natural_order import natural_order
from osc_imagetools.catalog.definitions.records import ReadRecord
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration


def families_of(image: ReadRecord) -> tuple[FamilyDefinition, ...]:
    """The families that *image*, which has no fault, defines."""
    family = _family(image)
    versions = sorted(
        (_version(image, each) for each in versions_of(image)),
        key=lambda version: natural_order(version.label),
    )
    if is_rolling(image):
        return (_with_versions(family, *versions),)
    return tuple(
        replace(_with_versions(family, each), name=each.image_name, place=each.place)
        for each in versions
    )


def _with_versions(
    family: FamilyDefinition, *versions: VersionDefinition
) -> FamilyDefinition:
    """*family* with these, and the policy that the newest of them says."""
    said = versions[-1].properties if versions else {}
    policy = {**family.policy, **_policy(said)}
    plain = tuple(
        replace(each, properties=_plain(each.properties)) for each in versions
    )
    return replace(family, versions=plain, policy=policy)


def _family(image: ReadRecord) -> FamilyDefinition:
    said = _properties(image)
    return FamilyDefinition(
        name=image.get("name"),
        place=image.place,
        source=image.get("source"),
        candidate=_candidate(image.get("candidate")),
        is_enabled=image.get("enable", True),
        is_deactivated=image.get("status") == "deactivated",
        visibility=image.get("visibility"),
        disk_format=image.get("format"),
        min_disk=image.get("min_disk"),
        min_ram=image.get("min_ram"),
        properties=_plain(said),
        policy={**_policy(said), **_own_policy(image)},
        tags=_tags(image, said),
        checksum=image.get("checksum"),
        keyring=_path(image, image.get("keyring")),
        convert=image.get("convert"),
        stores=image.get("stores", ()),
        members=image.get("members", ()),
        shortname=image.get("shortname"),
        latest_url=image.get("latest_url"),
        latest_checksum_url=image.get("latest_checksum_url"),
    )


def _version(image: ReadRecord, version: ReadRecord) -> VersionDefinition:
    """With all properties, those of the policy among them."""
    label = version.get("version")
    checksum, checksum_url = _checksums(image, version)
    return VersionDefinition(
        label=label,
        url=version.get("url"),
        place=version.place,
        mirror_url=version.get("mirror_url"),
        checksum=checksum,
        checksum_url=checksum_url,
        build_date=version.get("build_date"),
        image_id=version.get("id"),
        visibility=version.get("visibility", image.get("visibility")),
        is_hidden=version.get("hidden"),
        properties={
            **_properties(image),
            **_os_version(image, version),
            **_meta(version),
        },
        image_name=long_name(image, label),
    )


def _checksums(image: ReadRecord, version: ReadRecord) -> tuple[str | None, str | None]:
    """The checksum of *version*, or else the URL of a list that has it.

    What serves other bytes from time to time has its checksum in a list.
    """
    listed = version.get("checksums_url") or version.get("checksum_url")
    told = version.get("checksum")
    if listed and (told is None or version.get("version") == LATEST):
        return None, listed
    return told or (None if listed else image.get("checksum")), None


def _meta(entry: ReadRecord) -> Mapping[str, str]:
    meta = entry.get("meta")
    return meta.values if meta else {}


def _properties(image: ReadRecord) -> dict[str, str]:
    """Those of whatever version, as they are stored."""
    login = image.get("login")
    return {
        "image_description": image.get("name"),
        **_meta(image),
        **({"image_original_user": login} if login else {}),
    }


def _os_version(image: ReadRecord, version: ReadRecord) -> dict[str, str]:
    """Of an image whose versions don't succeed one another, the label tells it."""
    if not is_rolling(image):
        return {"os_version": version.get("version")}
    told = version.get("os_version")
    return {"os_version": told} if told else {}


def _tags(image: ReadRecord, said: Mapping[str, str]) -> tuple[str, ...]:
    distro = said.get("os_distro")
    own = [f"os:{distro}"] if distro else []
    return tuple(dict.fromkeys([*image.get("tags", ()), *own]))


def _plain(said: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in said.items() if name not in properties.POLICY}


def _policy(said: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in said.items() if name in properties.POLICY}


def _own_policy(image: ReadRecord) -> dict[str, str]:
    """What the fields of an image say of it, as it is stored."""
    stored = {
        properties.KEEP: _kept(image.get("keep")),
        properties.DELETE_AFTER: image.get("delete_after"),
        properties.UNUSED_FOR: image.get("unused_for"),
        properties.END_AT: _time(image.get("end_at")),
    }
    return {name: text for name, text in stored.items() if text}


def _kept(value: Any) -> str | None:
    if value is True:
        return str(MOST_KEPT)
    return str(value) if value else None


def _time(value: datetime | None) -> str | None:
    return format_time(value) if value else None


def _candidate(entry: ReadRecord | None) -> CandidateDefinition | None:
    if entry is None:
        return None
    told = entry.get("promote_after")
    promote_after = Duration.parse(told) if told else None
    return CandidateDefinition(entry.get("name"), promote_after)


def _path(image: ReadRecord, path: str | None) -> str | None:
    """Where *path*, said in a file, is: as seen from the folder of that file."""
    if path is None:
        return None
    folder = os.path.dirname(image.place.file)
    return os.path.join(folder, os.path.expanduser(path))

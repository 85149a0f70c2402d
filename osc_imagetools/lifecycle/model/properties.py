# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The one table of properties: ours, those of standards we write, and others'.

A name is ours only where neither the Sovereign Cloud Stack image metadata
standard (scs-0102) nor Glance's own metadata definitions have one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache

from osc_imagetools.i18n import _

PREFIX = "lifecycle_"
"""What every property of ours starts with."""

FAILED_IN = "os_glance_failed_import"
"""Glance's own: the stores, with commas, in which an import failed."""

IMPORT_TASK = "os_glance_import_task"
"""Glance's own: there as long as a task of an import is at work."""

TAG = "lifecycle"
"""The tag of every managed image: it narrows a listing, it proves nothing."""

ID = "lifecycle_id"
FAMILY = "lifecycle_family"
VERSION = "lifecycle_version"
GENERATION = "lifecycle_generation"
STATE = "lifecycle_state"
PUBLISHED_AT = "lifecycle_published_at"
RETIRED_AT = "lifecycle_retired_at"
DEPRECATED_AT = "lifecycle_deprecated_at"
OBSOLETE_AT = "lifecycle_obsolete_at"
DELETE_AT = "lifecycle_delete_at"
REPLACEMENT = "lifecycle_replacement"
REASON = "lifecycle_reason"
HOLD = "lifecycle_hold"
BEFORE = "lifecycle_before"
SOURCE_DIGEST = "lifecycle_source_digest"
PUBLISHED_DIGEST = "lifecycle_published_digest"
SOURCE_ETAG = "lifecycle_source_etag"
SOURCE_SIZE = "lifecycle_source_size"
VERIFIED = "lifecycle_verified"
RUN = "lifecycle_run"
KEEP = "lifecycle_keep"
DELETE_AFTER = "lifecycle_delete_after"
UNUSED_FOR = "lifecycle_unused_for"
END_AT = "lifecycle_end_at"
FAMILY_TAG = "lifecycle_tag"
FAMILY_SOURCE = "lifecycle_source"
BLOCKED = "lifecycle_blocked"
HISTORY = "lifecycle_history"
ADDED = "lifecycle_added"
ADOPTING = "lifecycle_adopting"
DELETING = "lifecycle_deleting"
PROMOTED_FROM = "lifecycle_promoted_from"

COMING = "lifecycle_coming_"
"""With a generation behind it, and what no other try of it has: what the swap to that
is about to show."""

PROMOTED = f"{COMING}to_"
"""The mark of the same on the current version of another family, a candidate: that
family's own swaps, of other numbers, leave it there."""

LEAVING = "lifecycle_leaving_"
"""The mark of what a swap hides, until the new version was seen again."""

LISTED = "lifecycle_listed_"
"""The mark of the same until it is hidden."""

NUMBERING = "lifecycle_numbering_"
"""The mark of what is about to get the number behind it."""

WAY_OUT = frozenset(
    {
        DEPRECATED_AT,
        OBSOLETE_AT,
        DELETE_AT,
        RETIRED_AT,
        REPLACEMENT,
        REASON,
        BEFORE,
    }
)
"""What tells that a version is on its way out."""

IMAGE_SOURCE = "image_source"
BUILD_DATE = "image_build_date"
REPLACE_FREQUENCY = "replace_frequency"
PROVIDED_UNTIL = "provided_until"
UUID_VALIDITY = "uuid_validity"


class PropertyKind(Enum):
    """Of what a property tells; that decides what a family's next version does with it.

    One that stands in no table was given to the family by somebody: it is carried over.
    """

    VERSION = "of one version"
    """It stays with that."""
    FAMILY = "of the family"
    """Its policy: it stands on the current version, and moves with that."""
    BUILD = "of one build"
    """Every version has its own."""
    SNAPSHOT = "of a snapshot"
    """Nova wrote it: it tells the server that the image was made of."""
    BYTES = "of its bytes"
    """Those of the next version are others."""
    RECORD = "of its record"
    """Glance's own. Some is carried over, as what it is, which is no property."""


@dataclass(frozen=True)
class Property:
    """One name, or a pattern of names, who defined it, and what its value means."""

    name: str
    owner: str
    meaning: str
    kind: PropertyKind = PropertyKind.VERSION


TABLE = (
    Property(ID, "ours", "the image's own ID: the rest was written for this image"),
    Property(FAMILY, "ours", "the name under which its versions succeed one another"),
    Property(VERSION, "ours", "the label of this version, such as 20260301"),
    Property(GENERATION, "ours", "the number that orders the versions: 1, 2, 3"),
    Property(STATE, "ours", "importing, staged, active, deprecated or obsolete"),
    Property(PUBLISHED_AT, "ours", "when it became current, ISO 8601 in UTC"),
    Property(SOURCE_DIGEST, "ours", "sha256:<hex> of the bytes that the URL served"),
    Property(RETIRED_AT, "ours", "when it stopped being current, ISO 8601 in UTC"),
    Property(DEPRECATED_AT, "ours", "when it is no longer offered, past or future"),
    Property(OBSOLETE_AT, "ours", "when it no longer boots, past or future"),
    Property(DELETE_AT, "ours", "when it may be deleted, past or future"),
    Property(REPLACEMENT, "ours", "the ID of its successor, or family:<name>"),
    Property(REASON, "ours", "why it is deprecated: one line for people"),
    Property(HOLD, "ours", "why it is kept, whatever is due"),
    Property(BEFORE, "ours", "what its deprecation changed, in JSON"),
    Property(
        PUBLISHED_DIGEST,
        "ours",
        "<algorithm>:<hex> and its scope: what the vendor published, of the bytes "
        "on the wire or of the payload in them",
    ),
    Property(SOURCE_ETAG, "ours", "the ETag of a source without a published digest"),
    Property(SOURCE_SIZE, "ours", "bytes of a source without a published digest"),
    Property(VERIFIED, "ours", "how it was verified: sha256, sha512+pgp, none …"),
    Property(RUN, "ours", "present exactly while a run owns the record"),
    Property(
        ADDED, "ours", "what its adoption has added beside ours, by name, in JSON"
    ),
    Property(ADOPTING, "ours", "present exactly while a run adopts it: that run"),
    Property(
        DELETING,
        "ours",
        "present exactly while a run deletes it: that run, and what to restore, in "
        "JSON",
    ),
    Property(PROMOTED_FROM, "ours", "the family whose candidate it was before"),
    *(
        Property(name, owner, meaning, PropertyKind.FAMILY)
        for name, owner, meaning in (
            (KEEP, "ours", "how many previous versions to keep, 1 or more"),
            (DELETE_AFTER, "ours", "how long a retired version stays"),
            (UNUSED_FOR, "ours", "how long no server was started from what is deleted"),
            (END_AT, "ours", "when the family ends, ISO 8601 in UTC"),
            (FAMILY_TAG, "ours", "the tag that only the current version has"),
            (FAMILY_SOURCE, "ours", "where its builds are, without credentials"),
            (BLOCKED, "ours", "what was rolled back and does not come back, in JSON"),
            (HISTORY, "ours", "deleted versions with their dates, in JSON"),
            (REPLACE_FREQUENCY, "scs-0102", "how often a new version comes"),
            (PROVIDED_UNTIL, "scs-0102", "until when the family is offered"),
            (UUID_VALIDITY, "scs-0102", "how long a version's ID stays valid"),
        )
    ),
    *(
        Property(name, owner, meaning, PropertyKind.BUILD)
        for name, owner, meaning in (
            (IMAGE_SOURCE, "scs-0102", "where it came from, without credentials"),
            (BUILD_DATE, "scs-0102", "when the vendor built it, YYYY-MM-DD"),
        )
    ),
)
"""Every property that this project writes by itself."""

OTHERS = (
    Property("patchlevel", "scs-0102", "which patches it has", PropertyKind.BUILD),
    *(
        Property(name, "openstack-image-manager", meaning, PropertyKind.BUILD)
        for name, meaning in (
            ("internal_version", "its label for the version"),
            ("upstream_checksum", "the digest of what a URL has served"),
        )
    ),
    *(
        Property(name, "Nova", "the server that it was made of", PropertyKind.SNAPSHOT)
        for name in (
            *("base_image_ref", "image_type", "instance_uuid", "boot_roles"),
            *("image_location", "image_state", "user_id", "owner_user_name"),
            *("owner_project_name", "block_device_mapping", "bdm_v2"),
            "root_device_name",
        )
    ),
    Property(
        "img_signature*", "Glance", "the signature of its bytes", PropertyKind.BYTES
    ),
    Property(
        "signature_verified", "Glance", "whether that is right", PropertyKind.BYTES
    ),
    Property(
        "owner_specified.*", "the SDK", "digests of its bytes", PropertyKind.BYTES
    ),
    # With the old image its key would be deleted under the new one.
    Property(
        "cinder_encryption_key_*", "Cinder", "the key of its bytes", PropertyKind.BYTES
    ),
    *(
        Property(name, "Glance", "a field of every image", PropertyKind.RECORD)
        for name in (
            *("id", "name", "owner", "status", "os_hidden", "visibility", "protected"),
            *("tags", "min_disk", "min_ram", "disk_format", "container_format"),
            *("checksum", "os_hash_*", "size", "virtual_size"),
            *("created_at", "updated_at", "file", "schema", "self"),
            *("stores", "locations", "direct_url"),
        )
    ),
    Property("os_glance_*", "Glance", "refused from anybody else", PropertyKind.RECORD),
)
"""What others write, and is not carried over."""

ALL = (*TABLE, *OTHERS)


def of_kind(kind: PropertyKind) -> tuple[str, ...]:
    """The names, or patterns of names, of that *kind*."""
    return tuple(each.name for each in ALL if each.kind is kind)


POLICY = of_kind(PropertyKind.FAMILY)
OF_A_BUILD = of_kind(PropertyKind.BUILD)
OF_A_SNAPSHOT = of_kind(PropertyKind.SNAPSHOT)
OF_GLANCE = of_kind(PropertyKind.RECORD)


@lru_cache(maxsize=4096)
def is_carried_over(name: str) -> bool:
    """Whether the next version takes over the field *name*."""
    if name in POLICY:
        return True
    if name.startswith(PREFIX):
        return False
    return not any(fnmatchcase(name, each.name) for each in ALL)


def is_reserved(name: str) -> bool:
    """Whether a user may not set *name*: it is ours, or Glance's own."""
    return name.startswith((PREFIX, "os_glance"))


def alike(name: str) -> str:
    """What *name* is to a database that knows neither case nor accents, as MariaDB."""
    plain = unicodedata.normalize("NFKD", name)
    letters = (each for each in plain if not unicodedata.combining(each))
    return "".join(letters).casefold().rstrip()


def written_twice(names: Iterable[str]) -> str:
    """Two of *names* that a database can't tell apart, to be read; or nothing."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(alike(name), name)
        if other != name:
            return _("'%(one)s' and '%(other)s'") % {"one": other, "other": name}
    return ""

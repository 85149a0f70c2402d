# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The one table of property names: ours, and those of the standards we write.

A name is ours only where neither the Sovereign Cloud Stack image metadata
standard (scs-0102) nor Glance's own metadata definitions have one.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "lifecycle_"
"""What every property of ours starts with."""

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
END_AT = "lifecycle_end_at"
FAMILY_TAG = "lifecycle_tag"
BLOCKED = "lifecycle_blocked"
HISTORY = "lifecycle_history"

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


@dataclass(frozen=True)
class Property:
    """One name, who defined it, and what its value means."""

    name: str
    owner: str
    meaning: str


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
    Property(REASON, "ours", "why it is on its way out: one line for people"),
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
    Property(KEEP, "ours", "policy: how many previous versions to keep, 1 or more"),
    Property(DELETE_AFTER, "ours", "policy: how long a retired version stays"),
    Property(END_AT, "ours", "policy: when the family ends, ISO 8601 in UTC"),
    Property(FAMILY_TAG, "ours", "policy: the tag that only the current version has"),
    Property(BLOCKED, "ours", "policy: what was rolled back and stays out, in JSON"),
    Property(HISTORY, "ours", "deleted versions with their dates, in JSON"),
    Property(IMAGE_SOURCE, "scs-0102", "where it came from, without credentials"),
    Property(BUILD_DATE, "scs-0102", "when the vendor built it, YYYY-MM-DD"),
    Property(REPLACE_FREQUENCY, "scs-0102", "policy: how often a new version comes"),
    Property(PROVIDED_UNTIL, "scs-0102", "policy: until when the family is offered"),
    Property(UUID_VALIDITY, "scs-0102", "policy: how long a version's ID stays valid"),
)
"""Every property that this project writes by itself."""


def is_reserved(name: str) -> bool:
    """Whether a user may not set *name*: it is ours, or Glance's own."""
    return name.startswith((PREFIX, "os_glance"))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The one table of the format: each field, who has defined it, and what it takes.

It is what is read, what the JSON Schema is made from, and what the documentation shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import yaml

from osc_imagetools.catalog.definitions.catalogue import AUTO, SourceDefinition
from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.catalog.definitions.kinds import (
    LONGEST_VALUE,
    ChoiceKind,
    DayKind,
    DurationKind,
    EitherKind,
    FlagKind,
    ListKind,
    MomentKind,
    NumberKind,
    Schema,
    TextKind,
    ValueKind,
)
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.records import (
    OURS,
    FieldRow,
    ReadRecord,
    RecordKind,
)
from osc_imagetools.lifecycle.rotation.new_version import LONGEST_NAME

MOST_KEPT = 999_999
"""Versions: with ``keep: true``, all of them."""

_TEXT = TextKind()
_NAME = TextKind("a name", longest=LONGEST_NAME)
_LABEL = TextKind("a label, such as '20260301'", longest=LONGEST_NAME)
_PATH = TextKind("the path of a file", longest=LONGEST_VALUE)
_SECRET = TextKind(longest=LONGEST_VALUE, may_be_blank=True, is_shown=False)
_SEPARATOR = TextKind("text", longest=20, may_be_blank=True)
_FLAG = FlagKind()

_WEB = r"https?://[^\s/]\S*"
_WEB_URL = TextKind("a URL of http or https", _WEB, LONGEST_VALUE, is_shown=False)
_REMOTE = r"(?:https?|ftps?)://[^\s/].*"
_REMOTE_URL = TextKind(
    "a URL of http, https or ftp", _REMOTE, LONGEST_VALUE, is_shown=False
)
_ANY_URL = TextKind(
    "a URL of http, https, ftp or file",
    rf"{_REMOTE}|file:(?:///?)?[^\s/].*",
    LONGEST_VALUE,
    is_shown=False,
)

_DIGITS = {
    "sha512|blake2b": 128,
    "sha384": 96,
    "sha256": 64,
    "sha224": 56,
    "sha1": 40,
    "md5": 32,
}
_CHECKSUM = TextKind(
    "<algorithm>:<hexadecimal>, such as sha256:…, or auto",
    "|".join(
        (
            *(f"(?:(?:{name}):)?[0-9a-fA-F]{{{n}}}" for name, n in _DIGITS.items()),
            AUTO,
        )
    ),
)
_ID = TextKind(
    "an ID, such as 0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3",
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
)
_VISIBILITY = ChoiceKind(("public", "private", "community", "shared"))
_FORMAT = ChoiceKind(
    (
        *("aki", "ami", "ari", "iso", "ploop", "qcow2"),
        *("raw", "vdi", "vhd", "vhdx", "vmdk"),
    )
)


def _ours(name: str, kind: ValueKind, meaning: str, default: str = "") -> FieldRow:
    return FieldRow(name, kind, meaning, default, OURS)


VERSION = RecordKind(
    "a version",
    (
        FieldRow(
            "version",
            _LABEL,
            "the label; the version whose label is the last in natural order is the "
            "newest. With 'latest', the URL serves other bytes from time to time",
            is_required=True,
        ),
        FieldRow(
            "url",
            _ANY_URL,
            "the vendor's URL, which is recorded as image_source: of a file, only its "
            "name",
            is_required=True,
        ),
        FieldRow(
            "mirror_url", _ANY_URL, "where the bytes are fetched instead", "'url'"
        ),
        FieldRow(
            "checksum",
            _CHECKSUM,
            "what the bytes must have; auto: the list that the vendor publishes beside "
            "the file",
            "auto",
        ),
        FieldRow(
            "checksum_url",
            _WEB_URL,
            "a published file with nothing but the checksum, instead of 'checksum'",
        ),
        FieldRow(
            "checksums_url",
            _WEB_URL,
            "a published list of checksums, instead of 'checksum'",
        ),
        FieldRow(
            "build_date",
            DayKind(),
            "when the vendor built it",
            "found when it is imported",
        ),
        FieldRow(
            "id",
            _ID,
            "the ID that openstack-image-manager gives the image; here an ID comes "
            "from name and generation",
        ),
        FieldRow(
            "visibility", _VISIBILITY, "the visibility of this version", "the image's"
        ),
        FieldRow("hidden", _FLAG, "whether this version is hidden"),
        FieldRow(
            "os_version",
            _TEXT,
            "the version of the distribution, with 'multi: true'",
            "that in 'meta'",
        ),
        FieldRow("meta", META, "properties of this version, before those of the image"),
        FieldRow(
            "image_description",
            TextKind(longest=LONGEST_VALUE),
            "accepted, without effect, as by openstack-image-manager: use 'meta'",
        ),
        FieldRow(
            "source",
            replace(
                _REMOTE_URL,
                wants=f"{_REMOTE_URL.wants}, or private",
                form=f"{_REMOTE}|private",
            ),
            "accepted, without effect, as by openstack-image-manager: see 'url'",
        ),
    ),
)

CANDIDATE = RecordKind(
    "a candidate",
    (
        FieldRow(
            "name",
            _NAME,
            "the family that a new build is published in first",
            owner=OURS,
            is_required=True,
        ),
        _ours(
            "promote_after",
            DurationKind(),
            "how long it must have been that family's current version before it "
            "becomes this one's",
            "never by itself",
        ),
    ),
)

SOURCE = RecordKind(
    "a source",
    (
        _ours("url", _WEB_URL, "the URL of a build, with {version} or {date} in it"),
        _ours(
            "index",
            _WEB_URL,
            "the page or list that names the builds",
            "the folder of the first placeholder",
        ),
        _ours("simplestreams", _WEB_URL, "instead of 'url': the index of a stream"),
        _ours("product", _TEXT, "the product of the stream"),
        _ours("item", _TEXT, "the file of the product", "its usual disk"),
    ),
)

_SOURCE_TEXT = TextKind(
    "the name of a layout, such as ubuntu/24.04, a URL or a mapping",
    "[!-~]+",
    LONGEST_VALUE,
    is_shown=False,
)


@dataclass(frozen=True)
class SourceKind(ValueKind):
    """Where the newest build is: one word, or a mapping."""

    wants: str = _SOURCE_TEXT.wants

    def read(self, node: yaml.Node, name: str, faults: Faults) -> Any:
        """A `SourceDefinition`; ``None`` and a fault if it is none."""
        if not isinstance(node, yaml.MappingNode):
            text = _SOURCE_TEXT.read(node, name, faults)
            return text and SourceDefinition(text)
        entry = SOURCE.read(node, name, faults)
        if entry and (why := _unclear(entry)):
            faults.at(node, why)
            return None
        return entry and _source(entry)

    def schema(self) -> Schema:
        """A string or an object."""
        way = {"required": ["url"]}, {"required": ["simplestreams", "product"]}
        return {"anyOf": [_SOURCE_TEXT.schema(), {**SOURCE.schema(), "oneOf": [*way]}]}


def _unclear(entry: ReadRecord) -> str:
    """Why a mapping names no source; empty if it does, as far as it can be read."""
    at = entry.at
    if ("url" in at) == ("simplestreams" in at):
        return "a source needs the field 'url' or 'simplestreams', and not both"
    if "url" in at and ("product" in at or "item" in at):
        return "'product' and 'item' belong to 'simplestreams', not to 'url'"
    if "simplestreams" in at and "product" not in at:
        return "a source of simplestreams needs the field 'product'"
    if "simplestreams" in at and "index" in at:
        return "'index' belongs to 'url', not to 'simplestreams'"
    return ""


def _source(entry: ReadRecord) -> SourceDefinition:
    if "simplestreams" not in entry.at:
        return SourceDefinition(entry.get("url", ""), entry.get("index", ""))
    item = f"/{entry.get('item')}" if entry.get("item") else ""
    stream, product = entry.get("simplestreams"), entry.get("product")
    return SourceDefinition(f"simplestreams:{stream}#{product}{item}")


IMAGE = RecordKind(
    "an image",
    (
        FieldRow("name", _NAME, "the name", is_required=True),
        FieldRow("enable", _FLAG, "whether it is kept current", "true"),
        FieldRow(
            "multi",
            _FLAG,
            "whether the versions are one family of this name; else, each is a family "
            "of its own, of this name, the separator and the version",
            "true",
        ),
        FieldRow(
            "separator",
            _SEPARATOR,
            "what stands between the name and a version in the names of images",
            "a blank",
        ),
        FieldRow("format", _FORMAT, "the disk format", "that of the bytes"),
        FieldRow("login", _TEXT, "the user to log in as: image_original_user"),
        FieldRow("password", _SECRET, "accepted, and not kept"),
        FieldRow(
            "min_disk",
            NumberKind(),
            "the smallest root disk, in GiB",
            "what the disk of the image needs",
        ),
        FieldRow(
            "min_ram",
            NumberKind(),
            "the least memory, in MiB",
            "that of the current version",
        ),
        FieldRow(
            "status",
            ChoiceKind(("active", "deactivated")),
            "whether servers can be started from it",
            "active",
        ),
        FieldRow(
            "visibility", _VISIBILITY, "who sees it", "that of the current version"
        ),
        FieldRow("tags", ListKind(_TEXT), "the tags, beside 'os:' and os_distro"),
        FieldRow("meta", META, "the properties"),
        FieldRow("versions", ListKind(VERSION), "the versions that there are"),
        FieldRow("shortname", _TEXT, "a name for the files of a mirror; no effect"),
        FieldRow(
            "latest_url",
            _REMOTE_URL,
            "where scripts of openstack-image-manager look for builds; no effect",
        ),
        FieldRow(
            "latest_checksum_url",
            _WEB_URL,
            "where they look for checksums; no effect",
        ),
        FieldRow(
            "keep",
            EitherKind(_FLAG, NumberKind(1, MOST_KEPT)),
            "how many previous versions are kept, 1 or more; true: all of them. "
            "openstack-image-manager knows true and false only",
        ),
        _ours("delete_after", DurationKind(), "how long a retired version is kept"),
        _ours(
            "unused_for",
            DurationKind(),
            "how long no server may have been started from a version that is deleted",
        ),
        _ours("end_at", MomentKind(), "when the family ends"),
        _ours(
            "checksum",
            ChoiceKind((AUTO,)),
            "for versions that have none: the list that the vendor publishes beside "
            "the file",
            "auto",
        ),
        _ours(
            "keyring",
            _PATH,
            "the certificates that must have signed the list of checksums; relative to "
            "the folder of the file",
        ),
        _ours(
            "convert",
            ChoiceKind(("raw", "qcow2", AUTO)),
            "the disk format that it is converted to; auto: raw if the store is Ceph",
            "none",
        ),
        _ours(
            "stores",
            ListKind(_TEXT),
            "the stores that it is in",
            "those of the current version",
        ),
        _ours(
            "members",
            ListKind(_TEXT),
            "the projects that it is shared with, with 'visibility: shared'",
        ),
        _ours("source", SourceKind(), "instead of 'versions': where new builds are"),
        _ours("candidate", CANDIDATE, "the family in which a build is tried first"),
    ),
)

TOP = RecordKind(
    "a catalogue",
    (FieldRow("images", ListKind(IMAGE, most=10_000), "the images", is_required=True),),
)
"""A whole file."""

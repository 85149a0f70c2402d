# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The one table of the format: each field, who has defined it, and what it takes.

It is what is read, what the JSON Schema is made from, and what the documentation shows.
"""

from __future__ import annotations

from dataclasses import replace

from osc_imagetools.catalog.definitions.catalogue import AUTO
from osc_imagetools.catalog.definitions.kinds import (
    LONGEST_VALUE,
    ChoiceKind,
    EitherKind,
    FlagKind,
    ListKind,
    NumberKind,
    TextKind,
)
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.records import (
    OURS,
    FieldRow,
    RecordKind,
    own_row,
)
from osc_imagetools.catalog.definitions.source_field import SourceKind
from osc_imagetools.catalog.definitions.texts import (
    ANY_URL,
    CHECKSUM,
    IMAGE_ID,
    REMOTE,
    REMOTE_URL,
    WEB_URL,
)
from osc_imagetools.catalog.definitions.times import DayKind, DurationKind, MomentKind
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.rotation.new_version import LONGEST_NAME

MOST_KEPT = 999_999
"""Versions: with ``keep: true``, all of them."""

_TEXT = TextKind()
_NAME = TextKind(_("a name"), longest=LONGEST_NAME)
_LABEL = TextKind(_("a label, such as '20260301'"), longest=LONGEST_NAME)
_PATH = TextKind(_("the path of a file"), longest=LONGEST_VALUE)
_SECRET = TextKind(longest=LONGEST_VALUE, may_be_blank=True, is_shown=False)
_SEPARATOR = TextKind(longest=20, may_be_blank=True)
_FLAG = FlagKind()

_VISIBILITY = ChoiceKind(("public", "private", "community", "shared"))
_FORMAT = ChoiceKind(
    (
        *("aki", "ami", "ari", "iso", "ploop", "qcow2"),
        *("raw", "vdi", "vhd", "vhdx", "vmdk"),
    )
)


VERSION = RecordKind(
    _("a version"),
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
            ANY_URL,
            "the vendor's URL, which is recorded as image_source: of a file, only its "
            "name",
            is_required=True,
        ),
        FieldRow("mirror_url", ANY_URL, "where the bytes are fetched instead", "'url'"),
        FieldRow(
            "checksum",
            CHECKSUM,
            "what the bytes must have; auto: the list that the vendor publishes beside "
            "the file",
            "auto",
        ),
        FieldRow(
            "checksum_url",
            WEB_URL,
            "a published file with nothing but the checksum, instead of 'checksum'",
        ),
        FieldRow(
            "checksums_url",
            WEB_URL,
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
            IMAGE_ID,
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
                REMOTE_URL,
                wants=_("a URL of http, https or ftp, or private"),
                form=f"{REMOTE}|private",
            ),
            "accepted, without effect, as by openstack-image-manager: see 'url'",
        ),
    ),
)

CANDIDATE = RecordKind(
    _("a candidate"),
    (
        FieldRow(
            "name",
            _NAME,
            "the family that a new build is published in first",
            owner=OURS,
            is_required=True,
        ),
        own_row(
            "promote_after",
            DurationKind(),
            "how long it must have been that family's current version before it "
            "becomes this one's",
            "never by itself",
        ),
    ),
)

IMAGE = RecordKind(
    _("an image"),
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
            REMOTE_URL,
            "where scripts of openstack-image-manager look for builds; no effect",
        ),
        FieldRow(
            "latest_checksum_url",
            WEB_URL,
            "where they look for checksums; no effect",
        ),
        FieldRow(
            "keep",
            EitherKind(_FLAG, NumberKind(1, MOST_KEPT)),
            "how many previous versions are kept, 1 or more; true: all of them. "
            "openstack-image-manager knows true and false only",
        ),
        own_row("delete_after", DurationKind(), "how long a retired version is kept"),
        own_row(
            "unused_for",
            DurationKind(),
            "how long no server may have been started from a version that is deleted",
        ),
        own_row("end_at", MomentKind(), "when the family ends"),
        own_row(
            "checksum",
            ChoiceKind((AUTO,)),
            "for versions that have none: the list that the vendor publishes beside "
            "the file",
            "auto",
        ),
        own_row(
            "keyring",
            _PATH,
            "the certificates that must have signed the list of checksums; relative to "
            "the folder of the file",
        ),
        own_row(
            "convert",
            ChoiceKind(("raw", "qcow2", AUTO)),
            "the disk format that it is converted to; auto: raw if the store is Ceph",
            "none",
        ),
        own_row(
            "stores",
            ListKind(_TEXT),
            "the stores that it is in",
            "those of the current version",
        ),
        own_row(
            "members",
            ListKind(_TEXT),
            "the IDs of the projects that it is shared with, with 'visibility: shared'",
        ),
        own_row("source", SourceKind(), "instead of 'versions': where new builds are"),
        own_row("candidate", CANDIDATE, "the family in which a build is tried first"),
    ),
)

TOP = RecordKind(
    _("a catalogue"),
    (FieldRow("images", ListKind(IMAGE, most=10_000), "the images", is_required=True),),
)
"""A whole file."""

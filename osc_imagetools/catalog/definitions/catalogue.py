# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the files of a catalogue say, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from osc_imagetools.catalog.definitions.faults import FilePlace
from osc_imagetools.lifecycle.model.duration import Duration

AUTO = "auto"
"""As a checksum: the list that the vendor publishes beside the file."""
LATEST = "latest"
"""The label of a version whose URL serves other bytes from time to time."""


@dataclass(frozen=True)
class SourceDefinition:
    """Where the newest build of a family is to be found."""

    text: str
    """As ``image rotate --source`` takes it: the name of a layout, a URL with
    placeholders, or ``simplestreams:<url>#<product>/<item>``. A URL may hold a user
    and a password."""
    index: str = ""
    """The URL of the page that lists the builds; empty: that of their folder."""


@dataclass(frozen=True)
class CandidateDefinition:
    """The family under whose name a build is tried before it becomes ours."""

    name: str
    promote_after: Duration | None = None
    """How long it has to be its current version; ``None``: never by itself."""


@dataclass(frozen=True)
class VersionDefinition:
    """One version of a family."""

    label: str
    url: str
    """The vendor's, which is recorded. It may hold a user and a password."""
    place: FilePlace
    mirror_url: str | None = None
    """Where the bytes are fetched, if not at the vendor's."""
    checksum: str | None = None
    """``<algorithm>:<hex>``, bare ``<hex>``, or `AUTO`."""
    checksum_url: str | None = None
    """A published list, or a file with nothing but the digest."""
    build_date: date | None = None
    image_id: str | None = None
    visibility: str | None = None
    is_hidden: bool | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    """All that the image is given: the family's, and its own in their place."""
    image_name: str = ""
    """What openstack-image-manager calls its image until it is the newest."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Where its bytes are, in the order in which to try."""
        return (self.mirror_url, self.url) if self.mirror_url else (self.url,)

    @property
    def recorded_source(self) -> str:
        """What tells others where it came from: of a file its name alone.

        Like `url`, it may hold a user and a password.
        """
        is_path = self.url.startswith("file:") and "/" in self.url
        return f"file:{self.url.rpartition('/')[2]}" if is_path else self.url

    @property
    def is_pointer(self) -> bool:
        """Whether its URL serves the newest build, whatever that is."""
        return self.label == LATEST


@dataclass(frozen=True)
class FamilyDefinition:
    """The images that succeed one another under one name."""

    name: str
    place: FilePlace
    versions: tuple[VersionDefinition, ...] = ()
    """Oldest first: the last is the one that users get by the name."""
    source: SourceDefinition | None = None
    candidate: CandidateDefinition | None = None
    is_enabled: bool = True
    is_deactivated: bool = False
    """Whether its images don't boot."""
    visibility: str | None = None
    """``None``: that of the current version."""
    disk_format: str | None = None
    """``None``: that of the bytes."""
    min_disk: int | None = None
    """GiB; ``None``: what the disk of the image needs."""
    min_ram: int | None = None
    """MiB."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Of whatever version; not those of the policy."""
    policy: Mapping[str, str] = field(default_factory=dict)
    """By property, as it is stored."""
    tags: tuple[str, ...] = ()
    checksum: str | None = None
    """`AUTO`, for builds that `source` finds."""
    keyring: str | None = None
    """The path of a file with the certificates that sign the lists of checksums."""
    convert: str | None = None
    stores: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    shortname: str | None = None
    latest_url: str | None = None
    latest_checksum_url: str | None = None

    @property
    def newest(self) -> VersionDefinition | None:
        """The version that users get by the name; ``None`` where none is named."""
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True)
class Catalogue:
    """All families of the files, in the order in which they stand."""

    families: tuple[FamilyDefinition, ...] = ()

    @property
    def enabled(self) -> tuple[FamilyDefinition, ...]:
        """Those that are to be kept current."""
        return tuple(family for family in self.families if family.is_enabled)

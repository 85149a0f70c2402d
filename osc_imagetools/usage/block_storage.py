# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Volumes that were made from images, and their snapshots, as Cinder tells.

To who is no admin Cinder gives the volumes of their own project, whatever they ask
for, and says nothing of it. A filter that no cloud has tells: it is refused to all but
admins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.usage.gaps import Gap, Reach
from osc_imagetools.lifecycle.usage.uses import How, Kind, Use
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.asking import Asking
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import (
    Service,
    ServiceError,
)

TYPE = "block-storage"
NAME = "block storage"

VERSION = "3.31"
"""The microversion from which on a filter that isn't known is refused (Pike)."""

NO_FILTER = {"osc-imagetools": "1", "limit": "1"}

REFUSED = 400

UNMADE = frozenset({"creating", "downloading"})
"""Statuses of a volume that may not say yet from which image it is being made."""

_FIRST_DISK = re.compile(r"(/dev/)?(xv|v|s|h)da")

_PROJECT = "os-vol-tenant-attr:tenant_id"
_SNAPSHOT_PROJECT = "os-extended-snapshot-attributes:project_id"


def ask(service: Service, question: Question) -> Told:
    """What Cinder tells of *question*; what it can't tell is a gap, never an error."""
    return _Asking(service, question).told()


@dataclass
class _Asking(Asking):
    is_everybodys: bool = False
    images_of_volumes: dict[str, str] = field(default_factory=dict)
    """By ID of the volume; only of those that were made from one of the images."""
    is_told: bool = False
    """Whether some volume says from which image it was made."""
    untold: str = ""
    """The ID of a volume that boots, and doesn't say it."""

    def look(self) -> None:
        """Ask for all that is wanted; raises `ServiceError`."""
        self._look_whose()
        self.count_anew(self._count_all)
        if self.untold and not self.is_told:
            why = _("it doesn't tell from which image volume %s was made") % self.untold
            self.lacks(why)

    def _look_whose(self) -> None:
        """See whether the volumes of all projects are listed, as was asked for."""
        if self.question.all_projects is not False:
            try:
                self.service.get("/volumes", {"all_tenants": "1", **NO_FILTER}, VERSION)
                self.is_everybodys = True
                return
            except ServiceError as error:
                if error.status != REFUSED or self.question.all_projects:
                    raise
                why = _(
                    "it lists only this project's volumes: the user is no admin of it"
                )
        else:
            why = _("only this project's volumes were asked for")
        self.lacks_other_projects(why)

    def _count_all(self) -> None:
        self.images_of_volumes.clear()
        self._count_volumes()
        self._count_snapshots()

    def _count_volumes(self) -> None:
        for query in self._queries():
            for page in self._pages("/volumes/detail", "volumes", query):
                for volume in page:
                    self._count(volume)

    def _queries(self) -> Iterable[Mapping[str, str]]:
        # Only an admin may filter by it.
        if not (self.question.is_of_few and self.is_everybodys):
            return [{}]
        of_images = (
            {"glance_metadata": json.dumps({"image_id": image})}
            for image in sorted(self.question.images)
        )
        return [*of_images, *({"status": status} for status in sorted(UNMADE))]

    def _count_snapshots(self) -> None:
        """Count the snapshots: each says of which volume it is one, and no more."""
        if not self.images_of_volumes:
            return
        for page in self._pages("/snapshots/detail", "snapshots", {}):
            for snapshot in page:
                image = self.images_of_volumes.get(snapshot.get("volume_id", ""))
                if image:
                    self.add(image, _snapshot(snapshot))

    def _pages(
        self, path: str, rows: str, query: Mapping[str, str]
    ) -> Iterator[list[dict[str, Any]]]:
        if self.is_everybodys:
            query = {"all_tenants": "1", **query}
        return self.service.pages(path, rows, query, VERSION)

    def _count(self, volume: Mapping[str, Any]) -> None:
        told = volume.get("volume_image_metadata") or {}
        image = told.get("image_id")
        self.is_told = self.is_told or bool(image)
        if not image:
            self._count_untold(volume)
            return
        is_new = volume["id"] not in self.images_of_volumes
        if is_new and image in self.question.images:
            self.images_of_volumes[volume["id"]] = image
            self.add(image, _volume(volume))
            for server in _booted_from(volume):
                self.add(image, server)
            if not _is_copy(volume):
                self.tally(image).used_at(parse_time(volume.get("created_at")))

    def _count_untold(self, volume: Mapping[str, Any]) -> None:
        # What is made from another volume says by that one from which image it is.
        if _is_copy(volume):
            return
        if volume.get("status") in UNMADE:
            self.gaps.append(
                Gap(
                    self.service.name,
                    _("volume %s is still being made") % volume["id"],
                    Reach.ONE_VOLUME,
                    volume.get(_PROJECT) or "",
                    parse_time(volume.get("created_at")),
                )
            )
        elif volume.get("bootable") == "true":
            self.untold = str(volume["id"])


def _is_copy(volume: Mapping[str, Any]) -> bool:
    """Whether it was made from another volume, or a snapshot of one."""
    return bool(volume.get("snapshot_id") or volume.get("source_volid"))


def _volume(volume: Mapping[str, Any]) -> Use:
    is_root = any(_is_root(each) for each in volume.get("attachments") or ())
    return Use(
        Kind.VOLUME,
        str(volume["id"]),
        How.ROOT_DISK if is_root else How.VOLUME,
        name=volume.get("name") or None,
        project=volume.get(_PROJECT),
        user=volume.get("user_id"),
        status=volume.get("status"),
        launched_at=parse_time(volume.get("created_at")),
    )


def _booted_from(volume: Mapping[str, Any]) -> Iterator[Use]:
    """The servers that boot from *volume*: Nova knows no image of theirs."""
    for each in volume.get("attachments") or ():
        if _is_root(each):
            yield Use(
                Kind.SERVER,
                str(each["server_id"]),
                How.FROM_VOLUME,
                project=volume.get(_PROJECT),
                user=volume.get("user_id"),
                launched_at=parse_time(each.get("attached_at")),
            )


def _is_root(attachment: Mapping[str, Any]) -> bool:
    device = str(attachment.get("device") or "")
    return bool(_FIRST_DISK.fullmatch(device) and attachment.get("server_id"))


def _snapshot(snapshot: Mapping[str, Any]) -> Use:
    return Use(
        Kind.SNAPSHOT,
        str(snapshot["id"]),
        How.SNAPSHOT,
        name=snapshot.get("name") or None,
        project=snapshot.get(_SNAPSHOT_PROJECT),
        user=snapshot.get("user_id"),
        status=snapshot.get("status"),
        launched_at=parse_time(snapshot.get("created_at")),
    )

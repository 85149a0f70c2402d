# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a schedule begins with: a family of one kind, as earlier commands left it."""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.generation import NAMESPACE
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.images import raw
from tests.simulation.glance.exchange import Answer, Caller, Request
from tests.simulation.glance.model import Glance

NAME, OWNER, ANOTHER = "debian-13", "owner", "another"
CANDIDATE = f"{NAME}-rc"
"""The family in which versions are tried before they are promoted."""

OWN_NAME = "Debian 13, ours"
BY_OWNER = Caller(OWNER, is_admin=True)
BY_ANOTHER = Caller(ANOTHER)

SIZE = 512
TRIED = (7, 8)
"""Generations, and bytes, of what the family of candidates has made."""

BAD = 99
"""Bytes that are no image's: whoever serves them has been tampered with."""

DEAD = Run("dead", "machine-0", 9999, 9999)
"""A run of which nothing lives."""

PATCH_TYPE = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


@cache
def content(number: int) -> bytes:
    """The bytes of an image: a disk, as small as one can be."""
    return raw(SIZE, seed=number)


@cache
def sha512(number: int) -> str:
    """By what Glance knows them."""
    return hashlib.sha512(content(number)).hexdigest()


@cache
def digest(number: int) -> str:
    """What is published of them."""
    return f"sha256:{hashlib.sha256(content(number)).hexdigest()}"


@cache
def url(number: int) -> str:
    """Where the bytes of that number can be fetched: a file, in memory if it can be."""
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(
        prefix="osc-imagetools-simulation-", dir=shared if shared.is_dir() else None
    )
    path = Path(folder, f"{number}.img")
    path.write_bytes(content(number))
    return path.as_uri()


@cache
def own_id_of(generation: int) -> str:
    """The ID of a version that earlier commands have made; its number is taken."""
    return str(uuid.uuid5(NAMESPACE, f"{OWNER}/{NAME}/{generation}"))


def built(number: int) -> str:
    """When they were built."""
    return f"2026-01-{number:02}"


def label(number: int) -> str:
    """Of the version that has them."""
    return built(number).replace("-", "")


class Site:
    """A Glance, and what is made in it before anybody is at work."""

    def __init__(self, glance: Glance, visibility: str = "public") -> None:
        self.glance, self.visibility = glance, visibility

    def ask(
        self, method: str, path: str, body: Any = None, caller: Caller = BY_OWNER
    ) -> Answer:
        """An answer at once."""
        headers = PATCH_TYPE if method == "PATCH" else {}
        request = Request(method, path, caller, {}, headers, body)
        answer = self.glance.answer(request)
        assert answer.status < 300, (method, path, body, answer)
        return answer

    def images(self) -> list[Image]:
        """Every image that there is."""
        rows = self.glance.table.rows.values()
        return [Image.from_glance(row.shown) for row in rows if not row.is_deleted]

    def versions(self) -> tuple[Image, ...]:
        """Those of the family."""
        return Family.of(OWNER, NAME, self.images()).versions

    def image(self, number: int, **fields: Any) -> str:
        """The ID of an active image with those bytes."""
        own_id = str(uuid.uuid5(NAMESPACE, f"image {len(self.glance.table.rows)}"))
        told = {
            "id": own_id,
            "disk_format": "raw",
            "container_format": "bare",
            **fields,
        }
        made: dict[str, Any] = self.ask("POST", "/images", told).body
        self.fill(made["id"], number)
        return str(made["id"])

    def fill(self, own_id: str, number: int) -> None:
        """Upload its bytes."""
        self.ask("PUT", f"/images/{own_id}/file", iter([content(number)]))

    def version(self, generation: int, number: int = 0, **fields: Any) -> str:
        """The ID of a version that was made current; *fields* say what became of it."""
        number = number or generation
        own_id = fields.get("id") or own_id_of(generation)
        told = {
            "id": own_id,
            "name": NAME,
            "visibility": self.visibility,
            "tags": ["lifecycle"],
            "lifecycle_id": own_id,
            "lifecycle_family": NAME,
            "lifecycle_version": label(number),
            "lifecycle_generation": str(generation),
            "lifecycle_state": "active",
            "lifecycle_published_at": f"{built(number)}T00:00:00Z",
            "lifecycle_verified": "sha256",
            "lifecycle_published_digest": f"{digest(number)} wire",
            "image_build_date": built(number),
            **fields,
        }
        self.image(number, **{n: v for n, v in told.items() if v is not None})
        if told["visibility"] == "shared":
            self.share(own_id)
        return str(own_id)

    def share(self, own_id: str) -> None:
        """The other project has accepted it."""
        self.ask("POST", f"/images/{own_id}/members", {"member": ANOTHER})
        path = f"/images/{own_id}/members/{ANOTHER}"
        self.ask("PUT", path, {"status": "accepted"})

    def retired(self, generation: int, by: int, **fields: Any) -> str:
        """A version that the one of generation *by* has replaced."""
        moment = f"{built(by)}T00:00:00Z"
        told = {
            "os_hidden": True,
            "lifecycle_state": "deprecated",
            "lifecycle_deprecated_at": moment,
            "lifecycle_retired_at": moment,
            "lifecycle_replacement": own_id_of(by),
            "lifecycle_reason": f"replaced by version {label(by)}",
            "lifecycle_before": _BEFORE,
        }
        return self.version(generation, **{**told, **fields})

    def candidate(self, visibility: str) -> None:
        """Two versions of the family of candidates, the second one current."""
        first, second = (
            str(uuid.uuid5(NAMESPACE, f"{OWNER}/{CANDIDATE}/{number}"))
            for number in TRIED
        )
        theirs: dict[str, Any] = {
            "name": CANDIDATE,
            "lifecycle_family": CANDIDATE,
            "visibility": visibility,
        }
        told = {**theirs, "id": first, "lifecycle_replacement": second}
        self.retired(TRIED[0], TRIED[1], **told)
        self.version(TRIED[1], **{**theirs, "id": second})

    def tried(self) -> tuple[Image, ...]:
        """The versions of the family of candidates."""
        return Family.of(OWNER, CANDIDATE, self.images()).versions

    def staged(self, generation: int, **fields: Any) -> str:
        """A version that was never offered."""
        own_id = own_id_of(generation)
        told = {
            "name": f"{NAME}.importing-{own_id[:8]}",
            "os_hidden": True,
            "lifecycle_state": "staged",
            "lifecycle_published_at": None,
        }
        return self.version(generation, **{**told, **fields})


_BEFORE = json.dumps(
    {
        "lifecycle_deprecated_at": None,
        "lifecycle_reason": None,
        "lifecycle_replacement": None,
        "lifecycle_retired_at": None,
        "lifecycle_state": "active",
        "os_hidden": False,
    },
    sort_keys=True,
)
"""What a version was before it was replaced."""


def _three(site: Site) -> None:
    site.retired(1, 2)
    site.retired(2, 3)
    site.version(3)


def _two(site: Site) -> None:
    site.retired(1, 2)
    site.version(2)


def _dead_successor(site: Site) -> None:
    site.retired(1, 2)
    site.staged(2, lifecycle_run=str(DEAD))


def _rolled_back(site: Site) -> None:
    first = own_id_of(1)
    site.version(
        3, 1, id=first, lifecycle_blocked=json.dumps([digest(2)]), lifecycle_version="1"
    )
    site.retired(2, 3, lifecycle_replacement=first, lifecycle_reason="rolled back")
    # The number of a ticket stays taken.
    ticket = own_id_of(3)
    site.ask("POST", "/images", {"id": ticket, "name": "ticket", "os_hidden": True})
    site.ask("DELETE", f"/images/{ticket}")


def _staged(site: Site) -> None:
    _two(site)
    site.staged(3)


def _dead_staged(site: Site) -> None:
    site.version(1)
    site.staged(2, lifecycle_run=str(DEAD))


def _unmanaged_holder(site: Site) -> None:
    site.retired(1, 2)
    site.version(2, lifecycle_id=None)


def _own_name(site: Site) -> None:
    site.version(1, name=OWN_NAME, lifecycle_published_digest=None)


MAKERS: dict[str, Callable[[Site], Any]] = {
    "fresh": lambda site: None,
    "one": lambda site: site.version(1),
    "two": _two,
    "three": _three,
    "own-name": _own_name,
    "named-adopted": lambda site: site.version(1, lifecycle_published_digest=None),
    "shared": _two,
    "dead-successor": _dead_successor,
    "rolled-back": _rolled_back,
    "staged": _staged,
    "dead-staged": _dead_staged,
    "unmanaged-holder": _unmanaged_holder,
}

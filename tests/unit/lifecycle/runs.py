# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Runs beside one another, as generators: each goes on by one request at a time.

The order of the requests is that of ``operations/swap.py``; what decides is the real
thing. A run that nobody takes any further is one that was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.carry_over import POLICY, policy_of
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run, candidates, is_dead
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import (
    NewVersion,
    Verified,
    offer,
    staging,
    ticket,
)
from osc_imagetools.lifecycle.repair import Repair, is_retired, repairs
from osc_imagetools.lifecycle.retirement import SHOW, Retirement
from osc_imagetools.lifecycle.rollback import brought_back, target
from osc_imagetools.lifecycle.supersession import verdict
from tests.unit.lifecycle.images import OWNER

T = TypeVar("T")
Requests = Generator[None, None, T]
"""Gives way before each request, and ends with its outcome."""

NAME = "debian-13"
HOST = "host"
TAG = "octavia"
BEGUN = datetime(2026, 3, 1, tzinfo=timezone.utc)


@dataclass
class Cloud:
    """Glance, as far as these runs need it. Each method is one request."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    processes: int = 0
    """That were ever started."""
    alive: set[int] = field(default_factory=set)
    now: datetime = BEGUN
    newest_shown: tuple[int, str] = (0, "")
    """Of all that somebody could find, the highest generation and its ID."""

    def post(self, record: Mapping[str, Any]) -> bool:
        self._tick()
        if record["id"] in self.taken:
            return False
        self.taken.add(record["id"])
        self.records[record["id"]] = {"status": "queued", **record}
        return True

    def put(self, image_id: str) -> None:
        self._tick()
        self.records[image_id]["status"] = "active"

    def get(self, image_id: str) -> Image | None:
        record = self.records.get(image_id)
        return None if record is None else Image.from_glance(dict(record))

    def listed(self, *, hidden: bool) -> dict[str, Image]:
        found = map(Image.from_glance, map(dict, self.records.values()))
        return {image.id: image for image in found if image.hidden is hidden}

    def patch(self, image_id: str, operations: list[dict[str, Any]]) -> None:
        self._tick()
        if image_id in self.records:
            self.records[image_id] = patched(self.records[image_id], operations)
            shown = Family.of(OWNER, NAME, map(self.get, self.found)).current
            if shown is not None:
                self.newest_shown = max(self.newest_shown, (shown.generation, shown.id))

    def delete(self, image_id: str) -> None:
        self._tick()
        self.records.pop(image_id, None)

    @property
    def found(self) -> list[str]:
        """What somebody who asks for the name gets just now."""
        return [
            image.id
            for image in self.listed(hidden=False).values()
            if image.name == NAME and image.status == "active"
        ]

    @property
    def family(self) -> Family:
        return Family.of(OWNER, NAME, map(self.get, self.records))

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)


def patched(
    record: Mapping[str, Any], operations: list[dict[str, Any]]
) -> dict[str, Any]:
    """*record* with all *operations*, or with none: one that is refused fails all."""
    after = dict(record)
    for operation in operations:
        name = operation["path"][1:]
        if operation["op"] == "add":
            after[name] = operation["value"]
        elif after.pop(name, None) is None:
            return dict(record)
    return after


@dataclass
class Process:
    """One command, at work on the family."""

    cloud: Cloud
    loses_updates: bool = False
    """Whether Glance saves what it loaded a moment before."""

    def __post_init__(self) -> None:
        self.cloud.processes += 1
        self.run = Run("run", HOST, self.cloud.processes, 0)
        self.cloud.alive.add(self.run.pid)

    def killed(self) -> None:
        """Or ended."""
        self.cloud.alive.discard(self.run.pid)

    def rotated(self, content: str) -> Requests[None]:
        family = yield from self.mended()
        published = f"sha256:{content}"
        current = family.current
        if current and current.text(properties.PUBLISHED_DIGEST) == f"{published} wire":
            return
        number = yield from self._claimed(family)
        version = _version(family)
        yield
        self.cloud.put(version.record(number, self.run)["id"])
        new = self.cloud.get(version.record(number, self.run)["id"])
        assert new is not None
        verified = Verified(published, "sha256", published=f"{published} wire")
        new = yield from self._changed(new, staging(version, verified, min_disk=0))
        family = yield from self._listed()
        if verdict(family, new, force=False) is not None:
            yield from self._discarded(new)
            yield from self.mended()
            return

        def offering(old: Image | None) -> Change:
            shown = offer(NAME, protected=False, now=self.cloud.now)
            policy = policy_of(old) if old else {properties.FAMILY_TAG: TAG}
            tag = policy.get(properties.FAMILY_TAG)
            return Change(
                set={**shown.set, **policy},
                remove=shown.remove | (frozenset(POLICY) - policy.keys()),
                add_tags=frozenset({tag} if tag else ()),
            )

        family = yield from self._swapped(new, number, offering)
        if family.current is not None and family.current.id != new.id:
            yield from self._discarded(new)

    def rolled_back(self) -> Requests[None]:
        family = yield from self.mended()
        version = target(family, None)
        if version is None:
            return
        number = yield from self._ticket(family)
        yield from self._swapped(
            version,
            number,
            lambda old: brought_back(version, old, NAME, number, self.cloud.now),
        )

    def mended(self) -> Requests[Family]:
        for _ in range(20):
            family = yield from self._listed()
            needed = repairs(family, self._is_owned, self.cloud.now)
            if not needed:
                for record in family.owned:
                    if self._is_dead(record):
                        yield from self._buried(record)
                return family
            for repair in needed:
                yield from self._mended(repair)
        raise AssertionError("the family does not settle")

    def _mended(self, repair: Repair) -> Requests[None]:
        image, successor = repair.image, repair.successor
        yield
        found = self.cloud.get(image.id)
        if found is None or found.generation != image.generation:
            return
        if successor is not None:
            yield
            found = self.cloud.get(successor.id)
            if found is None or not Family.of(OWNER, NAME, [found]).offered:
                return
            yield from self._hidden(image, repair.change, successor.generation)
            return
        after = repair.change.on(image)
        yield from self._changed(
            image, repair.change, lambda image: image.hidden != after.hidden
        )

    def _hidden(
        self, image: Image, withdrawal: Change, generation: int
    ) -> Requests[Image]:
        def is_newer(seen: Image) -> bool:
            return seen.generation > generation

        image = yield from self._changed(image, withdrawal, is_newer)
        if is_newer(image):
            image = yield from self._changed(image, SHOW)
        return image

    def _swapped(
        self,
        new: Image,
        number: int,
        offering: Callable[[Image | None], Change],
    ) -> Requests[Family]:
        retirement = Retirement()
        family = yield from self._listed()
        old = family.current
        if old is not None and (old.id == new.id or old.generation > number):
            return family
        if old is not None:
            announced = retirement.announced(old, new, self.cloud.now)
            old = yield from self._changed(old, announced, is_retired)
            if old.generation > number:
                return (yield from self.mended())
        new = yield from self._changed(
            new,
            offering(old),
            lambda image: image.generation > number and not image.hidden,
        )
        if old is not None:
            old = yield from self._hidden(old, retirement.withdrawal, number)
        if old is not None and old.generation < number:
            tag = new.text(properties.FAMILY_TAG)
            yield from self._changed(old, retirement.finished(old, tag))
        return (yield from self.mended())

    def _listed(self) -> Requests[Family]:
        """As no single request lists a family: visible, hidden, visible again."""
        found: dict[str, Image] = {}
        for hidden in (False, True, False):
            yield
            found |= self.cloud.listed(hidden=hidden)
        return Family.of(OWNER, NAME, found.values())

    def _changed(
        self,
        image: Image,
        change: Change,
        gives_way: Callable[[Image], bool] = lambda image: False,
    ) -> Requests[Image]:
        while operations := change.patch(image):
            yield
            if self.loses_updates and image.id in self.cloud.records:
                loaded = dict(self.cloud.records[image.id])
                yield
                replaced = patched(loaded, operations)
                self.cloud.patch(image.id, [])
                if image.id in self.cloud.records:
                    self.cloud.records[image.id] = replaced
                    self.cloud.patch(image.id, [])
            else:
                self.cloud.patch(image.id, operations)
            yield
            read_back = self.cloud.get(image.id)
            if read_back is None:
                return image
            image = read_back
            if gives_way(image):
                break
        return image

    def _claimed(self, family: Family) -> Requests[int]:
        version = _version(family)
        for number in candidates(family.highest_generation):
            record = version.record(number, self.run)
            yield
            if self.cloud.post(record):
                return number
            yield
            holder = self.cloud.get(record["id"])
            if holder and holder.run and self._is_dead(holder):
                yield from self._buried(holder)
        raise AssertionError("no number is free")

    def _ticket(self, family: Family) -> Requests[int]:
        for number in candidates(family.highest_generation):
            record = ticket(OWNER, NAME, number, self.run)
            yield
            if self.cloud.post(record):
                yield
                self.cloud.delete(record["id"])
                return number
        raise AssertionError("no number is free")

    def _discarded(self, image: Image) -> Requests[None]:
        yield
        found = self.cloud.get(image.id)
        if found is not None and found.run == str(self.run):
            yield
            self.cloud.delete(image.id)

    def _buried(self, record: Image) -> Requests[None]:
        yield
        found = self.cloud.get(record.id)
        if found is not None and found.run == record.run:
            yield
            self.cloud.delete(record.id)

    def _is_owned(self, image: Image) -> bool:
        is_ours = image.run == str(self.run)
        return bool(image.run) and not is_ours and not self._is_dead(image)

    def _is_dead(self, image: Image) -> bool:
        return is_dead(
            image,
            host=HOST,
            lives=lambda run: run.pid in self.cloud.alive,
            now=self.cloud.now,
        )


def edited(cloud: Cloud, place: int, moments: int) -> Requests[None]:
    """A person's PATCH: Glance saves the whole image as it was *moments* before."""
    yield
    there = [key for key, one in cloud.records.items() if one["status"] == "active"]
    image_id = there[place % len(there)]
    loaded = dict(cloud.records[image_id])
    for _ in range(moments):
        yield
    if image_id in cloud.records:
        cloud.records[image_id] = loaded | {"note": str(cloud.now)}
        cloud.patch(image_id, [])


def _version(family: Family) -> NewVersion:
    return NewVersion(
        owner=OWNER,
        family=NAME,
        label=f"after-{family.highest_generation}",
        build_date=BEGUN.date(),
        visibility="public",
        disk_format="raw",
    )

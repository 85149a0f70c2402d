# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version takes over, beside what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.route import Route
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.blocked import blocking, is_blocked
from osc_imagetools.lifecycle.carry_over import (
    POLICY,
    carried_properties,
    carried_tags,
    policy_of,
    without_outdated,
)
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.description import Description
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.identity import identities
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import offer
from osc_imagetools.lifecycle.replacement import audience
from osc_imagetools.operations.candidate import PRIVATE_SOURCE
from osc_imagetools.operations.request import Request
from osc_imagetools.operations.rotation import Rotation
from osc_imagetools.source.packing import BARE, Packing
from osc_imagetools.source.verification.vendors import told_by_name
from osc_imagetools.source.web.redirects import same_host

_NEVER = datetime.min.replace(tzinfo=timezone.utc)

CONVERTIBLE = ("raw", "qcow2")
"""What an image can be made of here."""


def with_source(rotation: Rotation, family: Family) -> Rotation:
    """*rotation* with a URL: the current version's own, if none was said."""
    if rotation.request.urls:
        return rotation
    old = newest_build(family)
    source = old.text(properties.IMAGE_SOURCE) if old else None
    if source in (None, PRIVATE_SOURCE):
        told = f"image_source of version {old.version} is {source}" if old else ""
        raise OperatorError(
            f"Nothing tells where a new version of '{rotation.name}' comes from",
            told or "the family has no version yet",
            "Give --url, --file or --image.",
        )
    return replace(rotation, request=replace(rotation.request, urls=(str(source),)))


def newest_build(family: Family) -> Image | None:
    """The version that tells where the next one comes from: the latest.

    Or one that was rolled back to it, if that was made later, of the same host: a
    rollback takes bytes back, and not where a vendor offers the next ones.
    """
    latest = family.latest
    source = latest.text(properties.IMAGE_SOURCE) if latest else None
    made = [
        version
        for version in family.versions
        if is_blocked(latest, identities(version))
        and same_host(version.text(properties.IMAGE_SOURCE) or "", source or "")
    ]
    if latest is not None:
        made.append(latest)
    return max(made, key=lambda one: one.created_at or _NEVER, default=None)


@dataclass(frozen=True)
class Succession:
    """From *old* to the version that *rotation* wants."""

    rotation: Rotation
    old: Image | None

    @property
    def properties(self) -> dict[str, str]:
        """Of the new version: carried over, then policy, then what was said."""
        rotation = self.rotation
        said = rotation.request.description.properties
        return {**self.carried, **rotation.policy, **said}

    @property
    def carried(self) -> dict[str, str]:
        """The properties that the old one hands on."""
        if self.old is None:
            return {}
        told = told_by_name(self.old.text(properties.IMAGE_SOURCE) or "")
        urls = self.rotation.request.urls
        anew = told_by_name(urls[0]) if urls else {}
        handed_on = without_outdated(carried_properties(self.old), told, anew)
        unset = self.rotation.unset
        return {name: text for name, text in handed_on.items() if name not in unset}

    @property
    def description(self) -> Description:
        """Of the new version, whole."""
        wanted, old = self.rotation.request.description, self.old
        described = replace(wanted, properties=self.properties)
        if old is None:
            return described
        return replace(
            described,
            visibility=wanted.visibility or audience(old),
            protected=old.protected if wanted.protected is None else wanted.protected,
            min_disk=wanted.min_disk or old.min_disk,
            min_ram=wanted.min_ram or int(old.fields.get("min_ram") or 0),
            tags=(*sorted(carried_tags(old) - {self.tag}), *wanted.tags),
        )

    def visibility_after(self, old: Image | None) -> str | None:
        """Of the version that replaces *old*; ``None``: as it was made."""
        said = self.rotation.request.description.visibility
        return said or (audience(old) if old else None)

    @property
    def tag(self) -> str | None:
        """The tag that only the current version has, if the family has one."""
        return self.properties.get(properties.FAMILY_TAG)

    def taken_over(self, members: Mapping[str, str]) -> tuple[str, ...]:
        """What the new version took over, by name; *members* are those it has.

        Of what was said nothing is: not even where the old one has the same.
        """
        if self.old is None:
            return ()
        wanted, old = self.rotation.request.description, self.old
        others = {
            "members": members,
            "tags": carried_tags(old),
            "min_disk": not wanted.min_disk and old.min_disk,
            "min_ram": not wanted.min_ram and old.fields.get("min_ram"),
            "protected": wanted.protected is None and old.protected,
            "visibility": wanted.visibility is None,
        }
        said = {*self.rotation.policy, *wanted.properties}
        names = [name for name, is_taken in others.items() if is_taken]
        return tuple(sorted([*(self.carried.keys() - said), *names]))

    def offering(self, new: Image, old: Image | None, now: datetime) -> Change:
        """What shows *new* in the place of *old*, which has the policy by now."""
        shown = offer(
            self.rotation.name,
            protected=self._protected(new),
            now=max(now, new.updated_at or now),
        )
        policy = self._policy(new, old)
        tag = policy.get(properties.FAMILY_TAG)
        return Change(
            set={**shown.set, **policy},
            remove=shown.remove | (frozenset(POLICY) - policy.keys()),
            add_tags=frozenset({tag} if tag else ()),
        )

    def _protected(self, new: Image) -> bool:
        """Whether *new* is kept from being deleted: never less than now unasked."""
        said = self.rotation.request.description.protected
        return (
            bool(self.description.protected or new.protected) if said is None else said
        )

    def _policy(self, new: Image, old: Image | None) -> dict[str, str]:
        said = {**self.rotation.policy, **self.rotation.request.description.properties}
        # A first version that was staged before has it itself.
        bearer = old or self.old or new
        policy = {
            **policy_of(bearer),
            **{name: text for name, text in said.items() if name in POLICY},
        }
        for name in self.rotation.unset & policy.keys() - said.keys():
            del policy[name]
        if self.rotation.force:
            left = blocking(bearer, freed=identities(new))
            policy.pop(properties.BLOCKED, None)
            policy |= {properties.BLOCKED: left} if left else {}
        return policy

    @property
    def request(self) -> Request:
        """What makes the new version of a source."""
        request = self.rotation.request
        if self.old is None:
            return replace(request, description=self.description)
        return replace(
            request,
            description=self.description,
            packing=_packing(request.packing, self.old),
            route=_route(request.route, self.old),
        )


def _packing(packing: Packing, old: Image) -> Packing:
    """What was said; else the new one becomes what the old one is (F110)."""
    if packing.disk_format or packing.convert or packing.container_format != BARE:
        return packing
    container = old.container_format or BARE
    if container == BARE and packing.unpack and old.disk_format in CONVERTIBLE:
        return replace(packing, convert=old.disk_format)
    return replace(packing, disk_format=old.disk_format, container_format=container)


def _route(route: Route, old: Image) -> Route:
    """What was said; else into the stores that the old one lies in."""
    stores = old.text("stores")
    if route.stores or route.all_stores or not stores:
        return route
    return replace(route, stores=tuple(stores.split(",")))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version takes over, beside what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.route import Route
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.replacement import audience
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder, policy_of
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.inheritance import (
    carried_min_disk,
    carried_properties,
    carried_tags,
    followed,
    own_min_disk,
    without_outdated,
)
from osc_imagetools.lifecycle.rotation.new_version import Description, offer
from osc_imagetools.lifecycle.rotation.retirement import OS_PURPOSE
from osc_imagetools.lifecycle.rotation.skip import is_rolled_back, rolled_back_with
from osc_imagetools.operations.importing.prepare import PRIVATE_SOURCE
from osc_imagetools.operations.importing.request import Download, ImportRequest
from osc_imagetools.operations.rotation.request import RotateRequest
from osc_imagetools.source.packing import BARE, Packing
from osc_imagetools.source.verification.vendors import properties_from_url
from osc_imagetools.source.web.redirects import same_host

_NEVER = datetime.min.replace(tzinfo=timezone.utc)

CONVERTIBLE = ("raw", "qcow2")
"""What an image can be made of here."""


def own_urls(request: RotateRequest, family: Family) -> tuple[str, ...]:
    """Where the newest build of *family* came from, as none was named.

    Raises `OperatorError` where nothing tells that.
    """
    old = newest_build(family)
    source = old.text(properties.IMAGE_SOURCE) if old else None
    if source in (None, PRIVATE_SOURCE):
        why = _("none of its versions has been current yet")
        if old is not None:
            unset = _("image_source of version %(version)s is not set")
            private = _("image_source of version %(version)s says %(source)s")
            told = {"version": old.version, "source": source}
            why = (private if source else unset) % told
        raise OperatorError(
            _("The source of a new version of '%s' is unknown") % request.name,
            why,
            _("Use --source, --url, --file or --image."),
        )
    return (str(source),)


def tells_its_source(family: Family) -> bool:
    """Whether a rotation of *family* needs no word of where the next version is."""
    old, holder = newest_build(family), policy_holder(family)
    source = old.text(properties.IMAGE_SOURCE) if old else None
    is_recorded = holder is not None and bool(holder.text(properties.FAMILY_SOURCE))
    return is_recorded or source not in (None, PRIVATE_SOURCE)


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
        if is_rolled_back(latest, fingerprints(version))
        and same_host(version.text(properties.IMAGE_SOURCE) or "", source or "")
    ]
    if latest is not None:
        made.append(latest)
    return max(made, key=lambda one: one.created_at or _NEVER, default=None)


@dataclass(frozen=True)
class Inheritance:
    """What the version that is asked for takes over from the *old* one."""

    request: RotateRequest
    old: Image | None
    policy_holder: Image | None = None
    """The version that holds the family's policy, if none was current yet."""
    download: Download | None = None
    """What the new version comes from, unless an image becomes it."""

    @property
    def url(self) -> str:
        """Where the new version comes from; empty if an image becomes it."""
        return self.download.url if self.download else ""

    @property
    def properties(self) -> dict[str, str]:
        """Of the new version: carried over, then policy, then what was said."""
        request = self.request
        said = request.description.properties
        return {**self.carried, **request.policy, **said}

    @property
    def carried(self) -> dict[str, str]:
        """The properties that the old one hands on."""
        if self.old is None:
            return {}
        told = properties_from_url(self.old.text(properties.IMAGE_SOURCE) or "")
        anew = properties_from_url(self.url)
        handed_on = without_outdated(carried_properties(self.old), told, anew)
        unset = self.request.unset
        return {name: text for name, text in handed_on.items() if name not in unset}

    @property
    def description(self) -> Description:
        """Of the new version, whole."""
        wanted, old = self.request.description, self.old
        described = replace(wanted, properties=self.properties)
        if old is None:
            return described
        return replace(
            described,
            visibility=wanted.visibility or audience(old),
            protected=old.protected if wanted.protected is None else wanted.protected,
            min_disk=wanted.min_disk or carried_min_disk(old),
            min_ram=wanted.min_ram or int(old.fields.get("min_ram") or 0),
            tags=(*sorted(carried_tags(old) - {self.tag}), *wanted.tags),
        )

    def visibility_after(self, old: Image | None) -> str | None:
        """Of the version that replaces *old*; ``None``: as it was made."""
        said = self.request.description.visibility
        return said or (audience(old) if old else None)

    @property
    def tag(self) -> str | None:
        """The tag that only the current version has, if the family has one."""
        return self.properties.get(properties.FAMILY_TAG)

    def taken_over(
        self, new: Image, old: Image | None, members: Mapping[str, str]
    ) -> tuple[str, ...]:
        """What *new* took over from *old*, by name; *members* are those it has.

        Of what was said nothing is: not even where the old one has the same.
        """
        old = old or self.old
        if old is None:
            return ()
        wanted = self.request.description
        others = {
            "members": members,
            "tags": carried_tags(old),
            "min_disk": not wanted.min_disk and carried_min_disk(old),
            "min_ram": not wanted.min_ram and old.fields.get("min_ram"),
            "protected": wanted.protected is None and old.protected,
            "visibility": wanted.visibility is None,
        }
        said = {*self.request.policy, *wanted.properties}
        names = [name for name, is_taken in others.items() if is_taken]
        carried = replace(self, old=old).carried.keys() & new.fields.keys()
        return tuple(sorted([*(carried - said), *names]))

    def offering(self, new: Image, old: Image | None, now: datetime) -> Change:
        """What shows *new* in the place of *old*, which has the policy by now."""
        shown = offer(
            self.request.name,
            protected=self._protected(new, old),
            now=max(now, new.updated_at or now),
        )
        policy = self._policy(new, old)
        tag = policy.get(properties.FAMILY_TAG)
        since = self._changed_since(new, old)
        outdated = frozenset(properties.POLICY) - policy.keys()
        return Change(
            set={**since.set, **shown.set, **policy},
            remove=since.remove | shown.remove | outdated,
            add_tags=since.add_tags | frozenset({tag} if tag else ()),
            remove_tags=since.remove_tags,
        )

    def _changed_since(self, new: Image, old: Image | None) -> Change:
        """What *new* still has to take over: of *old* as it is by now.

        It was made by what the old version was then, and an image may have been fetched
        for an hour.
        """
        if self.old is None or old is None:
            return Change()
        now, said = replace(self, old=old), self.request.description
        kept = {*said.properties, *self.request.policy, *properties.POLICY}
        if self.request.retirement.os_purpose:
            # By now the old one has what its retirement gives it.
            kept.add(OS_PURPOSE)
        change = followed(self.carried, now.carried, new, kept)
        tags = {*said.tags, properties.TAG, self.tag or "", now.tag or ""}
        then, by_now = carried_tags(self.old) - tags, carried_tags(old) - tags
        return replace(
            change,
            set={**change.set, **self._size_since(new, now)},
            add_tags=by_now - then,
            remove_tags=then - by_now,
        )

    def _size_since(self, new: Image, now: Inheritance) -> dict[str, int]:
        """``min_disk`` and ``min_ram``, where somebody has set another one."""
        was, wanted = self.description, now.description
        needed = own_min_disk(new) or 0
        changed = {}
        if wanted.min_disk != was.min_disk and new.min_disk <= max(
            was.min_disk, needed
        ):
            changed["min_disk"] = max(wanted.min_disk, needed)
        if wanted.min_ram != was.min_ram == int(new.fields.get("min_ram") or 0):
            changed["min_ram"] = wanted.min_ram
        return changed

    def _protected(self, new: Image, old: Image | None) -> bool:
        """Whether *new* is kept from being deleted: never less than now unasked."""
        said = self.request.description.protected
        if said is not None:
            return said
        last = old or self.old
        return bool((last is not None and last.protected) or new.protected)

    def _policy(self, new: Image, old: Image | None) -> dict[str, str]:
        said = {**self.request.policy, **self.request.description.properties}
        # A first version that was staged before has it itself.
        holder = (
            old or self.old or (new if policy_of(new) else self.policy_holder) or new
        )
        policy = {
            **policy_of(holder),
            **{name: text for name, text in said.items() if name in properties.POLICY},
        }
        for name in self.request.unset & policy.keys() - said.keys():
            del policy[name]
        if self.request.force:
            left = rolled_back_with(holder, freed=fingerprints(new))
            policy.pop(properties.BLOCKED, None)
            policy |= {properties.BLOCKED: left} if left else {}
        return policy

    def import_request(self, download: Download) -> ImportRequest:
        """What makes the new version of *download*: as is said, and taken over."""
        said, old = self.request, self.old
        return ImportRequest(
            said.name,
            download,
            _packing(said.packing, old) if old else said.packing,
            self.description,
            _route(said.route, old) if old else said.route,
            said.allow_duplicate,
        )


def _packing(packing: Packing, old: Image) -> Packing:
    """What was said; else the new one becomes what the old one is (F110)."""
    if packing.disk_format or packing.convert or packing.container_format != BARE:
        return packing
    container = old.container_format or BARE
    if container == BARE and packing.unpack and old.disk_format in CONVERTIBLE:
        return replace(packing, convert=old.disk_format)
    return replace(
        packing,
        disk_format=old.disk_format,
        is_presumed=True,
        container_format=container,
    )


def _route(route: Route, old: Image) -> Route:
    """What was said; else into the stores that the old one lies in."""
    stores = old.text("stores")
    if route.stores or route.all_stores or not stores:
        return route
    return replace(route, stores=tuple(stores.split(",")))

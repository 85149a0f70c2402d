# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a catalogue comes to: for each family what is to be done, and why.

What the run carries out is this plan, and the dry run shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from osc_imagetools.catalog.definitions import FamilyDefinition, VersionDefinition
from osc_imagetools.catalog.difference import difference, other_status, told
from osc_imagetools.catalog.family_plan import FamilyAction, FamilyPlan
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import of_family
from osc_imagetools.lifecycle.model.state import State, derive
from osc_imagetools.lifecycle.rotation.fingerprint import Offered, is_unchanged


@dataclass(frozen=True)
class Site:
    """What there is in the cloud, and at the sources, at one moment."""

    project: Project
    families: Mapping[str, Family] = field(default_factory=dict)
    """By name, those of the project."""
    holders: Mapping[str, Image] = field(default_factory=dict)
    """By name the visible image of the project of that name that is in no family."""
    offered: Mapping[str, Offered] = field(default_factory=dict)
    """By family what is known of the bytes that the catalogue means."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """By family the bytes that its source has."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """By family why its source can't be read."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By family the projects that its current version is shared with, where that
    matters."""
    adoptable: Mapping[str, tuple[Image, ...]] = field(default_factory=dict)
    """By family the images of openstack-image-manager that may become its versions."""
    builds: Mapping[str, VersionDefinition] = field(default_factory=dict)
    """By family the newest build, where its source finds that."""

    def newest(self, definition: FamilyDefinition) -> VersionDefinition | None:
        """The version that users are to get; ``None`` where none is known."""
        return self.builds.get(definition.name) or definition.newest

    def family(self, name: str) -> Family:
        """The family of that *name*, which may have no version yet."""
        return self.families.get(name, Family(self.project.id, name, ()))


def plan(
    definitions: Iterable[FamilyDefinition],
    site: Site,
    *,
    named: frozenset[str] = frozenset(),
    retire_orphans: bool = False,
    finds_orphans: bool = True,
) -> tuple[FamilyPlan, ...]:
    """What each family gets; then, if wanted, those that the catalogue doesn't name.

    *named* are all families of the catalogue, also those that nothing is done for.
    """
    wanted = tuple(definitions)
    planned = tuple(_item(definition, site) for definition in wanted)
    if not finds_orphans:
        return planned
    named = named | {definition.name for definition in wanted}
    return (*planned, *_orphans(site, named, is_retired=retire_orphans))


CANDIDATE = (
    "'candidate' is not carried out yet: remove it, and promote the candidate by hand"
)


def _item(definition: FamilyDefinition, site: Site) -> FamilyPlan:
    name, family = definition.name, site.family(definition.name)
    if images := site.adoptable.get(name):
        why = f"openstack-image-manager looks after it: {len(images)} images"
        action, current = FamilyAction.ADOPT, family.incumbent
        return FamilyPlan(name, action, why, None, current, definition, adopted=images)
    action, reason, version = _step(definition, family, site)
    made = FamilyPlan(name, action, reason, version, family.incumbent, definition)
    if made.is_fetched:
        fault = site.faults.get(name)
        if fault is not None:
            return replace(made, action=FamilyAction.REFUSED, reason=fault)
        return replace(made, size=site.sizes.get(name))
    current, newest = family.current, site.newest(definition)
    if action is FamilyAction.UNCHANGED and current is not None and newest is not None:
        there = site.members.get(name, frozenset(definition.members))
        lacking = tuple(one for one in definition.members if one not in there)
        return _updated(replace(made, members=lacking), current, newest)
    return made


def _updated(made: FamilyPlan, current: Image, newest: VersionDefinition) -> FamilyPlan:
    """*made*, unless the current version isn't what the catalogue says."""
    definition = made.definition
    if current.version != made.version or definition is None:
        return made
    change = difference(current, definition, newest)
    status = other_status(current, definition)
    if change.is_empty and status is None and not made.members:
        return made
    what = told(change, status, made.members)
    why = f"the catalogue says otherwise: {what}"
    return replace(
        made, action=FamilyAction.UPDATE, reason=why, change=change, status=status
    )


Step = tuple[FamilyAction, str, "str | None"]
"""What is done, why, and the label of the version that is current then."""


def _step(definition: FamilyDefinition, family: Family, site: Site) -> Step:
    if definition.candidate is not None:
        return FamilyAction.REFUSED, CANDIDATE, None
    newest = site.newest(definition)
    if newest is None:
        why = site.faults.get(definition.name, "the catalogue names no version of it")
        return FamilyAction.REFUSED, why, None
    label = None if newest.is_pointer else newest.label
    if family.newest_published is None:
        return _first(definition, site, label)
    last = family.latest
    assert last is not None
    if same := _same(newest, family, site):
        return _already(same, family, site)
    if why := _older(newest, last):
        return FamilyAction.UNCHANGED, why, last.version
    if label is None:
        return (
            FamilyAction.ROTATE,
            f"the source offers another than {last.version}",
            None,
        )
    return FamilyAction.ROTATE, f"version {last.version} is current", label


def _first(definition: FamilyDefinition, site: Site, label: str | None) -> Step:
    holder = site.holders.get(definition.name)
    if holder is None:
        return FamilyAction.IMPORT, "the cloud has no such family", label
    why = f"image {holder.id} has that name and is in no family (--adopt takes it over)"
    return FamilyAction.REFUSED, why, label


def _same(newest: VersionDefinition, family: Family, site: Site) -> Image | None:
    """The version of *family* that the catalogue means, the current one first."""
    current = family.latest
    versions = [*([current] if current else []), *reversed(family.versions)]
    versions = [one for one in versions if not one.is_owned]
    if not newest.is_pointer:
        for version in versions:
            if version.version == newest.label:
                return version
    offered = site.offered.get(family.name)
    if offered is None:
        return None
    return next((one for one in versions if is_unchanged(one, offered)), None)


def _already(same: Image, family: Family, site: Site) -> Step:
    """What there is to say where the family has that version."""
    current = family.current
    if current is None:
        state = derive(same).state
        why = f"version {same.version} is {state}, and stays so"
        return FamilyAction.UNCHANGED, why, same.version
    if same.id == current.id:
        return FamilyAction.UNCHANGED, "it is the current version", same.version
    if derive(same).state is State.STAGED:
        how = of_family(site.project, "rotate", family.name, "--image", same.id)
        why = f"version {same.version} is staged. To publish it: {how}"
        return FamilyAction.UNCHANGED, why, current.version
    how = of_family(site.project, "rollback", family.name, "--to", same.id)
    why = f"version {same.version} was current before. To return to it: {how}"
    return FamilyAction.UNCHANGED, why, current.version


def _older(newest: VersionDefinition, current: Image) -> str:
    """Why the family is ahead of the catalogue, in words; empty where it isn't."""
    built, has = newest.build_date, current.built_at
    if built is None or has is None or built >= has.date():
        return ""
    return f"version {newest.label} was built before version {current.version}"


def _orphans(
    site: Site, named: frozenset[str], *, is_retired: bool
) -> Iterator[FamilyPlan]:
    for name, family in sorted(site.families.items()):
        current = family.current
        if name in named or current is None:
            continue
        why = "the catalogue does not name it"
        action = FamilyAction.RETIRE if is_retired else FamilyAction.ORPHAN
        yield FamilyPlan(name, action, why, current.version, current)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a catalogue comes to: for each family what is to be done, and why.

What the run carries out is this plan, and the dry run shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from osc_imagetools.catalog.candidate import promoted, promotion
from osc_imagetools.catalog.definitions import FamilyDefinition, VersionDefinition
from osc_imagetools.catalog.difference import difference, other_status, told
from osc_imagetools.catalog.family_plan import FamilyAction, FamilyPlan
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import of_family
from osc_imagetools.lifecycle.model.state import State, derive
from osc_imagetools.lifecycle.rotation.fingerprint import Offered, is_unchanged

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


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
    now: datetime = _NEVER
    """The cloud's time."""

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
    planned = _in_turn([_item(definition, site) for definition in wanted])
    if not finds_orphans:
        return planned
    named = named | {definition.name for definition in wanted}
    named |= {one.candidate.name for one in wanted if one.candidate is not None}
    return (*planned, *_orphans(site, named, is_retired=retire_orphans))


def _in_turn(planned: Sequence[FamilyPlan]) -> tuple[FamilyPlan, ...]:
    """What is *planned*, but a candidate is not replaced before it is promoted."""
    first = {one.candidate.family: one for one in planned if one.candidate is not None}
    return tuple(
        replace(
            one,
            action=FamilyAction.UNCHANGED,
            reason=_("its current version becomes one of '%s' first")
            % first[one.family].family,
            version=one.current.version if one.current else None,
            size=None,
        )
        if one.family in first and one.action is FamilyAction.ROTATE
        else one
        for one in planned
    )


def _item(definition: FamilyDefinition, site: Site) -> FamilyPlan:
    name, family = definition.name, site.family(definition.name)
    if images := site.adoptable.get(name):
        why = _("openstack-image-manager looks after it: %d images") % len(images)
        action, current = FamilyAction.ADOPT, family.incumbent
        return FamilyPlan(name, action, why, None, current, definition, adopted=images)
    made = _promoted(definition, family, site) or _made(definition, family, site)
    if made.is_fetched:
        fault = site.faults.get(name)
        if fault is not None:
            return replace(made, action=FamilyAction.REFUSED, reason=fault)
        return replace(made, size=site.sizes.get(name))
    current, newest = family.current, site.newest(definition)
    if current is None or made.action is not FamilyAction.UNCHANGED:
        return made
    if definition.candidate is not None:
        made = replace(made, version=current.version)
        newest = _as_defined(current, definition)
    if newest is not None:
        there = site.members.get(name, frozenset(definition.members))
        lacking = tuple(one for one in definition.members if one not in there)
        return _updated(replace(made, members=lacking), current, newest)
    return made


def _made(definition: FamilyDefinition, family: Family, site: Site) -> FamilyPlan:
    action, reason, version = _step(definition, family, site)
    name, current = definition.name, family.incumbent
    return FamilyPlan(name, action, reason, version, current, definition)


def _promoted(
    definition: FamilyDefinition, family: Family, site: Site
) -> FamilyPlan | None:
    """What is done with its candidate; ``None`` if it has none, or begins without."""
    wanted = definition.candidate
    if wanted is None:
        return None
    begins = family.newest_published is None
    if begins and site.newest(definition) is not None:
        return None
    does = promotion(wanted, family, site.family(wanted.name), site.now)
    holder = site.holders.get(definition.name)
    if does.image is not None and begins and holder is not None:
        action, why, label = _first(definition, site, does.label)
        return FamilyPlan(definition.name, action, why, label, None, definition)
    return FamilyPlan(
        definition.name,
        does.action,
        does.reason,
        does.label,
        family.incumbent,
        definition,
        candidate=does.image,
    )


def _as_defined(current: Image, definition: FamilyDefinition) -> VersionDefinition:
    """The version that is *current*, as its family is defined now."""
    source = current.text(properties.IMAGE_SOURCE) or ""
    return VersionDefinition(
        label=current.version or "",
        url=source,
        place=definition.place,
        properties=definition.properties,
    )


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
    why = _("the catalogue says otherwise: %s") % what
    return replace(
        made, action=FamilyAction.UPDATE, reason=why, change=change, status=status
    )


Step = tuple[FamilyAction, str, "str | None"]
"""What is done, why, and the label of the version that is current then."""


def _step(definition: FamilyDefinition, family: Family, site: Site) -> Step:
    newest = site.newest(definition)
    if newest is None:
        why = site.faults.get(
            definition.name, _("the catalogue names no version of it")
        )
        return FamilyAction.REFUSED, why, None
    label = None if newest.is_pointer else newest.label
    if family.current is None and (left := _left(newest, family, site)):
        told = {"version": left.version, "family": left.family}
        why = _("version %(version)s was promoted to '%(family)s'") % told
        return FamilyAction.UNCHANGED, why, None
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
            _("the source offers another than %s") % last.version,
            None,
        )
    return FamilyAction.ROTATE, _("version %s is current") % last.version, label


def _first(definition: FamilyDefinition, site: Site, label: str | None) -> Step:
    holder = site.holders.get(definition.name)
    if holder is None:
        return FamilyAction.IMPORT, _("the cloud has no such family"), label
    why = _("image %s has that name and is in no family (--adopt takes it over)")
    return FamilyAction.REFUSED, why % holder.id, label


def _same(newest: VersionDefinition, family: Family, site: Site) -> Image | None:
    """The version of *family* that the catalogue means, the current one first."""
    current = family.latest
    versions = [*([current] if current else []), *reversed(family.versions)]
    return _meant(newest, [one for one in versions if not one.is_owned], family, site)


def _left(newest: VersionDefinition, family: Family, site: Site) -> Image | None:
    """The version that the catalogue means, if it was promoted to another family."""
    elsewhere = promoted(family.name, site.families.values())
    return _meant(newest, elsewhere, family, site)


def _meant(
    newest: VersionDefinition, versions: Sequence[Image], family: Family, site: Site
) -> Image | None:
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
        why = _("version %(version)s is %(state)s, and stays so")
        why %= {"version": same.version, "state": state}
        return FamilyAction.UNCHANGED, why, same.version
    if same.id == current.id:
        return FamilyAction.UNCHANGED, _("it is the current version"), same.version
    if derive(same).state is State.STAGED:
        how = of_family(site.project, "rotate", family.name, "--image", same.id)
        why = _("version %(version)s is staged. To publish it: %(how)s")
        why %= {"version": same.version, "how": how}
        return FamilyAction.UNCHANGED, why, current.version
    how = of_family(site.project, "rollback", family.name, "--to", same.id)
    why = _("version %(version)s was current before. To return to it: %(how)s")
    why %= {"version": same.version, "how": how}
    return FamilyAction.UNCHANGED, why, current.version


def _older(newest: VersionDefinition, current: Image) -> str:
    """Why the family is ahead of the catalogue, in words; empty where it isn't."""
    built, has = newest.build_date, current.built_at
    if built is None or has is None or built >= has.date():
        return ""
    told = {"newest": newest.label, "current": current.version}
    return _("version %(newest)s was built before version %(current)s") % told


def _orphans(
    site: Site, named: frozenset[str], *, is_retired: bool
) -> Iterator[FamilyPlan]:
    for name, family in sorted(site.families.items()):
        current = family.current
        if name in named or current is None:
            continue
        why = _("the catalogue does not name it")
        action = FamilyAction.RETIRE if is_retired else FamilyAction.ORPHAN
        yield FamilyPlan(name, action, why, current.version, current)

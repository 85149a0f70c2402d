# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What users who look a family's name up find: one image, or two, or none.

Of the checks: ``two-visible``, ``none-visible``, ``other-name``, ``same-name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.deprecation.replacement import family_of
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import is_leaving
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.remedy import Commands, command, option, undated
from osc_imagetools.lifecycle.model.state import State, derive, undo_record


def unknown_members(observed: Observed) -> frozenset[str]:
    """The IDs of other projects' shared images that may be found by a family's name.

    They are found by the projects that have accepted them: not read yet.
    """
    names = {family.name for family in observed.families}
    return frozenset(
        image.id
        for image in observed.by_id.values()
        if image.owner != observed.owner
        and image.visibility == "shared"
        and image.name in names
        and not image.hidden
        and image.id not in observed.members
    )


def findings(family: Family, observed: Observed) -> Iterator[Finding]:
    """Whether a lookup of the family's name finds two images, or none that boots."""
    found = sorted(
        (
            image
            for image in observed.by_id.values()
            if image.name == family.name
            and not image.hidden
            and _is_looked_up(image, observed)
        ),
        key=lambda image: image.id,
    )
    own = [image for image in found if image.owner == observed.owner]
    if own and len(found) > 1:
        yield _several(family, found, own, observed)
    if family.current is None:
        yield from _none(family, own, observed)


def _several(
    family: Family, found: Sequence[Image], own: Sequence[Image], observed: Observed
) -> Finding:
    current = family.current
    stays = current or max(own, key=_age)
    rest = [image for image in own if image.id != stays.id]
    words = {
        "count": len(found),
        "images": ", ".join(observed.told(image) for image in found),
    }
    return Finding(
        Check.SAME_NAME if _is_as_adopted(family) else Check.TWO_VISIBLE,
        family.name,
        current.id if current else "",
        _("%(count)d visible images have its name: %(images)s") % words,
        _("Hide all but one")
        if rest
        else _("One of the projects has to rename or hide its own."),
        tuple(_withdrawn(rest, observed)),
    )


def _age(image: Image) -> tuple[int, str]:
    made = image.created_at
    return image.generation if image.is_managed else 0, str(made or "")


def _withdrawn(images: Iterable[Image], observed: Observed) -> Iterator[str]:
    """What hides *images*; of versions it is told that they are deprecated."""
    for image in images:
        if image.is_managed:
            yield observed.ours("deprecate", "--yes", image.id)
        else:
            yield command("set", "--hidden", image.id)


def _none(
    family: Family, own: Sequence[Image], observed: Observed
) -> Iterator[Finding]:
    """Nothing that has the family's name is a version of it that boots."""
    is_as_adopted = _is_as_adopted(family)
    shown = [version for version in family.versions if _is_shown(version)]
    if is_as_adopted and shown:
        last, check = family.incumbent or shown[-1], Check.OTHER_NAME
    elif last_wanted := wanted(family):
        last, check = last_wanted, Check.NONE_VISIBLE
    else:
        return
    why_not = _why_not(last)
    what = _("no visible, active version has its name; this is %s") % why_not
    if family.incumbent and check is Check.OTHER_NAME and not own:
        name = option("family", family.name)
        do = _(
            "The next rotation gives the name to the new version; or give it to this "
            "one"
        )
        commands: Commands = (observed.ours("lifecycle set", *name, "--rename-newest"),)
    else:
        do, commands = _offered(last, family, own, observed)
    yield Finding(check, family.name, last.id, what, do, commands)


def _offered(
    last: Image, family: Family, own: Sequence[Image], observed: Observed
) -> tuple[str, Commands]:
    """What makes a version of *family* that which its name finds."""
    strangers = [image for image in own if not image.is_managed]
    if strangers:
        adopted = option("family", family.name)
        return (
            _("Image %s has the name: if that is the newest, adopt it")
            % strangers[-1].id,
            (observed.ours("lifecycle set", *adopted, strangers[-1].id),),
        )
    if last.status not in ("active", "deactivated"):
        return _("It has no bootable data: import a new version."), ()
    if last.is_owned:
        return _("Its bytes are not verified: import a new version."), ()
    if "os_hidden" in (undo_record(last) or {}):
        return _("If it works, publish it"), (observed.ours("reinstate", last.id),)
    is_told = not derive(_as_offered(last)).contradictions
    options = {
        ("--activate",): last.status == "deactivated",
        ("--unhidden",): last.hidden,
        tuple(option("name", family.name)): last.name != family.name,
        tuple(option("property", f"{properties.STATE}={State.ACTIVE}")): not is_told,
    }
    words = [word for each, is_needed in options.items() if is_needed for word in each]
    dates = () if is_told else undated(last)
    return _("If it works, publish it"), (*dates, command("set", *words, last.id))


def _as_offered(version: Image) -> Image:
    return replace(version, status="active", hidden=False)


def _is_as_adopted(family: Family) -> bool:
    """Whether its versions came from elsewhere, and nothing has replaced one yet.

    What users found then they find now: adopting them made nothing worse.
    """
    ours = (properties.VERIFIED, properties.RETIRED_AT)
    return not any(name in one.fields for one in family.versions for name in ours)


def _is_shown(version: Image) -> bool:
    return version.is_usable and derive(version).state is State.ACTIVE


def _why_not(version: Image) -> str:
    reasons = {
        version.status: version.status != "active",
        _("hidden"): version.hidden,
        _("called %.60r") % version.name: version.name != version.family,
    }
    told = ""
    for reason in (reason for reason, holds in reasons.items() if holds):
        words = {"one": told, "other": reason}
        told = _("%(one)s and %(other)s") % words if told else reason
    return told


def wanted(family: Family) -> Image | None:
    """The version that ought to be visible; ``None`` if none ought to.

    None was offered yet; or the newest that was has been deprecated on purpose, and
    not for the sake of a version that is still to come.
    """
    offered = [version for version in family.versions if not _is_new(version)]
    if not offered:
        return None
    last = offered[-1]
    if last.text(properties.STATE) not in (State.DEPRECATED, State.OBSOLETE):
        return last
    reference = last.text(properties.REPLACEMENT) or ""
    successors = {version.id for version in family.versions if _is_new(version)}
    leads_on = reference in successors or family_of(reference) == family.name
    # Its successor is gone, and nobody knows yet whether that was still offered.
    return last if leads_on or is_leaving(last) else None


def _is_looked_up(image: Image, observed: Observed) -> bool:
    """Whether users of the project find it by its name.

    Names of other projects' community images do not resolve.
    """
    if image.owner == observed.owner or image.visibility == "public":
        return True
    accepted = observed.members.get(image.id) or frozenset()
    return image.visibility == "shared" and observed.owner in accepted


def _is_new(version: Image) -> bool:
    return (
        derive(version).state in (State.IMPORTING, State.STAGED)
        and properties.PUBLISHED_AT not in version.fields
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the versions of a family among themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import MOST_DIGITS, Image
from osc_imagetools.lifecycle.model.policy import Policy, policy_holder
from osc_imagetools.lifecycle.model.promise import promised
from osc_imagetools.lifecycle.model.remedy import setting
from osc_imagetools.lifecycle.model.state import State, derive

SIGNATURE = "img_signature"
"""What the names of a signature's properties start with, as Nova reads them."""

_NEW = (State.IMPORTING, State.STAGED)


def findings(family: Family, observed: Observed) -> Iterator[Finding]:
    """What is wrong with the order of *family*, its signatures, and how many it has."""
    yield from _given_twice(family)
    yield from _last_number(family)
    yield from _overtaken(family)
    yield from _unsigned(family, observed)
    yield from _too_many(family, observed)


def _given_twice(family: Family) -> Iterator[Finding]:
    taken = {version.generation for version in family.versions}
    for number, group in groupby(family.versions, lambda one: one.generation):
        same = list(group)
        if number and len(same) > 1:
            last = max(same, key=lambda one: _rank(one, family))
            is_free = number + 1 not in taken
            higher = setting(last, properties.GENERATION, str(number + 1))
            yield Finding(
                Check.GENERATION,
                family.name,
                last.id,
                _("generation %(number)d belongs to %(count)d versions: %(versions)s")
                % {
                    "number": number,
                    "count": len(same),
                    "versions": ", ".join(one.id for one in same),
                },
                _("Give the later one its own number"),
                (higher,) if is_free and len(same) == 2 else (),
            )


def _rank(version: Image, family: Family) -> tuple[bool, str, str]:
    is_current = family.current is not None and version.id == family.current.id
    return is_current, version.text(properties.PUBLISHED_AT) or "", version.id


def _last_number(family: Family) -> Iterator[Finding]:
    highest = family.highest_generation
    highest_ones = [one for one in family.versions if one.generation == highest]
    if len(str(highest)) < MOST_DIGITS or len(highest_ones) != 1:
        return
    [last] = highest_ones
    others = [one.generation for one in family.versions if one.id != last.id]
    yield Finding(
        Check.GENERATION,
        family.name,
        last.id,
        _("generation %d leaves no number for later versions") % highest,
        _("Give it the number that follows those of the others"),
        (setting(last, properties.GENERATION, str(max(others, default=0) + 1)),),
    )


def _overtaken(family: Family) -> Iterator[Finding]:
    """What replaces another has the higher number, or the next run takes it back."""
    current = family.current
    if current is None:
        return
    above = [
        one
        for one in family.versions
        if one.generation > current.generation
        and one.was_offered
        and properties.RETIRED_AT in one.fields
    ]
    if above:
        highest = family.highest_generation
        is_last = len(str(highest + 1)) > MOST_DIGITS
        number = setting(current, properties.GENERATION, str(highest + 1))
        what = _(
            "it is current with generation %(own)d, and version %(version)s, which "
            "was retired, has %(generation)d"
        ) % {
            "own": current.generation,
            "version": above[-1].version,
            "generation": above[-1].generation,
        }
        yield Finding(
            Check.GENERATION,
            family.name,
            current.id,
            what,
            _("If it is the right version, give it the highest number"),
            () if is_last else (number,),
        )


def _unsigned(family: Family, observed: Observed) -> Iterator[Finding]:
    """Nova refuses what has no signature, where it was told to look for one."""
    current = family.current
    if current is None or _is_signed(current):
        return
    earlier = [
        one
        for one in family.versions
        if one.generation < current.generation and derive(one).state not in _NEW
    ]
    if earlier and _is_signed(earlier[-1]):
        rollback = observed.ours("rollback")
        yield Finding(
            Check.SIGNATURE,
            family.name,
            current.id,
            _(
                "it has no %(signature)s properties, as version %(version)s before it "
                "has: where Nova verifies signatures, it does not boot"
            )
            % {"signature": SIGNATURE, "version": earlier[-1].version},
            _(
                "Sign its data and set its %(signature)s properties; or roll back with "
                "'%(rollback)s'."
            )
            % {"signature": SIGNATURE, "rollback": rollback},
        )


def _is_signed(image: Image) -> bool:
    return any(name.startswith(SIGNATURE) for name in image.fields)


def past_keep(family: Family, now: datetime) -> list[Image]:
    """The versions that the policy of *family* no longer keeps, newest first."""
    holder = policy_holder(family)
    policy = Policy.on(holder) if holder else Policy()
    if policy.keep is None or family.current is None:
        return []
    return [
        one
        for place, one in enumerate(family.previous, 1)
        if place > policy.keep
        and not {properties.HOLD, properties.DELETE_AT} & one.fields.keys()
        and not promised(one, policy.uuid_validity, place + 1, now)
    ]


def _too_many(family: Family, observed: Observed) -> Iterator[Finding]:
    """The versions that its policy no longer keeps."""
    over = [
        one for one in past_keep(family, observed.now) if not observed.needs.get(one.id)
    ]
    if over:
        labels = ", ".join(one.version or one.id for one in over[::-1])
        holder = policy_holder(family)
        words = {
            "count": len(over),
            "keep": Policy.on(holder).keep if holder else None,
            "property": properties.KEEP,
            "versions": labels,
        }
        yield Finding(
            Check.PAST_KEEP,
            family.name,
            "",
            _(
                "%(count)d of its versions are beyond the %(keep)s previous ones that "
                "%(property)s keeps: %(versions)s"
            )
            % words,
            _("Delete those that nothing uses with '%s'.")
            % observed.ours("lifecycle enforce"),
        )

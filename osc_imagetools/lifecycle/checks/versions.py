# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the versions of a family among themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

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
                f"generation {number} belongs to {len(same)} versions: "
                f"{', '.join(one.id for one in same)}",
                "Give the later one its own number",
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
        f"generation {highest} leaves no number for later versions",
        "Give it the number that follows those of the others",
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
        yield Finding(
            Check.GENERATION,
            family.name,
            current.id,
            f"it is current with generation {current.generation}, and version "
            f"{above[-1].version}, which was retired, has {above[-1].generation}",
            "If it is the right version, give it the highest number",
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
        yield Finding(
            Check.SIGNATURE,
            family.name,
            current.id,
            f"it has no {SIGNATURE} properties, as version {earlier[-1].version} "
            "before it has: where Nova verifies signatures, it does not boot",
            f"Sign its data and set its {SIGNATURE} properties; or roll back with "
            f"'{observed.ours('rollback')}'.",
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
        keep = Policy.on(holder).keep if holder else None
        yield Finding(
            Check.PAST_KEEP,
            family.name,
            "",
            f"{len(over)} of its versions are beyond the {keep} previous ones that "
            f"{properties.KEEP} keeps: {labels}",
            "Delete those that nothing uses with "
            f"'{observed.ours('lifecycle enforce')}'.",
        )

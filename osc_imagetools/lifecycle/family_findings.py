# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a family as a whole: its name, its age, who else claims it.

The record decides what is a version (F97), and an image of another project is none
(F98).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta, timezone

from osc_imagetools.lifecycle import name_findings, properties
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.finding import Check, Finding, Observed
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.moments import Duration, format_time
from osc_imagetools.lifecycle.policy import Policy
from osc_imagetools.lifecycle.standards import missing
from osc_imagetools.lifecycle.state import derive

GRACE = timedelta(days=3)
"""How much later than promised a new version may come."""

FREQUENCIES: Mapping[str, Duration] = {
    "yearly": Duration(months=12),
    "quarterly": Duration(months=3),
    "monthly": Duration(months=1),
    "weekly": Duration(rest=timedelta(weeks=1)),
    "daily": Duration(rest=timedelta(days=1)),
}
"""Of scs-0102; its other words promise no date."""


def findings(family: Family, observed: Observed) -> Iterator[Finding]:
    """What is wrong with *family*, seen together with everything else."""
    yield from name_findings.findings(family, observed)
    yield from _claims(family, observed)
    current = family.current
    if current is None or derive(current).state.is_on_its_way_out:
        return
    yield from _tag(family, current)
    yield from _age(family.name, current, observed.now)
    if observed.standard:
        yield from _standard(family.name, current, observed.standard)


def _claims(family: Family, observed: Observed) -> Iterator[Finding]:
    for image in observed.by_id.values():
        # A shared one is there only for projects that have accepted it.
        is_forced_on_us = image.visibility in ("public", "community")
        if image.owner == observed.owner or not is_forced_on_us:
            continue
        if image.family == family.name:
            yield Finding(
                Check.CLAIMED,
                family.name,
                image.id,
                f"the {image.visibility} image of project {image.owner} says that it "
                f"is generation {image.generation} of a family of that name",
                "It is never taken for a version of yours; see that your users' "
                "scripts look at the owner, too.",
            )


def _tag(family: Family, current: Image) -> Iterator[Finding]:
    """Whoever picks images by the family's tag gets the current version, or doesn't."""
    tag = current.text(properties.FAMILY_TAG)
    if tag is None:
        return
    if tag not in current.tags:
        yield Finding(
            Check.TAG,
            family.name,
            current.id,
            f"it is the current version, and lacks the family's tag '{tag}'",
            f"The next rotation mends it; or: openstack image set --tag '{tag}' "
            f"{current.id}",
        )
    for version in family.versions:
        if version.id != current.id and tag in version.tags:
            yield Finding(
                Check.TAG,
                family.name,
                version.id,
                f"it has the tag '{tag}', which only version {current.version} may "
                "have",
                f"The next rotation mends it; or: openstack image unset --tag '{tag}' "
                f"{version.id}",
            )


def _age(name: str, current: Image, now: datetime) -> Iterator[Finding]:
    policy = Policy.on(current)
    if policy.end_at and policy.end_at <= now:
        yield Finding(
            Check.PAST_DUE,
            name,
            current.id,
            f"the family ended at {format_time(policy.end_at)} and is still offered",
            f"Deprecate it: openstack image deprecate {current.id}",
        )
        return
    if (until := _day_after(policy.provided_until)) and until <= now:
        yield Finding(
            Check.PAST_PROVIDED_UNTIL,
            name,
            current.id,
            f"it is still offered, but was provided until {policy.provided_until}",
            f"Deprecate it, or set another {properties.PROVIDED_UNTIL}.",
        )
        return
    frequency = FREQUENCIES.get(policy.replace_frequency or "")
    built = _built(current)
    if frequency and built and built < frequency.before(now - GRACE):
        yield Finding(
            Check.TOO_OLD,
            name,
            current.id,
            f"it is of {built.date()}, but to be replaced {policy.replace_frequency}",
            "Bring in a newer version.",
        )


def _built(image: Image) -> datetime | None:
    """When it was built, as far as anything tells; unknown is never old (F80)."""
    for name in (properties.BUILD_DATE, properties.PUBLISHED_AT):
        if moment := image.moment(name):
            return moment
    return image.created_at


def _day_after(text: str | None) -> datetime | None:
    """The midnight at which the day *text* is over; ``None`` if it is no day."""
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").date()
        return datetime.combine(day + timedelta(days=1), time(), timezone.utc)
    except (ValueError, OverflowError):
        return None


def _standard(name: str, current: Image, standard: str) -> Iterator[Finding]:
    wanted = missing(standard, current.fields)
    if wanted:
        yield Finding(
            Check.STANDARD,
            name,
            current.id,
            f"it does not meet {standard}: {', '.join(map(str, wanted))}",
            f"Set them: openstack image set --property <name>=<value> {current.id}",
        )

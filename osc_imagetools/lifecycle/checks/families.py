# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a family as a whole: its name, its age, who else claims it.

The record decides what is a version (F97), and an image of another project is none
(F98).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta, timezone

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks import standards, versions, visible
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import Policy
from osc_imagetools.lifecycle.model.remedy import command, option
from osc_imagetools.lifecycle.model.state import derive

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
    yield from visible.findings(family, observed)
    yield from versions.findings(family, observed)
    yield from standards.findings(family, observed)
    yield from _claims(family, observed)
    current = family.current
    if current is None or derive(current).state.is_on_its_way_out:
        return
    yield from _tag(family, current)
    yield from _age(family.name, current, observed)


def _claims(family: Family, observed: Observed) -> Iterator[Finding]:
    for image in observed.by_id.values():
        # Anybody may make a community image that says so.
        if image.owner == observed.owner or image.visibility != "public":
            continue
        if image.family == family.name:
            yield Finding(
                Check.CLAIMED,
                family.name,
                image.id,
                _(
                    "the public image of project %(project)s says that it "
                    "is generation %(generation)d of a family of that name"
                )
                % {"project": image.owner, "generation": image.generation},
                _(
                    "It is never mistaken for a version of yours; make sure that "
                    "your users' scripts also check the owner."
                ),
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
            _("it is the current version, and lacks the family's tag '%s'") % tag,
            _("The next rotation repairs this; or set it"),
            (command("set", *option("tag", tag), current.id),),
        )
    for version in family.versions:
        if version.id != current.id and tag in version.tags:
            yield Finding(
                Check.TAG,
                family.name,
                version.id,
                _("it has the tag '%(tag)s', which only version %(version)s may have")
                % {"tag": tag, "version": current.version},
                _("The next rotation repairs this; or remove it"),
                (command("unset", *option("tag", tag), version.id),),
            )


def _age(name: str, current: Image, observed: Observed) -> Iterator[Finding]:
    policy, now = Policy.on(current), observed.now
    ended = (observed.ours("deprecate", "--yes", current.id),)
    if policy.end_at and policy.end_at <= now:
        yield Finding(
            Check.PAST_DUE,
            name,
            current.id,
            _("the family ended at %s and is still offered")
            % format_time(policy.end_at),
            _("Deprecate it"),
            ended,
        )
        return
    if (until := _day_after(policy.provided_until)) and until <= now:
        yield Finding(
            Check.PAST_PROVIDED_UNTIL,
            name,
            current.id,
            _("it is still offered, but was to be provided until %s")
            % policy.provided_until,
            _("Deprecate it, or set another %s") % properties.PROVIDED_UNTIL,
            ended,
        )
        return
    frequency = FREQUENCIES.get(policy.replace_frequency or "")
    built = current.built_at
    if frequency and built and built < frequency.before(now - GRACE):
        yield Finding(
            Check.TOO_OLD,
            name,
            current.id,
            _("it was built on %(day)s, but is to be replaced %(frequency)s")
            % {"day": built.date(), "frequency": policy.replace_frequency},
            _("Import a newer version with '%s'.") % observed.ours("rotate"),
        )


def _day_after(text: str | None) -> datetime | None:
    """The midnight at which the day *text* is over; ``None`` if it is no day."""
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").date()
        return datetime.combine(day + timedelta(days=1), time(), timezone.utc)
    except (ValueError, OverflowError):
        return None

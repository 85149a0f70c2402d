# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a deprecation changes on one image, or why it is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.deprecation.undo import UndoRecord
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.decision import (
    Decision,
    moving,
    refused,
    two_visible,
)
from osc_imagetools.lifecycle.model.fences import staying, to_be_shown
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import ours
from osc_imagetools.lifecycle.model.state import (
    State,
    derive,
    has_other_name,
    is_listed_on_purpose,
    schedule_faults,
    undo_record,
)

ADDRESSABLE = ("public", "shared")
"""Visibilities under which others than the owner look an image up by its name."""

UNBOOTABLE = _("rebuild, resize and migration of servers that run on it will fail")
UNNAMED = _("names of community images do not resolve: users need its ID")
NOT_PUT_OFF = _("a duration does not postpone a date, only a new date does")
TOO_LONG = _(
    "its lifecycle properties are too long for a record of them. To remove that first: "
)
ADOPTED = _("it was not managed: its name is now its family, and it has no generation")


def deprecation(
    image: Image,
    request: DeprecateRequest,
    namesakes: Collection[Image],
    now: datetime,
    project: Project,
) -> Decision:
    """What *request* changes on *image*, or why it is refused.

    *namesakes* are the images that a lookup of its name finds; *now* is the cloud's
    time, *project* the one that we work for, and *request* has no fault.
    """
    if why := moving(image):
        return refused(why)
    moments = request.moments(now)
    at = moments.get(properties.DEPRECATED_AT)
    is_ahead = at is not None and at > now and not is_out_already(image)
    kept = _kept(image, request, moments)
    moments = {name: each for name, each in moments.items() if name not in kept}
    wanted = _identity(image) | _announced(image, request, moments, now)
    if not is_ahead:
        wanted |= _carried_out(image, request, moments, now)
    plan = UndoRecord(image, wanted)
    decision = _decided(image, request, plan, namesakes, is_ahead, project)
    is_offered = image.is_managed and not image.hidden and not has_other_name(image)
    if not is_ahead and is_offered:
        decision = _by_a_person(decision, image)
    return _telling(decision, kept - _dates_over(image))


def _by_a_person(decision: Decision, image: Image) -> Decision:
    """*decision* without what a swap has told of an *image* that is offered still.

    That run has died, and nothing else may take this deprecation back. Nor may one that
    was about to show it, which a person did before.
    """
    if decision.result in ("refused", "unchanged"):
        shown = frozenset[str]()
    else:
        shown = to_be_shown(image)
    change = decision.change
    decision = replace(decision, change=replace(change, remove=change.remove | shown))
    if decision.result == "refused" or properties.RETIRED_AT not in image.fields:
        return decision
    is_new = decision.result != "unchanged"
    change = decision.change
    return replace(
        decision,
        result=decision.result if is_new else str(derive(image).state),
        # A hiding of that run may still be on its way, and the person show it again.
        change=staying(
            replace(change, remove=change.remove | {properties.RETIRED_AT}), image
        ),
        changes=tuple(sorted({*decision.changes, properties.RETIRED_AT})),
    )


def _kept(
    image: Image, request: DeprecateRequest, moments: Mapping[str, datetime]
) -> frozenset[str]:
    """The dates on *image* that a duration of *request* would only put off.

    Else a command that is run every day would never see its day come.
    """
    there = {name: image.moment(name) for name in moments if image.is_managed}
    return frozenset(
        name
        for name, moment in there.items()
        if moment and moment < moments[name] and name in request.durations
    )


def _telling(decision: Decision, kept: Collection[str]) -> Decision:
    if not kept:
        return decision
    words = {"dates": ", ".join(sorted(kept)), "why": NOT_PUT_OFF}
    stays = _("%(dates)s stays: %(why)s") % words
    return replace(decision, note="; ".join(filter(None, (decision.note, stays))))


def _identity(image: Image) -> dict[str, Any]:
    if image.is_managed:
        return {}
    return {properties.ID: image.id, properties.FAMILY: image.name or image.id}


def _announced(
    image: Image,
    request: DeprecateRequest,
    moments: Mapping[str, datetime],
    now: datetime,
) -> dict[str, Any]:
    """What is told at once, whenever it is carried out."""
    over = _dates_over(image)
    wanted: dict[str, Any] = {
        name: format_time(moment)
        for name, moment in moments.items()
        if moment <= now or name not in over
    }
    if request.replacement is not None:
        wanted[properties.REPLACEMENT] = request.replacement
    if request.reason is not None:
        wanted[properties.REASON] = request.reason
    if not _stored(image):
        wanted[properties.STATE] = str(State.ACTIVE)
    return wanted


def is_out_already(image: Image) -> bool:
    """Whether a deprecation of *image* was carried out.

    One that somebody deactivated without a word was not.
    """
    return _stored(image) in (State.DEPRECATED, State.OBSOLETE)


def _dates_over(image: Image) -> frozenset[str]:
    """The dates of what was carried out on *image*: none of them can lie ahead."""
    if not is_out_already(image):
        return frozenset()
    if _stored(image) == State.OBSOLETE:
        return frozenset({properties.DEPRECATED_AT, properties.OBSOLETE_AT})
    return frozenset({properties.DEPRECATED_AT})


def _stored(image: Image) -> str | None:
    return image.text(properties.STATE) if image.is_managed else None


def _carried_out(
    image: Image,
    request: DeprecateRequest,
    moments: Mapping[str, datetime],
    now: datetime,
) -> dict[str, Any]:
    """What the image is from now on."""
    is_obsolete = (
        request.state is State.OBSOLETE
        or image.status == "deactivated"
        or _stored(image) == State.OBSOLETE
    )
    state = State.OBSOLETE if is_obsolete else State.DEPRECATED
    wanted: dict[str, Any] = {properties.STATE: str(state)}
    if request.visibility is not None:
        wanted["visibility"] = request.visibility
    if (hidden := _hidden(image, request)) != image.hidden:
        wanted["os_hidden"] = hidden
    if request.state is State.OBSOLETE:
        wanted["status"] = "deactivated"
        wanted |= _dated(image, properties.OBSOLETE_AT, moments, now)
    return wanted | _dated(image, properties.DEPRECATED_AT, moments, now)


def _hidden(image: Image, request: DeprecateRequest) -> bool:
    if request.hidden is False:
        return image.hidden and not _was_hidden_by_us(image)
    if request.hidden or image.hidden:
        return True
    return not (is_out_already(image) and is_listed_on_purpose(image))


def _was_hidden_by_us(image: Image) -> bool:
    told = undo_record(image) if image.is_managed else None
    return (told or {}).get("os_hidden") is False


def _dated(
    image: Image, name: str, moments: Mapping[str, datetime], now: datetime
) -> dict[str, str]:
    """The date of what is carried out: the one that was given, or is there, or now."""
    given = moments.get(name)
    if given is not None and given <= now:
        return {name: format_time(given)}
    stored = image.moment(name) if image.is_managed else None
    return {} if stored is not None and stored <= now else {name: format_time(now)}


def _decided(
    image: Image,
    request: DeprecateRequest,
    plan: UndoRecord,
    namesakes: Collection[Image],
    is_ahead: bool,
    project: Project,
) -> Decision:
    after = plan.change.on(image)
    faults = set(schedule_faults(after)) - set(schedule_faults(image))
    if faults:
        words = "; ".join(sorted(faults))
        return refused(_("%s: give both dates, in order") % words)
    if plan.is_too_long:
        how = ours(project, "lifecycle unset", "--all", image.id)
        return refused(f"{TOO_LONG}{how}")
    is_shown = image.hidden and not after.hidden
    if is_shown and (why := two_visible(image, namesakes, project)):
        return refused(why)
    if not request.is_confirmed:
        if _vanishes(image, after, namesakes):
            return refused(
                _(
                    "it is the only visible image of its name: for that name, the "
                    "client falls back to a hidden image, and Terraform and Heat find "
                    "nothing. Name a --replacement, or add --yes"
                )
            )
        if plan.deactivates and (why := _needed(image, request)):
            return refused(why)
    if not plan.changes:
        return Decision("unchanged")
    return Decision(
        "scheduled" if is_ahead else plan.wanted[properties.STATE],
        plan.change,
        "deactivated" if plan.deactivates else None,
        plan.changes,
        _note(image, after, plan),
    )


def _needed(image: Image, request: DeprecateRequest) -> str:
    """Why *image* may not become one that no longer boots; empty where it may."""
    need = request.needs.get(image.id)
    if need is None:
        return _("%s. Add --yes if none does") % UNBOOTABLE
    if not need:
        return ""
    words = {"need": need, "harm": UNBOOTABLE}
    return _("%(need)s; %(harm)s. To do it anyway, add --yes") % words


def _vanishes(image: Image, after: Image, namesakes: Collection[Image]) -> bool:
    """Whether no visible image has its name any more, and nothing replaces it."""
    goes = not image.hidden and (
        after.hidden
        or (image.visibility in ADDRESSABLE and after.visibility not in ADDRESSABLE)
    )
    is_left = any(_stands_in(one, image) for one in namesakes)
    is_replaced = bool(after.text(properties.REPLACEMENT))
    return goes and bool(image.name) and not (is_left or is_replaced)


def _stands_in(namesake: Image, image: Image) -> bool:
    """Whether those who look up the name of *image* find *namesake* just as well."""
    if namesake.id == image.id or not namesake.is_usable:
        return False
    if namesake.visibility == "public":
        return True
    if image.visibility == "public":
        return False
    return namesake.visibility == "shared" or namesake.owner == image.owner


def _note(image: Image, after: Image, plan: UndoRecord) -> str:
    notes = []
    if after.visibility == "community" != image.visibility:
        notes.append(UNNAMED)
    if plan.deactivates:
        notes.append(UNBOOTABLE)
    if not image.is_managed:
        notes.append(ADOPTED)
    return "; ".join(notes)

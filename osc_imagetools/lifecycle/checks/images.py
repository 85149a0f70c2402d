# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with one image, whatever else there is."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.deprecation.reinstate import restoration
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.dead_run import DEAD_AFTER
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.min_disk import min_disk_gib
from osc_imagetools.lifecycle.model.policy import Policy
from osc_imagetools.lifecycle.model.remedy import (
    Commands,
    command,
    deleting,
    setting,
    undated,
    unsetting,
)
from osc_imagetools.lifecycle.model.standards import missing
from osc_imagetools.lifecycle.model.state import (
    SCHEDULE,
    WITHOUT_BYTES,
    State,
    derive,
    due,
    faults_by_date,
)

OLD_STATES = (State.ACTIVE, State.DEPRECATED, State.OBSOLETE)
NEW_STATES = (State.STAGED, State.ACTIVE)
"""What may be true of an image, the likeliest first."""

TIMES = (properties.PUBLISHED_AT, properties.RETIRED_AT)


def findings(image: Image, observed: Observed) -> Iterator[Finding]:
    """What is wrong with *image*, which the project owns."""
    yield from _bytes(image, observed)
    if not image.is_managed:
        yield from _inherited(image, observed)
        return
    yield from _due(image, observed)
    yield from _words(image, observed)
    # Nobody makes servers from what is hidden, but for its last users.
    if not image.hidden and derive(image).state is not State.OBSOLETE:
        yield from _min_disk(image)


def _bytes(image: Image, observed: Observed) -> Iterator[Finding]:
    if image.run and image.is_managed:
        if observed.is_dead(image):
            yield _left_behind(image)
    elif image.status in WITHOUT_BYTES and _is_old(image, observed):
        yield _found(
            image,
            Check.STUCK,
            _("it has been %s for more than a day") % image.status,
            _("If nobody is working on it, delete it"),
            deleting([image]),
        )
    if stores := image.text(properties.FAILED_IN):
        yield _failed(image, stores)


def _left_behind(image: Image) -> Finding:
    if image.is_owned:
        what = _("the run that was importing it is dead; it is %s") % image.status
        do = _("Run the import again, which deletes what is left behind; or delete it")
        return _found(image, Check.DEAD_RUN, what, do, deleting([image]))
    # Users have seen it: servers may have been made from it.
    return _found(
        image,
        Check.DEAD_RUN,
        _("its record says that a dead run owns it; it is %s") % image.status,
        _("Remove the run from its record"),
        (unsetting(image, properties.RUN),),
    )


def _failed(image: Image, stores: str) -> Finding:
    what = _("its import failed in: %.60r") % stores
    if image.status in WITHOUT_BYTES:
        do = _("It has no data: delete it and import it again")
        return _found(image, Check.FAILED_IMPORT, what, do, deleting([image]))
    # The client takes all that follows --store for stores, up to the next option.
    into = ["--store", *stores.split(","), "--method", "copy-image"]
    again = command("import", *into, image.id)
    do = _("Copy it there again (as an admin)")
    return _found(image, Check.FAILED_IMPORT, what, do, (again,))


def _is_old(image: Image, observed: Observed) -> bool:
    moment = image.updated_at
    return moment is not None and observed.now - moment > DEAD_AFTER


def _inherited(image: Image, observed: Observed) -> Iterator[Finding]:
    ours = sorted(name for name in image.fields if name.startswith(properties.PREFIX))
    # Glance loses what is written while data comes.
    if not ours or image.status in WITHOUT_BYTES:
        return
    written_for = image.text(properties.ID)
    if written_for == image.id:
        yield _found(
            image,
            Check.INHERITED,
            _("it has lifecycle properties, but no family"),
            _("Remove its lifecycle properties, or adopt it into a family"),
            (observed.ours("lifecycle unset", "--all", image.id),),
            together=_("have lifecycle properties, but no family"),
        )
    # What Nova and Cinder have copied is well as it is.
    elif observed.unmanaged:
        yield _found(
            image,
            Check.INHERITED,
            _inherited_from(written_for),
            _("They have no effect. To clean up, remove them"),
            (observed.ours("lifecycle unset", "--all", image.id),),
            together=_("have inherited the lifecycle properties of other images"),
        )


def _inherited_from(image_id: str | None) -> str:
    if not image_id:
        return _(
            "its lifecycle properties were written for another image: it inherited them"
        )
    return (
        _("its lifecycle properties were written for image %.60r: it inherited them")
        % image_id
    )


def _due(image: Image, observed: Observed) -> Iterator[Finding]:
    state = due(image, observed.now)
    if state is None or properties.HOLD in image.fields:
        return
    if state is State.DELETED and observed.needs.get(image.id):
        # It goes once nothing needs it any more.
        return
    since = next(image.text(name) for name, each in SCHEDULE.items() if each is state)
    do, commands = _carried_out(image, state, observed)
    words = {"state": state, "since": since, "now": derive(image).state}
    yield _found(
        image,
        Check.PAST_DUE,
        _("it should be %(state)s since %(since)s, and is %(now)s") % words,
        do,
        commands,
        together=_("should be %s by now") % state,
    )


def _carried_out(
    image: Image, state: State, observed: Observed
) -> tuple[str, Commands]:
    """What makes *image* the *state* that is due."""
    if state is State.DELETED:
        enforce = observed.ours("lifecycle enforce")
        return _("Delete it, if nothing uses it, with '%s'.") % enforce, ()
    words = ["--state", "obsolete"] if state is State.OBSOLETE else []
    since = image.moment(properties.OBSOLETE_AT)
    if words and since and not image.moment(properties.DEPRECATED_AT):
        # Today would be after the date of what has to follow it.
        words += ["--deprecate-at", format_time(since)]
    do = _("Carry it out; or record with --hold why it stays (%s)") % properties.HOLD
    return do, (observed.ours("deprecate", *words, "--yes", image.id),)


def _words(image: Image, observed: Observed) -> Iterator[Finding]:
    for contradiction in derive(image).contradictions:
        yield _found(
            image, Check.CONTRADICTION, contradiction, *_made_true(image, observed)
        )
    for name, fault in faults_by_date(image).items():
        yield _found(
            image,
            Check.SCHEDULE,
            fault,
            _("Set dates in order, such as 2026-03-01T00:00:00Z; or remove it"),
            (unsetting(image, name),),
        )
    for name, fault in _unreadable(image):
        do = _("Set it again, or remove it")
        yield _found(image, Check.UNREADABLE, fault, do, (unsetting(image, name),))


def _made_true(image: Image, observed: Observed) -> tuple[str, Commands]:
    """What makes the record of *image* say what Glance shows."""
    is_new = derive(image).state is State.IMPORTING
    for state in (derive(image).state, *(NEW_STATES if is_new else OLD_STATES)):
        told = Change(set={properties.STATE: str(state)})
        if derive(told.on(image)).contradictions:
            continue
        if state is State.ACTIVE and (back := _brought_back(image, observed)):
            return _("If that is intended, undo its deprecation"), back
        do = _("If that is intended, record the state %s") % state
        set_to = setting(image, properties.STATE, str(state))
        dates = undated(image) if state is State.ACTIVE else ()
        return do, (*dates, set_to)
    return _("Make it match its record."), ()


def _brought_back(image: Image, observed: Observed) -> Commands:
    """What undoes the deprecation of *image*, which is listed; nothing if none can."""
    back = restoration(image)
    after = back.change.on(image)
    is_as_shown = (after.name, after.hidden) == (image.name, image.hidden)
    if back.result != "reinstated" or not is_as_shown or derive(after).contradictions:
        return ()
    return (observed.ours("reinstate", image.id),)


def _unreadable(image: Image) -> Iterator[tuple[str, str]]:
    """The properties that can't be read, each with that in words."""
    yield from Policy.on(image).unreadable.items()
    for name in TIMES:
        if name in image.fields and image.moment(name) is None:
            words = {"name": name, "value": image.fields[name]}
            yield name, _("%(name)s can't be read: %(value).60r") % words
    name = properties.GENERATION
    if name in image.fields and not image.generation:
        words = {"name": name, "value": image.fields[name]}
        yield name, _("%(name)s is not a number: %(value).60r") % words
    ours = {row.name for row in properties.TABLE if row.owner == "scs-0102"}
    for wrong in missing("scs-0102", image.fields):
        if wrong.value is not None and wrong.name in ours:
            yield wrong.name, str(wrong)


def _min_disk(image: Image) -> Iterator[Finding]:
    needed = min_disk_gib(image.virtual_size or 0)
    if image.virtual_size and image.min_disk < needed:
        words = {"needed": needed, "is": image.min_disk}
        what = _("its disk needs %(needed)d GiB, but min_disk is not set") % words
        if image.min_disk:
            what = _("its disk needs %(needed)d GiB, but min_disk is %(is)d") % words
        yield _found(
            image,
            Check.NO_MIN_DISK,
            what,
            _("Set min_disk, so that a flavor that is too small is refused at once"),
            (command("set", "--min-disk", str(needed), image.id),),
            together=_("have a disk that is larger than min_disk"),
        )


def _found(
    image: Image,
    check: Check,
    what: str,
    do: str,
    commands: Commands = (),
    together: str = "",
) -> Finding:
    family = (image.family or "") if image.is_managed else ""
    return Finding(check, family, image.id, what, do, commands, together)

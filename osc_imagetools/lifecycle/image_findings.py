# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with one image, whatever else there is."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.finding import Check, Finding, Observed
from osc_imagetools.lifecycle.generation import DEAD_AFTER
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.policy import Policy
from osc_imagetools.lifecycle.standards import missing
from osc_imagetools.lifecycle.state import (
    SCHEDULE,
    WITHOUT_BYTES,
    State,
    derive,
    due,
    schedule_faults,
)

FAILED_IN = "os_glance_failed_import"
"""Glance's own property: the stores, with commas, in which an import failed."""

GIB = 1 << 30

TIMES = (properties.PUBLISHED_AT, properties.RETIRED_AT)


def findings(image: Image, observed: Observed) -> Iterator[Finding]:
    """What is wrong with *image*, which the project owns."""
    yield from _bytes(image, observed)
    if not image.is_managed:
        yield from _inherited(image)
        return
    yield from _due(image, observed)
    yield from _words(image)
    if derive(image).state is not State.OBSOLETE:
        yield from _min_disk(image)


def _bytes(image: Image, observed: Observed) -> Iterator[Finding]:
    if image.run:
        if observed.is_dead(image):
            yield _found(
                image,
                Check.DEAD_RUN,
                f"the run that was importing it is dead; it is {image.status}",
                "Run the import again: it deletes what is left behind. Or: "
                f"openstack image delete {image.id}",
            )
    elif image.status in WITHOUT_BYTES and _is_old(image, observed):
        yield _found(
            image,
            Check.STUCK,
            f"it has been {image.status} for more than a day",
            f"If nobody is working on it: openstack image delete {image.id}",
        )
    if stores := image.text(FAILED_IN):
        yield _found(
            image,
            Check.FAILED_IMPORT,
            f"its import failed in: {stores!a:.60}",
            "Copy it there once more, or delete it: "
            "openstack image import --method copy-image --store <store> "
            f"{image.id}",
        )


def _is_old(image: Image, observed: Observed) -> bool:
    moment = image.updated_at
    return moment is not None and observed.now - moment > DEAD_AFTER


def _inherited(image: Image) -> Iterator[Finding]:
    ours = sorted(name for name in image.fields if name.startswith(properties.PREFIX))
    if not ours:
        return
    written_for = image.text(properties.ID)
    if written_for == image.id:
        what, do = "it has no family", "Adopt it into a family, or let go of it."
    else:
        of = f"image {written_for!a:.60}" if written_for else "another image"
        what = f"its lifecycle properties were written for {of}: it inherited them"
        unset = f"--property {ours[0]}"
        do = (
            "Nothing is done to it. To be rid of them: "
            f"openstack image unset {unset}{' …' if ours[1:] else ''} {image.id}"
        )
    yield _found(image, Check.INHERITED, what, do)


def _due(image: Image, observed: Observed) -> Iterator[Finding]:
    state = due(image, observed.now)
    if state is None or properties.HOLD in image.fields:
        return
    since = next(image.text(name) for name, each in SCHEDULE.items() if each is state)
    yield _found(
        image,
        Check.PAST_DUE,
        f"it should be {state} since {since}, and is {derive(image).state}",
        f"Carry it out; or set {properties.HOLD} to say why it stays.",
    )


def _words(image: Image) -> Iterator[Finding]:
    for contradiction in derive(image).contradictions:
        yield _found(
            image,
            Check.CONTRADICTION,
            contradiction,
            f"Set {properties.STATE} to what is true, or make it true.",
        )
    for fault in schedule_faults(image):
        yield _found(
            image,
            Check.SCHEDULE,
            fault,
            "Set dates that follow one another, as 2026-03-01T00:00:00Z.",
        )
    for words in _unreadable(image):
        yield _found(image, Check.UNREADABLE, words, "Set it again, or unset it.")


def _unreadable(image: Image) -> Iterator[str]:
    yield from Policy.on(image).faults
    for name in TIMES:
        if name in image.fields and image.moment(name) is None:
            yield f"{name} can't be read: {image.fields[name]!a:.60}"
    if properties.GENERATION in image.fields and not image.generation:
        value = image.fields[properties.GENERATION]
        yield f"{properties.GENERATION} is no number: {value!a:.60}"
    ours = {row.name for row in properties.TABLE if row.owner == "scs-0102"}
    for wrong in missing("scs-0102", image.fields):
        if wrong.value is not None and wrong.name in ours:
            yield str(wrong)


def _min_disk(image: Image) -> Iterator[Finding]:
    needed = -(-(image.virtual_size or 0) // GIB)
    if image.min_disk < needed:
        has = f"is {image.min_disk}" if image.min_disk else "is not set"
        yield _found(
            image,
            Check.NO_MIN_DISK,
            f"its disk needs {needed} GiB, but min_disk {has}",
            f"openstack image set --min-disk {needed} {image.id}",
        )


def _found(image: Image, check: Check, what: str, do: str) -> Finding:
    family = (image.family or "") if image.is_managed else ""
    return Finding(check, family, image.id, what, do)

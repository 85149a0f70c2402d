# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A schedule made smaller, as long as the same kind of violation comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.glance.listing import MOST
from tests.simulation.schedule import OrderPlan, Part, Schedule
from tests.simulation.simulate import simulated

MOST_TRIES = 600


def shrunk(schedule: Schedule, kind: str, by: str = "") -> Schedule:
    """The smallest that was found of which a violation of *kind* comes still.

    By a command *by*, if one is named.
    """
    tries = 0

    def fails(candidate: Schedule) -> bool:
        nonlocal tries
        tries += 1
        found = simulated(candidate, kinds=frozenset({kind})).violation
        return found is not None and by in ("", found.by)

    schedule = _told(schedule, kind)
    smaller = True
    while smaller and tries < MOST_TRIES:
        smaller = False
        for candidate in _smaller(schedule):
            if tries >= MOST_TRIES:
                break
            if fails(candidate):
                schedule, smaller = candidate, True
                break
    return schedule


def _told(schedule: Schedule, kind: str) -> Schedule:
    """The same, with each decision written down."""
    outcome = simulated(schedule, kinds=frozenset({kind}))
    assert outcome.order is not None
    told = replace(
        schedule,
        order=OrderPlan(
            "told",
            schedule.order.priorities,
            told=tuple(outcome.order.taken),
            most_overtaken=schedule.order.most_overtaken,
        ),
    )
    found = simulated(told, kinds=frozenset({kind})).violation
    return told if found is not None else schedule


def _smaller(schedule: Schedule) -> Iterator[Schedule]:
    for part in schedule.parts:
        yield schedule.without_part(part.name)
    order = schedule.order
    size = len(order.told)
    length = size
    while length >= 1:
        for at in range(0, size, length):
            told = order.told[:at] + order.told[at + length :]
            yield replace(schedule, order=replace(order, told=told))
        length //= 2
    for drop in order.drops:
        yield replace(schedule, order=replace(order, drops=order.drops - {drop}))
    for number, part in enumerate(schedule.parts):
        for smaller in _smaller_parts(part):
            parts = list(schedule.parts)
            parts[number] = smaller
            yield replace(schedule, parts=tuple(parts))
    if schedule.hosts > 1:
        yield replace(schedule, hosts=1)
    if schedule.page != MOST:
        yield replace(schedule, page=MOST)
    if schedule.clocks:
        yield replace(schedule, clocks=())
    if order.most_overtaken:
        yield replace(schedule, order=replace(order, most_overtaken=0))
    for simple in ("one", "two"):
        if schedule.family not in ("fresh", "one", simple):
            yield replace(schedule, family=simple, visibility="public")


def _smaller_parts(part: Part) -> Iterator[Part]:
    for at in range(len(part.faults)):
        yield replace(part, faults=part.faults[:at] + part.faults[at + 1 :])
    for at in range(len(part.deeds)):
        yield replace(
            part,
            deeds=part.deeds[:at] + part.deeds[at + 1 :],
            pauses=part.pauses[:at] + part.pauses[at + 1 :],
        )
    if part.starts:
        yield replace(part, starts=0.0)
    if any(part.pauses):
        yield replace(part, pauses=tuple(0.0 for _ in part.pauses))

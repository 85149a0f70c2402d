# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One schedule, carried out: what was violated, if anything, and what it cost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from osc_imagetools.glance.journal import JOURNAL
from osc_imagetools.lifecycle.model.family import Family
from tests.simulation.actors import next_run, repair, work
from tests.simulation.families import CANDIDATE, MAKERS, NAME, OWNER, Site
from tests.simulation.glance.model import Glance
from tests.simulation.glance.table import Shown
from tests.simulation.invariants import Violation, ViolationError, Watch
from tests.simulation.network import Network
from tests.simulation.schedule import Order, Schedule
from tests.simulation.scheduler import (
    Clock,
    Process,
    UnendingError,
    World,
)

A_DAY_AND_MORE = 26 * 3600.0
"""After all are gone: now each record of a dead run is known to be dead."""

PEOPLES = frozenset({"person", "deprecate"})
"""Verbs by which a person says what becomes of an image."""

Wrong = Callable[[], AbstractContextManager[Any]]


@dataclass
class Outcome:
    """What came of a schedule."""

    requests: int
    violation: Violation | None = None
    world: World | None = None
    """As it was then, if it was asked for."""
    order: Order | None = None


def simulated(
    schedule: Schedule,
    *,
    kinds: frozenset[str] = frozenset(),
    keeps: bool = False,
) -> Outcome:
    """What comes of *schedule*; with its history if that is to be kept.

    Of violations only those of *kinds*, where any are named.
    """
    clock = Clock()
    glance = Glance(clock.date, page=schedule.page)
    site = Site(glance, schedule.visibility)
    MAKERS[schedule.family](site)
    if schedule.candidate:
        site.candidate(schedule.candidate)
    clock.now += 60.0
    watch = Watch(glance, kinds)
    order = Order(schedule.order)
    world = World(glance, clock, Network(), watch, order)
    for number, seconds in enumerate(schedule.clocks):
        world.ahead[f"machine-{number}"] = seconds
    if keeps:
        world.history = []
    violation = None
    JOURNAL.begin()
    try:
        for number, part in enumerate(schedule.parts):
            host = f"machine-{number % schedule.hosts}"
            act, target = work(part, site, host)
            Process(
                world,
                part.name,
                act,
                part.faults,
                clock.now + part.starts,
                verb=part.verb,
                is_person=part.verb in PEOPLES,
                target=target,
                host=host,
            )
        watch.begin()
        world.run()
        _in_the_end(world, watch, site)
    except ViolationError as error:
        violation = error.violation
    except UnendingError as error:
        violation = Violation("unending", str(error), world.step)
    finally:
        world.end()
    return Outcome(world.requests, violation, world if keeps else None, order)


def _in_the_end(world: World, watch: Watch, site: Site) -> None:
    _refuse_faults(world)
    world.clock.now += A_DAY_AND_MORE
    writes = 0
    for number in (1, 2):
        there = _there(world)
        family = Family.of(OWNER, NAME, site.images())
        process = Process(
            world,
            f"next-run-{number}",
            next_run("machine-0", family.current, family),
            (),
            world.clock.now,
            verb="next-run",
            host="machine-0",
        )
        world.run()
        is_refused = process.error is not None and there == _there(world)
        # Whether it may share an image it has tried out then, and left nothing of that.
        writes = 0 if is_refused else process.writes
    if site.tried():
        act = repair("machine-0", CANDIDATE)
        Process(
            world,
            "next-run-candidate",
            act,
            (),
            world.clock.now,
            verb="next-run-candidate",
            host="machine-0",
        )
        world.run()
    _refuse_faults(world)
    family = Family.of(OWNER, NAME, site.images())
    watch.in_the_end(family, world.step, writes)


def _refuse_faults(world: World) -> None:
    """Raise `ViolationError` if a command has ended without a word of why."""
    for process in world.processes:
        if isinstance(process.error, Exception) and not _is_told(process.error):
            raise ViolationError(
                Violation("fault", f"{process}: {process.error!r}", process.ended_at)
            )


def _there(world: World) -> dict[str, Shown]:
    """All that is not deleted, by ID: each change tells when it was."""
    rows = world.glance.table.rows
    return {own_id: row.shown for own_id, row in rows.items() if not row.is_deleted}


def _is_told(error: Exception) -> bool:
    from osc_imagetools.errors import OperatorError

    return isinstance(error, OperatorError)


def quietly(act: Callable[[], Any]) -> Any:
    """What *act* returns; what commands tell people meanwhile nobody reads."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        return act()
    finally:
        logging.disable(disabled)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who goes on: several commands at once, one step at a time, on a clock of their own.

Each command is a greenlet that runs until it sends a request or sleeps. What happens
then is decided here: a request is executed in pieces, others come in between, a sender
stops for minutes, a request is held for minutes, a process dies.

Why not Hypothesis's stateful tests: they choose calls, one after the other, on an
object; here the calls are whole commands, and what is chosen is who of them goes on
before each of their requests. Hypothesis can't be asked in the middle of a call; and it
searches where a value matters, while the bad moments of a protocol are few and far
between: they are met by stopping one command for long at a chosen request, which a
schedule can be made of on purpose.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from greenlet import getcurrent, greenlet

from tests.simulation.glance.exchange import Answer, Request
from tests.simulation.glance.model import Glance
from tests.simulation.schedule import Fault, Order

BEGUN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

STEP_SECONDS = 0.01
"""Of each piece of work in Glance."""

MOST_STEPS = 20_000
"""Of one schedule: more are a command that never ends."""

WRITES = frozenset({"PATCH", "POST", "PUT", "DELETE"})


class Killed(BaseException):
    """The process is dead: it does nothing any more, not even in ``finally``."""


class UnendingError(Exception):
    """A schedule that doesn't come to an end."""


class Clock:
    """The simulation's time, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def date(self) -> datetime:
        """The same as a moment."""
        return BEGUN + timedelta(seconds=self.now)


@dataclass(eq=False, slots=True)
class Call:
    """One request on its way: sent by *sender*, executed, answered or not."""

    sender: Process
    request: Request
    number: int
    """Of the sender's requests, from 1."""
    fault: Fault | None = None
    handling: Generator[None, None, Answer] | None = None
    answer: Answer | None = None
    broken: BaseException | None = None
    """What the sender gets instead of an answer."""
    is_left: bool = False
    """Whether nobody waits for it any more."""
    read_before: int = 0
    """The step in which the sender had read anything last when it was sent."""
    loaded_at: int = 0
    """The step in which Glance began it."""
    overtaken: int = 0
    """By how many steps of others, since Glance began it."""


# Of a process, in this order, again and again.
WORKING, SENDING, SERVED, ANSWERED, ASLEEP, ENDED = range(6)


class Process:
    """One command, or whoever else sends requests."""

    def __init__(
        self,
        world: World,
        name: str,
        work: Callable[[Process], Any],
        faults: tuple[Fault, ...] = (),
        starts: float = 0.0,
        *,
        verb: str = "",
        is_person: bool = False,
        target: str = "",
        host: str = "",
    ) -> None:
        self.world, self.name, self.is_person = world, name, is_person
        self.verb, self.host = verb, host
        self.target = target
        """The image that it was told to show, if any."""
        self.faults = {(each.of, each.at): each for each in faults}
        self.state = WORKING
        self.wakes = starts
        self.call: Call | None = None
        self.calls = self.writes = 0
        self._sent: Counter[str] = Counter()
        self.events = 0
        self.is_dead = False
        self.has_token = True
        self.result: Any = None
        self.error: BaseException | None = None
        self.begun_at = self.ended_at = 0
        self.read_at = 0
        """The step in which it has read anything last."""
        self.listings: deque[int] = deque(maxlen=3)
        """The same of its last listings, by their first pages: a family is listed by
        three of them."""
        self.first_listed_at: int | None = None
        """When it first listed what is hidden."""
        self.pid = len(world.processes) + 1
        self._work = work
        self._green = greenlet(self._run, world.hub)
        world.processes.append(self)

    def __repr__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        """Whether its process is there: one that is stopped is."""
        return not self.is_dead and self.state != ENDED

    def send(self, request: Request) -> Answer:
        """The answer to *request*; raises what the network does to it."""
        if self.is_dead:
            raise Killed
        self.calls += 1
        is_write = request.method in WRITES
        self.writes += is_write
        fault = self._fault(request, is_write) if self.faults else None
        self.call = call = Call(self, request, self.calls, fault)
        call.read_before = self.read_at
        self.state = SENDING
        if fault is not None:
            self.world.network.sending(self, call, fault)
        self.world.hub.switch()
        if self.is_dead:
            raise Killed
        self.call = None
        if call.broken is not None:
            raise call.broken
        assert call.answer is not None
        return call.answer

    def _fault(self, request: Request, is_write: bool) -> Fault | None:
        sorts = ("request", *(("write",) if is_write else ()), role(request))
        self._sent.update(sorts)
        places = ((sort, self._sent[sort]) for sort in sorts)
        found = (self.faults.get(place) for place in places)
        return next(filter(None, found), None)

    def sleep(self, seconds: float) -> None:
        """Give way until so long has passed."""
        if self.is_dead:
            raise Killed
        self.state = ASLEEP
        self.wakes = self.world.clock.now + seconds
        self.world.hub.switch()
        if self.is_dead:
            raise Killed

    def proceed(self) -> None:
        """Run it until it sends or sleeps again."""
        self.state = WORKING
        self._green.switch()

    def kill(self) -> None:
        """From now on it does nothing."""
        self.is_dead = True

    def bury(self) -> None:
        """Unwind what is left of it."""
        self.is_dead = True
        if not self._green.dead and self._green:
            self._green.throw(Killed)
        self.state = ENDED

    def _run(self) -> None:
        self.begun_at = self.world.step
        try:
            self.result = self._work(self)
        except Killed:
            pass
        except Exception as error:
            self.error = error
        self.state = ENDED
        self.ended_at = self.world.step
        if not self.is_dead:
            self.world.watch.ended(self)


def role(request: Request) -> str:
    """What *request* does in a rotation; empty where it does none of that."""
    method, body = request.method, request.body
    if method == "PATCH":
        fields = {one["path"][1:]: one.get("value") for one in body}
        if fields.get("lifecycle_state") == "staged":
            return "stage"
        if "lifecycle_promoted_from" in fields:
            return "show"
        if "os_hidden" in fields:
            return "hide" if fields["os_hidden"] else "show"
        is_told = "lifecycle_retired_at" in fields and "lifecycle_state" in fields
        if is_told and fields["lifecycle_state"] != "active":
            return "announce"
        return "mark" if any(map(_is_mark, fields)) else ""
    if method == "POST" and request.path == "/images":
        return "reserve"
    if method == "PUT" and request.path.endswith("/file"):
        return "file"
    if method == "GET" and request.path == "/images":
        return "list"
    return "delete" if method == "DELETE" else ""


def _begins_a_listing(request: Request) -> bool:
    """Whether it asks for a first page: what was read there counts for all of it."""
    return request.path == "/images" and "marker" not in request.query


def _is_mark(name: str) -> bool:
    """Whether it is what lets a request be executed only while it is meant."""
    return name.startswith(
        ("lifecycle_coming_", "lifecycle_leaving_", "lifecycle_listed_")
    )


class World:
    """A Glance, a clock, and all who work at once."""

    def __init__(
        self, glance: Glance, clock: Clock, network: Any, watch: Any, order: Order
    ) -> None:
        self.glance, self.clock, self.network, self.watch = (
            glance,
            clock,
            network,
            watch,
        )
        self.order = order
        self.hub = getcurrent()
        self.processes: list[Process] = []
        self.held: list[tuple[float, Call]] = []
        """Requests that nobody waits for, and when they arrive."""
        self.ahead: dict[str, float] = {}
        """By how many seconds the clock of a machine is, by its name."""
        self.under_way: list[Call] = []
        """Those of them that Glance has begun."""
        self.step = 0
        self.requests = 0
        self.history: list[tuple[float, Call]] | None = None

    def run(self) -> None:
        """Until nobody has anything left to do."""
        while True:
            ready = self._ready()
            if not ready:
                if not self._pass_time():
                    return
                continue
            self.step += 1
            if self.step > MOST_STEPS:
                raise UnendingError(f"{MOST_STEPS} steps, and no end")
            chosen = self._forced(ready) or self.order.choose(ready)
            if isinstance(chosen, Call):
                self._arrive(chosen)
            else:
                chosen.events += 1
                self._advance(chosen)

    def end(self) -> None:
        """Leave nothing running."""
        for process in self.processes:
            process.bury()

    def _ready(self) -> list[Process]:
        now = self.clock.now
        if self.held or self.under_way:
            self._let_in(now)
        return [
            each
            for each in self.processes
            if each.state != ENDED and not each.is_dead and each.wakes <= now
        ]

    def _let_in(self, now: float) -> None:
        """What was held arrives when its time has come, before anything else."""
        for moment, call in [*self.held]:
            if moment <= now:
                self.held.remove((moment, call))
                self.step += 1
                self._arrive(call)

    def _arrive(self, call: Call) -> None:
        call.handling = None
        while call.answer is None:
            self._serve(call)

    def _forced(self, ready: list[Process]) -> Process | None:
        """A request may be overtaken within Glance, but not by ever so many."""
        for each in ready:
            if each.state == SERVED:
                call = each.call
                if call is not None and call.overtaken >= self.order.most_overtaken:
                    return each
        return None

    def _pass_time(self) -> bool:
        moments = [
            each.wakes
            for each in self.processes
            if each.state != ENDED and not each.is_dead
        ]
        moments += [moment for moment, _ in self.held]
        if not moments:
            return False
        self.clock.now = max(self.clock.now, min(moments))
        return True

    def _advance(self, process: Process) -> None:
        state = process.state
        if state in (WORKING, ASLEEP):
            process.proceed()
            return
        call = process.call
        assert call is not None
        if state == SENDING:
            if call.broken is not None or call.answer is not None:
                # The network has decided already.
                process.proceed()
                return
            process.state = SERVED
            self._serve(call)
        elif state == SERVED:
            self._serve(call)
        else:
            process.proceed()
            return
        if call.answer is not None:
            self._answered(process, call)
        for each in self.processes:
            if each is not process and each.state == SERVED and each.call is not None:
                each.call.overtaken += 1

    def _answered(self, process: Process, call: Call) -> None:
        process.state = ANSWERED
        if call.fault is not None:
            self.network.answered(process, call, call.fault)

    def _serve(self, call: Call) -> None:
        """One piece of work of Glance's."""
        self.clock.now += STEP_SECONDS
        if call.handling is None:
            self.requests += 1
            call.loaded_at = self.step
            call.handling = self.glance.handle(call.request)
        try:
            next(call.handling)
        except StopIteration as end:
            call.answer = end.value
        if call.request.method == "GET":
            if call.answer is not None:
                call.sender.read_at = self.step
                if _begins_a_listing(call.request):
                    call.sender.listings.append(call.loaded_at)
                    is_of_hidden = call.request.query.get("os_hidden") == "true"
                    if is_of_hidden and call.sender.first_listed_at is None:
                        call.sender.first_listed_at = call.loaded_at
        else:
            self.watch.changed(call)
        if self.history is not None and call.answer is not None:
            self.history.append((self.clock.now, call))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What happens in one schedule: who does what, who is stopped where, what is lost.

All of it follows from a seed. It is plain data, so that it can be made smaller.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulation.glance.listing import MOST

FAMILIES = (
    "fresh",
    "one",
    "two",
    "three",
    "own-name",
    "named-adopted",
    "shared",
    "dead-successor",
    "rolled-back",
    "staged",
    "dead-staged",
    "unmanaged-holder",
)
"""What is there at the beginning: `families.py` makes it."""

VERBS = (
    ("rotate", 8),
    ("rotate-image", 4),
    ("rotate-staged", 2),
    ("rollback", 6),
    ("rollback-to", 2),
    ("repair", 1),
    ("import", 1),
    ("stage", 1),
    ("deprecate", 1),
    ("reinstate", 1),
    ("set", 1),
    ("rotate-bad", 1),
    ("person", 6),
)
"""What somebody does, and how often in proportion."""

DEEDS = (
    "hide-current",
    "hide-newest",
    "show-newest",
    "show-old",
    "delete-current",
    "delete-newest",
    "deactivate-current",
    "deactivate-newest",
    "privatise-current",
    "privatise-newest",
    "rename-current",
    "describe-current",
    "describe-newest",
    "deprecate-current",
    "deprecate-newest",
    "let-go-current",
)
"""What a person does by hand, to which version."""

BESIDE_A_PROMOTION = (
    ("promote", 3),
    ("rotate-candidate", 4),
    ("rollback-candidate", 3),
    ("repair-candidate", 1),
    ("person", 4),
    ("", 6),
)
"""What others do then, and how often in proportion; empty: what they did anyway."""

DEEDS_TO_A_CANDIDATE = (
    "hide-candidate",
    "delete-candidate",
    "deactivate-candidate",
    "rename-candidate",
    "describe-candidate",
    "deprecate-candidate",
    "let-go-candidate",
)

AMBUSHES = 0.4
"""Of all schedules: those in which somebody waits until another one is stopped."""

BACK_BESIDE = 0.6
"""Of those that enforce: beside a rollback to a version of its choice."""

STOPS_SECONDS = (2.0, 45.0, 200.0, 1500.0)
"""For so long a process is stopped, or a request on its way."""


@dataclass(frozen=True)
class Fault:
    """What happens to one request, or to its sender beside it."""

    kind: str
    """One of `FAULTS`."""
    at: int
    """To which of the sender's requests of that sort, from 1."""
    of: str = "write"
    """``request``, ``write``, or one of `ROLES`."""
    seconds: float = 0.0
    status: int = 0

    def __str__(self) -> str:
        more = f" {self.seconds:g} s" if self.seconds else ""
        more += f" {self.status}" if self.status else ""
        return f"{self.kind} at {self.of} {self.at}{more}"


FAULTS = (
    ("stop", 10),
    ("stop-after", 10),
    ("hold", 6),
    ("kill", 4),
    ("kill-after", 6),
    ("kill-hold", 4),
    ("lost", 3),
    ("unsent", 1),
    ("status", 2),
    ("status-after", 2),
)
"""Kinds, and how often in proportion.

- ``stop``: the sender is stopped before it sends; ``stop-after``: before it reads the
  answer.
- ``hold``: the request arrives long after its sender gave up.
- ``kill``: the sender dies before it sends, ``kill-after`` once it is executed,
  ``kill-hold`` before it arrives.
- ``lost``: the answer; ``unsent``: the request.
- ``status``: is answered instead of the deed; ``status-after``: after the deed.
- ``token`` (`_in_a_world` adds it): from then on the sender is answered 401.
"""

ROLES = (
    "reserve",
    "file",
    "stage",
    "mark",
    "announce",
    "show",
    "hide",
    "delete",
    "list",
)
"""What a request does in a rotation: its moments are the bad ones."""

_PLACES = (
    *((role, 1) for role in ROLES),
    *((role, 1) for role in ("stage", "announce", "show", "hide")),
    *((role, 4) for role in ROLES),
    *[("write", 12)] * 8,
    *[("request", 50)] * 4,
)
"""Where a fault may be, and up to which request of that sort."""

SMALL_PAGE = 3
A_DAY_SECONDS = 86_400.0

STATUSES = (409, 429, 500, 503)
STATUSES_AFTER = (500, 502, 503, 504)


@dataclass(frozen=True)
class Part:
    """What one of those at work does."""

    name: str
    verb: str
    choice: int = 0
    """Which version, which bytes, where there are several."""
    starts: float = 0.0
    faults: tuple[Fault, ...] = ()
    deeds: tuple[str, ...] = ()
    """Of a person."""
    pauses: tuple[float, ...] = ()
    """Before each of them."""

    def __str__(self) -> str:
        more = [f"starts {self.starts:g} s"] if self.starts else []
        more += [
            f"{d} after {p:g} s" for d, p in zip(self.deeds, self.pauses, strict=True)
        ]
        more += [str(fault) for fault in self.faults]
        return f"{self.name}: {self.verb} ({self.choice})" + "".join(
            f", {each}" for each in more
        )


@dataclass(frozen=True)
class OrderPlan:
    """Who goes on where several could."""

    kind: str = "told"
    """``told``, ``priorities`` or ``walk``."""
    priorities: tuple[str, ...] = ()
    drops: frozenset[tuple[str, int]] = frozenset()
    """Who becomes the last of all after so many of its steps."""
    rate: float = 0.0
    """Of steps after which another one goes on."""
    seed: int = 0
    told: tuple[tuple[tuple[str, int], str], ...] = ()
    """After which step of whom who goes on, where that isn't who did before."""
    most_overtaken: int = 2


@dataclass(frozen=True)
class Schedule:
    """All of it."""

    seed: int
    family: str
    visibility: str = "public"
    hosts: int = 1
    """How many machines the commands run on."""
    parts: tuple[Part, ...] = ()
    order: OrderPlan = field(default_factory=OrderPlan)
    page: int = MOST
    """How many images Glance lists at once."""
    candidate: str = ""
    """The visibility of what may be promoted; empty: nothing may be."""
    clocks: tuple[float, ...] = ()
    """By how many seconds the clock of each machine is ahead of the cloud's."""

    def __str__(self) -> str:
        head = (
            f"seed {self.seed}: family '{self.family}', {self.visibility}, "
            f"{self.hosts} machine(s)"
        )
        if self.candidate:
            head += f", {self.candidate} candidate"
        if self.page != MOST:
            head += f", pages of {self.page}"
        if self.clocks:
            head += f", clocks ahead by {', '.join(f'{s:g} s' for s in self.clocks)}"
        order = f"  order: {self.order.kind}"
        if self.order.kind == "told":
            order += "".join(
                f"\n    after step {n} of {who}: {to}"
                for (who, n), to in self.order.told
            )
        return "\n".join([head, *(f"  {part}" for part in self.parts), order])

    def without_part(self, name: str) -> Schedule:
        """The same, but one of them does nothing."""
        return replace(self, parts=tuple(p for p in self.parts if p.name != name))


def made(
    seed: int, actors: int = 3, *, enforces: bool = False, promotes: bool = False
) -> Schedule:
    """The schedule of *seed*; of one that *enforces* another begins with that.

    Of one that *promotes* the last part promotes a candidate, and others meet it.
    """
    rng = random.Random(seed)
    family = rng.choice(FAMILIES)
    visibility = "shared" if family == "shared" else "public"
    count = rng.choice(range(1, actors + 1)) if rng.random() < 0.2 else actors
    parts = tuple(_part(rng, number, family) for number in range(count))
    order = _order(rng, parts)
    if rng.random() < AMBUSHES:
        parts = _ambush(rng, parts)
    hosts = rng.choice((1, 1, 1, 2))
    schedule = Schedule(seed, family, visibility, hosts, parts, order)
    schedule = _in_a_world(schedule)
    schedule = _beside_enforcement(rng, schedule) if enforces else schedule
    return _beside_promotion(schedule) if promotes else schedule


def _beside_promotion(schedule: Schedule) -> Schedule:
    """*schedule*, whose last part promotes, while others are at the same families."""
    rng = random.Random(f"the candidate of {schedule.seed}")
    *others, last = schedule.parts
    faults = last.faults or tuple(_fault(rng) for _ in range(rng.choice((0, 1, 1, 2))))
    promoting = replace(last, verb="promote", faults=faults, deeds=(), pauses=())
    parts = (*(_beside(rng, part) for part in others), promoting)
    visibility = rng.choice((schedule.visibility, schedule.visibility, "private"))
    return replace(schedule, parts=parts, candidate=visibility)


def _beside(rng: random.Random, part: Part) -> Part:
    verb = _weighted(rng, BESIDE_A_PROMOTION)
    if verb != "person":
        is_as_it_was = not verb or part.verb == "enforce"
        return part if is_as_it_was else replace(part, verb=verb, deeds=(), pauses=())
    many = rng.choice((1, 1, 2))
    deeds = tuple(
        rng.choice(DEEDS_TO_A_CANDIDATE if rng.random() < 0.7 else DEEDS)
        for _ in range(many)
    )
    pauses = tuple(rng.choice((0.0, 0.1, 1.0, 30.0)) for _ in range(many))
    return replace(part, verb=verb, faults=(), deeds=deeds, pauses=pauses)


def _beside_enforcement(rng: random.Random, schedule: Schedule) -> Schedule:
    """*schedule*, whose first part carries out what is due, and is held up there.

    Often while another one goes back to what is about to be deleted.
    """
    first, *others = schedule.parts
    kind = rng.choice(("stop", "stop-after", "hold", "kill", "kill-after", "kill-hold"))
    of = rng.choice(("delete", "delete", "mark", "list", "write", "request"))
    seconds = rng.choice(STOPS_SECONDS[:3])
    held = Fault(kind, rng.randint(1, 1 if of == "delete" else 12), of, seconds)
    told = replace(first, verb="enforce", faults=(held,), deeds=(), pauses=())
    if others and rng.random() < BACK_BESIDE:
        back = replace(others[0], verb="rollback-to", deeds=(), pauses=())
        others[0] = replace(back, starts=rng.choice((0.0, 0.2, 1.0, 2.0, 10.0)))
    family = rng.choice(("three", "three", "rolled-back", schedule.family))
    visibility = "shared" if family == "shared" else "public"
    parts = (told, *others)
    return replace(schedule, family=family, visibility=visibility, parts=parts)


def _in_a_world(schedule: Schedule) -> Schedule:
    """*schedule* where pages may be small, clocks differ, and tokens end.

    By numbers of its own: what a seed makes besides stays the same.
    """
    rng = random.Random(f"the world of {schedule.seed}")
    page = rng.choice((SMALL_PAGE, MOST, MOST, MOST))
    ahead = (-A_DAY_SECONDS, 0.0, A_DAY_SECONDS)
    is_apart = rng.random() < 0.25
    clocks = tuple(rng.choice(ahead) for _ in range(schedule.hosts if is_apart else 0))
    parts = [*schedule.parts]
    ours = [at for at, part in enumerate(parts) if part.verb != "person"]
    if ours and rng.random() < 0.15:
        of, most = rng.choice(_PLACES)
        ends = Fault("token", rng.randint(1, most), of)
        at = rng.choice(ours)
        parts[at] = replace(parts[at], faults=(*parts[at].faults, ends))
    return replace(schedule, page=page, clocks=clocks, parts=tuple(parts))


def _ambush(rng: random.Random, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """One of ours is stopped, or a request of it held, and then the others come.

    Chance alone seldom brings them together.
    """
    ours = [part for part in parts if part.verb != "person"]
    if not ours:
        return parts
    victim = rng.choice(ours)
    kind = rng.choice(("stop", "stop-after", "hold", "kill-hold"))
    fault = Fault(kind, 1, rng.choice(ROLES), seconds=rng.choice((45.0, 200.0, 1500.0)))
    return tuple(
        replace(part, starts=0.0, faults=(fault, *part.faults[1:]))
        if part is victim
        else replace(part, starts=rng.choice((2.0, 4.0, 50.0, 160.0)))
        for part in parts
    )


def _part(rng: random.Random, number: int, family: str) -> Part:
    verb = _weighted(rng, VERBS)
    name = f"{verb}-{number + 1}"
    faults: tuple[Fault, ...] = ()
    deeds: tuple[str, ...] = ()
    pauses: tuple[float, ...] = ()
    if verb == "person":
        many = rng.choice((1, 1, 2, 3))
        deeds = tuple(rng.choice(DEEDS) for _ in range(many))
        pauses = tuple(rng.choice((0.0, 0.1, 1.0, 30.0)) for _ in range(many))
    else:
        many = rng.choice((0, 1, 1, 1, 2, 2))
        faults = tuple(_fault(rng) for _ in range(many))
    starts = rng.choice((0.0, 0.0, 0.0, 0.2, 1.0, 10.0))
    return Part(name, verb, rng.randrange(6), starts, faults, deeds, pauses)


def _fault(rng: random.Random) -> Fault:
    kind = _weighted(rng, FAULTS)
    of, most = rng.choice(_PLACES)
    at = rng.randint(1, most)
    seconds, status = 0.0, 0
    if kind in ("stop", "stop-after", "hold", "kill-hold"):
        seconds = rng.choice(STOPS_SECONDS)
    if kind == "status":
        status = rng.choice(STATUSES)
    if kind == "status-after":
        status = rng.choice(STATUSES_AFTER)
    return Fault(kind, at, of, seconds, status)


def _order(rng: random.Random, parts: Sequence[Part]) -> OrderPlan:
    names = [part.name for part in parts]
    rng.shuffle(names)
    most_overtaken = rng.choice((0, 1, 2, 2))
    chance = rng.random()
    if chance < 0.3:
        rate = rng.choice((0.05, 0.2, 0.5))
        return OrderPlan(
            "walk",
            tuple(names),
            rate=rate,
            seed=rng.randrange(1 << 30),
            most_overtaken=most_overtaken,
        )
    drops = frozenset(
        (rng.choice(names), rng.randint(1, 120))
        for _ in range(rng.choice((0, 1, 2, 3)))
    )
    return OrderPlan("priorities", tuple(names), drops, most_overtaken=most_overtaken)


def _weighted(rng: random.Random, table: Sequence[tuple[str, int]]) -> str:
    at = rng.randrange(sum(weight for _, weight in table))
    for name, weight in table:
        at -= weight
        if at < 0:
            return name
    raise AssertionError


class Order:
    """Chooses, and remembers what it chose."""

    def __init__(self, plan: OrderPlan) -> None:
        self.most_overtaken = plan.most_overtaken
        self.taken: list[tuple[tuple[str, int], str]] = []
        self._plan = plan
        self._ranks = {name: rank for rank, name in enumerate(plan.priorities)}
        self._lowest = len(self._ranks)
        self._told = dict(plan.told)
        self._random = random.Random(plan.seed) if plan.kind == "walk" else None
        self._last: Any = None

    def choose(self, ready: list[Any]) -> Any:
        """One of *ready*."""
        last = self._last
        if len(ready) == 1:
            self._last = ready[0]
            return ready[0]
        usual = last if last in ready else min(ready, key=self._rank)
        chosen = usual
        kind = self._plan.kind
        if kind == "priorities":
            if last is not None and (last.name, last.events) in self._plan.drops:
                self._lowest += 1
                self._ranks[last.name] = self._lowest
            chosen = min(ready, key=self._rank)
        elif kind == "walk":
            assert self._random is not None
            if self._random.random() < self._plan.rate:
                chosen = self._random.choice(ready)
        elif last is not None:
            wanted = self._told.get((last.name, last.events))
            for each in ready:
                if each.name == wanted:
                    chosen = each
        if chosen is not usual:
            key = (last.name, last.events) if last is not None else ("", 0)
            self.taken.append((key, chosen.name))
        self._last = chosen
        return chosen

    def _rank(self, process: Any) -> int:
        return self._ranks.get(process.name, -1)

    def __contains__(self, name: str) -> bool:
        return name in self._ranks

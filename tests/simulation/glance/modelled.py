# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A cloud that is the model, for a small history; and all ways a race in it can end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from tests.simulation.glance.answers import Response
from tests.simulation.glance.exchange import Answer, Caller, Handling, Request, ended
from tests.simulation.glance.model import Glance
from tests.simulation.glance.replay import PEOPLE, Names, Seen, named, seen
from tests.simulation.glance.steps import BYTES, Ask, Begin, Hold, Race, Settle

PROJECTS = {who: f"the-project-of-{who}" for who in PEOPLE}
URLS = {name: f"http://source/{name}" for name in ("url", "missing", "slow")}


class Modelled:
    """The model, asked as the real one is."""

    projects: Mapping[str, str] = PROJECTS
    urls: Mapping[str, str] = URLS

    def __init__(self) -> None:
        now = datetime.now(timezone.utc)
        web = {URLS[name]: BYTES for name in ("url", "slow")}
        self.glance = Glance(lambda: now, web=web)
        self._handling: Handling | None = None

    def request(self, ask: Ask) -> Response:
        return response(self.glance.answer(_request(ask)))

    def begin(self, begin: Begin) -> None:
        sent: list[bytes] = []

        def blocks() -> Iterator[bytes]:
            for block in (BYTES[:4], BYTES[4:]):
                sent.append(block)
                yield block

        ask = Ask(begin.who, "PUT", begin.path)
        self._handling = self.glance.handle(_request(ask, blocks()))
        while not sent:
            next(self._handling)

    def finish(self) -> Response:
        assert self._handling is not None
        return response(ended(self._handling))

    def cut(self) -> None:
        assert self._handling is not None
        self._handling.close()
        self.glance.settle()

    def settle(self, settle: Settle) -> None:
        self.glance.settle()

    def hold(self, hold: Hold) -> None:
        ask = Ask(hold.who, "GET", hold.path)
        while self.request(ask).json()["status"] != "importing":
            next(self.glance.later[0])

    def stores(self, image_id: str) -> list[str]:
        stores = self.glance.stores
        return [one for one in stores.names if stores.get(one, image_id) is not None]

    def purge(self) -> None:
        self.glance.purge()


def outcomes(race: Race) -> set[tuple[Any, ...]]:
    """All ways in which *race* can end: what each was answered, and what is left."""
    found: set[tuple[Any, ...]] = set()
    schedules: list[tuple[int, ...]] = [()]
    while schedules:
        schedule = schedules.pop()
        outcome, more = _raced(race, schedule)
        found.add(outcome)
        schedules += more
    return found


def _raced(
    race: Race, schedule: tuple[int, ...]
) -> tuple[tuple[Any, ...], list[tuple[int, ...]]]:
    """How *race* ends by *schedule*, and the schedules that turn off from it.

    Behind its end the first that can goes on.
    """
    cloud = Modelled()
    names = Names(cloud)
    for step in race.before:
        assert isinstance(step, Ask)
        cloud.request(named(step, names))
    handlings = [
        cloud.glance.handle(_request(named(ask, names)))
        for ask in (race.one, race.other)
    ]
    ends: dict[int, Answer] = {}
    taken: list[int] = []
    turns: list[tuple[int, ...]] = []
    while len(ends) < len(handlings):
        able = [number for number in range(len(handlings)) if number not in ends]
        if len(taken) < len(schedule):
            number = schedule[len(taken)]
        else:
            number = able[0]
            turns += [(*taken, other) for other in able[1:]]
        taken.append(number)
        try:
            next(handlings[number])
        except StopIteration as end:
            ends[number] = end.value
    cloud.glance.settle()
    answers = [ends[number].status for number in range(len(handlings))]
    left = seen(cloud.request(named(race.after, names)), names)
    return outcome(race, answers[0], answers[1], left), turns


def outcome(race: Race, one: int, other: int, left: Seen) -> tuple[Any, ...]:
    """What of a race is compared."""
    status, said = left
    read = [json.dumps(said.get(name)) if said else "" for name in race.reads]
    return one, other, status, *read


def response(answer: Answer) -> Response:
    """As JSON that was sent, and read again."""
    if isinstance(answer.body, dict | list):
        answer = Answer(answer.status, json.loads(json.dumps(answer.body)))
    return Response(answer)


def _request(ask: Ask, blocks: Iterator[bytes] | None = None) -> Request:
    body = ask.body
    if isinstance(body, bytes):
        body = iter([body])
    return Request(
        ask.method,
        ask.path,
        _caller(ask.who),
        ask.query,
        ask.headers,
        blocks or body,
    )


def _caller(who: str) -> Caller:
    project = PROJECTS.get(who, "")
    return Caller(project, is_admin=who == "admin", has_token=who in PROJECTS)

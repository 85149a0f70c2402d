# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What lies between a command and Glance, and what it does to requests.

`Adapter` has as much of the interface of keystoneauth's as `osc_imagetools.glance.Api`
uses; `Network` does to a request what its fault says.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import requests
from keystoneauth1 import exceptions

from osc_imagetools.glance.machine import Machine
from osc_imagetools.lifecycle.model.generation import NAMESPACE
from osc_imagetools.lifecycle.model.run import Run
from tests.simulation.glance.answers import Response
from tests.simulation.glance.exchange import Answer, Caller, Request
from tests.simulation.schedule import Fault
from tests.simulation.scheduler import Call, Process

PATIENCE_SECONDS = {"timeout": 120.0, "proxy": 30.0, "reset": 0.5}
"""Of whoever waits for a request that is held, by what ends it."""

RETRY_AFTER = {"Retry-After": "2"}


def lost(call: Call) -> BaseException:
    """What keystoneauth raises where no answer came."""
    what = f"{call.request.method} {call.request.path}"
    return exceptions.ConnectFailure(f"Unable to establish connection: {what}")


class Network:
    """Faults, as they befall requests."""

    def sending(self, process: Process, call: Call, fault: Fault) -> None:
        """Before it is sent."""
        kind, world = fault.kind, process.world
        if kind == "stop":
            process.wakes = world.clock.now + fault.seconds
        elif kind == "kill":
            process.kill()
        elif kind == "kill-hold":
            process.kill()
            self._hold(process, call, fault.seconds)
        elif kind == "hold":
            # Longer than its sender waits.
            ends = ("timeout", "proxy", "reset")[call.number % 3]
            patience = PATIENCE_SECONDS[ends]
            self._hold(process, call, patience + fault.seconds)
            process.wakes = world.clock.now + patience
            if ends == "proxy":
                call.answer = Answer(504, "Gateway Time-out")
            else:
                call.broken = lost(call)
        elif kind == "unsent":
            call.broken = lost(call)
        elif kind == "token":
            process.has_token = False
            call.request.caller = replace(call.request.caller, has_token=False)
        elif kind == "status":
            is_told = fault.status in (429, 503) and call.number % 2
            if fault.status == 409 and call.request.method not in ("PATCH", "DELETE"):
                return
            call.answer = Answer(
                fault.status, "a fault", RETRY_AFTER if is_told else {}
            )

    def answered(self, process: Process, call: Call, fault: Fault) -> None:
        """After Glance has answered."""
        kind = fault.kind
        if kind == "stop-after":
            process.wakes = process.world.clock.now + fault.seconds
        elif kind == "kill-after":
            process.kill()
        elif kind == "lost":
            call.broken = lost(call)
        elif kind == "status-after":
            call.answer = Answer(fault.status, "a fault")

    def _hold(self, process: Process, call: Call, seconds: float) -> None:
        left = replace(call, is_left=True)
        process.world.held.append((process.world.clock.now + seconds, left))


class Adapter:
    """The client's image proxy, as far as it is used."""

    auth: Any = None

    def __init__(self, process: Process, caller: Caller) -> None:
        self.process, self.caller = process, caller
        self.session = self

    def get_endpoint(self) -> str:
        """Where Glance is."""
        return "http://glance/v2"

    def request(self, path: str, method: str, **options: Any) -> requests.Response:
        """The answer; raises what keystoneauth raises."""
        body: Any = options.get("json")
        broken: BaseException | None = None
        if "data" in options:
            body, broken = _read(options["data"])
        request = Request(
            method,
            path,
            self._as_whom(),
            options.get("params") or {},
            options.get("headers") or {},
            iter(body) if "data" in options else body,
        )
        if broken is not None:
            self._cut(request)
            raise broken
        return Response(self.process.send(request))

    def _as_whom(self) -> Caller:
        if self.process.has_token:
            return self.caller
        return replace(self.caller, has_token=False)

    def _cut(self, request: Request) -> None:
        """An upload whose connection is closed before its end."""
        handling = self.process.world.glance.handle(request)
        next(handling, None)
        handling.close()


def _read(blocks: Iterable[bytes]) -> tuple[list[bytes], BaseException | None]:
    """What is sent, and what ended it before its time."""
    sent: list[bytes] = []
    try:
        sent.extend(blocks)
    except Exception as error:
        return sent, error
    return sent, None


class SimulatedMachine(Machine):
    """The machine that one command runs on."""

    def __init__(self, process: Process, host: str) -> None:
        self.process, self._host = process, host
        self._ids = 0

    def monotonic(self) -> float:
        return self.process.world.clock.now

    def now(self) -> datetime:
        world = self.process.world
        ahead = timedelta(seconds=world.ahead.get(self._host, 0.0))
        return world.clock.date() + ahead

    def sleep(self, seconds: float) -> None:
        self.process.sleep(seconds)

    def host(self) -> str:
        return self._host

    def new_id(self) -> str:
        self._ids += 1
        return str(uuid.uuid5(NAMESPACE, f"{self.process.name} {self._ids}"))

    def new_run(self) -> Run:
        process = self.process
        return Run(f"{process.name}", self._host, process.pid, process.pid)

    @property
    def has_signals(self) -> bool:
        return False

    def lives(self, run: Run) -> bool:
        processes = self.process.world.processes
        return 0 < run.pid <= len(processes) and processes[run.pid - 1].is_alive

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Services as child processes: started, waited for, started again when they die."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from types import MappingProxyType

from tests.cloud import ports
from tests.cloud.children import die_with_parent
from tests.cloud.database import PATIENCE
from tests.cloud.errors import CloudError

START_SECONDS = 120
POLL_SECONDS = 0.05
PROBE_SECONDS = 1.0
DEATHS_AT_MOST = 5
DEATHS_SECONDS = 60
LOG_LINES = 15
INHERITED = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
NOTHING: Mapping[str, str] = MappingProxyType({})

Say = Callable[[str], None]


@dataclass
class Service:
    """What is started, and how one sees that it answers.

    A ``listener`` becomes its standard input. Files to ``forget`` are removed before
    each start. The URL may become known only once it runs ("" until then).
    """

    name: str
    command: Sequence[str]
    url: Callable[[], str]
    environment: Mapping[str, str] = field(default_factory=dict)
    listener: socket | None = None
    forget: Sequence[Path] = ()
    child: asyncio.subprocess.Process | None = None
    answering: bool = False
    restarts: int = 0


@dataclass
class Crew:
    """The services of one cloud; all run in ``files`` and log into ``logs``."""

    files: Path
    logs: Path
    say: Say

    async def start(self, service: Service) -> None:
        """Start it and wait until it answers; raises CloudError."""
        service.answering = False
        for path in service.forget:
            path.unlink(missing_ok=True)
        service.child = await self._spawn(
            service.name, service.command, service.environment, service.listener
        )
        died = asyncio.ensure_future(service.child.wait())
        answered = asyncio.ensure_future(_until_it_answers(service))
        first, _ = await asyncio.wait(
            (died, answered),
            timeout=START_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if died in first:
            answered.cancel()
            raise self._failure(service.name, _ending(died.result()))
        if not first:
            service.child.kill()
            raise self._failure(service.name, "does not answer")
        service.answering = True
        self.say(f"{service.name} answers.")

    async def keep(self, service: Service, changed: Callable[[Service], None]) -> None:
        """Start it again whenever it dies; raises CloudError if that's too often."""
        deaths: deque[float] = deque(maxlen=DEATHS_AT_MOST)
        while service.child:
            status = await service.child.wait()
            self.say(f"{service.name} {_ending(status)}: starting it again …")
            deaths.append(time.monotonic())
            if deaths[-1] - deaths[0] < DEATHS_SECONDS and len(deaths) == deaths.maxlen:
                raise self._failure(service.name, "dies again and again")
            service.answering, service.restarts = False, service.restarts + 1
            changed(service)
            # It may die once more because what it needs died with it.
            with contextlib.suppress(CloudError):
                await self.start(service)
                changed(service)

    async def stop(self, service: Service) -> None:
        """Let it finish its work and end."""
        if service.child:
            service.child.terminate()
            await service.child.wait()

    async def run(
        self, *commands: Sequence[str], environment: Mapping[str, str] = NOTHING
    ) -> None:
        """Run commands one after the other; raises CloudError."""
        for command in commands:
            name = Path(command[0]).name
            verbs = [word for word in command[1:] if not word.startswith("-")]
            self.say(" ".join(["…", name, *verbs]))
            child = await self._spawn(name, command, environment, None)
            status = await child.wait()
            if status:
                raise self._failure(name, _ending(status))

    async def _spawn(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        listener: socket | None,
    ) -> asyncio.subprocess.Process:
        with self._log(name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command,
                stdin=listener.fileno() if listener else asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.files,
                env={**_clean_environment(), **environment},
                preexec_fn=die_with_parent,
            )

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _failure(self, name: str, how: str) -> CloudError:
        log = self._log(name)
        end = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return CloudError("\n".join([f"{name} {how}; {log} ends with:", *end]))


async def _until_it_answers(service: Service) -> None:
    while not (service.url() and await ports.answers(service.url(), PROBE_SECONDS)):
        await asyncio.sleep(POLL_SECONDS)


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed ({signal.Signals(-status).name})"
    return f"ended (status {status})"


def _clean_environment() -> dict[str, str]:
    # Nothing of a virtual environment, of a proxy, or of another cloud (OS_…).
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(PATIENCE)}

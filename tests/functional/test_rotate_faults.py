# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A Glance that fails or hangs on any one request that changes something.

Whatever it is, the name is found all along. Either the run ends as an undisturbed one
does; or it says why not, and the family is as it was, without any record beside it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.client import Outcome
from tests.cloud.proxy.rules import Answer, DropError
from tests.functional.outcomes import images
from tests.functional.rotations import (
    Site,
    differences,
    label,
)
from tests.functional.ways import WAYS, some
from tests.functional.writing import on_write, writes


@dataclass(frozen=True)
class Fault:
    """What Glance, or a proxy before it, does with one request."""

    status: int
    """Of its answer; 0: the connection closes without one."""
    is_done: bool = False
    """Whether Glance does all the same what was asked."""
    retry_after: str = ""
    """How many seconds later it asks to come again."""

    def __call__(self) -> Answer:
        if not self.status:
            raise DropError
        html = f"<html><body>It &lt;fell&gt; {self.status}</body></html>"
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return Answer(self.status, html.encode(), headers)

    @property
    def reason(self) -> str:
        """What an error has to say of it."""
        return "It <fell>" if self.status else "did not answer"


FAULTS = {
    "500": Fault(500),
    "503": Fault(503),
    "409": Fault(409),
    "429": Fault(429, retry_after="1"),
    "503-and-done": Fault(503, is_done=True),
    "no-answer": Fault(0),
    "no-answer-and-done": Fault(0, is_done=True),
}


def is_survived(way: str, number: int, fault: Fault) -> bool:
    """Whether the run goes on after that fault of a step.

    Changes and DELETEs are repeated until they are seen. What makes something is looked
    for, and asked for again where Glance was busy.
    """
    what = WAYS[way].steps[number - 1]
    if fault.is_done or fault.status == 429:
        return True
    if what == "PUT file":
        return False
    if what == "POST record" and fault.status == 409:
        # The trial of rights and the new image have IDs that nobody else has.
        return not (way == "url" and number in (1, 6))
    is_looked_for = what.startswith("POST record") or "member" in what
    return fault.status == 503 or not is_looked_for


def faulty() -> list:
    """Each fault of each writing request of each way."""
    return [
        pytest.param(
            *(way, number, fault),
            id=f"{way}-{number}-{what.replace(' ', '-')}-{how}",
            marks=() if (way, what) in ALWAYS.get(how, ()) else pytest.mark.long,
        )
        for way, hows in TRIED.items()
        for number, what in enumerate(WAYS[way].steps, 1)
        for how, fault in FAULTS.items()
        if how in hows
    ]


TRIED = {"url": FAULTS.keys(), "image": {"500"}, "rollback": {"500"}}
ALWAYS = {
    "500": {("url", what) for what in ("DELETE record", "announce", "offer", "hide")},
    "503-and-done": {("url", "POST record"), ("url", "POST members")},
    "no-answer-and-done": {("url", "PUT member")},
}
"""What fails so in every run of the tests."""

PREPARED = {"rollback": ("members", "visibility")}
"""What a run that gives up has changed already, on a version that stays hidden."""


@pytest.mark.parametrize(("way", "number", "fault"), faulty())
def test_one_request_that_fails_is_repeated_or_the_family_is_as_it_was(
    way: str,
    number: int,
    fault: Fault,
    site: Site,
    undisturbed: Callable[[str], Any],
) -> None:
    command = WAYS[way].prepared(site)
    before, wanted = site.left(), undisturbed(way)
    seen: list[list[str]] = []
    on_write(site.proxy, number, lambda: seen.append(site.found()))
    on_write(site.proxy, number, fault, answered=fault.is_done)

    outcome = site.through.openstack(*command)

    if is_survived(way, number, fault):
        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == WAYS[way].result
        assert differences(site.left(), wanted) == []
    else:
        assert (outcome.status, outcome.stdout) == (1, "")
        assert "Traceback" not in outcome.stderr
        assert fault.reason in outcome.stderr.splitlines()[-1]
        told = differences(site.left(), before)
        assert [one for one in told if one[1] not in PREPARED.get(way, ())] == []
    assert [] not in (*seen, site.found())
    assert len(site.found()) == 1


READINGS = some([3, 12, 16], sorted({*range(1, 24)} - {3, 12, 16}))
"""More than a rotation of a file sends: of the last ones there is none."""


@pytest.mark.parametrize("status", [500, pytest.param(503, marks=pytest.mark.long)])
@pytest.mark.parametrize("nth", READINGS)
def test_one_reading_that_fails_leaves_the_name_and_what_the_next_run_ends(
    nth: int, status: int, site: Site, undisturbed: Callable[[str], Any]
) -> None:
    command = WAYS["file"].prepared(site)
    wanted = undisturbed("file")
    seen: list[list[str]] = []
    site.proxy.on("GET", "/v2/images", nth=nth).answer(status, b"It fell")
    site.proxy.on("PATCH", "/v2/images").call_after(lambda: seen.append(site.found()))

    outcome = site.through.openstack(*command)
    seen.append(site.found())
    again = site.owner.openstack(*command)

    assert [] not in seen
    assert "Traceback" not in outcome.stderr
    assert outcome.status == 0 or "It fell" in outcome.stderr
    assert not [one for one in images(site.owner) if "lifecycle_run" in one]
    assert again.status == 0, again.stderr
    assert differences(site.left(), wanted) == []


IMPATIENT = (
    "import sys; import osc_imagetools.glance.api as api; api.TIMEOUT_SECONDS = 3; "
    "from openstackclient.shell import main; sys.exit(main(sys.argv[1:]))"
)
"""A client that takes three silent seconds for no answer: nobody waits for minutes."""


def impatient(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    stdin: str,
    timeout: float,
) -> Outcome:
    """The same as `tests.cloud.client.run`, with less patience."""
    command = [sys.executable, "-c", IMPATIENT, *argv]
    told = {"env": env, "cwd": folder, "input": stdin, "timeout": timeout}
    ended = subprocess.run(command, text=True, capture_output=True, check=False, **told)
    return Outcome(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize("what", some(["offer"], ["PUT file", "announce", "hide"]))
def test_request_that_hangs_and_comes_late_after_all_changes_nothing(
    what: str, site: Site, undisturbed: Callable[[str], Any]
) -> None:
    command = WAYS["file"].prepared(site)
    before, wanted = site.left(), undisturbed("file")
    number = WAYS["file"].steps.index(what) + 1
    go_on = threading.Event()
    on_write(site.proxy, number, lambda: go_on.wait(60) and None)

    outcome = replace(site.through, run=impatient).openstack(*command)
    found_then = site.found()
    go_on.set()
    late = writes(site.proxy)[number - 1]
    assert late.answered.wait(60)

    assert outcome.status == (1 if what == "PUT file" else 0), outcome.stderr
    assert found_then == site.found() == [label(2 if outcome.status else 3)]
    left = before if outcome.status else wanted
    if what == "announce":
        # It puts its mark back on what is retired. Whoever comes next takes that away,
        # and can't tell by then whether the swap or a person has hidden the version.
        assert site.owner.openstack(*command).status == 0
        told = differences(site.left(), left)
        assert {one[1] for one in told} <= {"lifecycle_retired_at"}
        return
    assert differences(site.left(), left) == []

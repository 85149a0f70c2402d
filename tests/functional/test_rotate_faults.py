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

    def __call__(self) -> Answer:
        if not self.status:
            raise DropError
        html = f"<html><body>It &lt;fell&gt; {self.status}</body></html>"
        return Answer(self.status, html.encode())

    @property
    def reason(self) -> str:
        """What an error has to say of it."""
        return "It <fell>" if self.status else "did not answer"


FAULTS = {
    "500": Fault(500),
    "503": Fault(503),
    "409": Fault(409),
    "503-and-done": Fault(503, is_done=True),
    "no-answer": Fault(0),
    "no-answer-and-done": Fault(0, is_done=True),
}


def is_survived(way: str, number: int, fault: Fault) -> bool:
    """Whether the run goes on after that fault of a step.

    Changes and DELETEs are repeated until they are seen. What makes something is sent
    once, but for a 503: that the SDK repeats by itself.
    """
    what = WAYS[way].steps[number - 1]
    if what == "PUT file":
        return fault.is_done
    if what == "POST record" and fault.status in (409, 503):
        # The trial of rights has an ID that nobody else has: it can't be taken.
        is_trial = way == "url" and number == 1
        return not is_trial or (fault.status == 503 and not fault.is_done)
    is_sent_once = what.startswith("POST record") or "member" in what
    return fault.status == 503 or not is_sent_once


def faulty() -> list:
    """Each fault of each writing request of each way."""
    return [
        pytest.param(
            *(way, number, fault),
            id=f"{way}-{number}-{what.replace(' ', '-')}-{how}",
            marks=()
            if (way, how) == ("url", "500") and what in ALWAYS
            else pytest.mark.long,
        )
        for way, hows in TRIED.items()
        for number, what in enumerate(WAYS[way].steps, 1)
        for how, fault in FAULTS.items()
        if how in hows
    ]


TRIED = {"url": FAULTS.keys(), "image": {"500"}, "rollback": {"500"}}
ALWAYS = {"DELETE record", "announce", "offer", "hide"}
"""What fails with a 500 in every run of the tests."""

PREPARED = {"rollback": ("members", "visibility")}
"""What a run that gives up has changed already, on a version that stays hidden."""

UNTRUE = {("POST members", 409), ("POST record", 503)}
"""Answers that are believed, or repeated by the SDK: what follows is told instead."""


@pytest.mark.parametrize(("way", "number", "fault"), faulty())
def test_one_request_that_fails_is_repeated_or_the_family_is_as_it_was(
    way: str,
    number: int,
    fault: Fault,
    site: Site,
    undisturbed: Callable[[str], Any],
) -> None:
    command, what = WAYS[way].prepared(site), WAYS[way].steps[number - 1]
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
        if (what, fault.status) not in UNTRUE:
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
    "import sys; import osc_imagetools.glance.api as api; api.TIMEOUT_SECONDS = 1; "
    "from openstackclient.shell import main; sys.exit(main(sys.argv[1:]))"
)
"""A client that takes a second's silence for no answer: nobody waits for minutes."""


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
    on_write(site.proxy, number, lambda: go_on.wait() and None)

    outcome = replace(site.through, run=impatient).openstack(*command)
    found_then = site.found()
    go_on.set()
    late = writes(site.proxy)[number - 1]
    assert late.answered.wait(60)

    assert outcome.status == (1 if what == "PUT file" else 0), outcome.stderr
    assert found_then == site.found() == [label(2 if outcome.status else 3)]
    left = before if outcome.status else wanted
    assert differences(site.left(), left) == []

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Runs that a signal ends; those of ``image import-url`` at every step (F77)."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle

import pytest

from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Stall
from tests.functional.families import (
    CONTENT,
    FILE,
    IMAGE,
    LISTING,
    SIZE,
    ended,
    import_url,
    importing,
    the_image,
)
from tests.functional.outcomes import images
from tests.functional.test_deprecate import active

NAME = "debian-13"
STEP_SECONDS = 60
REACTION_SECONDS = 1
"""For a signal to end a run that doesn't make it wait: that is no event to await."""

PATIENT = ("--stall-timeout", "600")
"""For a run that must not wait for its source in order to end."""

STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@dataclass(frozen=True)
class Step:
    """A moment of a run: Glance gets a request of it, or has just answered one.

    *after* is the method of the request behind whose answer the run must be.
    """

    method: str
    path: str
    answered: bool = False
    after: str = ""

    @contextmanager
    def held(self, proxy: Proxy) -> Iterator[threading.Event]:
        """Let no run past this step within; the event says that one is there."""
        there, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            rule = proxy.on(self.method, self.path, nth=1)
            if self.answered:
                rule.call_after(there.set).delay_answer(go_on)
            else:
                rule.call(there.set).delay(go_on)

        if self.after:
            proxy.on(self.after, "", nth=1).call_after(hold)
        else:
            hold()
        try:
            yield there
        finally:
            go_on.set()


BEFORE_POST = Step("GET", LISTING)
POST_ARRIVES = Step("POST", LISTING)
POST_ANSWERED = Step("POST", LISTING, answered=True)
BETWEEN_POST_AND_PUT = Step("GET", LISTING, after="POST")
PUT_ANSWERED = Step("PUT", FILE, answered=True)
READ_BACK = Step("GET", IMAGE, after="PUT")
PATCH_ARRIVES = Step("PATCH", IMAGE)
PATCH_ANSWERED = Step("PATCH", IMAGE, answered=True)
PATCH_READ_BACK = Step("GET", IMAGE, after="PATCH")

UNPUBLISHED = {
    "before-the-POST": BEFORE_POST,
    "POST-arrives": POST_ARRIVES,
    "POST-answered": POST_ANSWERED,
    "between-POST-and-PUT": BETWEEN_POST_AND_PUT,
    "PUT-answered": PUT_ANSWERED,
    "read-back": READ_BACK,
}
PUBLISHING = {
    "PATCH-arrives": PATCH_ARRIVES,
    "PATCH-answered": PATCH_ANSWERED,
    "PATCH-read-back": PATCH_READ_BACK,
}


def signalled_in_turn(steps: dict[str, Step]) -> list:
    """Each step with one of the signals: what they unwind is the same."""
    return [
        pytest.param(step, number, id=f"F77-{name}-{number.name}")
        for (name, step), number in zip(steps.items(), cycle(STATUSES))
    ]


def table(*groups: dict[str, Step]) -> list:
    return [
        pytest.param(step, id=f"F77-{name}")
        for group in groups
        for name, step in group.items()
    ]


def signalled(client: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal, and give the run the time to end of it."""
    client.send_signal(number)
    with suppress(subprocess.TimeoutExpired):
        client.wait(REACTION_SECONDS)


def settled(proxy: Proxy) -> None:
    """Wait until Glance has nothing more to do of what was sent."""
    for sent in proxy.sent:
        assert sent.answered.wait(STEP_SECONDS)


@pytest.mark.parametrize(("step", "number"), signalled_in_turn(UNPUBLISHED))
def test_ended_by_a_signal_before_publishing_leaves_nothing(
    step: Step,
    number: signal.Signals,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    with importing(through, url, NAME) as client:
        with step.held(before_glance) as reached:
            assert reached.wait(STEP_SECONDS)
            signalled(client, number)
        outcome = ended(client)
    settled(before_glance)

    assert outcome.status == STATUSES[number]
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert images(member) == []


@pytest.mark.parametrize("number", STATUSES)
def test_F77_ended_by_a_signal_in_mid_PUT_leaves_nothing(
    number: signal.Signals,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE // 2))

    with importing(through, url, NAME, *PATIENT) as client:
        before_glance.wait_for("PUT", FILE, body_size=SIZE // 4)
        client.send_signal(number)
        outcome = ended(client)
    settled(before_glance)

    assert outcome.status == STATUSES[number]
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    [said] = outcome.stderr.splitlines()
    assert re.fullmatch(
        r"Interrupted. Image \S{36} was created and has been deleted again.", said
    )
    assert images(member) == []


@pytest.mark.parametrize("number", STATUSES)
def test_F77_ended_by_a_signal_between_images_shows_those_that_were_done(
    number: signal.Signals, through: Account, before_glance: Proxy
) -> None:
    first, second = active(through, NAME), active(through, NAME)
    argv = ("image", "deprecate", "--yes", "-f", "json", first, second)
    step = Step("GET", rf"/v2/images/{second}$")

    with through.start(*argv) as client, step.held(before_glance) as reached:
        assert reached.wait(STEP_SECONDS)
        client.send_signal(number)
        outcome = ended(client)

    assert outcome.status == STATUSES[number]
    assert [row["ID"] for row in outcome.json()] == [first]
    assert outcome.stderr == f"Interrupted. Image {first} was changed.\n"


@pytest.mark.parametrize(("step", "number"), signalled_in_turn(PUBLISHING))
def test_signal_while_publishing_waits_until_the_image_was_read_back(
    step: Step,
    number: signal.Signals,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    with importing(through, url, NAME) as client:
        with step.held(before_glance) as reached:
            assert reached.wait(STEP_SECONDS)
            signalled(client, number)
        outcome = ended(client)

    assert outcome.status == STATUSES[number]
    assert [the_image(member, NAME)] == images(member)
    assert before_glance.sent[-1].fits("GET", IMAGE)


@pytest.mark.parametrize("step", table(UNPUBLISHED))
def test_killed_before_publishing_leaves_what_the_next_run_removes(
    step: Step,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    with importing(through, url, NAME) as client:
        with step.held(before_glance) as reached:
            assert reached.wait(STEP_SECONDS)
            client.kill()
            client.wait(60)
        settled(before_glance)
    left = images(member)
    again = import_url(member, url, NAME)

    assert again.status == 0, again.stderr
    assert all(one["os_hidden"] and one["name"] != NAME for one in left)
    # The ticket of its number, or its own record.
    assert len(left) == bool(before_glance.matching("POST", LISTING))
    assert all(one["id"] in again.stderr for one in left)
    assert [the_image(member, NAME)] == images(member)


def test_F77_killed_in_mid_PUT_leaves_what_the_next_run_removes(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE // 2))

    with importing(through, url, NAME) as client:
        before_glance.wait_for("PUT", FILE, body_size=SIZE // 4)
        client.kill()
    left = images(member)
    source.behave("disk.img")
    again = import_url(member, url, NAME)

    assert again.status == 0, again.stderr
    assert [one["os_hidden"] for one in left] == [True]
    assert left[0]["name"] != NAME
    assert left[0]["id"] in again.stderr
    assert [the_image(member, NAME)] == images(member)


@pytest.mark.parametrize("step", table(PUBLISHING))
def test_killed_while_publishing_leaves_the_image_whole(
    step: Step,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    with importing(through, url, NAME) as client:
        with step.held(before_glance) as reached:
            assert reached.wait(STEP_SECONDS)
            client.kill()
            client.wait(60)
        settled(before_glance)

    assert [the_image(member, NAME)] == images(member)
    assert client.returncode == -signal.SIGKILL

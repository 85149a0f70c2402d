# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations and rollbacks that are killed before and after every request (F77, F78).

Only requests that write change what the next run, or anybody else, finds. So a kill
behind the answer to one is the kill before the next one: each way of getting a new
version is cut before every such request, and behind the last.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.operations.rotation.rollback import ENDED
from tests.cloud.doomed import doomed
from tests.cloud.proxy.rules import DropError
from tests.functional.ages import ANOTHER_MACHINE, aged
from tests.functional.families import changed, dead_process, found, made, version
from tests.functional.generations import planned
from tests.functional.outcomes import images
from tests.functional.rotations import (
    BUILT,
    CURRENT,
    NEW,
    OLD,
    Site,
    differences,
    label,
)
from tests.functional.ways import WAYS, Way, undisturbed_end
from tests.functional.writing import on_write, step, writes

END_SECONDS = 90
WAITING_TIME = timedelta(hours=25)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_undisturbed_run_writes_in_this_order(way: Way, site: Site) -> None:
    undisturbed_end(site, way)

    assert tuple(step(sent) for sent in writes(site.proxy)) == way.steps


def killed(site: Site, command: list[str], number: int, *, answered: bool) -> None:
    """Kill a run when its writing request of that number comes, or is answered."""
    with doomed(site.through, *command) as client:

        def kill() -> NoReturn:
            os.kill(client.pid or 0, signal.SIGKILL)
            raise DropError

        on_write(site.proxy, number, kill, answered=answered)
        client.join(END_SECONDS)
    for sent in site.proxy.sent:
        assert sent.answered.wait(END_SECONDS)
    assert client.exitcode == -signal.SIGKILL


ALWAYS = {
    *(("url", name) for name in ("POST record", "offer", "hide", "PATCH tags")),
    *(("image", name) for name in ("offer", "hide")),
    *(("promotion", name) for name in ("promote", "hide")),
    *(("rollback", name) for name in ("offer", "hide")),
}
"""The moments at which a run is killed in every run of the tests."""


def cuts() -> list:
    """Before every writing request of every way, and behind the last one."""
    table = []
    for name, way in WAYS.items():
        for number, what in enumerate(way.steps, 1):
            which = f"{number}-{what.replace(' ', '-')}"
            marks = () if (name, what) in ALWAYS else pytest.mark.long
            case = (name, number, False)
            table.append(pytest.param(*case, id=f"{name}-before-{which}", marks=marks))
        if name == "back":
            # Said again after all of it, it goes one further back.
            continue
        last = (name, len(way.steps), True)
        table.append(
            pytest.param(*last, id=f"{name}-after-all", marks=pytest.mark.long)
        )
    return table


@pytest.mark.parametrize(("name", "number", "answered"), cuts())
def test_F77_killed_anywhere_leaves_the_name_and_what_the_next_run_ends(
    name: str,
    number: int,
    answered: bool,
    site: Site,
    undisturbed: Callable[[str], Any],
) -> None:
    command = WAYS[name].prepared(site)
    wanted = undisturbed(name)

    killed(site, command, number, answered=answered)
    found_then = site.found()
    again = site.owner.openstack(*command)

    assert found_then != []
    assert again.status == 0, again.stderr
    assert differences(site.left(), wanted) == []
    assert len(site.found()) == 1


@pytest.mark.parametrize("what", ["offer", "hide"])
def test_F77_killed_beside_an_adopted_image_hides_it_once_its_successor_is_there(
    what: str, site: Site
) -> None:
    old = site.published(1, CURRENT, name="Debian 13", image_build_date=BUILT[2])
    command = site.rotate_url()
    steps = WAYS["file"].steps

    killed(site, command, steps.index(what) + 1, answered=False)
    then = site.found()
    [seen] = [one for one in images(site.owner) if one["id"] == old]
    again = site.owner.openstack(*command)

    assert then == ([] if what == "offer" else [label(3)])
    assert (seen["os_hidden"], seen["name"]) == (False, "Debian 13")
    assert again.status == 0, again.stderr
    assert site.found() == [label(3)]
    [left] = [one for one in images(site.owner) if one["id"] == old]
    assert (left["os_hidden"], left["name"]) == (True, "Debian 13")
    assert left["lifecycle_state"] == "deprecated"


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)],
)
def test_F77_signal_in_mid_swap_waits_until_only_the_new_version_is_found(
    number: signal.Signals, site: Site, undisturbed: Callable[[str], Any]
) -> None:
    command = WAYS["file"].prepared(site)
    wanted = undisturbed("file")

    status = signalled(site, command, "offer", number)
    found_then = site.found()
    again = site.owner.openstack(*command)

    assert status == 128 + number
    assert found_then == [label(3)]
    assert again.status == 0, again.stderr
    assert differences(site.left(), wanted) == []


def test_F77_signal_before_the_swap_leaves_the_family_as_it_was(site: Site) -> None:
    command = WAYS["file"].prepared(site)
    before = site.left()

    status = signalled(site, command, "stage", signal.SIGTERM)

    assert status == 128 + signal.SIGTERM
    assert differences(site.left(), before) == []
    assert site.found() == [label(2)]


def signalled(
    site: Site, command: list[str], what: str, number: signal.Signals
) -> int | None:
    """The exit status of a run that gets a signal with a writing request under way."""
    with doomed(site.through, *command) as client:
        on_write(
            site.proxy,
            WAYS["file"].steps.index(what) + 1,
            lambda: os.kill(client.pid or 0, number),
        )
        client.join(END_SECONDS)
        return client.exitcode


def test_F78_killed_in_mid_swap_leaves_both_visible_under_one_name_and_is_reported(
    site: Site,
) -> None:
    command = WAYS["file"].prepared(site)

    killed(site, command, WAYS["file"].steps.index("hide") + 1, answered=False)
    check = site.owner.openstack("image", "lifecycle", "check", "-f", "json")

    assert site.found() == [label(2), label(3)]
    assert {one["name"] for one in found(site.another, site.name)} == {site.name}
    assert check.status == 1
    assert "two-visible" in {one["Check"] for one in check.json()}


def test_F77_rollback_after_a_rotation_that_was_killed_leaves_its_version_behind(
    site: Site,
) -> None:
    killed(
        site,
        WAYS["url"].prepared(site),
        WAYS["url"].steps.index("hide") + 1,
        answered=False,
    )
    rollback = ["image", "rollback", "-f", "json", site.name]

    plan = planned(site.owner.openstack(*rollback, "--dry-run"))
    outcome = site.owner.openstack(*rollback)
    rotation = site.owner.openstack(*site.rotate_url())

    # The hiding of the old one, and then a rollback to it.
    assert [step["Step"] for step in plan][:1] == ["hide"]
    assert [step["Step"] for step in plan][-3:] == ["show", "hide", "untag"]
    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["result"] == "rolled back"
    assert outcome.json()["old_version"] == label(3)
    assert site.found() == [label(2)]
    assert rotation.json()["result"] == "unchanged (rolled back)"


def test_F77_dry_run_shows_again_what_a_dead_run_has_hidden_before_that_is_deleted(
    site: Site,
) -> None:
    site.retired(2, CURRENT)
    third = ticket_id(site.owner.project_id, site.name, 3)
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    made(site.owner, **version(site.name, 3, third), lifecycle_run=dead)
    dry_run = site.rotate_url("--dry-run", content=CURRENT)

    plan = planned(site.owner.openstack(*dry_run))
    outcome = site.owner.openstack(*site.rotate_url(content=CURRENT))

    steps = [step["Step"] for step in plan]
    assert steps == ["show", "take back", "delete", "keep"]
    assert outcome.status == 0, outcome.stderr
    assert [one["step"] for one in outcome.json()["repaired"]] == steps[:2]
    assert site.found() == [label(2)]
    assert len(images(site.owner)) == 1


def test_F77_rollback_of_adopted_images_that_was_killed_goes_back_once(
    site: Site,
) -> None:
    """None of them bears the family's name."""
    oldest, older, newest = (
        site.published(number, content, name=f"Debian {number}")
        for number, content in enumerate((OLD, CURRENT, NEW), 1)
    )
    rollback = ["image", "rollback", "-f", "json", site.name]

    killed(site, rollback, WAYS["back"].steps.index("hide") + 1, answered=False)
    again = site.owner.openstack(*rollback)

    assert again.status == 0, again.stderr
    assert again.json()["note"] == ENDED
    assert site.found() == [label(2)]
    left = {one["id"]: one["os_hidden"] for one in images(site.owner)}
    assert left == {oldest: False, older: False, newest: True}


@pytest.mark.parametrize(
    "fields", [{}, {"name": "Debian 13"}], ids=["the-family-s-name", "another-name"]
)
def test_what_a_person_deprecates_after_a_run_was_killed_stays_deprecated(
    site: Site, fields: dict[str, str]
) -> None:
    """That run had announced that it would be replaced."""
    old = site.published(2, CURRENT, **fields)
    # Of the same requests as of a file.
    announced = WAYS["file"].steps.index("announce") + 1
    killed(site, site.rotate_url(), announced, answered=True)
    deprecate = ["image", "deprecate", old, "--yes", "--reason", "CVE-2026-1"]

    deprecation = site.owner.openstack(*deprecate)
    nightly = site.owner.openstack(*site.rotate_url(content=CURRENT))
    [left] = [one for one in images(site.owner) if one["id"] == old]
    reinstated = site.owner.openstack("image", "reinstate", old)

    assert deprecation.status == 0, deprecation.stderr
    assert nightly.status == 0, nightly.stderr
    assert nightly.json()["result"] == "unchanged"
    assert "was deprecated" in nightly.json()["note"]
    assert (left["os_hidden"], left["lifecycle_state"]) == (True, "deprecated")
    assert reinstated.status == 0, reinstated.stderr
    assert site.found() == ([] if fields else [label(2)])


ON_ANOTHER_MACHINE = [
    pytest.param("PUT file", marks=pytest.mark.long),
    pytest.param("stage", marks=pytest.mark.long),
    pytest.param("announce", marks=pytest.mark.long),
    "offer",
]


def test_F77_killed_on_another_machine_is_passed_by_and_removed_after_a_day(
    site: Site,
) -> None:
    command = WAYS["file"].prepared(site)

    killed(site, command, WAYS["file"].steps.index("offer") + 1, answered=False)
    record = left_by_another_machine(site)
    at_once = site.owner.openstack(*command)
    left_then, found_then = images(site.owner), site.found()
    aged(site.proxy, site.owner, WAITING_TIME)
    later = site.through.openstack(*command)

    assert at_once.status == 0, at_once.stderr
    assert at_once.json()["result"] == "rotated"
    assert record in {one["id"] for one in left_then}
    assert found_then == [at_once.json()["new_version"]]
    assert later.status == 0, later.stderr
    assert later.json()["result"] == "unchanged"
    assert record in later.stderr
    assert record not in {one["id"] for one in images(site.owner)}


def left_by_another_machine(site: Site) -> str:
    """The ID of the record that a killed run has left: now another machine's."""
    [record] = [one for one in images(site.owner) if "lifecycle_run" in one]
    changed(site.owner, record["id"], lifecycle_run=str(ANOTHER_MACHINE))
    return str(record["id"])


@pytest.mark.parametrize("what", ON_ANOTHER_MACHINE)
def test_F77_killed_on_another_machine_is_as_undisturbed_after_a_day(
    what: str, site: Site, undisturbed: Callable[[str], Any]
) -> None:
    command = WAYS["file"].prepared(site)
    wanted = undisturbed("file")

    killed(site, command, WAYS["file"].steps.index(what) + 1, answered=False)
    record = left_by_another_machine(site)
    aged(site.proxy, site.owner, WAITING_TIME)
    again = site.through.openstack(*command)

    assert again.status == 0, again.stderr
    assert record in again.stderr
    assert differences(site.left(), wanted) == []
    assert site.found() == [label(3)]

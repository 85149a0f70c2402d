# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is advised to an admin who works for another project works as printed, too.

The situations are those of `test_remedies_run`; the commands have ``--project``, and
nothing is added to what they print.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.source.client import Source
from tests.functional.families import found
from tests.functional.generations import (
    NEW,
    NEWER,
    OLD,
    by_hand,
    current,
    shown,
    version,
)
from tests.functional.remedies import advised, run_as_printed
from tests.functional.test_remedies_run import (
    FAMILY,
    INSTEAD,
    OTHER,
    RECORDED,
    REFUSED,
    SHOWN,
    rotation,
    told,
)


def visiting(admin: Account, owner: Account, argv: Sequence[str]) -> Outcome:
    """How that command ends, run by *admin* for the project of *owner*."""
    words = 2 if argv[0] == "lifecycle" else 1
    project = ("--project", owner.project_name)
    return admin.openstack("image", *argv[:words], *project, *argv[words:])


def advice(outcome: Outcome, owner: Account) -> list[str]:
    """The command lines that *outcome* tells; each names the project of *owner*."""
    commands = advised(told(outcome))
    assert all(f"--project {owner.project_id}" in one for one in commands), commands
    return commands


@pytest.mark.parametrize("provoked", REFUSED.values(), ids=REFUSED)
def test_what_was_refused_for_another_project_works_after_what_was_advised(
    admin: Account, member: Account, provoked: Callable[[Account], list[str]]
) -> None:
    argv = provoked(member)

    before = visiting(admin, member, argv)
    [command] = advised(told(before))
    run_as_printed(admin, command)
    again = visiting(admin, member, argv)

    assert before.status == 1, before
    assert again.status == 0, again


@pytest.mark.parametrize("provoked", INSTEAD.values(), ids=INSTEAD)
def test_another_projects_version_becomes_current_by_what_is_advised_instead(
    admin: Account,
    member: Account,
    provoked: Callable[[Account], tuple[str, list[str]]],
) -> None:
    wanted, argv = provoked(member)

    [command] = advice(visiting(admin, member, argv), member)
    run_as_printed(admin, command)

    assert current(member, FAMILY)["id"] == wanted


@pytest.mark.parametrize("provoked", SHOWN.values(), ids=SHOWN)
def test_what_another_project_has_instead_is_shown_by_what_is_advised(
    admin: Account,
    member: Account,
    provoked: Callable[[Account], tuple[str, list[str]]],
) -> None:
    wanted, argv = provoked(member)

    [command] = advice(visiting(admin, member, argv), member)
    [outcome] = run_as_printed(admin, command)

    assert wanted in outcome.stdout.replace("\n", ""), outcome


def test_another_projects_bytes_that_are_not_offered_come_back_by_what_is_advised(
    admin: Account, member: Account
) -> None:
    last = version(member, name=FAMILY, **RECORDED)
    earlier = {"lifecycle_family": OTHER, "name": "called otherwise"}
    other = version(member, content=NEW, **earlier)
    same = [*rotation(by_hand(member, NEW))[:-1], OTHER]

    reinstated = visiting(admin, member, rotation(by_hand(member, OLD)))
    renamed = visiting(admin, member, same)
    for outcome in (reinstated, renamed):
        [command] = advice(outcome, member)
        run_as_printed(admin, command)

    assert current(member, FAMILY)["id"] == last
    assert [one["id"] for one in found(member, OTHER)] == [other]


def test_another_projects_version_that_waits_is_offered_or_dropped_as_printed(
    admin: Account, member: Account
) -> None:
    old = version(member, name=FAMILY)
    first, second = by_hand(member, NEW), by_hand(member, NEWER, protected=True)

    waits = [
        visiting(admin, member, rotation(one, "--hidden")) for one in (first, second)
    ]
    (offer, _), (_, drop) = (advised(told(outcome)) for outcome in waits)
    run_as_printed(admin, offer)
    run_as_printed(admin, drop)

    assert current(member, FAMILY)["id"] == first
    assert shown(member, old)["os_hidden"]
    assert member.glance("GET", f"/v2/images/{second}").status_code == 404


def test_another_projects_family_gets_its_name_by_what_its_adoption_advises(
    admin: Account, member: Account
) -> None:
    own_id = by_hand(member, name="called otherwise")
    adopting = ["lifecycle", "set", "-f", "json", "--family", FAMILY, own_id]

    [command] = advice(visiting(admin, member, adopting), member)
    run_as_printed(admin, command)

    assert current(member, FAMILY)["id"] == own_id


READING = {
    "show": ["lifecycle", "show", "debain-13"],
    "list": ["lifecycle", "list", "--family", "debain-13"],
    "check": ["lifecycle", "check", "debain-13"],
}


@pytest.mark.parametrize("reading", READING.values(), ids=READING)
def test_another_projects_families_are_listed_by_what_is_advised(
    admin: Account, member: Account, reading: list[str]
) -> None:
    own_id = version(member, name="debian-13")

    [command] = advice(visiting(admin, member, reading), member)
    [outcome] = run_as_printed(admin, command)

    assert own_id in outcome.stdout.replace("\n", ""), outcome


def test_command_that_is_only_named_names_the_other_project_as_well(
    admin: Account, member: Account, source: Source
) -> None:
    version(member, name="debian-13")
    url = source.put("disk.img", NEW)

    taken = visiting(admin, member, ["import-url", url, "debian-13"])

    named = f"'openstack image rotate --project {member.project_id}'"
    assert f"To replace it, use {named};" in taken.stderr

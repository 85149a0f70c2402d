# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Each command line that an error, a refusal or a note advises works as printed.

Those of `lifecycle check` are in `test_lifecycle_check_remedies`, those on an old
site's first day in `test_old_site`.
"""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from keystoneauth1 import exceptions

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.glance.remedies import unanswered
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.functional.families import (
    LISTING,
    changed,
    dead_process,
    ended,
    found,
    made,
)
from tests.functional.families import version as left_over
from tests.functional.generations import (
    NEW,
    NEWER,
    OLD,
    by_hand,
    current,
    done,
    retired,
    rotate,
    shown,
    version,
)
from tests.functional.remedies import advised, run_as_printed
from tests.functional.test_killed import STEP_SECONDS, Step

FAMILY = "it's  Фокал $(id)"
"""What a shell would take for something else, and a line of text for one space."""

OTHER = "debian-13"

OUT = {"os_hidden": True, "lifecycle_state": "deprecated"}
BEFORE = '{"os_hidden": false, "lifecycle_state": "active"}'
RECORDED = {**OUT, "lifecycle_before": BEFORE}
NEVER: dict[str, Any] = {
    "os_hidden": True,
    "lifecycle_family": FAMILY,
    "lifecycle_published_at": "",
}
PAST = "2026-01-01T00:00:00Z"


def told(outcome: Outcome) -> str:
    """What a command has said in words, in its rows too."""
    if not outcome.stdout:
        return outcome.stderr
    rows = outcome.json()
    rows = rows if isinstance(rows, list) else [rows]
    notes = [str(row.get("Note") or row.get("note") or "") for row in rows]
    return "\n".join([*notes, outcome.stderr])


def deactivated(account: Account, image_id: str) -> str:
    answer = account.glance("POST", f"/v2/images/{image_id}/actions/deactivate")
    assert answer.status_code == 204, answer.text
    return image_id


def deprecated(account: Account) -> str:
    """An image of no number that was deprecated, with the record of that."""
    own_id = str(uuid.uuid4())
    ours = {"lifecycle_id": own_id, "lifecycle_family": FAMILY}
    return by_hand(account, id=own_id, name=FAMILY, **ours, **RECORDED)


def rotation(image_id: str, *options: str) -> list[str]:
    return ["rotate", "-f", "json", "--image", image_id, *options, "--", FAMILY]


# What was refused works after the remedy.


def ended_family(account: Account) -> list[str]:
    version(account, name=FAMILY, lifecycle_end_at=PAST)
    return rotation(by_hand(account))


def two_bear_the_name(account: Account) -> list[str]:
    for content in (OLD, NEW):
        by_hand(account, content, name=FAMILY)
    return rotation(by_hand(account, NEWER), "--adopt")


def too_long_a_record(account: Account) -> list[str]:
    own_id = by_hand(account, name=FAMILY)
    changed(account, own_id, lifecycle_reason="x" * 60_500)
    return ["deprecate", "-f", "json", "--yes", own_id]


def stranger_bears_the_name(account: Account) -> list[str]:
    out = deprecated(account)
    by_hand(account, name=FAMILY)
    return ["reinstate", "-f", "json", out]


def no_version(account: Account) -> list[str]:
    own_id = by_hand(account, name=FAMILY)
    return ["lifecycle", "set", "-f", "json", "--hold", "the court", own_id]


def version_of_another(account: Account) -> list[str]:
    own_id = version(account, name=FAMILY)
    return ["lifecycle", "set", "-f", "json", "--family", "other", own_id]


def deactivated_one(account: Account) -> list[str]:
    version(account, name=FAMILY)
    return rotation(deactivated(account, by_hand(account)))


REFUSED: dict[str, Callable[[Account], list[str]]] = {
    "ended": ended_family,
    "two-of-a-name": two_bear_the_name,
    "too-long": too_long_a_record,
    "stranger": stranger_bears_the_name,
    "no-version": no_version,
    "of-another": version_of_another,
    "deactivated": deactivated_one,
}


@pytest.mark.parametrize("provoked", REFUSED.values(), ids=REFUSED)
def test_F132_what_was_refused_works_after_the_command_that_it_advised(
    member: Account, provoked: Callable[[Account], list[str]]
) -> None:
    argv = provoked(member)

    refused = member.openstack("image", *argv)
    [command] = advised(told(refused))
    run_as_printed(member, command)
    again = member.openstack("image", *argv)

    assert refused.status == 1, refused
    assert again.status == 0, again


# The remedy does what was wanted: another version is current then.


def deprecated_by_a_swap(account: Account) -> tuple[str, list[str]]:
    old = retired(account, 1, 2, name=FAMILY)
    version(account, 2, name=FAMILY)
    return old, ["reinstate", "-f", "json", old]


def without_a_record(account: Account) -> tuple[str, list[str]]:
    old = version(account, 1, name=FAMILY, **OUT)
    version(account, 2, name=FAMILY)
    return old, ["reinstate", "-f", "json", old]


def earlier_one(account: Account) -> tuple[str, list[str]]:
    old = retired(account, 1, 2, name=FAMILY)
    version(account, 2, content=NEW, name=FAMILY)
    return old, rotation(old)


def never_current(account: Account) -> tuple[str, list[str]]:
    old = deactivated(account, version(account, 1, name="built by hand", **NEVER))
    version(account, 2, content=NEW, name=FAMILY)
    return old, ["rollback", "-f", "json", "--to", old, "--", FAMILY]


def taken_out_above(account: Account) -> tuple[str, list[str]]:
    version(account, 1, name=FAMILY)
    new = version(account, 2, content=NEW, name=FAMILY, **OUT)
    return new, rotation(by_hand(account, NEW))


INSTEAD: dict[str, Callable[[Account], tuple[str, list[str]]]] = {
    "swapped": deprecated_by_a_swap,
    "no-record": without_a_record,
    "earlier": earlier_one,
    "never-current": never_current,
    "taken-out": taken_out_above,
}


@pytest.mark.parametrize("provoked", INSTEAD.values(), ids=INSTEAD)
def test_F132_command_that_is_advised_instead_makes_that_version_current(
    member: Account, provoked: Callable[[Account], tuple[str, list[str]]]
) -> None:
    wanted, argv = provoked(member)

    refused = member.openstack("image", *argv)
    [command] = advised(told(refused))
    run_as_printed(member, command)

    assert current(member, FAMILY)["id"] == wanted, refused


def test_F132_bytes_of_a_version_that_is_not_offered_come_back_by_what_is_advised(
    member: Account,
) -> None:
    out = version(member, name=FAMILY, **RECORDED)
    named = {"lifecycle_family": OTHER, "name": "called otherwise"}
    other = version(member, content=NEW, **named)

    reinstated = rotate(member, "--image", by_hand(member, OLD), name=FAMILY)
    renamed = rotate(member, "--image", by_hand(member, NEW), name=OTHER)
    commands = [advised(told(one)) for one in (reinstated, renamed)]
    for [command] in commands:
        run_as_printed(member, command)

    assert (reinstated.status, renamed.status) == (0, 0)
    assert current(member, FAMILY)["id"] == out
    assert [one["id"] for one in found(member, OTHER)] == [other]


def test_F132_version_that_waits_is_offered_or_dropped_as_printed(
    member: Account,
) -> None:
    old = version(member, name=FAMILY)
    first, second = by_hand(member, NEW), by_hand(member, NEWER, protected=True)

    waits = [
        rotate(member, "--image", one, "--hidden", name=FAMILY)
        for one in (first, second)
    ]
    (offer, _), (_, drop) = (advised(told(outcome)) for outcome in waits)
    run_as_printed(member, offer)
    run_as_printed(member, drop)

    assert current(member, FAMILY)["id"] == first
    assert shown(member, old)["os_hidden"]
    assert member.glance("GET", f"/v2/images/{second}").status_code == 404


def test_F77_F132_version_that_another_run_has_offered_is_taken_back_as_printed(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    old, new = version(member, name=FAMILY), by_hand(member)

    def another_offers_it() -> None:
        member.openstack("image", *rotation(new))

    def once_it_is_read_back() -> None:
        before_glance.on("GET", new, nth=1).call_after(another_offers_it)

    # The first one marks what is to be staged.
    before_glance.on("PATCH", new, nth=2).call_after(once_it_is_read_back)

    late = rotate(through, "--image", new, "--hidden", name=FAMILY)
    offered = current(member, FAMILY)
    [command] = advised(told(late))
    run_as_printed(member, command)

    assert (late.status, offered["id"]) == (0, new)
    assert current(member, FAMILY)["id"] == old


def test_F132_protected_image_that_is_in_the_way_goes_once_it_may(
    member: Account,
) -> None:
    version(member, name=FAMILY)
    dead, run = (
        str(uuid.uuid4()),
        Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1),
    )
    left = left_over(FAMILY, 2, dead)
    made(member, **left, lifecycle_run=str(run), protected=True)
    new = by_hand(member)

    rotated = rotate(member, "--image", new, name=FAMILY)
    [command] = advised(rotated.stderr)
    run_as_printed(member, command)
    again = rotate(member, "--image", new, name=FAMILY)

    done(rotated)
    assert again.status == 0
    assert member.glance("GET", f"/v2/images/{dead}").status_code == 404


def unknown_family(account: Account) -> tuple[str, list[str]]:
    version(account, name="debian-13")
    return "debian-13", ["rollback", "debain-13"]


def unknown_image(account: Account) -> tuple[str, list[str]]:
    return by_hand(account), ["deprecate", "-f", "json", "windows"]


def family_of_other_names(account: Account) -> tuple[str, list[str]]:
    own_id = version(account, name="called otherwise", lifecycle_family=FAMILY)
    return own_id, ["deprecate", "-f", "json", FAMILY]


def nothing_earlier(account: Account) -> tuple[str, list[str]]:
    return version(account, name=FAMILY), ["rollback", FAMILY]


def nothing_to_rename(account: Account) -> tuple[str, list[str]]:
    own_id = version(account, name=FAMILY, **OUT)
    return own_id, ["lifecycle", "set", "--rename-newest", "--family", FAMILY]


SHOWN: dict[str, Callable[[Account], tuple[str, list[str]]]] = {
    "unknown-family": unknown_family,
    "unknown-image": unknown_image,
    "other-names": family_of_other_names,
    "nothing-earlier": nothing_earlier,
    "nothing-to-rename": nothing_to_rename,
}


@pytest.mark.parametrize("provoked", SHOWN.values(), ids=SHOWN)
def test_F132_what_there_is_instead_is_shown_by_the_command_that_is_advised(
    member: Account, provoked: Callable[[Account], tuple[str, list[str]]]
) -> None:
    wanted, argv = provoked(member)

    refused = member.openstack("image", *argv)
    [command] = advised(told(refused))
    [outcome] = run_as_printed(member, command)

    assert refused.status == 1, refused
    assert wanted in outcome.stdout.replace("\n", ""), outcome


def test_F132_wrong_endpoint_is_found_by_what_is_advised(
    through: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", "").answer(200, b"<title>Log in</title>")
    # The client itself answers for what no catalog names when a command begins.
    unnamed = unanswered(exceptions.EndpointNotFound())

    wrong = through.openstack("image", "rollback", FAMILY)
    [endpoint], [catalog] = advised(wrong.stderr), advised(unnamed)
    outcomes = [run_as_printed(through, one) for one in (endpoint, catalog)]

    for [outcome] in outcomes:
        assert "public: http" in outcome.stdout


def test_F132_credentials_that_are_refused_later_are_tried_by_what_is_advised(
    member: Account, before_glance: Proxy, proxy: Callable[[str], Proxy]
) -> None:
    before_keystone = proxy(member.credentials.auth_url)
    before_keystone.on("POST", "/auth/tokens$", nth=2).answer(401)
    before_glance.on("GET", LISTING, nth=1).answer(401)
    through = member.through(before_glance.url, auth_url=before_keystone.url)

    refused = through.openstack("image", "rollback", FAMILY)
    [command] = advised(refused.stderr)
    [token] = run_as_printed(through, command)

    assert refused.status == 1
    assert member.project_id in token.stdout


def test_F77_F132_image_of_an_interrupted_change_is_shown_by_what_is_advised(
    through: Account, before_glance: Proxy
) -> None:
    own_id = by_hand(through)
    step = Step("PATCH", rf"/v2/images/{own_id}$")

    argv = ("image", "deprecate", "--yes", "-f", "json", own_id)
    with through.start(*argv) as client, step.held(before_glance) as reached:
        assert reached.wait(STEP_SECONDS)
        client.send_signal(signal.SIGTERM)
        outcome = ended(client)
    [command] = advised(outcome.stderr)
    [image] = run_as_printed(through, command)

    assert own_id in image.stdout

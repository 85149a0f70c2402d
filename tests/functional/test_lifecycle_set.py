# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image lifecycle set`` and ``lifecycle unset`` write, and take away again."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import (
    CONTENT,
    IMAGE,
    LISTING,
    changed,
    import_url,
    made,
    version,
)
from tests.functional.generations import planned
from tests.functional.outcomes import images
from tests.functional.remedies import advised
from tests.functional.test_deprecate import active, managed, only_row, shown
from tests.functional.writing import on_write

NAME = "debian-13"


def set_(account: Account, *argv: str) -> Outcome:
    """How a setting ended, its rows in JSON."""
    return account.openstack("image", "lifecycle", "set", "-f", "json", *argv)


def unset(account: Account, *argv: str) -> Outcome:
    """How the taking away ended, its rows in JSON."""
    return account.openstack("image", "lifecycle", "unset", "-f", "json", *argv)


def rows_of(outcome: Outcome, status: int = 0) -> list[dict[str, Any]]:
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.stderr
    rows: list[dict[str, Any]] = outcome.json()
    return rows


def generations(account: Account) -> dict[str, int]:
    """By the ID of each managed image."""
    return {
        image["id"]: int(image["lifecycle_generation"])
        for image in images(account)
        if image.get("lifecycle_id") == image["id"]
    }


def test_adopted_images_are_versions_in_the_order_of_their_builds(
    member: Account,
) -> None:
    newer = active(member, image_build_date="2026-02-01")
    older = active(member, f"{NAME} (old)", image_build_date="2026-01-01")
    before = {image_id: shown(member, image_id) for image_id in (newer, older)}

    rows = rows_of(set_(member, "--family", NAME, newer, older))

    assert [(row["ID"], row["Result"]) for row in rows] == [
        (older, "adopted"),
        (newer, "adopted"),
    ]
    assert generations(member) == {older: 1, newer: 2}
    for row in rows:
        image = shown(member, row["ID"])
        assert image["lifecycle_family"] == row["Family"] == NAME
        assert image["lifecycle_state"] == row["State"] == "active"
        theirs = {name: value for name, value in image.items() if _is_theirs(name)}
        assert theirs == {
            name: value for name, value in before[row["ID"]].items() if _is_theirs(name)
        }
        assert image["tags"] == ["lifecycle"]
    assert [row["Version"] for row in rows] == ["20260101", "20260201"]

    again = rows_of(set_(member, "--family", NAME, newer, older))

    assert [row["Result"] for row in again] == ["unchanged", "unchanged"]
    assert generations(member) == {older: 1, newer: 2}


def _is_theirs(name: str) -> bool:
    return not name.startswith("lifecycle_") and name not in ("updated_at", "tags")


def test_current_version_stays_current_when_an_older_one_is_adopted(
    member: Account, source: Source
) -> None:
    import_url(member, source.put("disk.img", CONTENT), NAME)
    [current] = images(member)
    older = active(member, "old", os_hidden=True)

    rows = rows_of(
        set_(
            *(member, "--family", NAME, older, "--hold", "kept for a customer"),
            *("--image-version", "12.9", "--build-date", "2025-01-01"),
        )
    )

    assert [(row["ID"], row["Result"]) for row in rows] == [
        (older, "adopted"),
        (current["id"], "renumbered"),
    ]
    assert generations(member) == {older: 2, current["id"]: 3}
    adopted = shown(member, older)
    assert adopted["lifecycle_version"] == "12.9"
    assert adopted["image_build_date"] == "2025-01-01"
    assert adopted["lifecycle_hold"] == "kept for a customer"
    assert adopted["lifecycle_state"] == "deprecated"
    assert len(images(member)) == 2


def test_dry_run_shows_the_same_and_only_reads(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)

    [dry] = planned(set_(through, "--family", NAME, image_id, "--dry-run"))

    assert before_glance.methods() == {"GET"}
    assert (dry["Step"], dry["Image"]) == ("adopt", image_id)
    for change in only_row(set_(member, "--family", NAME, image_id))["Changes"]:
        assert change in dry["What"]


def test_killed_with_a_ticket_in_hand_leaves_what_the_next_run_clears_away(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    command = ["image", "lifecycle", "set", "--family", NAME, image_id]
    with through.start(*command) as client:
        before_glance.on("POST", LISTING).call_after(client.kill).drop_answer()
        client.wait(60)
    [left] = [each for each in images(member) if each["id"] != image_id]
    assert (left["status"], left["os_hidden"]) == ("queued", True)

    outcome = set_(member, "--family", NAME, image_id)

    row = only_row(outcome)
    assert (row["Result"], row["Generation"]) == ("adopted", 2)
    assert "run that was importing it is dead" in outcome.stderr
    assert [each["id"] for each in images(member)] == [image_id]


@pytest.mark.parametrize(("patch", "number"), [(1, 1), (2, 3)])
def test_killed_before_the_older_one_came_below_the_current_version_is_done_again(
    patch: int,
    number: int,
    member: Account,
    through: Account,
    before_glance: Proxy,
) -> None:
    current, older = managed(member, 1), active(member, "old", os_hidden=True)
    command = ["image", "lifecycle", "set", "--family", NAME, older]
    with through.start(*command) as client:
        rule = before_glance.on("PATCH", IMAGE, nth=patch)
        rule.call_after(client.kill).drop_answer()
        client.wait(60)
    assert generations(member) == {current: number}

    rows = rows_of(set_(member, "--family", NAME, older))
    again = rows_of(set_(member, "--family", NAME, older))

    assert [(row["ID"], row["Result"]) for row in rows] == [
        (older, "adopted"),
        (current, "renumbered"),
    ]
    assert [row["Result"] for row in again] == ["unchanged"]
    assert generations(member) == {current: 5, older: 4}


def test_older_image_waits_where_a_newer_version_can_not_be_kept_above_it(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    current, older = managed(member, 1), active(member, "old", os_hidden=True)
    before = shown(member, older)
    before_glance.on("POST", LISTING).call(
        lambda: changed(member, current, lifecycle_generation="9")
    )

    rows = rows_of(set_(through, "--family", NAME, older), status=1)

    assert [(row["ID"], row["Result"]) for row in rows] == [
        (older, "refused"),
        (current, "refused"),
    ]
    assert "another run changed its number" in rows[1]["Note"]
    assert shown(member, older) == before
    assert generations(member) == {current: 9}

    record = ticket_id(member.project_id, NAME, 10)
    made(member, **version(NAME, 10, record), lifecycle_run=str(THIS_MACHINE.new_run()))

    row = only_row(set_(member, "--family", NAME, older), status=1)

    assert (row["Result"], record in row["Note"]) == ("failed", True)
    assert generations(member) == {current: 9, record: 10}


def test_two_that_adopt_at_once_never_give_one_number_twice(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    first, second = active(member, "first"), active(member, "second")
    between = [False]

    def adopt_the_other() -> None:
        if not between[0]:
            between[0] = True
            rows_of(set_(member, "--family", NAME, second))

    before_glance.on("POST", LISTING).call(adopt_the_other)
    rows_of(set_(through, "--family", NAME, first))

    assert between == [True]
    assert generations(member) == {second: 1, first: 2}


@pytest.mark.parametrize("number", [1, 3, 4])
def test_F146_image_that_another_family_adopts_meanwhile_is_adopted_once(
    number: int, member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    other: list[Outcome] = []
    on_write(
        before_glance,
        number,
        lambda: other.append(set_(member, "--family", "another", image_id)) or None,
    )

    late = only_row(set_(through, "--family", NAME, image_id), status=1)

    assert [only_row(one)["Result"] for one in other] == ["adopted"]
    assert late["Result"] == "refused"
    assert "'another'" in late["Note"]
    assert shown(member, image_id)["lifecycle_family"] == "another"
    assert "lifecycle_adopting" not in shown(member, image_id)


@pytest.mark.parametrize("round_", range(3))
def test_F146_image_that_two_families_adopt_in_the_same_instant_is_of_one(
    round_: int, member: Account, proxy: Callable[[str], Proxy]
) -> None:
    image_id = active(member)
    both = threading.Barrier(2)
    names = ("one", "other")
    accounts = []
    for _ in names:
        before_glance = proxy(member.glance_url)
        on_write(before_glance, 4, lambda: both.wait(60) and None)
        accounts.append(member.through(before_glance.url))

    with ThreadPoolExecutor() as pool:
        ran = pool.map(
            lambda account, name: set_(account, "--family", name, image_id),
            accounts,
            names,
        )
        rows = [outcome.json()[0] for outcome in ran]

    family = shown(member, image_id)["lifecycle_family"]
    adopted = [row["Result"] == "adopted" for row in rows]
    assert adopted == [name == family for name in names], rows


def test_F97_snapshot_that_inherited_our_properties_is_adopted_as_itself(
    member: Account,
) -> None:
    snapshot = active(
        member,
        lifecycle_id="another",
        lifecycle_family="another",
        lifecycle_delete_at="2020-01-01",
        tags=["lifecycle"],
    )

    row = only_row(set_(member, "--family", NAME, snapshot))

    image = shown(member, snapshot)
    assert (row["Result"], image["lifecycle_id"]) == ("adopted", snapshot)
    assert "lifecycle_delete_at" not in image


REFUSED = {
    "version-of-another-family": (["--family", "other"], "it is a version of 'debian"),
    "hold-of-nothing": (["--hold", "x"], "it is not a version of a family"),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_set_is_refused_and_nothing_is_written(
    member: Account, options: list[str], says: str
) -> None:
    image_id = managed(member, 1) if "--family" in options else active(member)
    before = shown(member, image_id)

    row = only_row(set_(member, image_id, *options), status=1)

    assert row["Result"] == "refused"
    assert says in row["Note"]
    assert shown(member, image_id) == before


POLICY = {
    "lifecycle_keep": ("--keep", "3"),
    "lifecycle_delete_after": ("--delete-after", "90d"),
    "lifecycle_end_at": ("--end-at", "2030-06-30"),
    "replace_frequency": ("--replace-frequency", "monthly"),
    "provided_until": ("--provided-until", "2030-06-30"),
    "uuid_validity": ("--uuid-validity", "last-3"),
    "lifecycle_source": ("--source", "debian/13"),
}


def test_policy_of_a_family_stands_on_its_current_version_until_it_is_unset(
    member: Account,
) -> None:
    older, current = managed(member, 1, os_hidden=True), managed(member, 2)
    bare = shown(member, older)
    options = [word for pair in POLICY.values() for word in pair]

    row = only_row(set_(member, "--family", NAME, *options))

    image = shown(member, current)
    assert (row["ID"], row["Result"]) == (current, "set")
    assert {name: image[name] for name in POLICY} == {
        **{name: value for name, (_, value) in POLICY.items()},
        "lifecycle_end_at": "2030-06-30T00:00:00Z",
    }
    assert shown(member, older) == bare
    again = only_row(set_(member, "--family", NAME, *options))
    assert again["Result"] == "unchanged"

    names = [option for option, _ in POLICY.values()]
    assert only_row(unset(member, "--family", NAME, *names))["Result"] == "unset"

    assert not POLICY.keys() & shown(member, current).keys()


def test_policy_that_stood_on_a_hidden_image_moves_to_an_older_one_that_is_visible(
    member: Account,
) -> None:
    hidden = active(member, "Debian 13 (2026-02-01)", os_hidden=True)
    rows_of(set_(member, "--family", NAME, hidden))
    rows_of(set_(member, "--family", NAME, "--keep", "3"))
    older = active(member, "Debian 13 (2026-01-01)")

    rows_of(set_(member, "--family", NAME, older))

    assert generations(member)[older] < generations(member)[hidden]
    assert shown(member, older)["lifecycle_keep"] == "3"


def test_hold_is_unset_and_all_of_ours_with_all(member: Account) -> None:
    plain = active(member, tags=["mine"])
    before = shown(member, plain)
    said = ["--hold", "a customer's", "--build-date", "2024-03-01"]
    set_(member, "--family", NAME, plain, *said)

    assert only_row(unset(member, plain, "--hold"))["Result"] == "unset"
    assert "lifecycle_hold" not in shown(member, plain)
    assert only_row(unset(member, plain, "--all"))["Result"] == "unset"

    image = shown(member, plain)
    assert {**image, "updated_at": ""} == {**before, "updated_at": ""}
    assert only_row(unset(member, plain, "--all"))["Result"] == "unchanged"

    again = set_(member, "--family", NAME, plain)

    assert only_row(again)["Generation"] == 2
    assert f"No version of '{NAME}' can get generation 1" in again.stderr


def test_newest_version_gets_the_family_s_name_only_when_that_is_said(
    member: Account,
) -> None:
    older = active(member, "Debian 13 (2026-01-01)")
    newer = active(member, "Debian 13 (2026-02-01)")

    outcome = set_(member, "--family", NAME, newer, older)

    assert [row["Result"] for row in rows_of(outcome)] == ["adopted", "adopted"]
    assert "a lookup of that name finds nothing yet" in outcome.stderr
    [remedy] = advised(outcome.stderr)
    argv = shlex.split(remedy)[1:]
    dry = only_row(member.openstack(*argv, "--dry-run", "-f", "json"))
    assert shown(member, newer)["name"] == "Debian 13 (2026-02-01)"
    row = only_row(member.openstack(*argv, "-f", "json"))
    assert (dry["Step"], dry["Image"], dry["Reason"]) == (
        *("rename", newer),
        row["Note"],
    )
    assert (row["ID"], row["Result"], row["Name"]) == (newer, "renamed", NAME)
    assert shown(member, newer)["name"] == NAME
    assert shown(member, older)["name"] == "Debian 13 (2026-01-01)"
    again = only_row(member.openstack(*argv, "-f", "json"))
    assert again["Result"] == "unchanged"


USAGE = {
    "new-name-of-no-family": ["one", "--hold", "x", "--rename-newest"],
    "nothing": [],
    "image-alone": ["one"],
    "policy-of-an-image": ["one", "--keep", "1"],
    "replacement-of-a-family": ["--family", NAME, "--replacement", "one"],
    "hold-beside-a-policy": ["--family", NAME, "--keep", "1", "--hold", "x"],
    "F81-keep-nothing": ["--family", NAME, "--keep", "0"],
    "two-of-one-label": ["one", "two", "--family", NAME, "--image-version", "1"],
    "policy-beside-a-file": ["--from-file", "/dev/null", "--keep", "1"],
    "no-file": ["--from-file", "/nowhere"],
    "unknown-frequency": ["--family", NAME, "--replace-frequency", "often"],
}


@pytest.mark.parametrize("argv", USAGE.values(), ids=USAGE)
def test_wrong_usage_is_2(member: Account, argv: list[str]) -> None:
    outcome = set_(member, *argv)

    assert (outcome.status, outcome.stdout) == (2, "")
    assert "Traceback" not in outcome.stderr


UNSET_USAGE = {
    "nothing": [],
    "image-alone": ["one"],
    "replacement-of-nothing": ["--replacement"],
    "family-alone": ["--family", NAME],
}


@pytest.mark.parametrize("argv", UNSET_USAGE.values(), ids=UNSET_USAGE)
def test_wrong_usage_of_unset_is_2(member: Account, argv: list[str]) -> None:
    outcome = unset(member, *argv)

    assert (outcome.status, outcome.stdout) == (2, "")
    assert "lifecycle unset: error:" in outcome.stderr


def test_family_that_is_not_there_has_no_policy(member: Account) -> None:
    outcome = set_(member, "--family", "nothing", "--keep", "1")

    assert outcome.status == 1
    assert "There is no family 'nothing'" in outcome.stderr

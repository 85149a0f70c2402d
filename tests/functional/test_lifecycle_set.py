# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image lifecycle set`` and ``lifecycle unset`` write, and take away again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import CONTENT, IMAGE, LISTING, import_url
from tests.functional.outcomes import images
from tests.functional.test_deprecate import active, managed, only_row, shown

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


def test_dry_run_shows_the_same_rows_and_only_reads(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)

    dry = rows_of(set_(through, "--family", NAME, image_id, "--dry-run"))

    assert before_glance.methods() == {"GET"}
    assert dry == rows_of(set_(member, "--family", NAME, image_id))


def test_killed_with_a_ticket_in_hand_leaves_what_the_next_run_clears_away(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    command = ["image", "lifecycle", "set", "--family", NAME, image_id]
    with through.start(*command) as client:
        before_glance.on("POST", LISTING).call_after(client.kill).drop_answer()
        client.wait()
    [left] = [each for each in images(member) if each["id"] != image_id]
    assert (left["status"], left["os_hidden"]) == ("queued", True)

    outcome = set_(member, "--family", NAME, image_id)

    row = only_row(outcome)
    assert (row["Result"], row["Generation"]) == ("adopted", 2)
    assert "run that was importing it is dead" in outcome.stderr
    assert [each["id"] for each in images(member)] == [image_id]


def test_killed_before_the_current_version_came_last_is_finished_by_the_next(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    current, older = managed(member, 1), active(member, "old", os_hidden=True)
    command = ["image", "lifecycle", "set", "--family", NAME, older]
    with through.start(*command) as client:
        before_glance.on("PATCH", IMAGE).call_after(client.kill).drop_answer()
        client.wait()
    assert generations(member) == {current: 1, older: 2}

    rows = rows_of(set_(member, "--family", NAME, older))
    again = rows_of(set_(member, "--family", NAME, older))

    assert [(row["ID"], row["Result"]) for row in rows] == [
        (older, "unchanged"),
        (current, "renumbered"),
    ]
    assert [row["Result"] for row in again] == ["unchanged"]
    assert generations(member) == {current: 3, older: 2}


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
    "hold-of-nothing": (["--hold", "x"], "it is no version of a family"),
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


def test_hold_is_unset_and_all_of_ours_with_all(member: Account) -> None:
    plain = active(member, tags=["mine"])
    before = shown(member, plain)
    set_(member, "--family", NAME, plain, "--hold", "a customer's")

    assert only_row(unset(member, plain, "--hold"))["Result"] == "unset"
    assert "lifecycle_hold" not in shown(member, plain)
    assert only_row(unset(member, plain, "--all"))["Result"] == "unset"

    image = shown(member, plain)
    assert {**image, "updated_at": ""} == {**before, "updated_at": ""}
    assert only_row(unset(member, plain, "--all"))["Result"] == "unchanged"


USAGE = {
    "nothing": [],
    "image-alone": ["one"],
    "policy-of-an-image": ["one", "--keep", "1"],
    "replacement-of-a-family": ["--family", NAME, "--replacement", "one"],
    "hold-beside-a-policy": ["--family", NAME, "--keep", "1", "--hold", "x"],
    "F81-keep-nothing": ["--family", NAME, "--keep", "0"],
    "two-of-one-label": ["one", "two", "--family", NAME, "--image-version", "1"],
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

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which images ``--replacement`` takes, and what it makes of them.

``image deprecate`` and ``image lifecycle set`` share it: here is what they have in
common, of the latter what is its own as well.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.functional.families import made
from tests.functional.test_deprecate import (
    NAME,
    active,
    deprecate,
    managed,
    only_row,
    shown,
)
from tests.functional.test_lifecycle_set import set_, unset


def test_family_is_stored_as_it_is_said(member: Account) -> None:
    older, _ = managed(member, 1), managed(member, 2)
    reference = f"family:{NAME}"

    row = only_row(deprecate(member, older, "--replacement", reference))

    assert row["Replacement"] == reference
    assert shown(member, older)["lifecycle_replacement"] == reference


def test_chain_is_followed_to_its_end(member: Account) -> None:
    first, second, third = (active(member, name) for name in ("one", "two", "three"))
    only_row(deprecate(member, second, "--replacement", "three"))

    row = only_row(deprecate(member, first, "--replacement", second))

    assert row["Replacement"] == third


def test_F96_cycle_is_refused(member: Account) -> None:
    first, second = active(member, "one"), active(member, "two")
    only_row(deprecate(member, first, "--replacement", second))

    row = only_row(deprecate(member, second, "--replacement", first), status=1)
    itself = only_row(deprecate(member, second, "--replacement", second), status=1)

    for refused in (row, itself):
        assert refused["Result"] == "refused"
        assert "leads back to it" in refused["Note"]
    assert "lifecycle_id" not in shown(member, second)


MISSING = {
    "F96-unknown-ID": "2f7c0000-0000-4000-8000-000000000000",
    "F96-unknown-name": "nothing",
    "F96-unknown-family": "family:nothing",
}


@pytest.mark.parametrize("replacement", MISSING.values(), ids=MISSING)
def test_replacement_that_is_missing(replacement: str, member: Account) -> None:
    image_id = active(member)

    outcome = deprecate(member, NAME, "--replacement", replacement)

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "nothing" in outcome.stderr or replacement in outcome.stderr
    assert "lifecycle_id" not in shown(member, image_id)


UNFIT = {
    "F96-deprecated": ({"lifecycle_state": "deprecated"}, "deprecated itself"),
    "F96-hidden": ({"os_hidden": True}, "is hidden"),
}


@pytest.mark.parametrize(("fields", "says"), UNFIT.values(), ids=UNFIT)
def test_replacement_that_is_unfit(
    fields: dict[str, Any], says: str, member: Account
) -> None:
    active(member)
    replacement = managed(member, 1, "newer", **fields)

    row = only_row(deprecate(member, NAME, "--replacement", replacement), status=1)

    assert row["Result"] == "refused"
    assert says in row["Note"]


def test_F96_replacement_without_data_is_refused(member: Account) -> None:
    active(member)
    replacement = made(member, name="newer")

    row = only_row(deprecate(member, NAME, "--replacement", replacement), status=1)

    assert "it is queued" in row["Note"]


def test_replacement_of_a_public_image_has_to_be_public(admin: Account) -> None:
    names = [uuid.uuid4().hex for _ in range(3)]
    older, newer = (active(admin, name, visibility="public") for name in names[:2])
    active(admin, names[2])

    refused = only_row(deprecate(admin, older, "--replacement", names[2]), status=1)
    row = only_row(deprecate(admin, older, "--replacement", names[1]))

    assert "is shared, but the image is public" in refused["Note"]
    assert row["Replacement"] == newer


def test_replacement_of_a_shared_image_needs_its_members(
    cloud: Cloud, member: Account
) -> None:
    older, newer, other = active(member), active(member, "newer"), cloud.account()
    share(member, older, other, "accepted")
    share(member, newer, other, "pending")

    refused = only_row(deprecate(member, NAME, "--replacement", newer), status=1)
    share(member, newer, other, "accepted")
    row = only_row(deprecate(member, NAME, "--replacement", newer))

    assert other.project_id in refused["Note"]
    assert row["Replacement"] == newer


def test_F96_replacement_is_announced_and_taken_back_and_else_nothing_changes(
    member: Account,
) -> None:
    image_id, second = managed(member, 1), managed(member, 1, "two")
    third = active(member, "three")
    only_row(deprecate(member, second, "--replacement", "three"))
    before = shown(member, image_id)

    row = only_row(set_(member, image_id, "--replacement", second))
    announced = shown(member, image_id)
    again = only_row(set_(member, image_id, "--replacement", third))
    taken = only_row(unset(member, image_id, "--replacement"))

    assert (row["Result"], row["State"]) == ("set", "active")
    assert row["Changes"] == taken["Changes"] == ["lifecycle_replacement"]
    assert announced == {
        **before,
        "lifecycle_replacement": third,
        "updated_at": announced["updated_at"],
    }
    assert (again["Result"], taken["Result"]) == ("unchanged", "unset")
    assert "lifecycle_replacement" not in shown(member, image_id)


def by_id(outcome: Outcome) -> dict[str, Any]:
    """The rows: an image that ranks above an adopted one gets a row of its own."""
    return {row["ID"]: row for row in outcome.json()}


def test_adopted_images_get_it_in_the_same_change(member: Account) -> None:
    first, second = active(member, "one"), active(member, "two")
    newer = active(member, "newer")
    options = ["--family", "newer", "--replacement", "newer", "--hold", "a customer's"]

    rows = set_(member, first, newer, *options)
    again = set_(member, first, *options)
    late = by_id(set_(member, second, "--family", "newer"))[second]
    held = only_row(set_(member, second, *options))

    told = by_id(rows)
    assert told[first]["Result"] == "adopted"
    assert told[newer]["Result"] == "refused"
    assert "leads back to it" in told[newer]["Note"]
    assert "lifecycle_id" not in shown(member, newer)
    assert only_row(again)["Result"] == "unchanged"
    assert (late["Result"], held["Result"]) == ("adopted", "set")
    for image_id in (first, second):
        assert shown(member, image_id)["lifecycle_replacement"] == newer
        assert shown(member, image_id)["lifecycle_hold"] == "a customer's"


def test_F96_set_refuses_what_deprecate_refuses(
    cloud: Cloud, member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id, newer, other = managed(member, 1), active(member, "b"), cloud.account()
    hidden, queued = active(member, "c", os_hidden=True), made(member, name="d")
    share(member, image_id, other, "accepted")

    rows = {
        reference: only_row(set_(through, image_id, "--replacement", reference), 1)
        for reference in (newer, hidden, queued, f"family:{NAME}")
    }
    missing = set_(through, image_id, "--replacement", "family:nothing")

    assert {row["Result"] for row in rows.values()} == {"refused"}
    says = [other.project_id, "is hidden", "it is queued", "leads back to it"]
    for row, words in zip(rows.values(), says, strict=True):
        assert words in row["Note"]
    assert (missing.status, missing.stdout) == (1, "")
    assert before_glance.methods() == {"GET"}


def share(owner: Account, image_id: str, member: Account, status: str) -> None:
    """Share an image with a project, which answers with a status of its own."""
    path = f"/v2/images/{image_id}/members"
    owner.glance("POST", path, json={"member": member.project_id})
    path += f"/{member.project_id}"
    answer = member.glance("PUT", path, json={"status": status})
    assert answer.status_code == 200, answer.text

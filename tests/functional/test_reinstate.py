# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image reinstate`` brings back, and what it refuses to do."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.functional.families import changed
from tests.functional.generations import planned
from tests.functional.test_deprecate import (
    FUTURE,
    NAME,
    active,
    deprecate,
    managed,
    only_row,
    shown,
)


def reinstate(account: Account, *argv: str) -> Outcome:
    """How a reinstatement ended, its rows in JSON."""
    return account.openstack("image", "reinstate", "-f", "json", *argv)


def lasting(image: dict[str, Any]) -> dict[str, Any]:
    """All of an image that only a change of ours changes."""
    return {name: value for name, value in image.items() if name != "updated_at"}


DEPRECATIONS = {
    "now": ["--reason", "old"],
    "scheduled": ["--deprecate-at", FUTURE],
    "obsolete": ["--state", "obsolete"],
    "community": ["--community", "--unhidden"],
    "private": ["--private"],
    "with-dates": ["--obsolete-in", "6 months", "--delete-in", "1y"],
}


@pytest.mark.parametrize("options", DEPRECATIONS.values(), ids=DEPRECATIONS)
@pytest.mark.parametrize("is_managed", [True, False], ids=["managed", "unmanaged"])
def test_reinstated_image_is_what_it_was(
    is_managed: bool, options: list[str], member: Account
) -> None:
    image_id = managed(member, 1) if is_managed else active(member, tags=["mine"])
    before = lasting(shown(member, image_id))
    only_row(deprecate(member, NAME, "--yes", *options))
    assert lasting(shown(member, image_id)) != before

    row = only_row(reinstate(member, NAME))

    assert (row["ID"], row["Result"]) == (image_id, "reinstated")
    assert lasting(shown(member, image_id)) == before
    assert only_row(reinstate(member, NAME))["Result"] == "unchanged"


def test_dry_run_says_the_same_and_only_reads(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    only_row(deprecate(member, NAME, "--yes"))
    before = shown(member, image_id)

    [dry] = planned(reinstate(through, NAME, "--dry-run"))

    assert before_glance.methods() == {"GET"}
    assert shown(member, image_id) == before
    assert (dry["Step"], dry["Image"]) == ("reinstate", image_id)
    for change in only_row(reinstate(member, NAME))["Changes"]:
        assert change in dry["What"]


def test_second_visible_image_of_the_name_is_refused_and_named(
    member: Account,
) -> None:
    older = active(member)
    only_row(deprecate(member, NAME, "--yes"))
    newer = active(member)

    row = only_row(reinstate(member, older), status=1)

    assert row["Result"] == "refused"
    assert row["Note"].endswith(f": openstack image set --hidden {newer}")
    assert shown(member, older)["os_hidden"] is True


def test_what_others_changed_meanwhile_stays(member: Account) -> None:
    image_id = active(member)
    only_row(deprecate(member, NAME, "--yes"))
    changed(member, image_id, os_distro="debian", tags=["lifecycle", "theirs"])

    only_row(reinstate(member, NAME))

    image = shown(member, image_id)
    assert (image["os_distro"], image["tags"]) == ("debian", ["theirs"])


def test_image_that_an_admin_had_deactivated_before_stays_so(member: Account) -> None:
    image_id = active(member)
    member.glance("POST", f"/v2/images/{image_id}/actions/deactivate")
    only_row(deprecate(member, NAME, "--yes"))

    only_row(reinstate(member, NAME))

    image = shown(member, image_id)
    assert (image["status"], image["os_hidden"]) == ("deactivated", False)


def test_obsolete_image_is_reactivated_before_it_is_shown(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    active(member)
    only_row(deprecate(member, NAME, "--state", "obsolete", "--yes"))

    row = only_row(reinstate(through, NAME))

    assert "status" in row["Changes"]
    writes = [one.method for one in before_glance.sent if one.method != "GET"]
    assert writes == ["POST", "PATCH"]


def test_image_that_was_adopted_meanwhile_stays_managed(member: Account) -> None:
    image_id = active(member)
    only_row(deprecate(member, NAME, "--yes"))
    changed(member, image_id, lifecycle_generation="1", lifecycle_version="v1")

    only_row(reinstate(member, NAME))

    image = shown(member, image_id)
    assert image["lifecycle_id"] == image_id
    assert image["lifecycle_state"] == "active"
    assert (image["tags"], image["os_hidden"]) == (["lifecycle"], False)


def test_record_that_nobody_of_us_wrote_is_refused(member: Account) -> None:
    image_id = managed(member, 1, lifecycle_before='{"owner": "x", "os_hidden": 1}')

    row = only_row(reinstate(member, NAME), status=1)

    assert row["Result"] == "refused"
    assert "owner" in row["Note"]
    assert shown(member, image_id)["owner"] == member.project_id


def test_missing_right_to_show_it_to_all_again_is_said(
    member: Account, admin: Account
) -> None:
    name = uuid.uuid4().hex
    image_id = active(admin, name, owner=member.project_id, visibility="public")
    only_row(deprecate(member, name, "--private", "--yes"))

    row = only_row(reinstate(member, name), status=1)

    assert row["Result"] == "failed"
    assert "publicize_image" in row["Note"]
    assert "role 'admin'" in row["Note"]
    assert shown(member, image_id)["visibility"] == "private"


def test_one_that_fails_does_not_stop_the_others(member: Account) -> None:
    image_id = active(member)
    only_row(deprecate(member, NAME, "--yes"))

    outcome = reinstate(member, "missing", NAME)

    assert outcome.status == 1
    assert [row["Result"] for row in outcome.json()] == ["failed", "reinstated"]
    assert shown(member, image_id)["os_hidden"] is False

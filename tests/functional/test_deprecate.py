# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image deprecate`` does to images, and what it refuses to do."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.functional.families import IMAGE, changed, filled, found, made
from tests.functional.generations import planned

NAME = "debian-13"
FUTURE = "2090-03-01"
MIDNIGHT = "2090-03-01T00:00:00Z"


def deprecate(account: Account, *argv: str) -> Outcome:
    """How a deprecation ended, its rows in JSON."""
    return account.openstack("image", "deprecate", "-f", "json", *argv)


def active(account: Account, name: str = NAME, **fields: Any) -> str:
    """The ID of an image with bytes."""
    image_id = made(account, name=name, **fields)
    filled(account, image_id)
    return image_id


def managed(account: Account, generation: int, name: str = NAME, **fields: Any) -> str:
    """The ID of a version of the family *name*, with bytes."""
    image_id = str(uuid.uuid4())
    ours = {
        "lifecycle_id": image_id,
        "lifecycle_family": name,
        "lifecycle_version": f"v{generation}",
        "lifecycle_generation": str(generation),
        "lifecycle_state": "active",
        "tags": ["lifecycle"],
    }
    return active(account, name, **{"id": image_id, **ours, **fields})


def shown(account: Account, image_id: str) -> dict[str, Any]:
    """The image as Glance shows it."""
    answer = account.glance("GET", f"/v2/images/{image_id}")
    assert answer.status_code == 200, answer.text
    image: dict[str, Any] = answer.json()
    return image


def only_row(outcome: Outcome, status: int = 0) -> dict[str, Any]:
    """The one row of a command that ended so."""
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.stderr
    [row] = outcome.json()
    return dict(row)


def test_deprecated_image_is_hidden_marked_and_still_there_by_its_ID(
    member: Account,
) -> None:
    image_id = managed(member, 1)

    row = only_row(deprecate(member, NAME, "--reason", "old", "--yes"))

    image = shown(member, image_id)
    assert (image["os_hidden"], image["status"]) == (True, "active")
    assert image["lifecycle_state"] == "deprecated"
    assert image["lifecycle_reason"] == "old"
    assert json.loads(image["lifecycle_before"]) == {
        "lifecycle_deprecated_at": None,
        "lifecycle_reason": None,
        "lifecycle_state": "active",
        "os_hidden": False,
    }
    assert row == {
        "ID": image_id,
        "Name": NAME,
        "Family": NAME,
        "Version": "v1",
        "Result": "deprecated",
        "Changes": [
            "lifecycle_deprecated_at",
            "lifecycle_reason",
            "lifecycle_state",
            "os_hidden",
        ],
        "Replacement": None,
        "Deprecated At": image["lifecycle_deprecated_at"],
        "Obsolete At": None,
        "Delete At": None,
        "Note": None,
    }


def test_F96_deprecated_again_is_unchanged_and_nothing_is_written(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    options = ["--yes", "--reason", "old", "--delete-in", "30d"]
    only_row(deprecate(member, NAME, *options))
    before = shown(member, image_id)

    row = only_row(deprecate(through, NAME, *options))

    assert (row["Result"], row["Changes"]) == ("unchanged", [])
    assert before_glance.methods() == {"GET"}
    assert shown(member, image_id) == before


def test_all_of_it_is_one_PATCH_and_a_dry_run_is_none(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id, newer = active(member), active(member, "newer")
    options = ["--replacement", newer, "--reason", "x", "--obsolete-at", FUTURE]

    [dry] = planned(deprecate(through, NAME, *options, "--dry-run"))
    methods = before_glance.methods()
    before = shown(member, image_id)
    row = only_row(deprecate(through, NAME, *options))

    assert methods == {"GET"}
    assert "lifecycle_id" not in before
    assert len(before_glance.matching("PATCH", "/v2/images")) == 1
    assert before_glance.methods() == {"GET", "PATCH"}
    assert (dry["Step"], dry["Image"]) == ("deprecate", image_id)
    for change in ("os_hidden=True", f"lifecycle_replacement={newer}"):
        assert change in dry["What"]
    assert (row["Result"], row["Replacement"]) == ("deprecated", newer)
    assert row["Obsolete At"] == shown(member, image_id)["lifecycle_obsolete_at"]


def test_date_that_lies_ahead_only_schedules(member: Account) -> None:
    image_id = active(member)

    row = only_row(deprecate(member, NAME, "--deprecate-at", FUTURE))

    image = shown(member, image_id)
    assert (row["Result"], row["Deprecated At"]) == ("scheduled", MIDNIGHT)
    assert (image["os_hidden"], image["lifecycle_state"]) == (False, "active")
    assert image["lifecycle_deprecated_at"] == MIDNIGHT
    assert [one["id"] for one in found(member, NAME)] == [image_id]


def test_duration_means_one_moment_all_day_long(member: Account) -> None:
    image_id = active(member)
    options = ["--deprecate-in", "30d", "--auto-approve"]

    row = only_row(deprecate(member, NAME, *options))
    again = only_row(deprecate(member, NAME, *options))

    assert (row["Result"], again["Result"]) == ("scheduled", "unchanged")
    assert row["Deprecated At"].endswith("T00:00:00Z")
    assert shown(member, image_id)["os_hidden"] is False


def test_F79_cloud_s_clock_decides_what_lies_ahead(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    versions = b'{"versions": [{"id": "v2.16", "status": "CURRENT"}]}'
    date = {"Date": "Wed, 01 Mar 2090 10:00:00 GMT"}
    before_glance.on("GET", r"/versions$").answer(200, versions, date)

    row = only_row(deprecate(through, NAME, "--deprecate-at", FUTURE, "--yes"))

    assert (row["Result"], row["Deprecated At"]) == ("deprecated", MIDNIGHT)
    assert shown(member, image_id)["os_hidden"] is True


def test_only_visible_image_of_its_name_is_refused_and_told_why(
    member: Account,
) -> None:
    image_id = active(member)
    before = shown(member, image_id)

    row = only_row(deprecate(member, NAME), status=1)

    assert row["Result"] == "refused"
    for words in ("only visible", "client", "Terraform", "Heat", "--yes"):
        assert words in row["Note"]
    assert shown(member, image_id) == before


def test_one_that_fails_does_not_stop_the_others(member: Account) -> None:
    good, queued = active(member), made(member, name="queued")
    twins = {active(member, "twin"), active(member, "twin")}

    outcome = deprecate(member, "missing", queued, "twin", NAME, "--yes")

    assert outcome.status == 1
    rows = outcome.json()
    results = [row["Result"] for row in rows]
    assert results == ["failed", "refused", "failed", "deprecated"]
    assert "'missing'" in rows[0]["Note"]
    assert "queued" in rows[1]["Note"]
    assert all(one in rows[2]["Note"] for one in twins)
    assert rows[3]["ID"] == good
    assert "lifecycle_id" not in shown(member, queued)


STRANGE = {
    "F83-colon-comma": "ubuntu:24.04, lts [x]",
    "F83-leading-dash": "-x",
    "F83-looks-like-an-ID": "2f7c0000-0000-4000-8000-000000000000",
    "F83-umlaut": "bär",
}


@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
def test_name(name: str, member: Account) -> None:
    image_id = active(member, name)
    active(member, name.upper() + "x")

    row = only_row(deprecate(member, "--yes", "--", name))

    assert (row["ID"], row["Result"]) == (image_id, "deprecated")


def test_F83_ID_comes_before_a_name_that_looks_like_it(member: Account) -> None:
    image_id = active(member)
    active(member, image_id)

    row = only_row(deprecate(member, image_id, "--yes"))

    assert (row["ID"], row["Name"]) == (image_id, NAME)


def test_F97_snapshot_with_inherited_properties_gets_its_own(member: Account) -> None:
    origin = managed(member, 7)
    ours = {name: value for name, value in shown(member, origin).items()}
    inherited = {name: ours[name] for name in ours if name.startswith("lifecycle_")}
    snapshot = active(member, "snapshot", **inherited, os_distro="debian")

    row = only_row(deprecate(member, "snapshot", "--yes"))

    image = shown(member, snapshot)
    assert (row["Family"], row["Version"]) == ("snapshot", None)
    assert "not managed" in row["Note"]
    assert image["lifecycle_id"] == snapshot
    assert "lifecycle_generation" not in image
    assert (image["os_distro"], image["tags"]) == ("debian", ["lifecycle"])


def test_F99_lost_PATCH_is_repeated(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    before_glance.on("PATCH", image_id, nth=1).answer(200, b"{}")
    before_glance.on("PATCH", image_id, nth=2).drop()

    row = only_row(deprecate(through, NAME, "--yes"))

    assert row["Result"] == "deprecated"
    assert shown(member, image_id)["os_hidden"] is True
    assert len(before_glance.matching("PATCH", image_id)) == 3


def test_F71_cloud_that_can_not_hide_images_is_refused(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    active(member)
    versions = b'{"versions": [{"id": "v2.6", "status": "CURRENT"}]}'
    before_glance.on("GET", r"/versions$").answer(200, versions)

    outcome = deprecate(through, NAME, "--yes")

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "can't hide an image" in outcome.stderr
    assert before_glance.methods() == {"GET"}


def test_protected_image_is_deprecated(member: Account) -> None:
    image_id = active(member, protected=True)

    row = only_row(deprecate(member, NAME, "--yes"))

    assert row["Result"] == "deprecated"
    changed(member, image_id, protected=False)


@pytest.mark.parametrize(
    "task", ["os_glance_import_task", "os_glance_importing_to_stores"]
)
def test_image_that_glance_copies_into_a_store_is_refused(
    task: str, through: Account, before_glance: Proxy
) -> None:
    image_id = active(through)
    # As in a copy-image, which undoes every change when it ends: here in no time.
    copied = json.dumps({**shown(through, image_id), task: "slow"}).encode()
    before_glance.on("GET", IMAGE).answer(200, copied)

    row = only_row(deprecate(through, image_id, "--yes"), status=1)

    assert row["Result"] == "refused"
    assert "copying it between stores" in row["Note"]
    assert before_glance.matching("PATCH", IMAGE) == []


def test_obsolete_image_is_deactivated_after_it_was_hidden(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)

    refused = only_row(deprecate(through, NAME, "--state", "obsolete"), status=1)
    row = only_row(deprecate(through, NAME, "--state", "obsolete", "--yes"))
    again = only_row(deprecate(through, NAME, "--state", "obsolete", "--yes"))

    image = shown(member, image_id)
    assert refused["Result"] == "refused"
    assert (image["status"], image["os_hidden"]) == ("deactivated", True)
    assert image["lifecycle_state"] == row["Result"] == "obsolete"
    assert row["Obsolete At"] == row["Deprecated At"] is not None
    assert "rebuild, resize and migration" in row["Note"]
    assert "status" in row["Changes"]
    assert again["Result"] == "unchanged"
    writes = [one.method for one in before_glance.sent if one.method != "GET"]
    assert writes == ["PATCH", "POST"]


def test_obsolete_needs_yes_where_another_image_has_the_name(member: Account) -> None:
    first = active(member)
    active(member)

    row = only_row(deprecate(member, first, "--state", "obsolete"), status=1)

    assert row["Result"] == "refused"
    assert "rebuild, resize and migration" in row["Note"]
    assert shown(member, first)["status"] == "active"


DEACTIVATE = b"You are not authorized to complete deactivate action."


def test_run_that_died_before_the_deactivation_is_finished_by_the_next(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    options = [NAME, "--state", "obsolete", "--yes"]
    before_glance.on("POST", "/actions/deactivate$").answer(403, DEACTIVATE)

    failed = only_row(deprecate(through, *options), status=1)
    row = only_row(deprecate(member, *options))

    assert failed["Result"] == "failed"
    for words in ("policy 'deactivate'", "role 'member'"):
        assert words in failed["Note"]
    assert (row["Result"], row["Changes"]) == ("obsolete", ["status"])
    assert shown(member, image_id)["status"] == "deactivated"


def test_lost_deactivation_is_repeated(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = active(member)
    before_glance.on("POST", "/actions/deactivate$", nth=1).answer(204)
    before_glance.on("POST", "/actions/deactivate$", nth=2).answer(503)

    row = only_row(deprecate(through, NAME, "--state", "obsolete", "--yes"))

    assert row["Result"] == "obsolete"
    assert shown(member, image_id)["status"] == "deactivated"


def test_user_who_may_only_look_is_told_the_policy_and_the_role(
    reader: Account, admin: Account
) -> None:
    image_id = active(admin, owner=reader.project_id)

    row = only_row(deprecate(reader, NAME, "--yes"), status=1)

    assert row["Result"] == "failed"
    for words in ("(403)", "policy 'modify_image'", "role 'member'"):
        assert words in row["Note"]
    assert "lifecycle_id" not in shown(admin, image_id)


def test_admin_works_for_a_project_only_when_that_is_said(
    admin: Account, member: Account
) -> None:
    image_id = active(member)

    refused = only_row(deprecate(admin, image_id, "--yes"), status=1)
    row = only_row(deprecate(admin, NAME, "--yes", "--project", member.project_id))

    assert "--project" in refused["Note"]
    assert (row["ID"], row["Result"]) == (image_id, "deprecated")


def test_image_without_a_name_is_deprecated_by_its_ID(member: Account) -> None:
    image_id = made(member)
    filled(member, image_id)

    row = only_row(deprecate(member, image_id))

    assert (row["Result"], row["Family"]) == ("deprecated", image_id)


def test_table_is_for_people(member: Account) -> None:
    active(member)

    outcome = member.openstack("image", "deprecate", NAME, "--yes")

    assert (outcome.status, outcome.stderr) == (0, "")
    assert "| deprecated " in outcome.stdout
    assert "None" not in outcome.stdout


SELECTIONS = {
    "family": (["--family", NAME], {1, 2}),
    "family-and-current": (["--family", NAME, "--include-current", "--yes"], {1, 2, 3}),
    "tag": (["--with-tag", "lab"], {2}),
    "tags": (["--with-tag", "lab", "--with-tag", "other"], set()),
    "too-young": (["--family", NAME, "--older-than", "1d"], set()),
}


@pytest.mark.parametrize(("options", "meant"), SELECTIONS.values(), ids=SELECTIONS)
def test_selected(options: list[str], meant: set[int], member: Account) -> None:
    tags = {1: ["lifecycle"], 2: ["lifecycle", "lab"], 3: ["lifecycle", "lab"]}
    ids = {number: managed(member, number, tags=tags[number]) for number in (3, 1, 2)}
    changed(member, ids[1], os_hidden=True, name="renamed")
    managed(member, 9, "other")

    outcome = deprecate(member, *options)

    assert outcome.status == 0, outcome
    assert [row["ID"] for row in outcome.json()] == [ids[one] for one in sorted(meant)]
    assert {row["Result"] for row in outcome.json()} <= {"deprecated"}
    states = {one: shown(member, ids[one])["lifecycle_state"] for one in ids}
    assert {one for one in ids if states[one] == "deprecated"} == meant


WRONG_USAGE = {
    "nothing-named": [],
    "named-and-described": [NAME, "--family", NAME],
    "older-than-alone": ["--older-than", "90d"],
    "both-dates": [NAME, "--delete-at", FUTURE, "--delete-in", "30d"],
    "no-date": [NAME, "--delete-at", "soon"],
    "no-duration": [NAME, "--delete-in", "30m"],
    "F83-newline": ["two\nlines"],
}


@pytest.mark.parametrize("argv", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_status_2(argv: list[str], member: Account) -> None:
    outcome = deprecate(member, *argv)

    assert (outcome.status, outcome.stdout) == (2, "")
    assert "image deprecate: error:" in outcome.stderr


def test_unhidden_image_stays_listed_and_says_so_by_its_record(
    member: Account,
) -> None:
    image_id = active(member)

    row = only_row(deprecate(member, NAME, "--unhidden"))
    again = only_row(deprecate(member, NAME))
    hidden = only_row(deprecate(member, NAME, "--hidden", "--yes"))

    image = shown(member, image_id)
    assert (row["Result"], again["Result"]) == ("deprecated", "unchanged")
    assert hidden["Changes"] == ["os_hidden"]
    assert image["os_hidden"] is True


VISIBILITIES = {"community": "do not resolve", "private": "only visible"}


@pytest.mark.parametrize(("visibility", "says"), VISIBILITIES.items(), ids=VISIBILITIES)
def test_visibility(visibility: str, says: str, member: Account) -> None:
    image_id = active(member)
    option = f"--{visibility}"

    refused = only_row(deprecate(member, NAME, "--unhidden", option), status=1)
    row = only_row(deprecate(member, NAME, "--unhidden", option, "--yes"))

    image = shown(member, image_id)
    assert "only visible" in refused["Note"]
    assert (image["visibility"], image["os_hidden"]) == (visibility, False)
    assert says in (row["Note"] if visibility == "community" else refused["Note"])


def test_order_of_dates_is_checked(member: Account) -> None:
    image_id = active(member)
    dates = ["--obsolete-at", FUTURE, "--delete-at", "2089-01-01"]

    row = only_row(deprecate(member, NAME, "--yes", *dates), status=1)

    assert row["Result"] == "refused"
    assert "lifecycle_delete_at is before lifecycle_obsolete_at" in row["Note"]
    assert "lifecycle_id" not in shown(member, image_id)

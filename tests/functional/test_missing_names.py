# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a name that means nothing is answered with: one message in every command."""

from __future__ import annotations

import uuid

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.functional.families import filled, made
from tests.functional.generations import version
from tests.functional.remedies import advised, run_as_printed

TYPED = "debain-13"
ASKED = {
    "rollback": ["image", "rollback", TYPED],
    "rollback --dry-run": ["image", "rollback", TYPED, "--dry-run"],
    "show": ["image", "lifecycle", "show", TYPED],
    "list": ["image", "lifecycle", "list", "--family", TYPED],
    "set": ["image", "lifecycle", "set", "--family", TYPED, "--keep", "2"],
    "unset": ["image", "lifecycle", "unset", "--family", TYPED, "--keep"],
    "deprecate": ["image", "deprecate", "--family", TYPED],
}


def refused(outcome: Outcome, *says: str) -> None:
    """Assert that nothing was done and that standard error says why."""
    assert (outcome.status, outcome.stdout) == (1, ""), outcome
    for words in says:
        assert words in outcome.stderr, outcome.stderr


@pytest.fixture(scope="module")
def site(cloud: Cloud) -> Account:
    """An ordinary user with one family, debian-13."""
    account = cloud.account()
    version(account, 1, name="debian-13")
    return account


@pytest.mark.parametrize("argv", ASKED.values(), ids=ASKED)
def test_a_family_that_is_not_there_has_one_message_and_the_nearest_name(
    site: Account, argv: list[str]
) -> None:
    outcome = site.openstack(*argv)

    refused(
        outcome,
        f"There is no family '{TYPED}'",
        "Did you mean 'debian-13'?",
        "openstack image lifecycle list",
    )


@pytest.mark.parametrize("option", [[], ["--dry-run"]], ids=["run", "dry-run"])
def test_a_rotation_of_a_family_that_is_not_there_begins_one_only_if_told(
    site: Account, option: list[str]
) -> None:
    outcome = site.openstack("image", "rotate", TYPED, *option)

    refused(
        outcome,
        f"There is no family '{TYPED}'",
        "Did you mean 'debian-13'? "
        "To start it, use --source, --url, --file, --image or --from-family.",
    )


def test_an_image_that_is_in_no_family_is_named_with_what_makes_it_a_version(
    member: Account,
) -> None:
    name = f"Фокал {uuid.uuid4().hex}"
    image_id = made(member, name=name)
    filled(member, image_id)

    outcome = member.openstack("image", "rollback", name)

    refused(outcome, f"image {image_id} has that name")
    [remedy] = advised(outcome.stderr)
    run_as_printed(member, remedy)
    shown = member.openstack("image", "lifecycle", "show", name, "-f", "json")
    assert shown.json()["current"] == image_id


def test_another_projects_family_and_image_are_named_with_their_project(
    member: Account, cloud: Cloud
) -> None:
    owner, name = cloud.account(roles=["admin"]), f"debian-{uuid.uuid4().hex}"
    image_id = version(owner, 1, name=name, visibility="public")

    family = member.openstack("image", "rollback", name)
    image = member.openstack("image", "deprecate", name, "-f", "json")
    by_id = member.openstack("image", "deprecate", image_id, "-f", "json")

    there = f"project {owner.project_id} has"
    refused(family, f"{there} a family of that name", f"--project {owner.project_id}")
    for outcome in (image, by_id):
        assert outcome.status == 1
        [row] = outcome.json()
        assert row["Result"] == "failed"
        assert f"--project {owner.project_id}" in row["Note"]
    assert f"{there} a public one, {image_id}" in image.json()[0]["Note"]


def test_an_image_that_is_not_there_is_answered_with_the_nearest_name(
    site: Account,
) -> None:
    typed = site.openstack("image", "deprecate", "Debian-12", "-f", "json")
    unlike = site.openstack("image", "deprecate", "windows", "-f", "json")

    assert (typed.status, unlike.status) == (1, 1)
    assert "Did you mean 'debian-13'?" in typed.json()[0]["Note"]
    assert "openstack image list" in unlike.json()[0]["Note"]
    assert "Did you mean" not in unlike.json()[0]["Note"]


def test_what_a_description_leaves_out_is_told(member: Account) -> None:
    current = version(member, 1, name="debian-13", tags=["lifecycle", "lts"])

    left_out = member.openstack("image", "deprecate", "--with-tag", "lts", "-f", "json")
    none = member.openstack("image", "deprecate", "--with-tag", "sts", "-f", "json")

    assert (left_out.status, left_out.json()) == (0, [])
    assert f"Left out: {current}, the current version of 'debian-13'" in left_out.stderr
    assert "--include-current" in left_out.stderr
    assert (none.status, none.json()) == (0, [])
    assert "No image of this project matches" in none.stderr


def test_usage_is_told_of_a_hidden_image_by_its_name(member: Account) -> None:
    """Such as one that was deprecated: it is the one that one asks about."""
    image_id = version(member, 1, name="debian-12", os_hidden=True)

    outcome = member.openstack("image", "usage", "list", "debian-12", "-f", "json")

    assert [row["ID"] for row in outcome.json()] == [image_id], outcome

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands that change images over time say, and to whom."""

from __future__ import annotations

import uuid

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.proxy import Proxy
from tests.functional.families import IMAGE, LISTING, changed
from tests.functional.test_deprecate import active, shown

NAME = "debian-13"
EVIL = "debian\x1b[31m\n13\u202e"
WRITING = {
    "deprecate": ["deprecate", "--yes"],
    "reinstate": ["reinstate"],
    "set": ["lifecycle", "set", "--hold", "x"],
    "unset": ["lifecycle", "unset", "--hold"],
}
PAGE = (
    b"<html><head><title>Maintenance</title></head><body>Back \x1b[5msoon</body></html>"
)
GARBLED = {"page": PAGE, "other-JSON": b'{"error": "none"}', "list": b"[]"}


def obeyed(text: str) -> list[str]:
    """The lines of *text* that a terminal would do more with than show."""
    return [line for line in text.splitlines() if not line.isprintable()]


@pytest.mark.parametrize("command", WRITING.values(), ids=WRITING)
def test_F83_rows_for_people_hold_nothing_that_a_terminal_obeys(
    command: list[str], member: Account
) -> None:
    image_id = active(member, EVIL)
    changed(
        member,
        image_id,
        lifecycle_id=image_id,
        lifecycle_family="f\x1b[5m",
        lifecycle_version="v\x07",
        lifecycle_replacement="r\x1b]0;",
    )

    outcome = member.openstack("image", *command, image_id)

    assert outcome.status == 0, outcome
    assert "debian\\x1b[31m\\n13\\u202e" in outcome.stdout
    assert obeyed(outcome.stdout) == []
    assert "None" not in outcome.stdout


def test_F83_errors_hold_nothing_that_a_terminal_obeys(
    through: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", LISTING).answer(403, PAGE)

    refused = through.openstack("image", "lifecycle", "list")
    missing = through.openstack("image", "lifecycle", "show", "a\x1b[31m\u202eb")

    for outcome in refused, missing:
        assert outcome.status == 1
        assert obeyed(outcome.stderr) == []
    assert "Back \\x1b[5msoon (403)" in refused.stderr


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_answer_200_that_is_none_fails_in_words_and_the_others_are_done(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    first, second = active(through, NAME), active(through, NAME)
    before_glance.on("GET", IMAGE, nth=1).answer(200, body)

    outcome = through.openstack(
        *("image", "deprecate", "-f", "json", "--yes", first, second)
    )

    assert outcome.status == 1
    failed, done = outcome.json()
    assert (failed["Result"], done["Result"]) == ("failed", "deprecated")
    assert "Glance's answer can't be read" in failed["Note"]
    assert "(200)" in failed["Note"]


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_F99_reading_back_is_repeated_until_it_can_be_read(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    image_id = active(through, NAME)
    before_glance.on("GET", IMAGE, nth=2).answer(200, body)

    outcome = through.openstack("image", "deprecate", "-f", "json", "--yes", image_id)

    assert outcome.status == 0, outcome
    assert shown(through, image_id)["lifecycle_state"] == "deprecated"


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_listing_that_is_none_fails_in_words(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", LISTING).answer(200, body)

    outcome = through.openstack("image", "lifecycle", "check")

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Images could not be listed: Glance's answer can't be read" in outcome.stderr


def test_project_that_may_not_be_looked_up_is_no_empty_one(member: Account) -> None:
    by_name = check(member, "--project", "productoin")
    by_id = check(member, "--project", uuid.uuid4().hex)

    assert (by_name.status, by_name.stdout) == (1, "")
    assert "Name it by its ID" in by_name.stderr
    assert (by_id.status, by_id.json()) == (0, [])


def check(account: Account, *argv: str) -> Outcome:
    return account.openstack("image", "lifecycle", "check", "-f", "json", *argv)

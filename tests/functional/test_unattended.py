# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Commands that nobody watches, and commands in the wrong cloud.

`test_output` has the same of ``image import-url``.
"""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.functional.families import END_SECONDS, ended
from tests.functional.test_deprecate import NAME, active, managed, only_row, shown
from tests.functional.test_output import BROKEN_PIPE

DEPRECATE = ["image", "deprecate", "-f", "json", NAME]
WRITING = {
    "deprecate": ["deprecate", "--yes"],
    "reinstate": ["reinstate"],
    "set": ["lifecycle", "set", "--hold", "x"],
    "unset": ["lifecycle", "unset", "--hold"],
}


@pytest.mark.parametrize("command", WRITING.values(), ids=WRITING)
def test_F87_dry_run_says_on_standard_error_where_it_would_write(
    command: list[str], member: Account, through: Account, before_glance: Proxy
) -> None:
    managed(member, 1)

    outcome = through.openstack("image", *command, "-f", "json", NAME, "--dry-run")

    only_row(outcome)
    [line] = outcome.stderr.splitlines()
    assert line == (
        "Dry run: nothing is changed in cloud through, region RegionOne, "
        f"project {member.project_id}"
    )
    assert before_glance.methods() == {"GET"}


def test_F87_another_project_and_a_cloud_without_a_name_are_told_too(
    admin: Account, member: Account
) -> None:
    active(member)
    options = ["--yes", "--dry-run", "--project", member.project_id]

    told = admin.openstack(*DEPRECATE, *options)
    quiet = admin.openstack("-q", *DEPRECATE, *options)

    assert f"cloud {admin.credentials.auth_url}, region" in told.stderr
    assert f"project {member.project_id}" in told.stderr
    assert quiet.stderr == ""
    assert only_row(told)["Step"] == only_row(quiet)["Step"] == "deprecate"


def test_daily_run_from_cron_lets_its_day_come(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = managed(member, 1)
    options = ["--deprecate-in", "30d", "--delete-in", "1y"]
    only_row(member.openstack(*DEPRECATE, *options))
    before = shown(member, image_id)
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    versions = b'{"versions": [{"id": "v2.16", "status": "CURRENT"}]}'
    date = {"Date": format_datetime(tomorrow, usegmt=True)}
    before_glance.on("GET", r"/versions$").answer(200, versions, date)

    row = only_row(through.openstack(*DEPRECATE, *options))
    moved = only_row(member.openstack(*DEPRECATE, "--deprecate-at", "2090-03-01"), 1)
    nearer = only_row(member.openstack(*DEPRECATE, "--deprecate-in", "7d"))

    assert (row["Result"], row["Deprecated At"], row["Delete At"]) == (
        *("unchanged", before["lifecycle_deprecated_at"]),
        before["lifecycle_delete_at"],
    )
    assert "a duration does not postpone a date" in row["Note"]
    assert "lifecycle_delete_at is before lifecycle_deprecated_at" in moved["Note"]
    assert nearer["Changes"] == ["lifecycle_deprecated_at"]
    assert nearer["Deprecated At"] < before["lifecycle_deprecated_at"]


def test_F88_what_needs_a_yes_is_refused_and_nobody_is_asked(member: Account) -> None:
    image_id = active(member)
    before = shown(member, image_id)

    # Its standard input stays open and silent: who reads it waits for ever.
    with member.start(*DEPRECATE, stdin=subprocess.PIPE) as client:
        try:
            client.wait(END_SECONDS)
        finally:
            client.kill()
        outcome = ended(client)

    row = only_row(outcome, status=1)
    assert (row["Result"], outcome.stderr) == ("refused", "")
    assert "--yes" in row["Note"]
    assert shown(member, image_id) == before


def test_F88_rows_in_JSON_are_whole_and_alone_on_standard_output(
    member: Account,
) -> None:
    active(member)

    outcome = member.openstack(*DEPRECATE, "missing", "--yes", "--dry-run")

    assert [row["Step"] for row in outcome.json()] == ["deprecate", "refuse"]
    assert outcome.status == 1
    assert len(outcome.stderr.splitlines()) == 1


def test_F88_reader_of_standard_output_that_is_gone_undoes_nothing(
    member: Account,
) -> None:
    first, second = active(member), active(member, "second")
    read_end, write_end = os.pipe()
    os.close(read_end)

    with member.start(*DEPRECATE, "second", "--yes", stdout=write_end) as client:
        os.close(write_end)
        outcome = ended(client)

    for image_id in (first, second):
        assert shown(member, image_id)["lifecycle_state"] == "deprecated"
    assert outcome.status in BROKEN_PIPE


def test_F88_broken_socket_is_an_error_like_any(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id, second = active(member), active(member, "second")
    # As often as the client asks: that of 2025.1 does so twice.
    before_glance.on("GET", image_id).drop()
    deprecate = ["image", "deprecate", "-f", "json", image_id, "second", "--yes"]

    outcome = through.openstack(*deprecate)

    assert outcome.status == 1
    assert "Traceback" not in outcome.stderr
    failed, done = outcome.json()
    assert failed["Result"] == "failed"
    assert f"Glance did not answer GET /images/{image_id}" in failed["Note"]
    assert "lifecycle_id" not in shown(member, image_id)
    assert (done["ID"], done["Result"]) == (second, "deprecated")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator is told to do when Glance refuses, fails, or isn't there (F132)."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.ports import listening_socket
from tests.cloud.proxy import Proxy
from tests.functional.families import LISTING, made
from tests.functional.generations import NEW, refused, roll_back, rotate, version
from tests.functional.test_rotate_faults import impatient

WRONG = {
    "DNS": ("http://glance.invalid", "check DNS"),
    "TLS": ("https://{address}", "may not use TLS"),
    "nobody": ("http://127.0.0.1:{free}", "Nothing listens there"),
    "page": ("{proxy}", "Please log in (200)"),
}
PAGE = b"<!DOCTYPE html><title>Log in</title><p>Please log in</p>"


@pytest.mark.parametrize(("url", "says"), WRONG.values(), ids=WRONG)
def test_F132_remedy_for_a_wrong_endpoint(
    url: str, says: str, member: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", "").answer(200, PAGE)
    address = member.glance_url.removeprefix("http://")
    with listening_socket() as taken:
        free = taken.getsockname()[1]
    wrong = url.format(address=address, free=free, proxy=before_glance.url)

    outcome = roll_back(member.through(wrong))

    refused(outcome, "The image service can't be used", says)


def test_F132_remedy_where_no_answer_comes(
    through: Account, before_glance: Proxy
) -> None:
    go_on = threading.Event()
    before_glance.on("GET", LISTING).delay(go_on)

    outcome = roll_back(replace(through, run=impatient))
    go_on.set()

    refused(outcome, "timed out", "took too long")


ANSWERS = {
    "page": (200, PAGE, "Please log in (200)", "openstack catalog show image"),
    "401": (401, b"", "Unauthorized (401)", "doesn't accept the token"),
    "502": (502, b"Bad Gateway", "Bad Gateway (502)", "whether Glance is running"),
}


@pytest.mark.parametrize(("status", "body", "why", "do"), ANSWERS.values(), ids=ANSWERS)
def test_F132_remedy_for_a_listing_that_is_answered_otherwise(
    status: int,
    body: bytes,
    why: str,
    do: str,
    through: Account,
    before_glance: Proxy,
) -> None:
    before_glance.on("GET", LISTING).answer(status, body)

    outcome = roll_back(through)

    refused(outcome, why, do)
    assert "network" not in outcome.stderr


def test_F132_remedy_for_a_missing_right_names_the_policy_that_glance_named(
    member: Account, cloud: Cloud, reader: Account
) -> None:
    version(member)
    own = made(member, name="queued")
    looks_only = cloud.account(roles=["reader"], project=member)
    file = member.home / "disk.img"
    file.write_bytes(NEW)

    told = ["--file", str(file), "--allow-unverified", "--disk-format", "raw"]
    public = rotate(member, *told, "--public")
    reading = looks_only.openstack("image", "deprecate", "debian-13", "--yes")
    inactive = member.openstack(
        *("image", "deprecate", own, "--obsolete", "now", "--yes")
    )

    refused(public, "'publicize_image' of this cloud", "'admin'", "--shared")
    assert "'modify_image' of this cloud" in reading.stdout + reading.stderr
    assert "asks for" not in inactive.stdout + inactive.stderr

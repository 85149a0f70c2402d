# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A Glance that is busy, and asks to come again (F130)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import (
    CONTENT,
    FILE,
    IMAGE,
    LISTING,
    changed,
    import_url,
    the_image,
)
from tests.functional.generations import (
    done,
    refused,
    retired,
    roll_back,
    shown,
    version,
)
from tests.functional.outcomes import images
from tests.functional.rotations import Site, differences
from tests.functional.ways import WAYS

LATER = {"Retry-After": "1"}
EACH = {
    ("GET", LISTING),
    ("POST", LISTING),
    ("POST", "/members$"),
    ("PUT", "/members/[0-9a-f]+$"),
    ("PUT", FILE),
    ("PATCH", IMAGE),
    ("DELETE", IMAGE),
}
"""What a rotation sends, of each kind."""


def test_F130_glance_that_has_no_time_for_the_first_of_each_request_is_waited_for(
    site: Site, undisturbed: Callable[[str], Any]
) -> None:
    command, wanted = WAYS["url"].prepared(site), undisturbed("url")
    for method, path in EACH:
        site.proxy.on(method, path, nth=1).answer(429, b"Slow down", LATER)

    outcome = site.through.openstack(*command)

    assert outcome.status == 0, outcome.stderr
    assert differences(site.left(), wanted) == []
    assert {(one.method, one.status) for one in site.proxy.sent} >= {
        (method, 429) for method, _ in EACH
    }
    # Not for each request.
    assert outcome.stderr.count("Glance is busy (429)") == 1


def test_F130_change_that_glance_had_no_time_for_is_sent_by_what_is_true_by_then(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    old, _ = retired(member, 1, 2), version(member, 2)

    def by_hand() -> None:
        changed(member, old, lifecycle_hold="a customer", os_hidden=False)

    before_glance.on("PATCH", old, nth=1).call(by_hand).answer(429, b"", LATER)

    done(roll_back(through), "rolled back")

    sent = [(one.method, one.status) for one in before_glance.sent if old in one.path]
    first = sent.index(("PATCH", 429))
    assert sent[first + 1] == ("GET", 200)
    assert shown(member, old)["lifecycle_hold"] == "a customer"


def test_F130_glance_that_is_busy_for_an_hour_is_not_waited_for(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    version(member, 2)
    old = retired(member, 1, 2)
    before_glance.on("PATCH", old).answer(429, b"Busy", {"Retry-After": "3600"})

    outcome = roll_back(through)

    refused(outcome, "Busy (429)", "Version v2 is current", "in 3600 seconds")
    assert len(before_glance.matching("PATCH", old)) == 1


def test_F130_import_that_began_though_glance_did_not_say_so_is_no_failure(
    through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("POST", "/import$").answer_instead(503, b"Busy")

    outcome = import_url(through, url, "debian-13", "--method", "glance-direct")

    assert outcome.status == 0, outcome.stderr
    assert len(before_glance.matching("POST", "/import$")) == 1
    the_image(through, "debian-13")
    assert len(images(through)) == 1

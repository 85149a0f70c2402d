# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image lifecycle report``: a page of what there is, and the same as JSON."""

from __future__ import annotations

import json

from tests.cloud.accounts import Account
from tests.functional.rotations import CURRENT, OLD, Site, label


def test_page_and_data_tell_the_same_of_a_family(site: Site) -> None:
    old, new = site.retired(1, OLD), site.published(2, CURRENT)
    html, data = site.owner.home / "images.html", site.owner.home / "images.json"
    report = ["image", "lifecycle", "report", "-f", "json", "--output"]

    page = site.owner.openstack(*report, str(html))
    told = site.owner.openstack(*report, str(data))

    assert page.status == 0, page.stderr
    assert page.json() | {"file": ""} == told.json() | {"file": ""}
    assert (page.json()["families"], page.json()["versions"]) == (1, 2)
    for words in (site.name, label(1), label(2), old, new):
        assert words in html.read_text()
    [family] = json.loads(data.read_text())["families"]
    assert family["current"] == new
    assert [one["id"] for one in family["versions"]] == [new, old]
    assert [one["id"] for one in family["timeline"]] == [old, new]


def test_user_without_rights_gets_what_a_service_says_of_their_own(
    site: Site,
) -> None:
    site.published(2, CURRENT)
    data = site.owner.home / "images.json"
    report = ["image", "lifecycle", "report", "--usage", "-o", str(data)]

    outcome = site.owner.openstack(*report)

    assert outcome.status == 0, outcome.stderr
    [family] = json.loads(data.read_text())["families"]
    assert family["versions"][0]["needed"] != ""


def test_report_that_can_not_be_written_fails_and_says_why(member: Account) -> None:
    outcome = member.openstack("image", "lifecycle", "report", "-o", "/none/at/all")

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "can't be written to /none/at/all" in outcome.stderr


def test_without_a_file_it_is_wrong_usage(member: Account) -> None:
    assert member.openstack("image", "lifecycle", "report").status == 2

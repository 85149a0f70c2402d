# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image lifecycle report`` on a real Glance."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from tests.cloud.accounts import Account
from tests.functional.test_lifecycle_check import RETIRED, offered


def test_an_ordinary_user_gets_a_page_and_the_same_for_programs(
    member: Account, tmp_path: Path
) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    offered(member, family, 1, **RETIRED)
    new = offered(member, family, 2, lifecycle_published_at="2026-02-01T00:00:00Z")
    file = tmp_path / "images.html"
    report = ("image", "lifecycle", "report")

    page = member.openstack(*report, "-o", str(file))
    told = json.loads(member.openstack(*report, "--form", "json", "-o", "-").stdout)

    assert page.status == 0, page.stderr
    assert f"{family}</h3>" in file.read_text(encoding="utf-8")
    [one] = [each for each in told["families"] if each["family"] == family]
    assert [each["id"] for each in one["versions"] if each["current"]] == [new]
    assert one["versions"][0]["current_until"] == "2026-02-01T00:00:00Z"


def test_an_admin_gets_the_use_of_each_version(admin: Account, tmp_path: Path) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    offered(admin, family, 1)
    file = tmp_path / "images.html"

    page = admin.openstack(
        *("image", "lifecycle", "report", "--usage", "-o", str(file))
    )

    assert page.status == 0, page.stderr
    assert '<th scope="col">Use</th>' in file.read_text(encoding="utf-8")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The guide's table of who sees what, against Glance, as a user of another project."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.functional.families import filled, made

PAGE = Path(__file__).parents[2] / "doc" / "source" / "guide" / "who-sees-what.rst"


def rows() -> dict[str, list[str]]:
    """The cells of each row of the page's table, by the kind of image."""
    rule = r"^=[= ]+\n"
    table = PAGE.read_text().partition(".. who-sees-what\n\n")[2]
    body = re.split(rule, table, flags=re.MULTILINE)[2]
    split = (re.split(r" {2,}", line) for line in body.splitlines())
    return {kind: cells for kind, *cells in split}


def image_of(owner: Account, kind: str, member: Account) -> dict[str, str]:
    """An image of that kind, with data; shared with *member* if it is shared."""
    visibility, _, state = kind.partition(", ")
    name = f"seen-{uuid.uuid4().hex}"
    hidden = state == "hidden"
    own_id = made(owner, name=name, visibility=visibility, os_hidden=hidden)
    filled(owner, own_id)
    path = f"/v2/images/{own_id}"
    if visibility == "shared":
        _share(path, owner, member, accepted=state != "pending")
    if state == "deactivated":
        answer = owner.glance("POST", f"{path}/actions/deactivate")
        assert answer.status_code == 204, answer.text
    return {"name": name, "path": path}


def _share(path: str, owner: Account, member: Account, *, accepted: bool) -> None:
    project = member.project_id
    answer = owner.glance("POST", f"{path}/members", json={"member": project})
    assert answer.status_code == 200, answer.text
    if accepted:
        own = f"{path}/members/{project}"
        answer = member.glance("PUT", own, json={"status": "accepted"})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", rows())
def test_another_project_sees_what_the_page_says(
    kind: str, admin: Account, member: Account
) -> None:
    image = image_of(admin, kind, member)

    seen = [
        bool(member.listed(name=image["name"])),
        member.openstack("image", "show", image["name"]).status == 0,
        member.glance("GET", image["path"]).ok,
        member.glance("GET", f"{image['path']}/file").ok,
    ]

    assert ["yes" if each else "no" for each in seen] == rows()[kind]

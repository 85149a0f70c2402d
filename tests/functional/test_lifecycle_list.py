# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image lifecycle list`` and ``lifecycle show`` tell, and to whom."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.functional.families import LISTING, changed, filled, made
from tests.functional.families import listed as shown

NAME = "debian-13"

JANUARY, MARCH = (f"2025-0{month}-01T00:00:00Z" for month in (1, 3))
FAR = "2090-01-01T00:00:00Z"


def listed(account: Account, *options: str) -> list[dict[str, Any]]:
    """The rows of a listing, read by a machine."""
    outcome = account.openstack("image", "lifecycle", "list", "-f", "json", *options)
    assert outcome.status == 0, outcome
    assert "Traceback" not in outcome.stderr
    rows: list[dict[str, Any]] = outcome.json()
    return rows


def own(account: Account, *options: str) -> list[dict[str, Any]]:
    """The rows of the account's own project: other tests have public images."""
    return listed(account, "--project", account.project_id, *options)


def show(account: Account, *options: str) -> Outcome:
    """How ``lifecycle show`` ended."""
    return account.openstack("image", "lifecycle", "show", *options)


def version(
    account: Account, number: int, name: str = NAME, *, full: bool = True, **fields: Any
) -> str:
    """The ID of a version of the family *name*."""
    image_id = str(uuid.uuid4())
    ours = {
        "id": image_id,
        "name": name,
        "lifecycle_id": image_id,
        "lifecycle_family": name,
        "lifecycle_version": f"v{number}",
        "lifecycle_generation": str(number),
        "lifecycle_state": "active",
        "tags": ["lifecycle"],
    }
    made(account, **{**ours, **fields})
    if full:
        filled(account, image_id)
    return image_id


def history(account: Account, **current: Any) -> tuple[str, str]:
    """The IDs of a retired version, which is due in years, and of the current one."""
    retired = version(
        account,
        1,
        os_hidden=True,
        lifecycle_state="deprecated",
        lifecycle_published_at=JANUARY,
        lifecycle_retired_at=MARCH,
        lifecycle_deprecated_at=MARCH,
        lifecycle_delete_at=FAR,
        lifecycle_hold="audit",
        image_build_date="2024-12-31",
    )
    newest = version(account, 2, lifecycle_published_at=MARCH, **current)
    return retired, newest


def test_a_row_a_version_newest_first_in_three_requests(
    through: Account, before_glance: Proxy
) -> None:
    retired, newest = history(through)
    before_glance.sent.clear()

    rows = own(through)

    assert [row["ID"] for row in rows] == [newest, retired]
    assert (rows[1]["Family"], rows[1]["Version"]) == (NAME, "v1")
    assert rows[0]["Build Date"] is rows[0]["Delete At"] is None
    assert len(before_glance.matching("GET", r"/v2/images$")) == 3
    assert before_glance.methods() == {"GET"}


def test_JSON_has_everything_in_machine_types(member: Account) -> None:
    retired, _ = history(member)

    row = own(member)[1]

    assert row.pop("Created").endswith("Z")
    more = {name: row[name] for name in list(row)[8:]}
    assert more == {
        "Name": NAME,
        "Generation": 1,
        "Status": "active",
        "Published At": JANUARY,
        "Obsolete At": None,
        "Replacement": None,
        "Size": len(b"by hand"),
        "Disk Format": "raw",
        "Project": member.project_id,
        "Hold": "audit",
    }
    assert row["ID"] == retired


def test_people_read_days_and_blanks(member: Account) -> None:
    history(member)

    outcome = member.openstack(
        "image", "lifecycle", "list", "--project", member.project_id, "--long"
    )

    assert "2090-01-01 " in outcome.stdout
    assert "T00:00" not in outcome.stdout
    assert "None" not in outcome.stdout


CHOICES = {
    "state": (["--state", "active"], ["v2", "v1"]),
    "states": (["--state", "deprecated", "--state", "obsolete"], ["v1"]),
    "family": (["--family", "other"], ["v1"]),
    "due-in": (["--due-in", "100 years", "--family", NAME], ["v1"]),
    "at": (["--at", "2025-03-01T00:30+01:00"], ["v1"]),
}


def test_options_choose_versions(member: Account) -> None:
    history(member)
    version(member, 1, "other")

    chosen = {
        case: [row["Version"] for row in own(member, *options)]
        for case, (options, _) in CHOICES.items()
    }

    assert chosen == {case: versions for case, (_, versions) in CHOICES.items()}


WRONG = {
    "date": (["--at", "yesterday"], "not a date"),
    "duration": (["--due-in", "soon"], "not a duration"),
    "state": (["--state", "old"], "invalid choice"),
    "scope": (["--project", "a", "--all-projects"], "not allowed with"),
    "pattern": (["--match", "("], "not a regular expression"),
    "pattern-without-version": (["--match", "(?P<family>.*)"], "(?P<version>…)"),
}


@pytest.mark.parametrize(("options", "says"), WRONG.values(), ids=WRONG)
def test_wrong_usage(options: list[str], says: str, member: Account) -> None:
    outcome = member.openstack("image", "lifecycle", "list", *options)

    assert outcome.status == 2
    assert says in outcome.stderr


@pytest.mark.parametrize("option", ["--family", "--state", "--due-in", "--at"])
def test_what_picks_versions_is_refused_for_unmanaged_images(
    option: str, member: Account
) -> None:
    value = {"--state": "active", "--due-in": "1d", "--at": "2025-01-01"}

    outcome = member.openstack(
        *("image", "lifecycle", "list", "--unmanaged"),
        *(option, value.get(option, NAME)),
    )

    assert outcome.status == 1
    assert option in outcome.stderr


def test_F97_what_inherited_our_properties_is_no_version(member: Account) -> None:
    _, newest = history(member)
    snapshot = version(member, 3, lifecycle_id=newest)

    assert snapshot not in [row["ID"] for row in own(member)]
    assert [row["ID"] for row in own(member, "--unmanaged")] == [snapshot]


def test_F98_a_family_of_another_project_is_another_family(
    admin: Account, cloud: Cloud
) -> None:
    name = f"debian-{uuid.uuid4().hex}"
    stranger = cloud.account()
    theirs = version(stranger, 9, name)
    ours = version(admin, 1, name)

    rows = listed(admin, "--family", name, "--long")
    current = show(admin, name, "-f", "json").json()

    owners = {row["ID"]: row["Project"] for row in rows}
    assert owners == {ours: admin.project_id, theirs: stranger.project_id}
    assert current["current"] == ours
    assert [one["id"] for one in current["versions"]] == [ours]


def test_F75_other_projects_private_images_are_shown_to_who_asks_for_them(
    admin: Account, cloud: Cloud
) -> None:
    name = f"debian-{uuid.uuid4().hex}"
    stranger = cloud.account()
    private = version(stranger, 1, name, visibility="private", full=False)
    asked = [
        (admin, []),
        (admin, ["--all-projects"]),
        (admin, ["--project", stranger.project_id]),
        (admin, ["--project", admin.project_id]),
        (stranger, []),
        (cloud.account(), ["--all-projects"]),
    ]

    command = ["image", "lifecycle", "list", "-f", "json", "--family", name]
    seen = [who.openstack(*command, *options) for who, options in asked]

    found = [
        [row["ID"] for row in outcome.json()] if outcome.status == 0 else []
        for outcome in seen
    ]
    assert found == [[], [private], [private], [], [private], []]
    hints = [f"--project {stranger.project_id}" in one.stderr for one in seen]
    assert hints == [True, False, False, True, False, False]


def test_F80_what_cannot_be_read_is_shown_as_unknown(member: Account) -> None:
    broken: dict[str, Any] = {
        "lifecycle_generation": "9" * 5000,
        "lifecycle_state": "\x1b[31mred",
        "lifecycle_published_at": "soon",
        "lifecycle_deprecated_at": "0000-13-32",
        "lifecycle_delete_at": "",
        "image_build_date": "last week",
        "lifecycle_keep": "many",
        "lifecycle_delete_after": "a while",
        "lifecycle_end_at": "never",
    }
    image_id = version(member, 1, **broken)

    [row] = own(member, "--long", "--state", "active")
    policy = show(member, NAME, "-f", "json")

    assert row["ID"] == image_id
    dates = ("Published At", "Deprecated At", "Delete At", "Build Date")
    assert [row[name] for name in dates] == [None] * 4
    assert own(member, "--at", "2025-01-01") == own(member, "--due-in", "99y") == []
    assert policy.status == 0
    for name in ("keep", "delete_after", "end_at"):
        assert policy.json()[name] is None
        assert f"lifecycle_{name} can't be read" in policy.stderr


def test_an_image_that_is_published_between_two_requests_is_listed(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    image_id = version(member, 1, os_hidden=True)

    def publish() -> None:
        if "os_hidden=true" in before_glance.sent[-1].query:
            changed(member, image_id, os_hidden=False)

    before_glance.on("GET", LISTING).before.append(publish)

    assert [row["ID"] for row in own(through)] == [image_id]


def test_F102_an_image_that_is_listed_as_deleted_is_gone(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    gone, left = version(member, 1), version(member, 2)

    def undead() -> Answer:
        # Glance shows one so when two writers meet: nobody can make it do that.
        images = shown(member, owner=member.project_id)
        for image in images:
            image["status"] = "deleted" if image["id"] == gone else image["status"]
        return Answer(200, json.dumps({"images": images}).encode())

    before_glance.on("GET", LISTING).before.append(undead)

    assert [row["ID"] for row in own(through)] == [left]
    assert own(through, "--unmanaged") == []


def test_unmanaged_images_with_their_doubles_and_what_they_look_like(
    member: Account,
) -> None:
    managed = version(member, 1)
    first = made(member, name="tool")
    second = made(member, name="tool")
    old = made(member, name="Debian 13 (2024-12-31)")
    filled(member, old)

    rows = {row["ID"]: row for row in own(member, "--unmanaged")}

    assert rows.keys() == {first, second, old}
    assert rows[first]["Same Name"] == [second]
    assert rows[first]["Looks Like"] == "tool"
    assert rows[first]["Same Bytes"] == []
    assert rows[old]["Looks Like"] == NAME
    assert rows[old]["Same Bytes"] == [managed]


def test_match_proposes_families_for_own_images_in_order_of_their_build(
    admin: Account, cloud: Cloud
) -> None:
    fields = {"name": "debian-13-20250201", "visibility": "public"}
    for who in (admin, cloud.account(["admin"])):
        filled(who, made(who, **fields))
    older = made(admin, name="debian-13-v2", image_build_date="2025-01-15")
    filled(admin, older)
    made(admin, name="debian-13-20250401")
    version(admin, 1, "debian-13-20250501")

    rows = listed(admin, "--match", r"(?P<family>debian-13)-(?P<version>.+)")

    assert [list(row.values())[1:] for row in rows] == [
        ["debian-13-v2", NAME, "v2", "2025-01-15"],
        ["debian-13-20250201", NAME, "20250201", "2025-02-01"],
    ]
    assert list(rows[0]) == ["ID", "Name", "Family", "Version", "Build Date"]
    assert rows[0]["ID"] == older


def test_show_tells_policy_versions_and_who_was_current_when(member: Account) -> None:
    policy = {
        "lifecycle_keep": "3",
        "lifecycle_delete_after": "90d",
        "lifecycle_end_at": FAR,
        "replace_frequency": "monthly",
        "provided_until": "notice",
        "uuid_validity": "last-3",
    }
    retired, newest = history(member, **policy)

    row = show(member, NAME, "-f", "json").json()
    seen = show(member, NAME).stdout

    assert row == {
        "family": NAME,
        "project": member.project_id,
        "current": newest,
        "current_version": "v2",
        "keep": 3,
        "delete_after": "90d",
        "unused_for": None,
        "end_at": FAR,
        "replace_frequency": "monthly",
        "provided_until": "notice",
        "uuid_validity": "last-3",
        "versions": [
            {
                "id": newest,
                "version": "v2",
                "generation": 2,
                "state": "active",
                "hidden": False,
            },
            {
                "id": retired,
                "version": "v1",
                "generation": 1,
                "state": "deprecated",
                "hidden": True,
            },
        ],
        "timeline": [
            {"id": retired, "version": "v1", "since": JANUARY, "until": MARCH},
            {"id": newest, "version": "v2", "since": MARCH, "until": None},
        ],
    }
    assert "v1  #" in seen
    assert ".  2025-01-01 to 2025-03-01" in seen
    assert "#  2025-03-01 to now" in seen


def test_show_of_a_family_that_is_not_there_or_is_of_several_others(
    admin: Account, cloud: Cloud
) -> None:
    name = f"debian-{uuid.uuid4().hex}"
    others = [cloud.account(), cloud.account()]
    missing = show(admin, name)
    for other in others:
        version(other, 1, name, full=False)

    several = show(admin, name)
    one = show(admin, name, "--project", others[0].project_id, "-f", "json")

    assert (missing.status, missing.stdout) == (1, "")
    assert f"There is no family '{name}'" in missing.stderr
    assert several.status == 1
    assert all(other.project_id in several.stderr for other in others)
    assert one.json()["project"] == others[0].project_id

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image lifecycle check`` finds on a real Glance, and how it says so."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.functional.families import LISTING, changed, filled, made, version
from tests.functional.test_replacement import share

LISTINGS_OF_A_READING = 7
"""Visible, hidden, visible: by the tag, and then by the owner. Then by the names."""

NO_SUCH_PID = 2**31 - 1
PAST = "2026-01-01T00:00:00Z"
RETIRED = {"os_hidden": True, "lifecycle_state": "deprecated"}
GONE = "0b7a6f5c-7d3b-4f5e-9d55-2f3f5a0d7a11"


def check(account: Account, *options: str, **how: Any) -> Outcome:
    """``openstack image lifecycle check`` as a script runs it."""
    return account.openstack("image", "lifecycle", "check", *options, **how)


def found(outcome: Outcome) -> set[tuple[str, str, str | None, str | None]]:
    """Severity, check, family and image of each row."""
    assert "Traceback" not in outcome.stderr
    names = ("Severity", "Check", "Family", "Image")
    return {tuple(row[name] for name in names) for row in outcome.json()}


def offered(account: Account, family: str, generation: int, **fields: Any) -> str:
    """A version that users find under its name."""
    image_id = str(uuid.uuid4())
    told = {
        **version(family, generation, image_id),
        "name": family,
        "os_hidden": False,
        "lifecycle_state": "active",
        "lifecycle_published_at": PAST,
        "lifecycle_verified": "sha256",
    }
    made(account, **{**told, **fields})
    filled(account, image_id)
    # Glance knows the virtual size of what it has got.
    changed(account, image_id, min_disk=1)
    return image_id


def test_of_a_family_that_is_well_nothing_is_said(member: Account) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    old = offered(member, family, 1, os_hidden=True, lifecycle_state="deprecated")
    new = offered(member, family, 2)
    changed(member, old, lifecycle_replacement=new)

    outcome = check(member, "-f", "json", "--fail-on", "warning")

    assert (outcome.status, outcome.json()) == (0, []), outcome
    nagios = check(member, "--report", "nagios")
    assert nagios.stdout.startswith("IMAGES OK - 0 errors, 0 warnings | errors=0 ")
    assert nagios.status == 0


def test_F77_F96_F97_what_is_wrong_is_found(member: Account) -> None:
    twice = [offered(member, "twice", number) for number in (1, 2)]
    hidden = offered(member, "hidden", 1, os_hidden=True)
    due = offered(member, "due", 1, lifecycle_delete_at=PAST)
    for number in (1, 2):
        offered(member, "too many", number, **RETIRED, protected=True)
    offered(member, "too many", 3, lifecycle_keep="1", uuid_validity="last-2")
    lost = offered(member, "lost", 1, lifecycle_replacement=GONE)
    broken = offered(member, "broken", 1, lifecycle_delete_at="in June")
    small = offered(member, "small", 1)
    changed(member, small, min_disk=0)
    offered(member, "signed", 1, **RETIRED, img_signature="x")
    unsigned = offered(member, "signed", 2)
    dead_id = str(uuid.uuid4())
    run = Run(str(uuid.uuid4()), THIS_MACHINE.host(), NO_SUCH_PID, 1)
    made(member, **version("dead", 1, dead_id), lifecycle_run=str(run))
    alone = str(uuid.uuid4())
    made(member, id=alone, name="mine", lifecycle_id=alone)
    filled(member, alone)
    young = made(member, name="theirs")

    outcome = check(member, "-f", "json")

    assert outcome.status == 1
    assert found(outcome) >= {
        ("error", "two-visible", "twice", twice[1]),
        ("error", "none-visible", "hidden", hidden),
        ("warning", "past-due", "due", due),
        ("error", "replacement-missing", "lost", lost),
        ("warning", "past-keep", "too many", None),
        ("warning", "schedule", "broken", broken),
        ("warning", "no-min-disk", "small", small),
        ("error", "dead-run", "dead", dead_id),
        ("warning", "signature", "signed", unsigned),
        ("warning", "inherited", None, alone),
    }
    assert young not in {image for *_, image in found(outcome)}
    assert all(row["What"] and row["What To Do"] for row in outcome.json())
    # Servers may have been made from what is due to go.
    may_be_used = {"past-due", "past-keep"}
    to_delete = [row for row in outcome.json() if row["Check"] in may_be_used]
    assert [row["Command"] for row in to_delete] == [None, None]
    severities = [row["Severity"] for row in outcome.json()]
    assert severities == sorted(severities)


def test_F98_F97_other_projects_change_nothing_but_are_told_of(
    member: Account, cloud: Cloud
) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    offered(member, family, 1)
    stranger = cloud.account(roles=["admin"])
    claim = offered(stranger, family, 9, visibility="public", name=f"{family} (9)")
    offered(stranger, family, 10, visibility="shared")
    offered(stranger, family, 11, visibility="community")

    outcome = check(member, "-f", "json")

    assert outcome.status == 0
    assert found(outcome) == {("warning", "claimed", family, claim)}
    assert stranger.project_id in outcome.json()[0]["What"]
    assert check(member, "-f", "json", "--fail-on", "warning").status == 1


def test_an_admin_checks_another_project_and_a_replacement_of_a_third(
    member: Account, admin: Account
) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    public = made(admin, name=f"public-{uuid.uuid4().hex}", visibility="public")
    filled(admin, public)
    old = offered(
        member,
        *(family, 1),
        os_hidden=True,
        lifecycle_state="deprecated",
        lifecycle_replacement=public,
    )

    of_all_is_well = check(admin, "-f", "json", "--project", member.project_id)
    changed(admin, public, os_hidden=True)
    of_it_is_hidden = check(admin, "-f", "json", "--project", member.project_id)

    assert (of_all_is_well.status, found(of_all_is_well)) == (0, set())
    assert found(of_it_is_hidden) == {
        ("error", "replacement-unfit", family, old),
    }


def test_a_replacement_that_fewer_members_have_accepted_is_found(
    member: Account, through: Account, before_glance: Proxy, cloud: Cloud
) -> None:
    family, other = f"debian-{uuid.uuid4().hex}", cloud.account()
    retired = {"os_hidden": True, "lifecycle_state": "deprecated"}
    oldest, old = (offered(member, family, each, **retired) for each in (1, 2))
    new = offered(member, family, 3)
    for each in (oldest, old):
        changed(member, each, lifecycle_replacement=new)
    share(member, old, other, "accepted")
    share(member, new, other, "pending")

    of_pending = check(through, "-f", "json")
    asked = [each.path for each in before_glance.matching("GET", "/members$")]
    share(member, new, other, "accepted")
    of_accepted = check(member, "-f", "json")

    assert found(of_pending) == {("error", "replacement-unfit", family, old)}
    assert other.project_id in of_pending.json()[0]["What"]
    assert "Ask them to accept it" in of_pending.json()[0]["What To Do"]
    # Of each that is replaced, and once of what replaces it.
    assert sorted(asked) == sorted(
        f"/v2/images/{each}/members" for each in (oldest, old, new)
    )
    assert found(of_accepted) == set()


def test_who_may_not_read_members_is_told_of_everything_else(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    old = offered(member, "x", 1, os_hidden=True, lifecycle_state="deprecated")
    changed(member, old, lifecycle_replacement=offered(member, "x", 2))
    offered(member, "hidden", 1, os_hidden=True)
    before_glance.on("GET", "/members$").answer(403, b"not yours")

    outcome = check(through, "-f", "json")

    assert ("error", "none-visible", "hidden") in {each[:3] for each in found(outcome)}
    assert "replacement-unfit" not in {each[1] for each in found(outcome)}


NAMES = {
    "plain": "debian-{}",
    "F83-comma-colon-and-spaces": "in:debian {}, the: 13th",
    "F83-quotes": 'debian "{}", \\13',
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_F108_a_name_that_another_project_offers_too_is_found(
    name: str, member: Account, admin: Account, through: Account, before_glance: Proxy
) -> None:
    family = name.format(uuid.uuid4().hex)
    image = offered(member, family, 1)
    offered(member, f"another {family}", 1)
    before = check(member, "-f", "json")
    public = made(admin, name=family, visibility="public")

    outcome = check(through, "-f", "json")
    changed(admin, public, os_hidden=True)

    assert (before.status, found(before)) == (0, set())
    assert found(outcome) == {("error", "two-visible", family, image)}
    assert f"{public} of project {admin.project_id}" in outcome.json()[0]["What"]
    queries = [each.query for each in before_glance.matching("GET", LISTING)]
    by_name = [
        each
        for each in queries
        if "name=" in each and "owner=" not in each and "marker=" not in each
    ]
    # All families at once, but for those whose names Glance can't take quoted.
    assert len(by_name) == (2 if '"' in family else 1)


def test_F108_a_name_is_looked_up_among_what_was_accepted_by_whoever_checks(
    member: Account, admin: Account, cloud: Cloud
) -> None:
    family, stranger = f"debian-{uuid.uuid4().hex}", cloud.account()
    image = offered(member, family, 1)
    theirs = made(stranger, name=family)
    share(stranger, theirs, member, "pending")

    pending = check(admin, "-f", "json", "--project", member.project_id)
    share(stranger, theirs, member, "accepted")
    accepted = check(admin, "-f", "json", "--project", member.project_id)
    of_its_own = check(member, "-f", "json")

    assert found(pending) == set()
    for outcome in (accepted, of_its_own):
        assert found(outcome) == {("error", "two-visible", family, image)}


def test_F54_imports_that_failed_are_found_with_the_words_of_their_tasks(
    through: Account, member: Account, before_glance: Proxy
) -> None:
    image = offered(member, "debian-13", 1)
    shown = member.glance("GET", f"/v2/images/{image}").json()
    failed = {**shown, "os_glance_failed_import": "slow"}
    stuck = [
        {**member.glance("GET", f"/v2/images/{each}").json(), "updated_at": PAST}
        for each in (made(member, name="stuck 1"), made(member, name="stuck 2"))
    ]
    before_glance.on("GET", LISTING).answer(
        200, json.dumps({"images": [failed, *stuck]}).encode()
    )
    task = {"tasks": [{"created_at": PAST, "message": "no room left"}]}
    before_glance.on("GET", r"/tasks$").answer(200, json.dumps(task).encode())

    outcome = check(through, "-f", "json")
    counted = check(through, "--report", "nagios")

    assert found(outcome) == {
        ("error", "failed-import", "debian-13", image),
        ("warning", "stuck", None, None),
    }
    assert "slow" in outcome.json()[0]["What"]
    assert "2 images, each" in outcome.json()[1]["What"]
    assert all("no room left" in row["What"] for row in outcome.json())
    assert counted.stdout.startswith("IMAGES CRITICAL - 1 error, 2 warnings: ")


def test_F76_a_swap_under_way_is_no_finding(
    through: Account, member: Account, before_glance: Proxy
) -> None:
    family = f"debian-{uuid.uuid4().hex}"
    old = offered(member, family, 1, os_hidden=True, lifecycle_state="deprecated")
    new = offered(member, family, 2)
    changed(member, old, lifecycle_replacement=new)
    shown = [member.glance("GET", f"/v2/images/{each}").json() for each in (old, new)]
    both = [{**each, "os_hidden": False, "lifecycle_state": "active"} for each in shown]
    listing = json.dumps({"images": both}).encode()
    for request in range(1, LISTINGS_OF_A_READING + 1):
        before_glance.on("GET", LISTING, nth=request).answer(200, listing)

    outcome = check(through, "-f", "json")

    assert found(outcome) == set()
    assert len(before_glance.matching("GET", LISTING)) > LISTINGS_OF_A_READING


def test_families_that_are_named_are_looked_at_alone(
    member: Account, admin: Account
) -> None:
    # Public images of other tests may have a common name.
    ending = uuid.uuid4().hex[:8]
    fine, broken = f"debian-{ending}", f"broken-{ending}"
    hidden = offered(member, "Фокал", 1, os_hidden=True)
    offered(member, fine, 1)
    offered(member, broken, 1, lifecycle_keep="many")

    one = check(admin, "-f", "json", "--project", member.project_id, "Фокал")
    two = check(member, "-f", "json", fine, broken, "--report", "nagios")
    misspelt = check(member, "Фокал", f"debain-{ending}")
    unmanaged = check(member, fine, "--unmanaged")

    assert found(one) == {("error", "none-visible", "Фокал", hidden)}
    assert two.stdout.endswith("| errors=0 warnings=1 images=2 families=2\n"), two
    assert (misspelt.status, misspelt.stdout) == (1, "")
    assert f"There is no family 'debain-{ending}'" in misspelt.stderr
    assert fine in misspelt.stderr
    assert (unmanaged.status, unmanaged.stdout) == (2, "")


def test_F131_a_family_that_somebody_has_ended_is_fine(member: Account) -> None:
    old = offered(member, "ended", 1, os_hidden=True, lifecycle_state="deprecated")
    current = offered(member, "ended", 2)
    changed(member, old, lifecycle_replacement=current)

    ended = member.openstack("image", "deprecate", "--yes", current)
    outcome = check(member, "-f", "json", "--fail-on", "warning")

    assert ended.status == 0
    assert (outcome.status, outcome.json()) == (0, [])


def test_only_GET_is_sent_and_a_reader_may_run_it(
    member: Account, cloud: Cloud, proxy: Callable[[str], Proxy]
) -> None:
    for generation in (1, 2):
        offered(member, "twice", generation)
    reader = cloud.account(roles=["reader"], project=member)
    before_glance = proxy(reader.glance_url)

    outcome = check(
        reader.through(before_glance.url), "-f", "json", "--standard", "scs-0102"
    )

    assert {row["Check"] for row in outcome.json()} == {"two-visible", "standard"}
    assert before_glance.methods() <= {"GET", "HEAD"}


def test_reports_for_monitoring_systems(member: Account) -> None:
    for generation in (1, 2):
        offered(member, "twice", generation)

    nagios = check(member, "--report", "nagios")
    prometheus = check(member, "--report", "prometheus")

    assert nagios.status == 2
    assert nagios.stdout.startswith("IMAGES CRITICAL - 1 error, 0 warnings: twice: 2 ")
    assert nagios.stdout.endswith("| errors=1 warnings=0 images=2 families=1\n")
    assert nagios.stdout.count("\n") == 1
    assert prometheus.status == 0
    two = rf'_findings\{{project="{member.project_id}",check="two-visible",.*\}} 1$'
    assert re.search(two, prometheus.stdout, re.MULTILINE)
    assert f'_images{{project="{member.project_id}"}} 2\n' in prometheus.stdout


UNREACHABLE = {
    "no Glance": {"image_url": "http://127.0.0.1:1"},
    "no Keystone": {"auth_url": "http://127.0.0.1:1/v3"},
}


@pytest.mark.parametrize("where", UNREACHABLE.values(), ids=UNREACHABLE)
def test_what_cannot_be_asked_is_unknown_to_nagios_and_an_error_to_people(
    where: dict[str, str], member: Account
) -> None:
    nobody = member.through(**where)

    nagios = check(nobody, "--report", "nagios")
    rows = check(nobody, "-f", "json")

    assert nagios.status == 3
    assert nagios.stdout.startswith("IMAGES UNKNOWN - ")
    assert nagios.stdout.count("\n") == 1
    assert (rows.status, rows.stdout) == (1, "")
    assert "Traceback" not in rows.stderr


@pytest.mark.parametrize(
    "option", [("--report", "html"), ("--fail-on", "hint"), ("--standard", "x")]
)
def test_what_is_unknown_is_wrong_usage(option: tuple[str, str], member: Account):
    outcome = check(member, *option)

    assert (outcome.status, outcome.stdout) == (2, "")

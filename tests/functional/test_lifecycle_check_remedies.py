# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The command lines that ``image lifecycle check`` prints work as they are printed."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable
from typing import Any

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import LISTING, changed, filled, made, version
from tests.functional.outcomes import digest_of
from tests.functional.remedies import run_as_printed
from tests.functional.test_lifecycle_check import (
    GONE,
    NO_SUCH_PID,
    PAST,
    check,
    offered,
)

HIDDEN = {"os_hidden": True, "lifecycle_state": "deprecated"}
BEFORE = json.dumps({"os_hidden": False, "lifecycle_state": "active"})


def by_hand(account: Account, name: str, **fields: Any) -> str:
    """An image that stock commands have made."""
    image_id = made(account, name=name, **fields)
    filled(account, image_id)
    changed(account, image_id, min_disk=1)
    return image_id


def adopted(account: Account, family: str, generation: int, **fields: Any) -> str:
    """A version that was an image before, and was no family's."""
    image_id = str(uuid.uuid4())
    told = {**version(family, generation, image_id), "os_hidden": False}
    by_hand(account, **{**told, "lifecycle_state": "active", **fields})
    return image_id


def deactivated(account: Account, image_id: str) -> None:
    answer = account.glance("POST", f"/v2/images/{image_id}/actions/deactivate")
    assert answer.status_code == 204, answer.text


def names_are_wrong(account: Account) -> set[tuple[str, str | None]]:
    """Families of which a lookup finds two images, or none that boots."""
    for number in (1, 2):
        offered(account, "twice", number)
        adopted(account, "adopted twice", number, name="adopted twice")
    offered(account, "a stranger's", 1)
    by_hand(account, "a stranger's")
    offered(account, "hidden", 1, os_hidden=True)
    offered(account, "-x 'quoted' $(id)", 1, name="Фокал")
    deactivated(account, offered(account, "deactivated", 1))
    deactivated(account, offered(account, "all", 1, name="x", os_hidden=True))
    leads_on = {**HIDDEN, "lifecycle_replacement": "family:a swap died"}
    offered(account, "a swap died", 1, **leads_on, lifecycle_before=BEFORE)
    changed(
        account,
        offered(account, "no record", 1, **HIDDEN),
        lifecycle_replacement="family:no record",
        lifecycle_deprecated_at=PAST,
    )
    adopted(account, "other", 1, name="Ubuntu 20.04 LTS, Фокал")
    offered_once = {"lifecycle_published_at": PAST}
    adopted(account, "other 2", 1, name="Ubuntu 22.04", **offered_once)
    by_hand(account, "let go of")
    offered(account, "let go of", 1, **HIDDEN, lifecycle_replacement="family:let go of")
    return {
        ("two-visible", "twice"),
        ("same-name", "adopted twice"),
        ("two-visible", "a stranger's"),
        ("none-visible", "hidden"),
        ("none-visible", "-x 'quoted' $(id)"),
        ("none-visible", "deactivated"),
        ("none-visible", "all"),
        ("none-visible", "a swap died"),
        ("none-visible", "no record"),
        ("other-name", "other"),
        ("other-name", "other 2"),
        ("none-visible", "let go of"),
    }


def images_are_wrong(account: Account) -> set[tuple[str, str | None]]:
    """Versions whose record is broken, late, or leads nowhere."""
    offered(account, "lost", 1, lifecycle_replacement=GONE)
    offered(account, "unfit", 1, **HIDDEN, lifecycle_replacement=GONE)
    offered(account, "unfit", 2)
    offered(account, "tagged", 1, **HIDDEN, tags=["lifecycle", "-l t"])
    offered(account, "tagged", 2, lifecycle_tag="-l t")
    offered(account, "due 1", 1, lifecycle_deprecated_at=PAST)
    offered(account, "due 2", 1, lifecycle_obsolete_at=PAST)
    offered(account, "ended", 1, lifecycle_end_at=PAST)
    offered(account, "provided", 1, provided_until="2026-01-01")
    offered(account, "no state", 1, lifecycle_state="?")
    half_retired = {
        "lifecycle_state": "deprecated",
        "lifecycle_deprecated_at": PAST,
        "lifecycle_retired_at": PAST,
    }
    nothing = dict.fromkeys(("lifecycle_deprecated_at", "lifecycle_retired_at"))
    told = json.dumps({**json.loads(BEFORE), **nothing})
    offered(account, "half retired", 1, **half_retired, lifecycle_before=told)
    offered(account, "half retired, untold", 1, **half_retired)
    offered(account, "no longer", 1, os_hidden=True)
    offered(account, "no longer", 2)
    offered(account, "not a date", 1, lifecycle_delete_at="in June")
    offered(
        account,
        *("no order", 1),
        lifecycle_deprecated_at="2099-02-01",
        lifecycle_delete_at="2099-01-01",
    )
    for name in ("alike 1", "alike 2"):
        offered(account, name, 1, lifecycle_keep="many")
        changed(account, offered(account, f"disk {name}", 1), min_disk=0)
    return {
        ("replacement-missing", "lost"),
        ("replacement-missing", "unfit"),
        ("tag", "tagged"),
        *(("past-due", f"due {number}") for number in (1, 2)),
        ("past-due", "ended"),
        ("past-provided-until", "provided"),
        ("contradiction", "no state"),
        ("contradiction", "half retired"),
        ("contradiction", "half retired, untold"),
        ("contradiction", "no longer"),
        ("schedule", "not a date"),
        ("schedule", "no order"),
        ("unreadable", None),
        ("no-min-disk", None),
    }


def others_are_wrong(account: Account) -> set[tuple[str, str | None]]:
    """What a run has left, and images that belong to no family."""
    dead = str(uuid.uuid4())
    run = Run(str(uuid.uuid4()), THIS_MACHINE.host(), NO_SUCH_PID, 1)
    made(account, **version("dead", 1, dead), lifecycle_run=str(run))
    told = version("dead 2", 1, str(uuid.uuid4()))
    staged = {"lifecycle_state": "staged", "protected": True}
    by_hand(account, **told, **staged, lifecycle_run=str(run))
    changed(account, offered(account, "dead 3", 1), lifecycle_run=str(run))
    alone = str(uuid.uuid4())
    by_hand(account, "alone", id=alone, lifecycle_id=alone, lifecycle_keep="3")
    copied = {"lifecycle_id": GONE, "lifecycle_family": "lost", "lifecycle_keep": "3"}
    by_hand(account, "snapshot", **copied)
    for _ in range(2):
        by_hand(account, "same")
    return {
        ("dead-run", "dead"),
        ("dead-run", "dead 2"),
        ("dead-run", "dead 3"),
        # Of the one that is alone, and of the copy.
        ("inherited", None),
        ("same-name", None),
    }


def versions_are_wrong(account: Account) -> set[tuple[str, str | None]]:
    """Versions whose place in the family nothing tells."""
    for number in (1, 1):
        offered(account, "borne twice", number, **HIDDEN)
    offered(account, "borne twice", 3)
    offered(account, "the last", 10**18 - 1)
    offered(account, "overtaken", 2)
    offered(account, "overtaken", 3, **HIDDEN, lifecycle_retired_at=PAST)
    system = {"os_distro": "ubuntu", "os_version": uuid.uuid4().hex}
    for name in ("generic 1", "generic 2"):
        generic = {**system, "os_purpose": "generic", "visibility": "public"}
        by_hand(account, f"{name} {system['os_version']}", **generic)
    return {
        ("generation", "borne twice"),
        ("generation", "the last"),
        ("generation", "overtaken"),
        ("standard", None),
    }


def test_F131_F132_each_remedy_that_is_a_command_line_works_as_printed(
    member: Account,
) -> None:
    wanted = {
        *names_are_wrong(member),
        *images_are_wrong(member),
        *others_are_wrong(member),
    }

    before = check(member, "-f", "json", "--unmanaged")
    for row in before.json():
        assert row["Command"], row
        run_as_printed(member, row["Command"])
    after = check(member, "-f", "json", "--unmanaged", "--fail-on", "warning")

    found = {(row["Check"], row["Family"]) for row in before.json()}
    assert (found - wanted, wanted - found) == (set(), set())
    assert "\\u" not in "".join(row["What"] for row in before.json())
    assert (after.status, after.json()) == (0, []), after


def test_F132_F146_remedies_of_versions_and_of_a_standard_work(
    admin: Account,
) -> None:
    wanted = versions_are_wrong(admin)
    options = ("-f", "json", "--standard", "scs-0102-v2", "--unmanaged")

    before = check(admin, *options)
    rows = [row for row in before.json() if row["Command"]]
    for row in rows:
        run_as_printed(admin, row["Command"])
    after = check(admin, *options)

    assert {(row["Check"], row["Family"]) for row in rows} == wanted
    # Nobody but an operator knows what the standard wants to be told.
    lacking = [row for row in after.json() if "does not meet" not in row["What"]]
    assert lacking == []


def test_F132_what_failed_in_a_store_is_copied_there_by_the_command(
    admin: Account, proxy: Callable[[str], Proxy]
) -> None:
    image = by_hand(admin, "in one store")
    shown = admin.glance("GET", f"/v2/images/{image}").json()
    failed = {**shown, "os_glance_failed_import": "slow"}
    before_glance = proxy(admin.glance_url)
    listing = json.dumps({"images": [failed]}).encode()
    before_glance.on("GET", LISTING).answer(200, listing)

    outcome = check(admin.through(before_glance.url), "-f", "json")
    [row] = outcome.json()
    run_as_printed(admin, row["Command"])

    assert row["Check"] == "failed-import"
    wanted = tasks_of(admin, image)
    assert [one["import_req"]["stores"] for one in wanted] == [["slow"]]


def tasks_of(account: Account, image_id: str) -> list[dict[str, Any]]:
    """What Glance was told to do with an image."""
    answer = account.glance("GET", f"/v2/images/{image_id}/tasks")
    assert answer.status_code == 200, answer.text
    return [task["input"] for task in answer.json()["tasks"]]


def test_adopting_makes_no_finding_worse_than_a_warning(
    member: Account, source: Source
) -> None:
    images = {
        "ubuntu-20.04": [by_hand(member, "Ubuntu 20.04 LTS, Фокал")],
        "debian-12": [by_hand(member, "Debian 12") for _ in range(2)],
        "rocky-8": [
            by_hand(member, f"rocky-8-2024010{day}", protected=True)
            for day in (1, 2, 3)
        ],
        "alma-8": [by_hand(member, "alma-8", os_hidden=True)],
        "suse-15": [by_hand(member, "suse-15")],
    }
    for image_id in images["rocky-8"]:
        changed(member, image_id, min_disk=0)
    deactivated(member, images["suse-15"][0])
    content = raw(1 << 20, seed=5)
    url = source.put("disk.img", content)

    before = check(member, "-f", "json", "--unmanaged")
    for family, ids in images.items():
        lifecycle(member, "set", "--family", family, *ids)
    adopted_now = check(member, "-f", "json")
    for row in adopted_now.json():
        assert row["Command"], row
        run_as_printed(member, row["Command"])
    mended = check(member, "-f", "json", "--fail-on", "warning")
    rotated = member.openstack(
        *("image", "rotate", "ubuntu-20.04", "--url", url),
        *("--checksum", digest_of(content)),
    )
    rolled_back = member.openstack("image", "rollback", "ubuntu-20.04")
    later = check(member, "-f", "json", "--fail-on", "warning")

    assert {(row["Severity"], row["Check"]) for row in before.json()} == {
        ("warning", "same-name")
    }
    assert adopted_now.status == 0
    assert {(row["Check"], row["Family"]) for row in adopted_now.json()} == {
        ("other-name", "ubuntu-20.04"),
        ("other-name", "debian-12"),
        ("other-name", "rocky-8"),
        # One line for three versions of no small disk.
        ("no-min-disk", "rocky-8"),
    }
    assert (mended.status, mended.json()) == (0, []), mended
    assert (rotated.status, rolled_back.status) == (0, 0), rolled_back
    assert (later.status, later.json()) == (0, []), later


def lifecycle(account: Account, verb: str, *argv: str) -> None:
    outcome = account.openstack("image", "lifecycle", verb, *argv)
    assert outcome.status == 0, outcome


def test_F132_a_shell_takes_the_commands_of_a_column(member: Account) -> None:
    offered(member, "it's", 1, name="x", os_hidden=True)

    table = check(member)
    printed = check(member, "-f", "value", "-c", "Command")
    shell = subprocess.run(
        ["sh", "-euc", printed.stdout],
        env=member.environment(),
        cwd=member.home,
        check=False,
    )

    assert "add: -f value -c Command" in table.stderr
    assert printed.stderr == ""
    assert shell.returncode == 0
    assert check(member, "-f", "json", "--fail-on", "warning").json() == []

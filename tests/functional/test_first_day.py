# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Day one of a real site: 60 images that nobody has ever managed, in three commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.functional.families import filled, made
from tests.functional.outcomes import images
from tests.functional.test_deprecate import shown

BY_SCRIPT = ("alma-9", "debian-13", "fedora-42", "rocky-9", "suse-15.6")
BY_TOOL = ("Ubuntu 22.04", "Ubuntu 24.04", "Ubuntu 26.04")
DATES = [f"20260{month}01" for month in range(1, 7)]
CURRENT = "20260701"
DOUBLED = [("alma-9", DATES[0]), ("rocky-9", DATES[2])]
NAMES = (
    r"(?P<family>(?:alma|debian|fedora|rocky|suse|Ubuntu)[- ][\d.]+)"
    r"(?:-(?P<version>\d{8}))?(?: \(.*\))?"
)
THREADS = 8


@dataclass(frozen=True)
class Planned:
    """An image of the site before anybody made it."""

    name: str
    family: str = ""
    version: str = ""
    """What it is to become; an image of no family stays what it is."""
    is_double: bool = False
    has_bytes: bool = True
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """An admin's project, in which 56 of the images are; 4 are others' own."""

    admin: Account
    by_id: dict[str, Planned]
    elsewhere: list[str]

    def places(self, name: str) -> dict[str, set[str]]:
        """The images that want a place in a family, by label."""
        places: dict[str, set[str]] = {}
        for image_id, planned in self.by_id.items():
            if planned.family == name:
                places.setdefault(planned.version, set()).add(image_id)
        return places

    def doubles(self) -> list[set[str]]:
        """The pairs that hold the same bytes under the same name."""
        families = (self.places(name) for name in BY_SCRIPT)
        return [ids for places in families for ids in places.values() if len(ids) > 1]


def planned() -> Iterator[Planned]:
    """What 56 images of a site look like after a year of scripts and tools."""
    everyones = {"visibility": "community"}
    for name in BY_SCRIPT:
        for date in DATES:
            yield Planned(f"{name}-{date}", name, date, fields=everyones)
        built = {"image_build_date": "2026-07-01"}
        yield Planned(name, name, CURRENT, fields=everyones | built)
    for name, date in DOUBLED:
        yield Planned(f"{name}-{date}", name, date, is_double=True)
    for name in BY_TOOL:
        theirs = {"tags": ["managed_by_osism"], "os_distro": "ubuntu"}
        for date in (*DATES[3:], CURRENT):
            built = f"{date[:4]}-{date[4:6]}-{date[6:]}"
            told = {"internal_version": date, "image_build_date": built}
            is_old = date != CURRENT
            yield Planned(
                f"{name} ({date})" if is_old else name,
                name,
                date,
                fields={**everyones, **theirs, **told, "os_hidden": is_old},
            )
    for number in range(5):
        yield Planned(f"snapshot of vm-{number}", fields={"base_image_ref": "gone"})
    yield Planned("debian-13-20260801", has_bytes=False)
    yield Planned("packer_1782913")


@pytest.fixture
def site(cloud: Cloud, admin: Account) -> Site:
    plans = list(planned())
    with ThreadPoolExecutor(THREADS) as threads:
        ids = threads.map(lambda plan: make(admin, plan), plans)
        copies = [Planned(name, fields={"visibility": "private"}) for name in BY_SCRIPT]
        other = cloud.account()
        theirs = threads.map(lambda plan: make(other, plan), copies[:4])
        return Site(admin, dict(zip(ids, plans, strict=True)), list(theirs))


def make(account: Account, plan: Planned) -> str:
    image_id = made(account, name=plan.name, **plan.fields)
    if plan.has_bytes:
        filled(account, image_id, plan.name.encode())
    return image_id


def all_shown(account: Account, ids: list[str]) -> dict[str, dict[str, Any]]:
    """What a GET of each image answers this user."""
    with ThreadPoolExecutor(THREADS) as threads:
        found = threads.map(lambda image_id: shown(account, image_id), ids)
        return dict(zip(ids, found, strict=True))


def listed(account: Account) -> dict[str, dict[str, Any]]:
    """What the owner sees of the project's images, in two requests."""
    return {image["id"]: image for image in images(account)}


def unsaid(image: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The image without what adoption writes; a build date only where none was."""
    ours = {"updated_at", *({"image_build_date"} - before.keys())}
    return {
        name: set(value) - {"lifecycle"} if name == "tags" else value
        for name, value in image.items()
        if not name.startswith("lifecycle_") and name not in ours
    }


def test_sixty_images_are_adopted_in_three_commands_and_nobody_notices(
    site: Site, cloud: Cloud, proxy: Callable[[str], Proxy], tmp_path: Path
) -> None:
    before_glance = proxy(site.admin.glance_url)
    operator, user = site.admin.through(before_glance.url), cloud.account()
    proposed = tmp_path / "proposed.json"
    assert len(site.by_id) + len(site.elsewhere) == 60
    for_all = [one for one, plan in site.by_id.items() if "visibility" in plan.fields]
    own, users = listed(site.admin), all_shown(user, for_all)
    others = all_shown(site.admin, site.elsewhere)

    looked = lifecycle(operator, "list", "--unmanaged")
    matched = lifecycle(operator, "list", "--match", NAMES)
    proposed.write_text(matched.stdout)
    adopted = lifecycle(operator, "set", "--from-file", str(proposed))

    assert (looked.status, matched.status, adopted.status) == (0, 0, 1), adopted
    _doubles_are_named(site, looked.json())
    _wanted_are_proposed(site, matched.json())
    _rows_tell_of_each(site, adopted.json())
    after = listed(site.admin)
    _versions_are_in_order(site, after)
    assert all_shown(site.admin, site.elsewhere) == others
    for seen, now in (own, after), (users, all_shown(user, for_all)):
        assert seen.keys() == now.keys()
        for image_id, before in seen.items():
            assert unsaid(now[image_id], before) == unsaid(before, before)
    assert before_glance.methods() == {"GET", "POST", "PATCH", "DELETE"}
    assert [sent for sent in before_glance.sent if sent.path.endswith("/file")] == []


def lifecycle(account: Account, verb: str, *argv: str) -> Outcome:
    outcome = account.openstack("image", "lifecycle", verb, "-f", "json", *argv)
    assert "Traceback" not in outcome.stderr
    return outcome


def _doubles_are_named(site: Site, rows: list[dict[str, Any]]) -> None:
    told = {row["ID"]: row for row in rows}
    assert site.by_id.keys() <= told.keys()
    assert not told.keys() & set(site.elsewhere)
    doubles = site.doubles()
    assert [len(pair) for pair in doubles] == [2, 2]
    alike = {one: pair - {one} for pair in doubles for one in pair}
    for image_id in site.by_id:
        row = told[image_id]
        others = alike.get(image_id, set())
        assert set(row["Same Name"]) == set(row["Same Bytes"]) == others


def _wanted_are_proposed(site: Site, rows: list[dict[str, Any]]) -> None:
    assert {row["ID"]: (row["Family"], row["Version"]) for row in rows} == {
        image_id: (plan.family, plan.version)
        for image_id, plan in site.by_id.items()
        if plan.family
    }


def _rows_tell_of_each(site: Site, rows: list[dict[str, Any]]) -> None:
    assert {row["ID"] for row in rows} == {
        image_id for image_id, plan in site.by_id.items() if plan.family
    }
    refused = [row for row in rows if row["Result"] != "adopted"]
    assert [row["Result"] for row in refused] == ["refused", "refused"]
    for row in refused:
        label = site.by_id[row["ID"]].version
        assert row["Note"] == f"the family has a version '{label}' already"
    # One of each pair, and only one.
    assert all(
        len(pair & {row["ID"] for row in refused}) == 1 for pair in site.doubles()
    )


def _versions_are_in_order(site: Site, after: dict[str, dict[str, Any]]) -> None:
    for name in (*BY_SCRIPT, *BY_TOOL):
        versions = sorted(
            (one for one in after.values() if one.get("lifecycle_family") == name),
            key=lambda image: int(image["lifecycle_generation"]),
        )
        dates = DATES if name in BY_SCRIPT else DATES[3:]
        labels = [image["lifecycle_version"] for image in versions]
        assert labels == [*dates, CURRENT]
        numbers = [image["lifecycle_generation"] for image in versions]
        assert numbers == [str(number) for number in range(1, len(versions) + 1)]
        assert (versions[-1]["name"], versions[-1]["os_hidden"]) == (name, False)
        assert all(image["id"] == image["lifecycle_id"] for image in versions)
        assert all("lifecycle" in image["tags"] for image in versions)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An old site, from its stock commands to the first rollback.

Its images bear the names that people gave them, and few are those of families. Every
remedy that is a command line is run as it is printed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.source.client import Source
from tests.functional.families import filled, found, made
from tests.functional.outcomes import digest_of
from tests.functional.remedies import advised
from tests.functional.test_deprecate import shown

FOCAL = "Ubuntu 20.04 LTS – Фокал"  # noqa: RUF001
NEW, NEWER = (raw(1 << 20, seed=seed) for seed in (5, 6))
BY_VERSION = r"(?P<family>centos-7) (?P<version>v\d+)"

IMAGES: dict[str, dict[str, Any]] = {
    FOCAL: {"os_distro": "ubuntu", "hw_qemu_guest_agent": "yes", "tags": ["lts"]},
    "Ubuntu 20.04 2023-01": {},
    "ubuntu-20.04-20230601": {"os_hidden": True},
    "centos-7 v10": {},
    "centos-7 v2": {},
    "centos-7 v1": {"os_hidden": True},
    "centos-7 v3": {"status": "deactivated"},
    "debian-12": {"image_build_date": "2024-02-01"},
    "debian-12 ": {"image_build_date": "2024-01-01"},
    "golden": {"protected": True, "min_disk": 3},
    "tool 1.0": {"os_hidden": True, "image_build_date": "2024-01-01"},
    "tool 2.0": {"image_build_date": "2024-02-01"},
    "snapshot of vm-1": {"base_image_ref": "gone", "lifecycle_family": "debian-12"},
    "never uploaded": {"status": "queued"},
    "mine alone": {"visibility": "private"},
}
"""What stock commands have made of 15 images; a name with a space at its end is a
second image of that name."""


@dataclass
class OldSite:
    """Who owns the images, and what they are called here."""

    owner: Account
    visibility: str
    suffix: str
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, told in IMAGES.items():
            fields = {"visibility": self.visibility, **told}
            status = fields.pop("status", "active")
            own_id = made(self.owner, name=self.called(name.strip()), **fields)
            if status != "queued":
                filled(self.owner, own_id, name.encode())
            if status == "deactivated":
                path = f"/v2/images/{own_id}/actions/deactivate"
                assert self.owner.glance("POST", path).ok
            self.ids[name] = own_id

    def called(self, name: str) -> str:
        """*name*, that no other test's public image bears."""
        return f"{name}{self.suffix}"

    def share(self, name: str, user: Account) -> None:
        """Another project's user sees the image, and has accepted that."""
        members = f"/v2/images/{self.ids[name]}/members"
        answer = self.owner.glance("POST", members, json={"member": user.project_id})
        assert answer.ok, answer.text
        path = f"{members}/{user.project_id}"
        assert user.glance("PUT", path, json={"status": "accepted"}).ok

    def run(self, *argv: str, status: int = 0) -> Outcome:
        outcome = self.owner.openstack("image", *argv)
        assert outcome.status == status, outcome
        assert "Traceback" not in outcome.stderr
        return outcome

    def told(self, *argv: str, status: int = 0) -> Any:
        return self.run(*argv, "-f", "json", status=status).json()

    def adopt(self, family: str, *names: str, status: int = 0) -> dict[str, Any]:
        """The rows of an adoption by what the images were called at first."""
        ids = [self.ids[name] for name in names]
        options = ["--family", self.called(family)]
        rows = self.told("lifecycle", "set", *options, *ids, status=status)
        by_id = {row["ID"]: row for row in rows}
        return {name: by_id[own] for name, own in self.ids.items() if own in by_id}

    def follow(self, outcome: Outcome) -> Outcome:
        """What the command does that *outcome* prints as its remedy."""
        [line] = advised(outcome.stderr)
        argv = shlex.split(line.removeprefix("openstack image "))
        at = argv.index("--") if "--" in argv else len(argv)
        return self.run(*argv[:at], "-f", "json", *argv[at:])

    def order(self, family: str) -> list[str]:
        """The versions, oldest first, by what they were called at first."""
        images = [(shown(self.owner, own), name) for name, own in self.ids.items()]
        return [
            name
            for _, name in sorted(
                (int(image["lifecycle_generation"]), name)
                for image, name in images
                if image.get("lifecycle_id") == image["id"]
                and image["lifecycle_family"] == self.called(family)
            )
        ]


@pytest.fixture(params=["admin", "member"])
def site(request: pytest.FixtureRequest, cloud: Cloud) -> OldSite:
    if request.param == "admin":
        owner = cloud.account(roles=["admin"])
        return OldSite(owner, "public", f" {owner.project_id[:8]}")
    return OldSite(cloud.account(), "shared", "")


Serve = Callable[[bytes], list[str]]


@pytest.fixture
def serve(source: Source) -> Serve:
    def options(content: bytes) -> list[str]:
        name = f"{digest_of(content)[-8:]}.img"
        return ["--url", source.put(name, content), "--checksum", digest_of(content)]

    return options


def test_first_day_from_stock_commands_to_the_first_rollback(
    site: OldSite, serve: Serve, cloud: Cloud, tmp_path: Any
) -> None:
    ubuntu, old = site.called("ubuntu-20.04"), site.ids[FOCAL]
    user, is_public = cloud.account(), site.visibility == "public"
    if not is_public:
        site.share(FOCAL, user)
    proposed = tmp_path / "proposed.json"

    # What is there, and families of what has versions in its names.
    unmanaged = site.told("lifecycle", "list", "--unmanaged")
    assert {*site.ids.values()} <= {row["ID"] for row in unmanaged}
    pattern = BY_VERSION + re.escape(site.suffix)
    matched = site.run("lifecycle", "list", "-f", "json", "--match", pattern)
    assert {row["Build Date"] for row in matched.json()} == {None}
    proposed.write_text(matched.stdout)
    adopted = site.run("lifecycle", "set", "--from-file", str(proposed))
    assert "a lookup of that name finds nothing yet" in adopted.stderr
    centos = [f"centos-7 {version}" for version in ("v1", "v2", "v3", "v10")]
    assert [name for name in IMAGES if name in centos] != centos

    # One by one, an older one later.
    newest = site.adopt("ubuntu-20.04", FOCAL)
    later = site.adopt("ubuntu-20.04", "Ubuntu 20.04 2023-01", "ubuntu-20.04-20230601")
    assert newest[FOCAL]["Version"]
    assert [row["Version"] for row in later.values()][1:] == ["2023-01", "20230601"]
    assert "image_build_date" not in shown(site.owner, old)
    assert later[FOCAL]["Result"] == "renumbered"
    assert site.order("ubuntu-20.04") == [
        "Ubuntu 20.04 2023-01",
        "ubuntu-20.04-20230601",
        FOCAL,
    ]

    # An import would begin beside them, and take nothing over.
    _, url, *checked = serve(NEW)
    for option in ([], ["--dry-run"]):
        beside = site.run("import-url", *checked, *option, url, ubuntu, status=1)
        assert old in beside.stderr
        assert "Replace it with 'openstack image rotate'" in beside.stderr

    # The first rotation.
    rotate = ["rotate", *serve(NEW), "--keep=1", "--delete-after=30d", ubuntu]
    accepts: tuple[str, ...] = ()
    if not is_public:
        # Only an admin accepts for the members.
        refused = site.run(*rotate, status=1)
        [said] = re.findall("use (--allow-pending-members)", refused.stderr)
        accepts, user = (said,), site.owner
        rotate.append(said)
    plan = site.told(*rotate, "--dry-run")
    steps = {step["Step"]: step for step in plan}
    assert "hw_qemu_guest_agent=yes" in steps["carry over"]["What"]
    assert site.visibility in steps["show"]["What"]
    assert steps["hide"]["Image"] == old
    rotated = site.told(*rotate)
    assert (rotated["old_id"], rotated["visibility"]) == (old, site.visibility)
    assert rotated["old_delete_at"]
    [new] = found(user, ubuntu)
    assert (new["id"], new["hw_qemu_guest_agent"]) == (rotated["new_id"], "yes")
    assert "lts" in new["tags"]
    assert list(rotated["members"].values()) == ([] if is_public else ["pending"])
    # Who asks for the old name goes on with the old image.
    assert found(user, site.called(FOCAL)) == []
    stock = user.openstack("image", "show", "-f", "json", site.called(FOCAL))
    assert stock.json()["id"] == old

    # The first rollback, and one more.
    back = site.told("rollback", ubuntu)
    assert (back["result"], back["new_id"]) == ("rolled back", old)
    assert [one["id"] for one in found(user, ubuntu)] == [old]
    further = site.told("rollback", *accepts, ubuntu)
    assert further["new_id"] == site.ids["Ubuntu 20.04 2023-01"]
    assert [one["id"] for one in found(user, ubuntu)] == [further["new_id"]]


def test_every_remedy_on_the_way_works_as_it_is_printed(
    site: OldSite, serve: Serve
) -> None:
    tool, golden = site.called("tool"), site.called("golden")
    hidden, visible = site.ids["tool 1.0"], site.ids["tool 2.0"]

    # No version is called as the family.
    named = site.run(
        *("lifecycle", "set", "--family", tool, hidden, visible, "-f", "json")
    )
    assert [row["ID"] for row in named.json()] == [hidden, visible]
    renamed = site.follow(named)
    assert [row["Result"] for row in renamed.json()] == ["renamed"]
    assert [one["id"] for one in found(site.owner, tool)] == [visible]

    # What was hidden before it was adopted: nobody knows whether it was current.
    refused = site.run("rollback", tool, status=1)
    assert "nothing shows whether" in refused.stderr
    assert site.follow(refused).json()["new_id"] == hidden
    assert [one["id"] for one in found(site.owner, tool)] == [hidden]
    refused = site.run("rotate", tool, "--image", visible, status=1)
    assert site.follow(refused).json()["new_id"] == visible

    # Two of one name: the newer stays what users get.
    site.adopt("debian-12", "debian-12", "debian-12 ")
    assert site.order("debian-12") == ["debian-12 ", "debian-12"]
    rotated = site.told("rotate", *serve(NEWER), site.called("debian-12"))
    assert rotated["old_id"] == site.ids["debian-12"]
    assert [one["id"] for one in found(site.owner, site.called("debian-12"))] == [
        rotated["new_id"]
    ]

    # Protected, in nobody's family, and let go of again.
    unadopted = site.run("rotate", golden, *serve(NEW), status=1)
    assert "--adopt" in unadopted.stderr
    before = shown(site.owner, site.ids["golden"])
    site.adopt("golden", "golden")
    site.run("lifecycle", "unset", "--all", site.ids["golden"])
    after = shown(site.owner, site.ids["golden"])
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}

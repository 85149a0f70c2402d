# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image catalog plan`` and ``apply``: a whole site brought to what a file says."""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.doomed import doomed
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.catalogues import META, Shelf, steps
from tests.functional.families import changed, filled, made
from tests.functional.outcomes import digest_of, images
from tests.functional.rotations import CURRENT, NEW, OLD, SIZE
from tests.functional.writing import step, writes

END_SECONDS = 90

WRITING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def shelf(member: Account, another: Account, source: Source, tmp_path: Path) -> Shelf:
    """Of an ordinary user, whose images are private."""
    return Shelf(member, another, source, tmp_path / "images.yml", uuid.uuid4().hex)


@pytest.fixture
def public(cloud: Cloud, another: Account, source: Source, tmp_path: Path) -> Shelf:
    """Of an admin, who publishes."""
    owner = cloud.account(roles=["admin"])
    return Shelf(owner, another, source, tmp_path / "images.yml", uuid.uuid4().hex)


def test_catalogue_is_imported_once_and_then_nothing_is_left_to_be_done(
    shelf: Shelf,
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    shelf.add("alma", shelf.version("9.5", OLD))

    before = shelf.plan("--detailed-exitcode")
    done = shelf.apply()
    after = shelf.plan("--detailed-exitcode")
    again = shelf.apply()

    both = [("debian", "20260201", "import"), ("alma", "9.5", "import")]
    assert (before.status, steps(before)) == (2, both), before
    assert [row["Size"] for row in before.json()] == [len(CURRENT), len(OLD)]
    assert (done.status, steps(done)) == (0, both), done
    assert {row["Result"] for row in done.json()} == {"done"}
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260201"
    assert current["lifecycle_verified"] == "sha256"
    assert (current["os_distro"], current["min_ram"]) == ("debian", 512)
    assert current["image_original_user"] == "debian"
    assert {"lts", "os:debian", "lifecycle"} <= set(current["tags"])
    assert after.status == again.status == 0, (after, again)
    assert {row["Action"] for row in after.json()} == {"unchanged"}
    assert {row["Result"] for row in again.json()} == {"unchanged"}
    assert len(images(shelf.owner)) == 2


def test_version_that_is_added_replaces_the_one_before_it_for_everybody(
    public: Shelf,
) -> None:
    versions = [public.version("20260201", CURRENT)]
    public.add("debian", *versions, visibility="public")
    assert public.apply().status == 0
    [old] = public.current("debian")
    versions.append(public.version("20260301", NEW))
    public.images[0]["versions"] = versions

    planned, done = public.plan(), public.apply()

    expected = [("debian", "20260301", "rotate")]
    assert steps(planned) == steps(done) == expected
    assert done.status == 0, done
    [found] = public.current("debian", by=public.another)
    assert found["lifecycle_version"] == "20260301"
    [retired] = [one for one in images(public.owner) if one["id"] == old["id"]]
    assert retired["lifecycle_state"] == "deprecated"
    assert steps(public.plan()) == [("debian", "20260301", "unchanged")]


def test_what_the_file_says_otherwise_is_changed_in_place_and_nothing_else(
    shelf: Shelf,
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT), keep=2)
    assert shelf.apply().status == 0
    [before] = shelf.current("debian")
    changed(shelf.owner, before["id"], os_admin_user="ops", os_distro="changed")
    shelf.images[0] |= {"tags": ["lts", "new"], "min_ram": 1024, "keep": 4}

    planned, done = shelf.plan(), shelf.apply()

    assert steps(planned) == steps(done) == [("debian", "20260201", "update")]
    assert done.status == 0, done
    [reason] = [row["Reason"] for row in planned.json()]
    for name in ("lifecycle_keep", "min_ram", "os_distro", "tags"):
        assert name in reason
    [after] = shelf.current("debian")
    assert after["id"] == before["id"]
    assert (after["os_distro"], after["min_ram"]) == ("debian", 1024)
    assert after["lifecycle_keep"] == "4"
    assert "new" in after["tags"]
    # A person has set it, and the file doesn't name it.
    assert after["os_admin_user"] == "ops"
    assert steps(shelf.plan()) == [("debian", "20260201", "unchanged")]


def test_family_that_the_file_does_not_name_is_an_orphan_and_retired_only_if_asked(
    shelf: Shelf,
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    shelf.add("alma", shelf.version("9.5", OLD))
    assert shelf.apply().status == 0
    del shelf.images[1]

    named = shelf.apply()
    still = shelf.current("alma")
    retired = shelf.apply("--retire-orphans")

    assert steps(named)[1:] == [("alma", "9.5", "orphan")]
    assert (named.status, len(still)) == (0, 1)
    assert steps(retired)[1:] == [("alma", "9.5", "retire")]
    assert retired.status == 0, retired
    assert shelf.current("alma") == []
    assert len(images(shelf.owner)) == 2


def test_one_family_that_fails_stops_no_other_and_keeps_its_current_version(
    shelf: Shelf,
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    assert shelf.apply().status == 0
    bad = shelf.version("20260301", NEW, checksum=f"sha256:{'0' * 64}")
    shelf.images[0]["versions"].append(bad)
    shelf.add("gone", {**shelf.version("1", OLD), "url": shelf.source.url("missing")})
    shelf.add("alma", shelf.version("9.5", OLD))

    done = shelf.apply()

    assert done.status == 1, done
    results = [(row["Action"], row["Result"]) for row in done.json()]
    assert results == [("rotate", "failed"), ("refused", "refused"), ("import", "done")]
    assert "404" in done.json()[1]["Reason"]
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260201"
    assert len(images(shelf.owner)) == 2


def test_only_the_families_that_are_named_are_looked_at(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    shelf.add("alma", shelf.version("9.5", OLD))

    done = shelf.apply("--only", shelf.name("alma"))
    unknown = shelf.apply("--only", "none-such")

    assert steps(done) == [("alma", "9.5", "import")]
    assert shelf.current("debian") == []
    # What another family was named an orphan for stays, too.
    del shelf.images[1]
    alone = shelf.apply("--only", shelf.name("debian"), "--retire-orphans")
    assert steps(alone) == [("debian", "20260201", "import")]
    assert len(shelf.current("alma")) == 1
    assert unknown.status == 1
    assert "none-such" in unknown.stderr


def test_plan_that_somebody_has_read_is_applied_only_while_it_is_what_is_to_be_done(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    kept = tmp_path / "plan.json"
    kept.write_text(shelf.plan().stdout)
    shelf.add("alma", shelf.version("9.5", OLD))

    other = shelf.apply("--plan-file", str(kept))
    left = images(shelf.owner)
    del shelf.images[1]
    same = shelf.apply("--plan-file", str(kept))
    none = shelf.apply("--plan-file", str(tmp_path / "none.json"))

    assert (other.status, left) == (1, []), other
    assert f"import {shelf.name('alma')} 9.5" in other.stderr
    assert (same.status, steps(same)) == (0, [("debian", "20260201", "import")])
    assert none.status == 1
    assert "none.json" in none.stderr


def test_unchanged_catalogue_costs_as_few_requests_as_one_family(
    shelf: Shelf, proxy: Callable[[str], Proxy]
) -> None:
    for number in range(6):
        shelf.add(f"family{number}", shelf.version("1", OLD))
    assert shelf.apply().status == 0
    between = proxy(shelf.owner.glance_url)

    again = shelf.apply(by=shelf.owner.through(between.url))

    assert again.status == 0, again
    assert len(between.sent) <= 5, between.sent
    assert not [sent for sent in between.sent if sent.method in WRITING]


def test_plan_sends_nothing_that_changes_anything(
    shelf: Shelf, proxy: Callable[[str], Proxy]
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    between = proxy(shelf.owner.glance_url)

    planned = shelf.plan(by=shelf.owner.through(between.url))

    assert planned.status == 0, planned
    assert not [sent for sent in between.sent if sent.method in WRITING]
    assert images(shelf.owner) == []


def test_image_of_that_name_which_is_in_no_family_is_left_alone(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    stranger = made(shelf.owner, name=shelf.name("debian"))

    planned, done = shelf.plan(), shelf.apply()

    assert steps(planned) == steps(done) == [("debian", "20260201", "refused")]
    assert planned.status == done.status == 1
    assert stranger in planned.json()[0]["Reason"]
    assert [one["id"] for one in images(shelf.owner)] == [stranger]


def test_version_that_was_rolled_back_does_not_come_again(shelf: Shelf) -> None:
    versions = [shelf.version("20260201", CURRENT), shelf.version("20260301", NEW)]
    shelf.add("debian", versions[0])
    assert shelf.apply().status == 0
    shelf.images[0]["versions"] = versions
    assert shelf.apply().status == 0
    name = shelf.name("debian")
    assert shelf.owner.openstack("image", "rollback", name).status == 0

    planned, done = shelf.plan(), shelf.apply()

    assert steps(planned) == steps(done) == [("debian", "20260201", "unchanged")]
    assert "openstack image rollback --to" in planned.json()[0]["Reason"]
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260201"


def test_url_that_serves_ever_newer_builds_is_asked_for_what_it_serves(
    shelf: Shelf,
) -> None:
    url = shelf.source.put("latest.img", CURRENT)
    sums = shelf.source.put("SHA256SUMS", listed("latest.img", CURRENT))
    version = {"version": "latest", "url": url, "checksums_url": sums}
    shelf.add("debian", version)
    first, again = shelf.apply(), shelf.plan()
    shelf.source.put("latest.img", NEW)
    shelf.source.put("SHA256SUMS", listed("latest.img", NEW))

    newer = shelf.apply()

    assert first.status == newer.status == 0, (first, newer)
    assert [row["Action"] for row in again.json()] == ["unchanged"]
    assert [row["Action"] for row in newer.json()] == ["rotate"]
    assert [row["Action"] for row in shelf.plan().json()] == ["unchanged"]


def listed(name: str, content: bytes) -> bytes:
    import hashlib

    return f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()


def test_bytes_come_from_the_mirror_and_the_url_of_the_vendor_is_recorded(
    shelf: Shelf,
) -> None:
    mirror = shelf.source.put("mirrored.img", CURRENT)
    version = shelf.version("20260201", CURRENT)
    version |= {"url": "https://vendor.invalid/debian.img", "mirror_url": mirror}
    shelf.add("debian", version)

    done = shelf.apply()

    assert done.status == 0, done
    [current] = shelf.current("debian")
    assert current["image_source"] == "https://vendor.invalid/debian.img"


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_message_of_a_family_names_it(jobs: str, shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT), convert="auto")
    shelf.add("alma", shelf.version("9.5", OLD), convert="auto")

    done = shelf.apply("--jobs", jobs)

    assert done.status == 0, done
    said = [line for line in done.stderr.splitlines() if "Only admins" in line]
    about = sorted(line.partition(": ")[0] for line in said)
    assert about == [shelf.name("alma"), shelf.name("debian")], done.stderr


def test_images_of_a_family_that_is_not_to_boot_are_deactivated(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT), status="deactivated")

    done, again = shelf.apply(), shelf.apply()

    assert done.status == again.status == 0, (done, again)
    assert [one["status"] for one in images(shelf.owner)] == ["deactivated"]
    assert steps(again) == [("debian", "20260201", "unchanged")]


LONG_AGO = "2026-01-01T00:00:00Z"


def test_candidate_is_promoted_once_it_was_current_for_long_enough(
    shelf: Shelf,
) -> None:
    candidate = {"name": shelf.name("debian-rc"), "promote_after": "3d"}
    shelf.add("debian", candidate=candidate)
    shelf.add("debian-rc", shelf.version("20260201", CURRENT))
    first = shelf.apply()
    waiting = shelf.plan("--detailed-exitcode")
    [tried] = shelf.current("debian-rc")
    changed(shelf.owner, tried["id"], lifecycle_published_at=LONG_AGO)

    planned, done = shelf.plan(), shelf.apply()
    again = shelf.plan("--detailed-exitcode")

    assert first.status == 0, first.stderr
    assert waiting.status == 0, waiting.stdout
    assert "is promoted from" in waiting.json()[0]["Reason"]
    assert steps(planned)[0] == ("debian", "20260201", "rotate")
    assert planned.json()[0]["Size"] is None
    assert done.status == 0, done.stderr
    [current] = shelf.current("debian")
    assert current["id"] == tried["id"]
    assert shelf.current("debian-rc") == []
    assert again.status == 0, again.stdout
    assert [one[2] for one in steps(again)] == ["unchanged", "unchanged"]
    assert len(images(shelf.owner)) == 1


def test_candidate_is_promoted_before_its_family_goes_on(shelf: Shelf) -> None:
    candidate = {"name": shelf.name("debian-rc"), "promote_after": "3d"}
    shelf.add("debian", candidate=candidate)
    shelf.add("debian-rc", shelf.version("20260201", CURRENT))
    assert shelf.apply().status == 0
    [tried] = shelf.current("debian-rc")
    changed(shelf.owner, tried["id"], lifecycle_published_at=LONG_AGO)
    shelf.images[1]["versions"].append(shelf.version("20260301", NEW))

    first, second = shelf.apply("--jobs", "4"), shelf.apply("--jobs", "4")

    assert first.status == second.status == 0, (first.stderr, second.stderr)
    assert [one[2] for one in steps(first)] == ["rotate", "unchanged"]
    assert "becomes one of" in first.json()[1]["Reason"]
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260201"
    [tried] = shelf.current("debian-rc")
    assert tried["lifecycle_version"] == "20260301"


def test_candidate_without_promote_after_waits_for_a_person(shelf: Shelf) -> None:
    shelf.add("debian", candidate={"name": shelf.name("debian-rc")})
    shelf.add("debian-rc", shelf.version("20260201", CURRENT))

    done, again = shelf.apply(), shelf.apply()

    assert done.status == again.status == 0, done.stderr
    assert "by hand" in again.json()[0]["Reason"]
    assert shelf.current("debian") == []


def test_file_with_faults_changes_nothing_and_says_where_each_of_them_is(
    shelf: Shelf,
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT), visibilty="public")
    shelf.images[0]["multi"] = "perhaps"

    done = shelf.apply()

    assert (done.status, done.stdout) == (1, ""), done
    assert "visibility" in done.stderr
    assert f"{shelf.path}:" in done.stderr
    assert images(shelf.owner) == []


def test_rows_are_machine_readable(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    planned = json.loads(shelf.plan().stdout)

    assert planned[0].keys() == {
        *("Family", "Version", "Action", "Reason", "Size", "Current", "ID")
    }
    assert planned[0]["Current"] is planned[0]["ID"] is None


def test_newest_build_of_a_source_is_found_and_rotated_to(shelf: Shelf) -> None:
    shelf.source.put("builds/20260201/disk.img", CURRENT)
    shelf.source.put("builds/index.html", index("20260201/"))
    pattern = shelf.source.url("builds/").rstrip("/") + "/{date}/disk.img"
    shelf.add("debian", source={"url": pattern, "index": page(shelf)})
    del shelf.images[0]["versions"]

    first, again = shelf.apply("--allow-unverified"), shelf.plan("--allow-unverified")
    shelf.source.put("builds/20260301/disk.img", NEW)
    shelf.source.put("builds/index.html", index("20260201/", "20260301/"))
    newer = shelf.apply("--allow-unverified")

    assert (first.status, steps(first)) == (0, [("debian", "20260201", "import")])
    assert steps(again) == [("debian", "20260201", "unchanged")]
    assert (newer.status, steps(newer)) == (0, [("debian", "20260301", "rotate")])
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260301"
    assert current["image_build_date"] == "2026-03-01"


def index(*names: str) -> bytes:
    return "".join(f'<a href="{name}">{name}</a>' for name in names).encode()


def page(shelf: Shelf) -> str:
    return shelf.source.url("builds/index.html")


def test_catalogue_that_is_exported_leaves_nothing_to_be_done(
    shelf: Shelf, tmp_path: Path
) -> None:
    url = shelf.source.put("disk.img", CURRENT)
    name = shelf.name("debian")
    told = ("--checksum", digest_of(CURRENT), "--property", "os_distro=debian")
    policy = ("--keep", "3", "--delete-after", "90d", "--by-tag", "amphora")
    said = (*told, *policy, "--min-ram", "512", "--tag", "lts", "--url", url)
    assert shelf.owner.openstack("image", "rotate", *said, name).status == 0
    by_file = shelf.name("by-file")
    stored = tmp_path / "by-hand.img"
    stored.write_bytes(OLD)
    unverified = ("--allow-unverified", "--file", str(stored))
    assert shelf.owner.openstack("image", "rotate", *unverified, by_file).status == 0

    exported = shelf.owner.openstack("image", "catalog", "export")
    shelf.path.write_text(exported.stdout)
    shelf.images = yaml.safe_load(exported.stdout)["images"]
    planned = shelf.plan("--detailed-exitcode")

    assert exported.status == planned.status == 0, (exported, planned)
    assert by_file in exported.stderr
    assert steps(planned) == [("debian", current_label(shelf), "unchanged")]
    by_name = {one["name"]: one for one in shelf.images}
    assert by_name[by_file]["enable"] is False
    debian = by_name[name]
    assert (debian["keep"], debian["delete_after"]) == (3, "90d")
    assert (debian["tags"], debian["min_ram"]) == (["lts"], 512)
    assert debian["meta"]["os_distro"] == "debian"
    assert debian["versions"][0]["checksum"] == digest_of(CURRENT)
    only = shelf.owner.openstack("image", "catalog", "export", "--only", name)
    assert [one["name"] for one in yaml.safe_load(only.stdout)["images"]] == [name]


def current_label(shelf: Shelf) -> str:
    [current] = shelf.current("debian")
    return str(current["lifecycle_version"])


def test_projects_that_it_is_shared_with_become_members(shelf: Shelf) -> None:
    versions = [shelf.version("20260201", CURRENT)]
    shelf.add("debian", *versions, visibility="shared")
    assert shelf.apply().status == 0
    shelf.images[0]["members"] = [shelf.another.project_id]

    planned, done, after = shelf.plan(), shelf.apply(), shelf.plan()
    shelf.images[0]["versions"] = [*versions, shelf.version("20260301", NEW)]
    rotated = shelf.apply()

    assert steps(planned) == [("debian", "20260201", "update")]
    assert "members" in planned.json()[0]["Reason"]
    assert done.status == rotated.status == 0, (done, rotated)
    assert steps(after) == [("debian", "20260201", "unchanged")]
    [current] = shelf.current("debian")
    assert current["lifecycle_version"] == "20260301"
    told = shelf.owner.glance("GET", f"/v2/images/{current['id']}/members").json()
    assert [one["member_id"] for one in told["members"]] == [shelf.another.project_id]


class TestImagesOfOpenstackImageManager:
    """As its code leaves them: the newest under the plain name, older ones hidden."""

    def stored(self, shelf: Shelf, label: str, content: bytes, **fields: str) -> str:
        base = shelf.name("debian")
        told = {
            "name": base,
            "tags": ["managed_by_osism", "lts"],
            "image_name": base,
            "image_description": base,
            "internal_version": label,
            "image_source": shelf.source.url(f"disk-{label}.img"),
            "min_ram": 512,
            **META,
        }
        own_id = made(shelf.owner, **{**told, **fields})
        filled(shelf.owner, own_id, content)
        return own_id

    def test_they_are_adopted_without_a_download_and_let_go_by_it(
        self, shelf: Shelf, proxy: Callable[[str], Proxy]
    ) -> None:
        base = shelf.name("debian")
        old = self.stored(
            shelf, "20260101", OLD, name=f"{base} (20260101)", os_hidden=True
        )
        new = self.stored(shelf, "20260201", CURRENT)
        stranger = made(shelf.owner, name=shelf.name("other"))
        shelf.add("debian", shelf.version("20260201", CURRENT))
        between = proxy(shelf.owner.glance_url)

        refused = shelf.plan()
        planned = shelf.plan("--adopt")
        done = shelf.apply("--adopt", by=shelf.owner.through(between.url))
        after = shelf.plan("--adopt", "--detailed-exitcode")

        assert steps(refused) == [("debian", "20260201", "refused")]
        assert steps(planned) == [("debian", None, "adopt")]
        assert done.status == 0, done
        assert done.json()[0]["Action"] == "adopt"
        assert not [sent for sent in between.sent if sent.method == "PUT"]
        assert (after.status, steps(after)) == (
            0,
            [("debian", "20260201", "unchanged")],
        )
        [current] = shelf.current("debian")
        assert current["id"] == new
        assert current["lifecycle_version"] == "20260201"
        left = {one["id"]: one for one in images(shelf.owner)}
        assert left[old]["lifecycle_version"] == "20260101"
        assert left[old]["os_hidden"] is True
        assert left.keys() == {old, new, stranger}
        assert not [one for one in left.values() if "managed_by_osism" in one["tags"]]
        # Nothing on it shows that it was current once: a person has to say that.
        back = shelf.owner.openstack("image", "rotate", "--image", old, base)
        assert back.status == 0, back.stderr
        assert [one["id"] for one in shelf.current("debian")] == [old]

    def test_its_tag_stays_if_it_is_to_go_on(self, shelf: Shelf) -> None:
        own_id = self.stored(
            shelf, "20260201", CURRENT, tags=["by-another", "managed_by_osism"]
        )
        shelf.add("debian", shelf.version("20260201", CURRENT))

        done = shelf.apply("--adopt", "--manager-tag", "by-another", "--keep-tag")

        assert done.status == 0, done
        [current] = shelf.current("debian")
        assert current["id"] == own_id
        assert {"by-another", "lifecycle"} <= set(current["tags"])

    def test_version_that_the_catalogue_has_newer_is_rotated_to_at_once(
        self, shelf: Shelf
    ) -> None:
        own_id = self.stored(shelf, "20260201", CURRENT)
        shelf.add("debian", shelf.version("20260301", NEW))

        done = shelf.apply("--adopt")

        assert done.status == 0, done
        assert [row["Action"] for row in done.json()] == ["adopt", "rotate"]
        [current] = shelf.current("debian")
        assert current["lifecycle_version"] == "20260301"
        # What told of the build before it isn't carried over.
        assert "internal_version" not in current
        [old] = [one for one in images(shelf.owner) if one["id"] == own_id]
        assert old["os_hidden"] is True


class TestSeveralAtATime:
    @pytest.fixture
    def many(self, shelf: Shelf) -> Shelf:
        """Eight families to be imported."""
        for number in range(8):
            content = raw(SIZE, seed=100 + number)
            shelf.add(f"family{number}", shelf.version(str(number), content))
        return shelf

    @pytest.mark.parametrize("jobs", ["1", "3", "8"])
    def test_all_are_brought_in_and_told_in_the_order_of_the_file(
        self, jobs: str, many: Shelf
    ) -> None:
        done = many.apply("--jobs", jobs)

        assert done.status == 0, done
        assert [step[0] for step in steps(done)] == [f"family{n}" for n in range(8)]
        assert {row["Result"] for row in done.json()} == {"done"}
        assert {row["Action"] for row in many.plan().json()} == {"unchanged"}

    @pytest.mark.parametrize(
        ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
    )
    def test_signal_finishes_what_is_published_and_leaves_no_record_of_others(
        self, number: int, status: int, many: Shelf, proxy: Callable[[str], Proxy]
    ) -> None:
        between = proxy(many.owner.glance_url)
        through = many.owner.through(between.url)
        command = many.command("apply", "--jobs", "3")
        ended: list[int] = []
        with doomed(through, *command) as client:

            def end() -> None:
                # As the first one is about to be published.
                if "offer" in map(step, writes(between)) and not ended:
                    ended.append(number)
                    os.kill(client.pid or 0, number)

            between.on("PATCH", "").before.append(end)
            client.join(END_SECONDS)
        left = images(many.owner)
        again = many.apply()

        assert client.exitcode == status
        assert left
        # What was published is whole, and nothing else is there.
        assert {one["lifecycle_state"] for one in left} == {"active"}
        assert not [one for one in left if "lifecycle_run" in one]
        assert len(left) < len(many.images)
        assert again.status == 0, again
        assert len(images(many.owner)) == len(many.images)

    def test_run_that_was_killed_is_finished_by_the_next(
        self, many: Shelf, proxy: Callable[[str], Proxy]
    ) -> None:
        between = proxy(many.owner.glance_url)
        with doomed(
            many.owner.through(between.url), *many.command("apply", "--jobs", "3")
        ) as client:

            def kill() -> None:
                os.kill(client.pid or 0, signal.SIGKILL)

            between.on("PUT", "/file", 4).call(kill)
            client.join(END_SECONDS)
        again = many.apply("--jobs", "3")

        assert client.exitcode == -signal.SIGKILL
        assert again.status == 0, again
        assert {one["lifecycle_state"] for one in images(many.owner)} == {"active"}
        assert len(images(many.owner)) == len(many.images)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image catalog plan`` and ``apply`` with ``--cloud``, mostly two accounts."""

from __future__ import annotations

import os
import signal
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.doomed import doomed
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source import faults
from tests.cloud.source.client import Source
from tests.functional.catalogues import Shelf
from tests.functional.outcomes import images
from tests.functional.rotations import CURRENT, NEW

END_SECONDS = 90

BOTH = ("--cloud", "through", "--cloud", "second")


@pytest.fixture
def second(cloud: Cloud) -> Account:
    """Who owns nothing yet, in what is called the second cloud."""
    return cloud.account()


@pytest.fixture
def shelf(member: Account, second: Account, source: Source, tmp_path: Path) -> Shelf:
    """Of a user whose clouds.yaml has two clouds, and a third that refuses them."""
    owner = member.through()
    add_clouds(owner, second)
    path = tmp_path / "images.yml"
    return Shelf(owner, second, source, path, uuid.uuid4().hex)


def add_clouds(owner: Account, second: Account) -> None:
    """Let the clouds.yaml of *owner* name that of *second*, and one that refuses."""
    assert owner.clouds_yaml
    wrong = replace(second.credentials, password="wrong")
    with owner.clouds_yaml.open("a") as file:
        file.write(second.credentials.yaml("second") + wrong.yaml("refusing"))


def told(outcome: Outcome, *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in ("Cloud", *names)) for row in outcome.json()]


def test_each_cloud_has_a_plan_of_its_own_and_gets_what_it_lacks(
    shelf: Shelf, second: Account
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    assert shelf.apply("--cloud", "second").status == 0

    before = shelf.plan("--detailed-exitcode", *BOTH)
    done = shelf.apply(*BOTH)
    after = shelf.plan("--detailed-exitcode", *BOTH)

    planned = [("through", "import"), ("second", "unchanged")]
    assert (before.status, told(before, "Action")) == (2, planned), before
    results = [("through", "done"), ("second", "unchanged")]
    assert (done.status, told(done, "Result")) == (0, results), done
    assert after.status == 0, after
    [ours], [theirs] = shelf.current("debian"), shelf.current("debian", second)
    assert ours["os_hash_value"] == theirs["os_hash_value"]
    assert ours["id"] != theirs["id"]


def test_what_both_lack_is_fetched_once(
    shelf: Shelf, second: Account, source: Source
) -> None:
    labels = {"debian": "20260201", "ubuntu": "20260202", "fedora": "20260203"}
    for name, label in labels.items():
        shelf.add(name, shelf.version(label, raw(1 << 20, seed=int(label))))

    done = shelf.apply("--jobs", "2", *BOTH)

    results = [("through", "done")] * 3 + [("second", "done")] * 3
    assert (done.status, told(done, "Result")) == (0, results), done
    for name, label in labels.items():
        [ours], [theirs] = shelf.current(name), shelf.current(name, second)
        assert ours["os_hash_value"] == theirs["os_hash_value"]
        sent = [one.method for one in source.requests(f"disk-{label}.img")]
        assert sent.count("GET") == 1, sent


def test_two_clouds_of_their_own_get_what_is_fetched_once(
    member: Account, plugins_cloud: Cloud, source: Source, tmp_path: Path
) -> None:
    """Each with a Keystone and a Glance: nothing of one is known in the other."""
    owner, elsewhere = member.through(), plugins_cloud.account()
    add_clouds(owner, elsewhere)
    path, ending = tmp_path / "images.yml", uuid.uuid4().hex
    shelf = Shelf(owner, elsewhere, source, path, ending)
    shelf.add("debian", shelf.version("20260201", raw(1 << 20, seed=1)))

    done = shelf.apply(*BOTH)
    after = shelf.plan("--detailed-exitcode", *BOTH)

    results = [("through", "done"), ("second", "done")]
    assert (done.status, told(done, "Result")) == (0, results), done
    assert after.status == 0, after
    [ours], [theirs] = shelf.current("debian"), shelf.current("debian", elsewhere)
    assert ours["os_hash_value"] == theirs["os_hash_value"]
    assert (ours["owner"], theirs["owner"]) == (owner.project_id, elsewhere.project_id)
    sent = [one.method for one in source.requests("disk-20260201.img")]
    assert sent.count("GET") == 1, sent


def test_signal_ends_the_upload_to_each_cloud_and_leaves_no_record(
    shelf: Shelf, second: Account, through: Account, before_glance: Proxy
) -> None:
    add_clouds(through, second)
    shelf.owner = through
    shelf.add("debian", shelf.version("20260201", raw(4 << 20, seed=1)))
    shelf.source.misbehave("disk-20260201.img", faults.Stall(after=3 << 20))

    with doomed(through, *shelf.command("apply", *BOTH)) as client:
        # The download begins once both are there for it.
        before_glance.wait_for("PUT", "/file$", body_size=1 << 20)
        os.kill(client.pid or 0, signal.SIGINT)
        shelf.source.release("disk-20260201.img")
        client.join(END_SECONDS)
    left = [*images(through), *images(second)]
    again = shelf.apply(*BOTH)

    assert client.exitcode == 130
    assert left == []
    results = [("through", "done"), ("second", "done")]
    assert (again.status, told(again, "Result")) == (0, results), again


def test_cloud_that_fails_in_the_middle_leaves_the_other_one_all_of_it(
    shelf: Shelf, second: Account, through: Account, before_glance: Proxy
) -> None:
    before_glance.on("PUT", "/file").answer_instead(413, b"quota")
    add_clouds(through, second)
    shelf.owner = through
    shelf.add("debian", shelf.version("20260201", raw(1 << 20, seed=1)))

    done = shelf.apply(*BOTH)

    results = [("through", "failed"), ("second", "done")]
    assert (done.status, told(done, "Result")) == (1, results), done
    assert shelf.current("debian") == []
    assert len(shelf.current("debian", second)) == 1


def test_cloud_that_can_not_be_used_stops_no_other(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    clouds = ("--cloud", "refusing", "--cloud", "nowhere", "--cloud", "through")

    plan = shelf.plan(*clouds)
    done = shelf.apply(*clouds)

    refused = [("refusing", "refused"), ("nowhere", "refused"), ("through", "import")]
    assert (plan.status, told(plan, "Action")) == (1, refused), plan
    failed = [("refusing", "failed"), ("nowhere", "failed"), ("through", "done")]
    assert (done.status, told(done, "Result")) == (1, failed), done
    assert len(shelf.current("debian")) == 1


def test_others_follow_the_canary_once_all_is_done_there(
    shelf: Shelf, second: Account
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    verified = ("--verify-command", "true")

    passed = shelf.apply(*BOTH, "--canary", "second", *verified)

    results = [("second", "done"), ("through", "done")]
    assert (passed.status, told(passed, "Result")) == (0, results), passed
    assert len([*shelf.current("debian"), *shelf.current("debian", second)]) == 2


def test_others_stay_as_they_are_if_the_canary_fails(
    shelf: Shelf, second: Account
) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    verified = ("--verify-command", "false")

    failed = shelf.apply(*BOTH, "--canary", "second", *verified)

    results = [("second", "failed"), ("through", "failed")]
    assert (failed.status, told(failed, "Result")) == (1, results), failed
    assert "left as it is" in failed.json()[1]["Note"]
    assert shelf.owner.listed(owner=shelf.owner.project_id) == []
    assert shelf.current("debian", second) == []


def test_plan_is_held_against_what_is_to_be_done_in_each_cloud(shelf: Shelf) -> None:
    shelf.add("debian", shelf.version("20260201", CURRENT))
    plan = shelf.path.with_name("plan.json")
    plan.write_text(shelf.plan(*BOTH).stdout)
    assert shelf.apply("--cloud", "second").status == 0

    other = shelf.apply("--plan-file", str(plan), *BOTH)
    plan.write_text(shelf.plan(*BOTH).stdout)
    same = shelf.apply("--plan-file", str(plan), *BOTH)

    assert other.status == 1
    assert "in second" in other.stderr
    assert same.status == 0, same


@pytest.mark.parametrize(
    "options",
    [("--canary", "second"), ("--cloud", "second", "--cloud", "second")],
)
def test_clouds_that_can_not_be_meant_are_wrong_usage(
    shelf: Shelf, options: tuple[str, ...]
) -> None:
    shelf.add("debian", shelf.version("20260201", NEW))

    assert shelf.apply(*options).status == 2

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Candidates that are not promoted, and what a person does to them meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.cloud import Cloud
from tests.cloud.images import qcow2
from tests.functional.families import changed
from tests.functional.generations import shown
from tests.functional.rotations import CURRENT, NEW, Site, differences, label
from tests.functional.test_promotion import candidates_of, promote
from tests.functional.writing import on_write, step, writes


def deactivated(site: Site, own_id: str) -> None:
    action = f"/v2/images/{own_id}/actions/deactivate"
    assert site.owner.glance("POST", action).status_code == 204


def hidden(site: Site, own_id: str) -> None:
    changed(site.owner, own_id, os_hidden=True)


def renamed(site: Site, own_id: str) -> None:
    changed(site.owner, own_id, name="withdrawn")


def deprecated(site: Site, own_id: str) -> None:
    done = site.owner.openstack("image", "deprecate", "--yes", own_id)
    assert done.status == 0, done.stderr


def deleted(site: Site, own_id: str) -> None:
    assert site.owner.glance("DELETE", f"/v2/images/{own_id}").status_code == 204


def being_deleted(site: Site, own_id: str) -> None:
    changed(site.owner, own_id, lifecycle_deleting="{}")


OUT = {
    "hidden": (hidden, "was hidden by hand"),
    "renamed": (renamed, "has no current version"),
    "deprecated": (deprecated, "was deprecated"),
    "deactivated": (deactivated, "deactivated"),
    "being-deleted": (being_deleted, "'lifecycle enforce' is deleting it"),
    "deleted": (deleted, "There is no family"),
}


@pytest.mark.parametrize("how", OUT)
def test_what_is_not_the_candidate_any_more_is_not_promoted(
    how: str, site: Site
) -> None:
    site.published(2, CURRENT)
    own_id = candidates_of(site).published(3, NEW)
    take_out, why = OUT[how]
    take_out(site, own_id)
    before = site.left()

    outcome = site.owner.openstack(*promote(site))
    planned = site.owner.openstack(*promote(site, "--dry-run"))

    assert (outcome.status, outcome.stdout) == (1, "")
    assert why in outcome.stderr
    assert planned.status == 1
    assert differences(site.left(), before) == []
    assert site.found() == [label(2)]


OTHERWISE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "unsigned": ({"img_signature": "x"}, {}, "has no signature"),
    "architecture": (
        {"architecture": "x86_64"},
        {"architecture": "aarch64"},
        "another kind of machine",
    ),
    "format": ({}, {"disk_format": "qcow2"}, "it is qcow2"),
    "older": ({"image_build_date": "2026-09-01"}, {}, "older than the current one"),
    "narrower": ({"visibility": "private"}, {}, "Use --public"),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_what_is_refused_on_every_way_is_refused_of_a_candidate(
    what: str, site: Site
) -> None:
    of_ours, of_theirs, why = OTHERWISE[what]
    site.published(2, CURRENT, **of_ours)
    candidates = candidates_of(site)
    content = qcow2(NEW) if "disk_format" in of_theirs else NEW
    candidates.published(3, content, **of_theirs)
    before = site.left()

    outcome = site.owner.openstack(*promote(site))

    assert (outcome.status, outcome.stdout) == (1, "")
    assert why in outcome.stderr
    assert differences(site.left(), before) == []
    assert candidates.found() == [label(3)]


def test_the_same_bytes_are_unchanged_and_the_candidate_stays(site: Site) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, CURRENT)

    outcome = site.owner.openstack(*promote(site))

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["result"] == "unchanged"
    assert candidates.found() == [label(3)]


def test_bytes_that_were_rolled_back_stay_the_candidate_s(site: Site) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, NEW)
    site.proxy.sent.clear()
    assert site.owner.openstack(*site.rotate_url()).status == 0
    back = site.owner.openstack("image", "rollback", "-f", "json", site.name)
    assert back.status == 0, back.stderr

    outcome = site.owner.openstack(*promote(site))

    assert outcome.json()["result"] == "unchanged (rolled back)"
    assert candidates.found() == [label(3)]


@pytest.mark.parametrize(
    "options",
    [
        ["--checksum", "sha256:" + "0" * 64],
        ["--store", "fast"],
        ["--hidden"],
        ["--image", "another"],
        ["--url", "https://vendor.example/disk.img"],
    ],
    ids=lambda options: str(options[0]),
)
def test_options_of_another_source_are_wrong_usage(
    options: list[str], site: Site
) -> None:
    outcome = site.owner.openstack(*promote(site, *options))

    assert outcome.status == 2
    assert "--from-family" in outcome.stderr


def test_a_family_is_no_candidate_of_its_own(site: Site) -> None:
    outcome = site.owner.openstack(*site.rotate("--from-family", site.name))

    assert outcome.status == 2
    assert "a family of its own" in outcome.stderr


def test_F49_who_may_not_publish_leaves_the_candidate_what_it_was(
    cloud: Cloud, site: Site
) -> None:
    site.published(2, CURRENT)
    candidates_of(site).published(3, NEW, visibility="private")
    before = site.left()
    ordinary = cloud.account(project=site.owner)

    outcome = ordinary.openstack(*promote(site))

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "publicize_image" in outcome.stderr
    assert differences(site.left(), before) == []
    assert site.found() == [label(2)]


def test_a_site_s_own_test_that_fails_leaves_the_candidate_what_it_was(
    site: Site,
) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, NEW)
    before = site.left()

    outcome = site.owner.openstack(*promote(site, "--verify-command", "exit 7"))

    assert outcome.status == 1
    assert outcome.json()["result"] == "unchanged"
    assert differences(site.left(), before) == []
    assert candidates.found() == [label(3)]


PERSONS: dict[str, Callable[[Site, str], None]] = {
    "hides": hidden,
    "renames": renamed,
    "deprecates": deprecated,
    "deactivates": deactivated,
    "deletes": deleted,
}
STEPS = ("mark", "announce", "promote")


IN_TIME = [
    (who, when)
    for who in PERSONS
    for when in STEPS
    # The one change gives it the name, and is what shows that Glance has its data.
    if when != "promote" or who not in ("renames", "deactivates")
]


@pytest.mark.parametrize(("who", "when"), IN_TIME)
def test_what_a_person_does_to_the_candidate_meanwhile_stands(
    who: str, when: str, site: Site
) -> None:
    site.published(2, CURRENT)
    own_id = candidates_of(site).published(3, NEW)
    number = 3 + STEPS.index(when)
    on_write(site.proxy, number, lambda: PERSONS[who](site, own_id))

    outcome = site.through.openstack(*promote(site))

    assert step(writes(site.proxy)[number - 1]) == when
    assert (outcome.status, outcome.stdout) == (1, "")
    assert site.found() == [label(2)]
    left = {one["lifecycle_version"]: one for one in site.left()}
    assert left[label(2)]["lifecycle_state"] == "active"
    assert "lifecycle_retired_at" not in left[label(2)]
    if who != "deletes":
        marks = [n for n in shown(site.owner, own_id) if "lifecycle_coming" in n]
        assert marks == []
    if who == "hides":
        assert shown(site.owner, own_id)["os_hidden"]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image rotate --from-family``: a candidate that was tested becomes ours."""

from __future__ import annotations

from dataclasses import replace

from tests.functional.generations import shown
from tests.functional.rotations import CURRENT, NEW, OLD, Site, label


def candidates_of(site: Site) -> Site:
    """The same, of the family in which builds are tried first."""
    return replace(site, name=f"{site.name}-rc")


def promote(site: Site, *options: str) -> list[str]:
    return site.rotate("--from-family", candidates_of(site).name, *options)


def test_the_candidate_becomes_ours_by_one_change_and_no_byte_moves(
    site: Site,
) -> None:
    old = site.published(2, CURRENT)
    candidates = candidates_of(site)
    earlier = candidates.retired(2, OLD)
    policy = {"lifecycle_keep": "9", "lifecycle_tag": "trial"}
    own_id = candidates.published(3, NEW, tags=["lifecycle", "trial"], **policy)

    outcome = site.through.openstack(*promote(site))

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["result"] == "rotated"
    assert outcome.json()["new_id"] == own_id
    assert f"'{candidates.name}' finds no image" in outcome.stderr
    assert site.found() == [label(3)]
    assert candidates.found() == []
    assert not [sent for sent in site.proxy.sent if sent.path.endswith("/file")]
    ours = shown(site.owner, own_id)
    assert ours["name"] == ours["lifecycle_family"] == site.name
    assert ours["lifecycle_generation"] == "3"
    assert ours["lifecycle_keep"] == "3"
    assert "lifecycle_tag" not in ours
    assert "trial" not in ours["tags"]
    assert ours["lifecycle_promoted_from"] == candidates.name
    assert ours["lifecycle_verified"] == "sha256"
    assert not [name for name in ours if name.startswith("lifecycle_coming_")]
    assert shown(site.owner, old)["os_hidden"]
    assert shown(site.owner, old)["lifecycle_replacement"] == own_id
    assert shown(site.owner, earlier)["lifecycle_family"] == candidates.name


def test_rolled_back_the_promoted_version_is_deprecated_as_ours(site: Site) -> None:
    site.published(2, CURRENT)
    own_id = candidates_of(site).published(3, NEW)
    assert site.owner.openstack(*promote(site)).status == 0

    back = site.owner.openstack("image", "rollback", "-f", "json", site.name)
    again = site.owner.openstack(*promote(site))

    assert back.status == 0, back.stderr
    assert site.found() == [label(2)]
    assert shown(site.owner, own_id)["lifecycle_state"] == "deprecated"
    assert shown(site.owner, own_id)["lifecycle_family"] == site.name
    assert again.status == 0, again.stderr
    assert again.json()["result"].startswith("unchanged")
    assert site.found() == [label(2)]


def test_said_twice_the_second_one_changes_nothing(site: Site) -> None:
    site.published(2, CURRENT)
    candidates_of(site).published(3, NEW)
    assert site.owner.openstack(*promote(site)).status == 0
    before = site.left()

    again = site.owner.openstack(*promote(site))

    assert again.status == 0, again.stderr
    assert again.json()["result"] == "unchanged"
    assert site.left() == before


def test_the_first_version_of_a_family_can_be_a_candidate(site: Site) -> None:
    candidates = candidates_of(site)
    candidates.published(3, NEW)

    outcome = site.owner.openstack(*promote(site))

    assert outcome.status == 0, outcome.stderr
    assert site.found() == [label(3)]
    assert candidates.found() == []


def test_nothing_is_found_to_be_wrong_with_either_family_then(site: Site) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    own_id = candidates.published(3, NEW)
    candidates.retired(1, OLD, lifecycle_replacement=own_id)
    assert site.owner.openstack(*promote(site)).status == 0

    checked = site.owner.openstack("image", "lifecycle", "check", "-f", "json")

    assert checked.status == 0, checked.stdout


def test_what_was_promoted_is_no_candidate_again_and_what_is_newer_is(
    site: Site,
) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, NEW)
    assert site.owner.openstack(*promote(site)).status == 0

    again = site.owner.openstack(*candidates.rotate_url("--public"))
    newer = site.owner.openstack(*candidates.rotate_url("--public", content=OLD))

    assert again.status == newer.status == 0, (again, newer)
    assert again.json()["result"] == "unchanged"
    assert f"promoted to '{site.name}'" in again.json()["note"]
    assert newer.json()["result"] == "rotated"
    assert candidates.found() == [label(3)]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ways in which a version becomes current, each with a family to show it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.run import Run
from tests.functional.families import dead_process, made, version
from tests.functional.outcomes import digest_of
from tests.functional.rotations import BUILT, CURRENT, NEW, OLD, Site, label


@dataclass(frozen=True)
class Way:
    """A way of getting a version that is current, and what it writes undisturbed."""

    prepared: Callable[[Site], list[str]]
    """Makes the family as it is before; gives the command."""
    steps: tuple[str, ...]
    result: str = "rotated"


def by_url(site: Site) -> list[str]:
    """A shared family with a tag of its own, and a member who has accepted it."""
    tagged = {"lifecycle_tag": "golden", "tags": ["lifecycle", "lts", "golden"]}
    site.shared(site.published(2, CURRENT, **tagged))
    return site.rotate_url()


def by_file(site: Site) -> list[str]:
    """A public family of two versions, whose old ones get another name."""
    site.retired(1, OLD)
    site.published(2, CURRENT)
    path = site.owner.home / "disk.img"
    path.write_bytes(NEW)
    told = ["--checksum", digest_of(NEW), "--build-date", BUILT[3]]
    old = ["--old-name", "{name} ({version})", "--old-community"]
    return site.rotate("--file", str(path), *told, *old)


def by_image(site: Site) -> list[str]:
    """An image that was built elsewhere; the old version must no longer boot."""
    site.published(2, CURRENT)
    built = site.by_hand(NEW, name="built-here", base_image_ref="x")
    obsolete = ["--old-state", "obsolete", "--yes"]
    return site.rotate("--image", built, "--build-date", BUILT[3], *obsolete)


def by_promotion(site: Site) -> list[str]:
    """A candidate that testers find, for a shared family with a tag of its own."""
    tagged = {"lifecycle_tag": "golden", "tags": ["lifecycle", "lts", "golden"]}
    site.shared(site.published(2, CURRENT, **tagged))
    candidates = replace(site, name=f"{site.name}-rc")
    third = ticket_id(site.owner.project_id, candidates.name, 3)
    candidates.retired(1, OLD, lifecycle_replacement=third)
    policy = {"lifecycle_keep": "9", "lifecycle_tag": "trial"}
    tags = ["lifecycle", "trial"]
    candidates.published(3, NEW, visibility="private", tags=tags, **policy)
    return site.rotate("--from-family", candidates.name)


def by_adoption(site: Site) -> list[str]:
    public = {"name": site.name, "visibility": "public", "image_build_date": BUILT[2]}
    site.by_hand(CURRENT, **public)
    return site.rotate_url("--adopt")


def by_rollback(site: Site) -> list[str]:
    site.retired(1, OLD)
    site.shared(site.published(2, CURRENT))
    return ["image", "rollback", "-f", "json", "--to", label(1), "--", site.name]


def by_going_back(site: Site) -> list[str]:
    """The version before, whichever that is."""
    site.retired(1, OLD)
    site.published(2, CURRENT)
    return ["image", "rollback", "-f", "json", "--", site.name]


def by_revival(site: Site) -> list[str]:
    """An obsolete version."""
    own_id = site.retired(1, OLD, lifecycle_state="obsolete")
    site.published(2, CURRENT)
    action = f"/v2/images/{own_id}/actions/deactivate"
    assert site.owner.glance("POST", action).status_code == 204
    return ["image", "rollback", "-f", "json", "--to", label(1), "--", site.name]


def by_file_beside_the_old(site: Site) -> list[str]:
    """The old version stays in the lists, under another name."""
    site.published(2, CURRENT)
    path = site.owner.home / "disk.img"
    path.write_bytes(NEW)
    told = ["--checksum", digest_of(NEW), "--build-date", BUILT[3]]
    old = ["--old-name", "{name} ({version})", "--no-hide-old"]
    return site.rotate("--file", str(path), *told, *old)


def by_repair(site: Site) -> list[str]:
    """All that runs can leave at once: three are visible, and a dead one's record."""
    for generation, content in enumerate((OLD, CURRENT, NEW), 1):
        site.published(generation, content)
    fourth = ticket_id(site.owner.project_id, site.name, 4)
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    made(site.owner, **version(site.name, 4, fourth), lifecycle_run=dead)
    return site.rotate_url()


WAYS = {
    "url": Way(
        by_url,
        (
            *("POST record", "POST members", "PUT member", "DELETE record"),
            *("POST record", "POST record", "DELETE record"),
            *("PUT file", "stage", "POST members", "PUT member"),
            *("announce", "offer", "hide", "PATCH tags"),
        ),
    ),
    "file": Way(
        by_file,
        (
            *("POST record", "POST record", "DELETE record", "PUT file", "stage"),
            *("announce", "offer", "hide", "PATCH name visibility"),
        ),
    ),
    "image": Way(
        by_image,
        (
            *("POST record", "DELETE record", "mark", "stage"),
            *("announce", "offer", "hide", "settle", "POST deactivate"),
        ),
    ),
    "promotion": Way(
        by_promotion,
        (
            *("POST record", "POST members", "PUT member", "DELETE record"),
            *("POST record", "DELETE record", "PATCH visibility"),
            *("POST members", "PUT member"),
            *("mark", "announce", "promote", "hide", "PATCH tags"),
        ),
    ),
    "adopt": Way(
        by_adoption,
        (
            *("POST record", "DELETE record", "PATCH lifecycle_adopting", "adopt"),
            *("POST record", "POST record", "DELETE record", "PUT file", "stage"),
            *("announce", "offer", "hide", "settle"),
        ),
    ),
    "rollback": Way(
        by_rollback,
        (
            *("POST record", "POST members", "PUT member", "DELETE record"),
            *("POST record", "DELETE record", "PATCH visibility"),
            *("POST members", "PUT member"),
            *("mark", "announce", "offer", "hide", "settle"),
        ),
        "rolled back",
    ),
    "back": Way(
        by_going_back,
        (
            *("POST record", "DELETE record"),
            *("mark", "announce", "offer", "hide", "settle"),
        ),
        "rolled back",
    ),
    "revival": Way(
        by_revival,
        (
            *("POST record", "DELETE record", "POST reactivate"),
            *("mark", "announce", "offer", "hide", "settle"),
        ),
        "rolled back",
    ),
    "listed": Way(
        by_file_beside_the_old,
        (
            *("POST record", "POST record", "DELETE record", "PUT file", "stage"),
            *("announce", "offer", "PATCH name", "settle"),
        ),
    ),
    "repair": Way(
        by_repair,
        (
            *("announce", "mark", "hide", "announce", "mark", "hide"),
            *("settle", "settle", "DELETE record"),
        ),
        "unchanged",
    ),
}


def undisturbed_end(site: Site, way: Way) -> list[dict[str, Any]]:
    """What a run that nothing disturbs leaves."""
    outcome = site.through.openstack(*way.prepared(site))
    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["result"] == way.result
    return site.left()


def some(always: Sequence[Any], besides: Sequence[Any]) -> list:
    """What every run of the tests tries, and what only a long one tries besides."""
    return [*always, *(pytest.param(one, marks=pytest.mark.long) for one in besides)]

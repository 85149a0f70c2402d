# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``--dry-run`` shows is what the run then does, on every way to a version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.image import OUT_OF_REACH
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.proxy.sent import Sent
from tests.functional.families import JSON_PATCH, dead_process, made, version
from tests.functional.generations import planned
from tests.functional.outcomes import digest_of, images
from tests.functional.rotations import CURRENT, OLD, UNTOLD, Site
from tests.functional.ways import WAYS, some
from tests.functional.writing import step, writes

NEW = "new"
"""Stands for the ID of the image that a run makes: no plan knows it."""

ROWS = {
    "POST record": ("create",),
    "PUT file": ("store",),
    "PUT member": ("share",),
    "POST deactivate": ("deactivate",),
    "POST reactivate": ("reactivate",),
    "PATCH name": ("rename",),
    "PATCH name visibility": ("rename", "make"),
    "PATCH visibility": ("make",),
    "PATCH tags": ("untag",),
    "DELETE record": ("delete",),
    "offer": ("show",),
    "promote": ("show",),
    # It tells nobody anything that is shown: marks, and a membership that is pending.
    **dict.fromkeys(("mark", "settle", "PATCH lifecycle_adopting", "POST members"), ()),
}
"""Which rows a writing request carries out; else the one of its own name."""

UNTOLD_ROWS = {"delete", "rename", "share"}
"""Of which a run says something, or nothing, but not that it is a repair."""

ONLY_READS = {"GET", "HEAD"}

SAME = {"retire": "announce", "publish": "show"}
"""Rows of one kind of request: to tell afterwards what became of a version, and to show
what takes no other's place."""

READ = {
    "fetch",
    "verify",
    "spool",
    "keep",
    "carry over",
    "change",
    "add",
    "leave behind",
}
"""Rows that write nothing, or that tell what others write."""


ALWAYS = ("url", "image", "promotion", "back", "repair")


@pytest.mark.parametrize("name", some(ALWAYS, [n for n in WAYS if n not in ALWAYS]))
def test_the_run_writes_what_the_dry_run_shows_and_that_writes_nothing(
    name: str, site: Site
) -> None:
    command = WAYS[name].prepared(site)
    before = by_id(site)

    plan = planned(site.through.openstack(*dry(command)))
    sent_by_plan = {sent.method for sent in site.proxy.sent}
    outcome = site.through.openstack(*command)

    assert outcome.status == 0, outcome.stderr
    assert sent_by_plan <= ONLY_READS
    assert shown(plan) == carried_out(writes(site.proxy), before, by_id(site))


def hidden_for_a_dead_one(site: Site) -> list[str]:
    site.retired(2, CURRENT)
    third = ticket_id(site.owner.project_id, site.name, 3)
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    made(site.owner, **version(site.name, 3, third), lifecycle_run=dead)
    return site.rotate_url(content=CURRENT)


def visible_and_deactivated(site: Site) -> list[str]:
    useless = site.published(1, OLD)
    action = f"/v2/images/{useless}/actions/deactivate"
    assert site.owner.glance("POST", action).status_code == 204
    site.published(2, CURRENT)
    return site.rotate_url(content=CURRENT)


def marked_for_a_swap_that_is_over(site: Site) -> list[str]:
    site.retired(1, OLD, lifecycle_leaving_2=json.dumps({"hidden": []}))
    site.published(2, CURRENT)
    return site.rotate_url(content=CURRENT)


def shown_by_hand(site: Site) -> list[str]:
    site.published(1, OLD)
    staged = site.published(2, CURRENT, lifecycle_state="staged")
    never = [{"op": "remove", "path": "/lifecycle_published_at"}]
    told = {"data": json.dumps(never), "headers": JSON_PATCH}
    answer = site.owner.glance("PATCH", f"/v2/images/{staged}", **told)
    assert answer.status_code == 200, answer.text
    return site.rotate_url(content=CURRENT)


def tagged_like_the_one_before(site: Site) -> list[str]:
    site.retired(1, OLD, tags=["lifecycle", "golden"])
    site.published(2, CURRENT, lifecycle_tag="golden")
    return site.rotate_url(content=CURRENT)


def hidden_and_untold(site: Site) -> list[str]:
    site.published(1, OLD, os_hidden=True)
    site.published(2, CURRENT)
    return site.rotate_url(content=CURRENT)


def of_a_number_that_leaves_none(site: Site) -> list[str]:
    site.retired(1, OLD)
    site.published(2, CURRENT, lifecycle_generation=str(OUT_OF_REACH))
    return site.rotate_url(content=CURRENT)


def retired_without_the_end(site: Site) -> list[str]:
    """It was to get another name once it was hidden."""
    before = json.dumps({**UNTOLD, "name": site.name})
    site.retired(1, OLD, lifecycle_before=before)
    site.published(2, CURRENT)
    return site.rotate_url("--old-name", "{name} ({version})", content=CURRENT)


def visible_beside_what_members_do_not_find(site: Site) -> list[str]:
    site.shared(site.published(1, OLD))
    site.published(2, CURRENT, visibility="shared")
    return site.rotate_url(content=CURRENT)


REPAIRS: dict[Callable[[Site], list[str]], set[str]] = {
    hidden_for_a_dead_one: {"show", "take back", "delete"},
    visible_and_deactivated: {"unlist"},
    marked_for_a_swap_that_is_over: {"settle"},
    shown_by_hand: {"publish", "retire", "hide"},
    tagged_like_the_one_before: {"tag", "untag"},
    hidden_and_untold: {"retire"},
    of_a_number_that_leaves_none: {"renumber"},
    retired_without_the_end: {"rename"},
    visible_beside_what_members_do_not_find: {"retire", "share", "hide"},
}
"""What dead runs, lost changes and people leave, and the rows that repair it."""


KINDS = [retired_without_the_end, shown_by_hand]


@pytest.mark.parametrize(
    "left",
    some(KINDS, [kind for kind in REPAIRS if kind not in KINDS]),
    ids=lambda left: left.__name__,
)
def test_the_run_repairs_what_the_dry_run_shows_and_that_repairs_nothing(
    left: Callable[[Site], list[str]], site: Site
) -> None:
    command = left(site)

    plan = planned(site.through.openstack(*dry(command)))
    sent_by_plan = {sent.method for sent in site.proxy.sent}
    outcome = site.through.openstack(*command)
    again = planned(site.through.openstack(*dry(command)))

    done = [row for row in plan if row["Step"] != "keep"]
    told = outcome.json()["repaired"]
    assert outcome.status == 0, outcome.stderr
    assert sent_by_plan <= ONLY_READS
    assert {row["Step"] for row in done} == REPAIRS[left]
    assert {row["Image"] for row in done} == {*map(of_image, writes(site.proxy))}
    assert [(one["step"], one["image"]) for one in told] == [
        (row["Step"], row["Image"]) for row in done if row["Step"] not in UNTOLD_ROWS
    ]
    assert [row["Step"] for row in again] == ["keep"]


def test_the_import_writes_what_the_dry_run_shows_and_that_writes_nothing(
    site: Site,
) -> None:
    """A run that died has left a record of it."""
    first = ticket_id(site.owner.project_id, site.name, 1)
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    made(site.owner, **version(site.name, 1, first), lifecycle_run=dead)
    url = site.source.put("disk.img", CURRENT)
    told = ["--checksum", digest_of(CURRENT)]
    command = ["image", "import-url", "-f", "json", *told, "--", url, site.name]
    before = by_id(site)

    plan = planned(site.through.openstack(*command[:4], "--dry-run", *command[4:]))
    sent_by_plan = {sent.method for sent in site.proxy.sent}
    outcome = site.through.openstack(*command)

    carried = carried_out(writes(site.proxy), before, by_id(site))
    assert outcome.status == 0, outcome.stderr
    assert sent_by_plan <= ONLY_READS
    assert shown(plan) == carried
    assert [row for row, _ in carried] == ["delete", "create", "store", "show"]


def dry(command: list[str]) -> list[str]:
    """The command line of its dry run."""
    [*words, separator, name] = command
    return [*words, "--dry-run", separator, name]


def by_id(site: Site) -> dict[str, Any]:
    return {one["id"]: one for one in images(site.owner)}


def shown(plan: list[dict[str, str]]) -> list[tuple[str, str]]:
    """The effects in a plan: what is done to which image."""
    return [
        (SAME.get(row["Step"], row["Step"]), row["Image"] or NEW)
        for row in plan
        if row["Step"] not in READ
    ]


def carried_out(
    sent: list[Sent], before: dict[str, Any], after: dict[str, Any]
) -> list[tuple[str, str]]:
    """The effects of a run, but for records that it has made only to try something."""
    effects = []
    for each in sent:
        own_id = of_image(each)
        if own_id not in before and own_id not in after:
            continue
        is_new = own_id not in before
        what = step(each)
        if is_new and what == "stage":
            # What was stored is described: its row is that of the bytes.
            continue
        rows = ROWS.get(what, (what,))
        effects += [(row, NEW if is_new else own_id) for row in rows]
    return effects


def of_image(sent: Sent) -> str:
    """The ID of the image that it is about."""
    path = sent.path.removeprefix("/v2/images").strip("/")
    if path:
        return path.split("/")[0]
    return str(json.loads(sent.body)["id"])

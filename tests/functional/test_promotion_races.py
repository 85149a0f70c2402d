# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Promotions beside other runs of both families, and killed with the other one next."""

from __future__ import annotations

import pytest

from tests.cloud.client import Outcome
from tests.cloud.series import Ended, several
from tests.functional.generations import shown
from tests.functional.rotations import CURRENT, NEW, OLD, Site, label
from tests.functional.test_promotion import candidates_of, promote
from tests.functional.test_rotate_killed import killed
from tests.functional.ways import WAYS, some
from tests.functional.writing import on_write, step, writes

STEPS = ("mark", "announce", "promote", "hide", "settle")
FIRST = 3
"""The number of the first of them: a ticket was made and deleted before."""

LATER = "20260401"
"""The next candidate."""


def next_candidate(site: Site) -> list[str]:
    """The command that rotates the family of candidates."""
    url = site.source.put("next.img", OLD)
    told = [
        "--public",
        "--allow-unverified",
        "--build-date",
        "2026-04-01",
        "--url",
        url,
    ]
    return candidates_of(site).rotate(*told)


@pytest.mark.parametrize("when", STEPS)
def test_a_rotation_of_the_candidates_meanwhile_leaves_both_names(
    when: str, site: Site
) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, NEW)
    done: list[Outcome] = []
    command = next_candidate(site)
    number = FIRST + STEPS.index(when)
    on_write(site.proxy, number, lambda: done.append(site.owner.openstack(*command)))

    outcome = site.through.openstack(*promote(site))

    assert step(writes(site.proxy)[number - 1]) == when
    assert done[0].status == 0, done[0].stderr
    assert candidates.found() == [LATER]
    is_promoted = site.found() == [label(3)]
    assert is_promoted or site.found() == [label(2)]
    assert outcome.status == (0 if is_promoted else 1)


AMID = {
    "POST record": (0, label(3), [LATER]),
    "stage": (0, label(3), [LATER]),
    "announce": (0, label(3), [LATER]),
    "offer": (1, label(2), [LATER]),
    "hide": (0, LATER, []),
    "settle": (0, LATER, []),
}
"""What a promotion ends with that comes before a step of such a rotation, and what the
two names find then: what it promotes is what is current at that moment."""


@pytest.mark.parametrize("when", AMID)
def test_a_promotion_amid_a_rotation_of_the_candidates_takes_what_is_current(
    when: str, site: Site
) -> None:
    status, ours, theirs = AMID[when]
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    candidates.published(3, NEW)
    done: list[Outcome] = []
    steps = (*WAYS["file"].steps[:-1], "settle")
    on_write(
        site.proxy,
        steps.index(when) + 1,
        lambda: done.append(site.owner.openstack(*promote(site))),
    )

    outcome = site.through.openstack(*next_candidate(site))

    assert outcome.status == 0, outcome.stderr
    assert done[0].status == status, done[0].stderr
    assert site.found() == [ours]
    assert candidates.found() == theirs


def at_once(site: Site, *commands: list[str]) -> list[Ended]:
    """How each of *commands* ended, begun together."""
    with several(site.owner, len(commands)) as clients:
        for client, command in zip(clients, commands, strict=True):
            client.begin(*command)
        return [client.ended() for client in clients]


def test_of_two_families_that_promote_one_candidate_one_gets_it(site: Site) -> None:
    site.published(2, CURRENT)
    candidates = candidates_of(site)
    own_id = candidates.published(3, NEW)
    other = [*promote(site)[:-1], f"{site.name}-too"]

    ended = at_once(site, promote(site), other)

    assert sorted(one.status for one in ended) == [0, 1]
    owner = shown(site.owner, own_id)["lifecycle_family"]
    assert shown(site.owner, own_id)["name"] == owner
    assert candidates.found() == []
    assert len(site.found()) == 1


def test_two_promotions_at_once_end_as_one(site: Site) -> None:
    site.published(2, CURRENT)
    candidates_of(site).published(3, NEW)

    ended = at_once(site, *[promote(site)] * 3)

    assert site.found() == [label(3)]
    assert 0 in [one.status for one in ended]
    again = site.owner.openstack(*promote(site))
    assert again.json()["result"] == "unchanged"


CUTS = WAYS["promotion"].steps


@pytest.mark.parametrize(
    "what", some(("promote", "hide"), ("PATCH visibility", "mark", "announce"))
)
def test_killed_it_is_undone_or_left_by_the_next_run_of_the_candidates(
    what: str, site: Site
) -> None:
    command = WAYS["promotion"].prepared(site)
    candidates = candidates_of(site)

    killed(site, command, CUTS.index(what) + 1, answered=False)
    then = site.owner.openstack(*next_candidate(site))
    kept = site.owner.openstack(*site.rotate_url(content=CURRENT))

    assert then.status == 0, then.stderr
    assert len(site.found()) == 1
    assert kept.status == 0, kept.stderr
    assert len(site.found()) == 1
    listed = site.owner.openstack("image", "show", candidates.name, "-f", "json")
    assert listed.status == 0, listed.stderr

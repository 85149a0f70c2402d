# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Histories and races that nobody has thought of, by a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.simulation.glance.steps import (
    HIDE,
    SHOW,
    Ask,
    History,
    Lies,
    Race,
    Step,
    act,
    active,
    delete,
    get,
    listed,
    member,
    members,
    order,
    patch,
    post,
    put,
    say,
    share,
)

STEPS = 14
IMAGES = ("A", "B")
PEOPLE = ("owner", "owner", "owner", "other", "admin")


def history(seed: int) -> History:
    """A few people at work on two images. What each is answered, nobody has said."""
    chance = Random(seed)
    steps: list[Step] = [_begun(chance, image) for image in IMAGES]
    while len(steps) < STEPS:
        step = _step(chance, chance.choice(IMAGES), chance.choice(PEOPLE))
        steps += [step, get(chance.choice(IMAGES), who=chance.choice(PEOPLE))]
    steps += [listed(hidden, visibility="all") for hidden in ("owner", "other")]
    steps += [listed("admin", visibility="all", os_hidden="true")]
    return History(f"chance {seed}", (*steps, *map(Lies, IMAGES)))


def race(seed: int) -> Race:
    """Two of them do something to the same image at once."""
    chance = Random(seed)
    before: tuple[Step, ...] = active(os_hidden=chance.random() < 0.5, note="none")
    if chance.random() < 0.3:
        before = before[:1]
    before = (*before, share("O", "other"))
    one, other = (
        _change(chance, "O", chance.choice(("owner", "owner", "admin")))
        for _ in range(2)
    )
    reads = ("status", "os_hidden", "visibility", "note", "more", "tags", "size")
    return Race(f"chance {seed}", before, one, other, get(), reads)


def _begun(chance: Random, image: str) -> Ask:
    fields = {
        "os_hidden": chance.random() < 0.3,
        "tags": chance.sample(("a", "b", "c"), chance.randrange(3)),
        "visibility": chance.choice(("shared", "shared", "private", "community")),
        **({"note": "none"} if chance.random() < 0.5 else {}),
    }
    return post(image, 201, "owner", **fields)


def _step(chance: Random, image: str, who: str) -> Ask:
    looks = (
        lambda: listed(who, visibility=chance.choice(("all", "shared", "public"))),
        lambda: listed(who, os_hidden="true"),
        lambda: listed(who, tag=chance.choice("abc")),
        lambda: listed(who, limit="1"),
        lambda: listed(who, limit="2", marker=f"{{{image}}}"),
        lambda: member(image, "other", who=who),
        lambda: members(image, who=who),
        lambda: Ask(who, "GET", f"/images/{{{image}}}/file"),
        lambda: Ask(who, "GET", f"/images/{{{image}}}/tasks"),
    )
    if chance.random() < 0.3:
        return chance.choice(looks)()
    return _change(chance, image, who)


def _change(chance: Random, image: str, who: str) -> Ask:
    changes = (
        lambda: _patch(chance, image, who),
        lambda: _patch(chance, image, who),
        lambda: _patch(chance, image, who),
        lambda: put(image, who=who),
        lambda: delete(image, who=who),
        lambda: act(image, chance.choice(("deactivate", "reactivate")), who=who),
        lambda: share(image, chance.choice(("other", "third")), who=who),
        lambda: say(image, "other", chance.choice(("accepted", "rejected")), who=who),
        lambda: Ask(who, "DELETE", f"/images/{{{image}}}/members/{{other}}"),
        lambda: Ask(who, "PUT", f"/images/{{{image}}}/tags/{chance.choice('abc')}"),
        lambda: Ask(who, "DELETE", f"/images/{{{image}}}/tags/{chance.choice('abc')}"),
        lambda: post(image, who=who),
        lambda: order(image, "glance-direct"),
    )
    return chance.choice(changes)()


def _patch(chance: Random, image: str, who: str) -> Ask:
    operations: tuple[tuple[Any, ...], ...] = (
        HIDE,
        SHOW,
        ("add", "note", chance.choice("xyz")),
        ("replace", "note", chance.choice("xyz")),
        ("remove", "note"),
        ("add", "more", chance.choice("xyz")),
        ("remove", "more"),
        ("replace", "tags", chance.sample(("a", "b", "c"), chance.randrange(3))),
        ("replace", "visibility", chance.choice(("shared", "private", "public"))),
        ("add", "protected", chance.random() < 0.3),
        ("replace", "disk_format", "raw"),
        ("replace", "min_disk", chance.randrange(-1, 3)),
        ("replace", "owner", "{owner}"),
        ("add", "name", "NAME"),
        ("remove", "name"),
    )
    chosen = chance.sample(operations, chance.choice((1, 1, 2, 3)))
    return patch(image, *chosen, who=who)

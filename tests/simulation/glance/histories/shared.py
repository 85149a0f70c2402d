# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Members of an image, and what they say to it."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    Ask,
    History,
    active,
    delete,
    get,
    listed,
    member,
    members,
    patch,
    post,
    say,
    share,
)

HISTORIES = (
    History(
        "a member sees by ID at once, and lists what it accepted",
        (
            *active(),
            get(who="other", status=404),
            share("O", "other"),
            get(who="other"),
            listed("other"),
            say("O", "other", "accepted"),
            listed("other"),
            listed("other", visibility="all"),
            listed("other", visibility="shared"),
            say("O", "other", "rejected"),
            listed("other"),
            get(who="other"),
        ),
    ),
    History(
        "a member is told of pending images if it asks",
        (
            *active(),
            share("O", "other"),
            listed("other", member_status="pending"),
            listed("other", member_status="all"),
        ),
    ),
    History(
        "an owner can't accept for a member, and an admin can",
        (
            post(),
            share("O", "other"),
            say("O", "other", "accepted", 403, who="owner"),
            member("O", "other"),
            say("O", "other", "accepted", who="admin"),
            member("O", "other"),
            members(),
        ),
    ),
    History(
        "only a member answers",
        (
            post(),
            share("O", "other"),
            say("O", "third", "accepted", 404, who="third"),
            say("O", "other", "accepted", 404, who="third"),
            say("O", "third", "accepted", 404),
            say("O", "other", "maybe", 400),
        ),
    ),
    History(
        "a member sees itself alone",
        (
            post(),
            share("O", "other"),
            share("O", "third"),
            members(who="other"),
            member("O", "third", 404, who="other"),
            member("O", "other", who="other"),
            members(),
            members(who="admin"),
        ),
    ),
    History(
        "a member twice is a conflict",
        (
            post(),
            share("O", "other"),
            say("O", "other", "accepted"),
            share("O", "other", 409),
            member("O", "other"),
        ),
    ),
    History(
        "who is no member is not found",
        (
            post(),
            member("O", "other", 404),
            members(),
            members(who="other", status=404),
        ),
    ),
    History(
        "only shared images have members",
        (
            post(visibility="private"),
            share("O", "other", 403),
            members(status=403),
            member("O", "other", 404),
            patch("O", ("replace", "visibility", "shared")),
            share("O", "other"),
            patch("O", ("replace", "visibility", "private")),
            members(status=403),
            get(who="other", status=404),
            patch("O", ("replace", "visibility", "shared")),
            members(),
            get(who="other"),
        ),
    ),
    History(
        "members are the owner's to name",
        (
            post(),
            share("O", "other"),
            share("O", "third", 403, who="other"),
            share("O", "third", who="admin"),
            members(),
            Ask("other", "DELETE", "/images/{O}/members/{other}", None, 403),
            Ask("owner", "DELETE", "/images/{O}/members/{other}", None, 204),
            Ask("owner", "DELETE", "/images/{O}/members/{other}", None, 404),
            members(),
            get(who="other", status=404),
        ),
    ),
    History(
        "a member changes nothing of the image",
        (
            *active(),
            share("O", "other"),
            patch("O", HIDE, who="other", status=403),
            delete(who="other", status=403),
        ),
    ),
    History(
        "a hidden shared image is there for its member, by ID",
        (
            *active(os_hidden=True),
            share("O", "other"),
            say("O", "other", "accepted"),
            get(who="other"),
            listed("other"),
            listed("other", os_hidden="true"),
            Ask("other", "GET", "/images/{O}/file"),
        ),
    ),
    History(
        "a member that has accepted O finds nothing while N is pending",
        (
            *active("O"),
            share("O", "other"),
            say("O", "other", "accepted"),
            *active("N"),
            share("N", "other"),
            patch("O", HIDE),
            listed("other"),
            say("N", "other", "accepted", who="admin"),
            listed("other"),
        ),
    ),
    History(
        "an admin lists what others share without being a member",
        (
            *active(),
            listed("admin"),
            listed("admin", visibility="all"),
            member("O", "admin", 404, who="admin"),
        ),
    ),
)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rollback was decided to do, and what it would lose."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.comeback import Comeback, Kept
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.rollback import lost_signature, other_audience
from tests.unit.lifecycle.images import managed

NAME = "debian-13"
NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
TAGGED = {"lifecycle_tag": "octavia", "tags": ["lifecycle", "octavia"]}
OLD, NEW = managed("old", 1), managed("new", 2)


def steps(version: Image, incumbent: Image | None, **fields: Any) -> list[list[str]]:
    last = fields.pop("last", incumbent)
    told = {"visibility": "shared", **fields}
    comeback = Comeback(
        version, incumbent, last, NAME, retirement=Retirement(reason="bad"), **told
    )
    return [[one.step, str(one.image), one.what] for one in comeback.steps(NOW)]


ANNOUNCED = ["announce", "new", "version 20260302: deprecated, replaced by version"]
SWAPPED = [
    [*ANNOUNCED[:2], f"{ANNOUNCED[2]} 20260301"],
    ["show", "old", "version 20260301"],
    ["hide", "new", "version 20260302"],
]


def test_steps_are_those_of_a_swap_where_nothing_else_changes() -> None:
    assert steps(OLD, NEW) == SWAPPED


def test_bytes_audience_and_members_come_before_it_is_shown() -> None:
    obsolete = managed("old", 1, status="deactivated", visibility="private")

    assert steps(obsolete, NEW, members={"p": "accepted", "q": "pending"}) == [
        ["reactivate", "old", "version 20260301"],
        ["make", "old", "version 20260301 shared"],
        ["share", "old", "with project p"],
        ["share", "old", "with project q"],
        *SWAPPED,
    ]


def test_where_none_is_current_nothing_is_announced_and_the_tag_moves() -> None:
    last = managed("new", 2, os_hidden=True, **TAGGED)

    shown = ["show", "old", "version 20260301, with the tag octavia"]
    assert steps(OLD, None, last=last) == [shown]


def test_name_that_it_loses_is_told() -> None:
    adopted = managed("old", 1, name="Debian 13")
    comeback = Comeback(adopted, None, None, NAME, "shared", Retirement())

    [show] = comeback.steps(NOW)

    assert show.reason == "it becomes current, and is no longer called 'Debian 13'"


def test_version_that_stays_is_told_with_the_reason() -> None:
    [keep] = Kept(NEW, "unchanged", "it is the current version").steps(NOW)

    assert (keep.step, keep.image) == ("keep", "new")
    assert keep.reason == "it is the current version"


def retired_as(visibility: str, was: str | None) -> Image:
    before = json.dumps({"visibility": was} if was else {})
    return managed("old", 1, visibility=visibility, lifecycle_before=before)


@pytest.mark.parametrize(
    ("version", "last", "why"),
    [
        (OLD, NEW, None),
        (OLD, None, None),
        (retired_as("private", "shared"), NEW, None),
        (
            retired_as("private", None),
            NEW,
            "it is private, and version 20260302 is shared",
        ),
        (
            OLD,
            managed("new", 2, visibility="private", lifecycle_version=None),
            "it is shared, and version new is private",
        ),
        (
            OLD,
            managed("new", 2, visibility="community"),
            "it is shared, and version 20260302 is community",
        ),
        # It is for fewer than before, and so was the last one.
        (retired_as("community", "public"), NEW, None),
    ],
)
def test_whom_it_is_for_has_to_be_said_where_that_would_be_more_or_none(
    version: Image, last: Image | None, why: str | None
) -> None:
    assert other_audience(replace(version, hidden=True), last) == why


@pytest.mark.parametrize(("hidden", "is_unclear"), [(True, True), (False, False)])
def test_version_that_others_find_all_along_stays_for_them(
    hidden: bool, is_unclear: bool
) -> None:
    private = managed("new", 2, visibility="private")
    found = replace(managed("old", 1, visibility="public"), hidden=hidden)

    assert bool(other_audience(found, private)) == is_unclear


def test_signature_that_servers_may_need_is_missed() -> None:
    signed = managed("new", 2, img_signature="x", img_signature_key_type="y")

    assert lost_signature(OLD, NEW) is None
    assert lost_signature(OLD, None) is None
    assert lost_signature(managed("old", 1, **signed.fields), signed) is None
    why = lost_signature(OLD, signed)
    assert why is not None
    assert why.startswith(
        "version 20260302 has img_signature, img_signature_key_type: where Nova"
    )

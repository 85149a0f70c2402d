# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator reads: what is wrong, with which values, and what to type."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from osc_imagetools.lifecycle.finding import Observed
from osc_imagetools.lifecycle.findings import findings
from tests.unit.lifecycle.images import OWNER, managed, shown

NOW = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
GIB = 1 << 30
STRANGER = "fedcba9876543210fedcba9876543210"


def current(image_id="one", generation=1, **fields):
    """A version that nothing is wrong with."""
    state = {
        "lifecycle_state": "active",
        "lifecycle_published_at": "2026-03-08T12:00:00Z",
    }
    return managed(image_id, generation, **{**state, **fields})


FAMILY = "debian-13"
MINE = {"name": "mine"}
ENDED = "Deprecate it: openstack image deprecate one"
STATE = "Set lifecycle_state to what is true, or make it true."
DATES = "Set dates that follow one another, as 2026-03-01T00:00:00Z."
AGAIN = "Set it again, or unset it."
RIDDANCE = "Nothing is done to it. To be rid of them: openstack image unset --property"
OFFER = "If it is good, offer it: openstack image set --activate --unhidden one"
ANOTHER = "Name another: openstack image lifecycle set --replacement <image> one"
CARRY_OUT = "Carry it out; or set lifecycle_hold to say why it stays."
CLAIM = (
    "It is never taken for a version of yours; see that your users' scripts look at "
    "the owner, too."
)

WORDS = {
    "two visible": (
        [current("one", 1), current("two", 2), shown("three")],
        "3 visible images bear its name: one, three, two",
        "Hide all but one: openstack image set --hidden one",
    ),
    "two visible, the current one first": (
        [current("one", 2), current("two", 1)],
        "2 visible images bear its name: one, two",
        "Hide all but one: openstack image set --hidden two",
    ),
    "F108 two visible, one of another project": (
        [current(), shown("x", owner=STRANGER, visibility="public")],
        f"2 visible images bear its name: one, x of project {STRANGER}",
        "One of the projects has to rename or hide its own.",
    ),
    "none visible, hidden": (
        [current(os_hidden=True)],
        "no visible, active image bears its name; this is hidden",
        OFFER,
    ),
    "none visible, for several reasons": (
        [current(os_hidden=True, name="old", status="deactivated")],
        "no visible, active image bears its name; this is deactivated and hidden and "
        "called 'old'",
        OFFER,
    ),
    "claimed": (
        [
            current(),
            current("x", 7, owner=STRANGER, visibility="public"),
        ],
        f"the public image of project {STRANGER} says that it is generation 7 of a "
        "family of that name",
        CLAIM,
    ),
    "a tag that is missing": (
        [current(lifecycle_tag="lts")],
        "it is the current version, and lacks the family's tag 'lts'",
        "The next rotation mends it; or: openstack image set --tag 'lts' one",
    ),
    "a tag that is on two versions": (
        [
            current("one", 1, os_hidden=True, tags=["lts"]),
            current("two", 2, lifecycle_tag="lts", tags=["lts"]),
        ],
        "it has the tag 'lts', which only version 20260302 may have",
        "The next rotation mends it; or: openstack image unset --tag 'lts' one",
    ),
    "ended": (
        [current(lifecycle_end_at="2026-03-10T12:00:00Z")],
        "the family ended at 2026-03-10T12:00:00Z and is still offered",
        ENDED,
    ),
    "provided no longer": (
        [current(provided_until="2026-03-09")],
        "it is still offered, but was provided until 2026-03-09",
        "Deprecate it, or set another provided_until.",
    ),
    "too old": (
        [current(image_build_date="2026-01-01", replace_frequency="monthly")],
        "it is of 2026-01-01, but to be replaced monthly",
        "Bring in a newer version.",
    ),
    "past due": (
        [current(lifecycle_delete_at="2026-03-09")],
        "it should be deleted since 2026-03-09, and is active",
        CARRY_OUT,
    ),
    "no state": ([managed("one", 1)], "it has no state", STATE),
    "a date that is none": (
        [current(lifecycle_delete_at="in June")],
        "lifecycle_delete_at is no time: 'in June'",
        DATES,
    ),
    "a policy that is none": (
        [current(lifecycle_keep="many")],
        "lifecycle_keep can't be read: 'many'",
        AGAIN,
    ),
    "a publication that is none": (
        [current(lifecycle_published_at="?")],
        "lifecycle_published_at can't be read: '?'",
        AGAIN,
    ),
    "F80 a frequency that is none": (
        [current(replace_frequency="hourly")],
        "replace_frequency may not be 'hourly' (yearly, quarterly, monthly, weekly, "
        "daily, critical_bug, never)",
        AGAIN,
    ),
    "a generation that is none": (
        [current(lifecycle_generation="-1")],
        "lifecycle_generation is no number: '-1'",
        AGAIN,
    ),
    "no min_disk": (
        [current(virtual_size=2 * GIB + 1)],
        "its disk needs 3 GiB, but min_disk is not set",
        "openstack image set --min-disk 3 one",
    ),
    "too little min_disk": (
        [current(virtual_size=3 * GIB, min_disk=2)],
        "its disk needs 3 GiB, but min_disk is 2",
        "openstack image set --min-disk 3 one",
    ),
    "of a dead run": (
        [managed("one", 1, lifecycle_run="dead", status="saving", **MINE)],
        "the run that was importing it is dead; it is saving",
        "Run the import again: it deletes what is left behind. Or: openstack image "
        "delete one",
    ),
    "stuck": (
        [shown(**MINE, status="importing", updated_at="2026-03-09T11:00:00Z")],
        "it has been importing for more than a day",
        "If nobody is working on it: openstack image delete one",
    ),
    "failed in a store": (
        [shown(**MINE, os_glance_failed_import="slow,far")],
        "its import failed in: 'slow,far'",
        "Copy it there once more, or delete it: openstack image import --method "
        "copy-image --store <store> one",
    ),
    "no family": (
        [shown(**MINE, lifecycle_id="one")],
        "it has no family",
        "Adopt it into a family, or let go of it.",
    ),
    "inherited one": (
        [shown(**MINE, lifecycle_id="x")],
        "its lifecycle properties were written for image 'x': it inherited them",
        f"{RIDDANCE} lifecycle_id one",
    ),
    "inherited more, from nobody knows what": (
        [shown(**MINE, lifecycle_keep="3", lifecycle_family="x")],
        "its lifecycle properties were written for another image: it inherited them",
        f"{RIDDANCE} lifecycle_family … one",
    ),
    "F96 replacement that is gone": (
        [current(lifecycle_replacement="family:debian-14"), current("two", 2)],
        "its replacement 'family:debian-14' is no image that can be seen",
        ANOTHER,
    ),
    "F96 replacement that does not boot": (
        [current(lifecycle_replacement="two"), shown("two", status="queued", **MINE)],
        "the replacement two has no data to boot: it is queued",
        ANOTHER,
    ),
}


@pytest.mark.parametrize(("images", "what", "do"), WORDS.values(), ids=WORDS)
def test_a_finding_says_what_is_wrong_and_what_to_type(images, what, do):
    observed = Observed(OWNER, tuple(images), NOW, lambda image: image.run == "dead")

    found = {one.what: one for one in findings(observed)}

    assert what in found, [*found]
    assert found[what].do == do
    image = next(each for each in images if each.id == (found[what].image or "one"))
    assert found[what].family == (FAMILY if image.is_managed else "")


def test_a_standard_is_said_with_all_that_is_missing():
    bare = current(virtual_size=GIB, min_disk=1)
    observed = Observed(OWNER, (bare,), NOW, standard="scs-0102")

    [found] = findings(observed)

    told, missing = found.what.split(": ", 1)
    assert told == "it does not meet scs-0102"
    assert missing.count("), ") == missing.count(" is missing (") - 1 > 0
    assert found.do == "Set them: openstack image set --property <name>=<value> one"


NOT_YET = {
    "a moment before the end": current(lifecycle_end_at="2026-03-10T12:00:01Z"),
    "exactly as old as three days of grace allow": current(
        lifecycle_published_at="2026-03-06T12:00:00Z", replace_frequency="daily"
    ),
    "an upload of exactly a day": shown(
        **MINE, status="queued", updated_at="2026-03-09T12:00:00Z"
    ),
}


@pytest.mark.parametrize("image", NOT_YET.values(), ids=NOT_YET)
def test_what_ends_in_a_moment_is_not_found_yet(image):
    assert findings(Observed(OWNER, (image,), NOW)) == ()


def test_a_promise_until_a_day_is_over_at_midnight():
    midnight = datetime(2026, 3, 10, tzinfo=timezone.utc)
    image = current(provided_until="2026-03-09")

    assert findings(Observed(OWNER, (image,), midnight))


PRIVATE = {"visibility": "private", "name": "theirs", "owner": STRANGER}


def test_F96_a_private_image_of_others_that_an_admin_sees_replaces_nothing():
    image = current(lifecycle_replacement="two")
    observed = Observed(OWNER, (image, shown("two", **PRIVATE)), NOW)

    [found] = findings(observed)

    assert found.what == (
        "the replacement two is private, and these projects have not accepted it: "
        f"{OWNER}"
    )

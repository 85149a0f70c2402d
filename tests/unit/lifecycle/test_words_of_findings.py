# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator reads: what is wrong, with which values, and what to type."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from osc_imagetools.lifecycle.checks.checkup import findings, merged
from osc_imagetools.lifecycle.checks.finding import Observed
from osc_imagetools.lifecycle.checks.severity import Severity
from tests.unit.lifecycle.images import OWNER, managed, shown

NOW = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
GIB = 1 << 30
STRANGER = "fedcba9876543210fedcba9876543210"


def current(image_id="one", generation=1, **fields):
    """A version that nothing is wrong with."""
    state = {
        "lifecycle_state": "active",
        "lifecycle_published_at": "2026-03-08T12:00:00Z",
        "lifecycle_verified": "sha256",
    }
    told = {**state, **fields}
    there = {name: value for name, value in told.items() if value is not None}
    return managed(image_id, generation, **there)


FAMILY = "debian-13"
MINE = {"name": "mine"}
OFFER = "If it works, publish it"
AGAIN = "Set it again, or remove it"
DATES = "Set dates in order, such as 2026-03-01T00:00:00Z; or remove it"
HIDE = "Hide all but one"
GONE = "Name another, or remove it"
NO_USERS = "Delete it, if nothing uses it, with 'openstack image lifecycle enforce'."
CLAIM = (
    "It is never mistaken for a version of yours; make sure that your users' scripts "
    "also check the owner."
)
DEPRECATED = {"lifecycle_state": "deprecated", "os_hidden": True}
LEFT = {"name": "debian-13.importing-one", "lifecycle_run": "dead", "os_hidden": True}
HALF_RETIRED = {
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": "2026-03-09T12:00:00Z",
    "lifecycle_retired_at": "2026-03-09T12:00:00Z",
    "lifecycle_before": json.dumps(
        {
            "name": "debian-13",
            "os_hidden": False,
            "lifecycle_state": "active",
            "lifecycle_deprecated_at": None,
            "lifecycle_retired_at": None,
        }
    ),
}

WORDS = {
    "two visible": (
        [current("one", 1), current("two", 2), shown("three")],
        "3 visible images have its name: one, three, two",
        *(HIDE, "deprecate --yes one", "set --hidden three"),
    ),
    "two visible, the current one first": (
        [current("one", 2), current("two", 1)],
        "2 visible images have its name: one, two",
        *(HIDE, "deprecate --yes two"),
    ),
    "F108 two visible, one of another project": (
        [current(), shown("x", owner=STRANGER, visibility="public")],
        f"2 visible images have its name: one, x of project {STRANGER}",
        "One of the projects has to rename or hide its own.",
    ),
    "F132 none visible, hidden": (
        [current(os_hidden=True)],
        "no visible, active version has its name; this is hidden",
        *(OFFER, "set --unhidden one"),
    ),
    "F132 none visible, deactivated": (
        [current(status="deactivated")],
        "no visible, active version has its name; this is deactivated",
        *(OFFER, "set --activate one"),
    ),
    "F132 none visible, called otherwise": (
        [current(name="Фокал")],
        "no visible, active version has its name; this is called 'Фокал'",
        *(OFFER, "set --name debian-13 one"),
    ),
    "F132 none visible, for several reasons": (
        [current(os_hidden=True, name="old\x1b", status="deactivated")],
        "no visible, active version has its name; this is deactivated and hidden "
        "and called 'old\\x1b'",
        *(OFFER, "set --activate --unhidden --name debian-13 one"),
    ),
    "F132 none visible, without data": (
        [current(status="queued")],
        "no visible, active version has its name; this is queued",
        "It has no bootable data: import a new version.",
    ),
    "F78 none visible, as a swap has left it": (
        [
            current(**DEPRECATED, lifecycle_replacement="family:debian-13"),
        ],
        "no visible, active version has its name; this is hidden",
        *(OFFER, "set --unhidden --property lifecycle_state=active one"),
    ),
    "F78 none visible, and the date of its deprecation is past": (
        [
            current(
                **DEPRECATED,
                lifecycle_replacement="family:debian-13",
                lifecycle_deprecated_at="2026-03-09",
            ),
        ],
        "no visible, active version has its name; this is hidden",
        OFFER,
        "unset --property lifecycle_deprecated_at one",
        "set --unhidden --property lifecycle_state=active one",
    ),
    "F78 none visible, and what to bring back is told": (
        [
            current(
                **DEPRECATED,
                lifecycle_replacement="family:debian-13",
                lifecycle_before='{"os_hidden": false}',
            ),
        ],
        "no visible, active version has its name; this is hidden",
        *(OFFER, "reinstate one"),
    ),
    "F136 none visible, and an image of no family bears the name": (
        [current(**DEPRECATED, lifecycle_replacement="family:debian-13"), shown("x")],
        "no visible, active version has its name; this is hidden",
        "Image x has the name: if that is the newest, adopt it",
        "lifecycle set --family debian-13 x",
    ),
    "F146 a generation that two bear": (
        [
            current("one", 2, **DEPRECATED),
            current("two", 2, **DEPRECATED, lifecycle_published_at="2026-03-09"),
            current("three", 4),
        ],
        "generation 2 belongs to 2 versions: one, two",
        "Give the later one its own number",
        "set --property lifecycle_generation=3 two",
    ),
    "F146 a generation that two bear, and the next is taken": (
        [
            current("one", 1, **DEPRECATED),
            current("two", 1, **DEPRECATED),
            current("three", 2),
        ],
        "generation 1 belongs to 2 versions: one, two",
        "Give the later one its own number",
    ),
    "F146 the last number that there is": (
        [
            current("one", 3, **DEPRECATED),
            current("two", 10**18 - 1, lifecycle_version="2"),
        ],
        f"generation {10**18 - 1} leaves no number for later versions",
        "Give it the number that follows those of the others",
        "set --property lifecycle_generation=4 two",
    ),
    "F146 a retired version above the current one": (
        [
            current("one", 1, **DEPRECATED),
            current("two", 2),
            current("three", 3, **DEPRECATED, lifecycle_retired_at="2026-03-09"),
        ],
        "it is current with generation 2, and version 20260303, which was retired, "
        "has 3",
        "If it is the right version, give it the highest number",
        "set --property lifecycle_generation=4 two",
    ),
    "a version without the signature of the one before": (
        [
            current("one", 1, **DEPRECATED, img_signature_key_type="RSA-PSS"),
            current("two", 2),
            managed("three", 3, lifecycle_state="staged", os_hidden=True),
        ],
        "it has no img_signature properties, as version 20260301 before it has: where "
        "Nova verifies signatures, it does not boot",
        "Sign its data and set its img_signature properties; or roll back with "
        "'openstack image rollback'.",
    ),
    "more versions than are kept": (
        [
            current("one", 1, **DEPRECATED),
            current("two", 2, **DEPRECATED, protected=True),
            current("three", 3, **DEPRECATED),
            current("four", 4, lifecycle_keep="1"),
            managed("five", 5, lifecycle_state="staged", os_hidden=True),
        ],
        "2 of its versions are beyond the 1 previous ones that lifecycle_keep "
        "keeps: 20260301, 20260302",
        "Delete those that nothing uses with 'openstack image lifecycle enforce'.",
    ),
    "a family that was adopted under other names": (
        [
            current("one", 1, name="Debian 13 (old)", lifecycle_verified=None),
            current("two", 2, name="Debian 13", lifecycle_verified=None),
        ],
        "no visible, active version has its name; this is called 'Debian 13'",
        "The next rotation gives the name to the new version; or give it to this one",
        "lifecycle set --family debian-13 --rename-newest",
    ),
    "a family that was adopted by hand": (
        [managed("one", 1, lifecycle_state="active", name="Debian 13")],
        "no visible, active version has its name; this is called 'Debian 13'",
        *(OFFER, "set --name debian-13 one"),
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
        [current(lifecycle_tag="l t")],
        "it is the current version, and lacks the family's tag 'l t'",
        *("The next rotation repairs this; or set it", "set --tag 'l t' one"),
    ),
    "a tag that is on two versions": (
        [
            current("one", 1, os_hidden=True, tags=["-x"]),
            current("two", 2, lifecycle_tag="-x", tags=["-x"]),
        ],
        "it has the tag '-x', which only version 20260302 may have",
        *("The next rotation repairs this; or remove it", "unset --tag=-x one"),
    ),
    "ended": (
        [current(lifecycle_end_at="2026-03-10T12:00:00Z")],
        "the family ended at 2026-03-10T12:00:00Z and is still offered",
        *("Deprecate it", "deprecate --yes one"),
    ),
    "provided no longer": (
        [current(provided_until="2026-03-09")],
        "it is still offered, but was to be provided until 2026-03-09",
        *("Deprecate it, or set another provided_until", "deprecate --yes one"),
    ),
    "too old": (
        [current(image_build_date="2026-01-01", replace_frequency="monthly")],
        "it was built on 2026-01-01, but is to be replaced monthly",
        "Import a newer version with 'openstack image rotate'.",
    ),
    "past due to be deleted": (
        [current(lifecycle_delete_at="2026-03-09")],
        "it should be deleted since 2026-03-09, and is active",
        NO_USERS,
    ),
    "past due to be deleted, protected and deactivated": (
        [
            current(
                lifecycle_state="obsolete",
                lifecycle_delete_at="2026-03-09",
                status="deactivated",
                protected=True,
            )
        ],
        "it should be deleted since 2026-03-09, and is obsolete",
        NO_USERS,
    ),
    "past due to be obsolete": (
        [current(lifecycle_obsolete_at="2026-03-09")],
        "it should be obsolete since 2026-03-09, and is active",
        "Carry it out; or record with --hold why it stays (lifecycle_hold)",
        "deprecate --state obsolete --deprecate-at 2026-03-09T00:00:00Z --yes one",
    ),
    "no state": (
        [managed("one", 1)],
        "it has no state",
        "If that is intended, record the state active",
        "set --property lifecycle_state=active one",
    ),
    "hidden, and said to be active": (
        [current(os_hidden=True), current("two", 2)],
        "its state is active, but it is hidden",
        "If that is intended, record the state deprecated",
        "set --property lifecycle_state=deprecated one",
    ),
    "deprecated, and listed, as a dead run has left it": (
        [current(**HALF_RETIRED)],
        "its state is deprecated, but it is listed",
        *("If that is intended, undo its deprecation", "reinstate one"),
    ),
    "deprecated, and listed, and what to bring back is not told": (
        [current(**{**HALF_RETIRED, "lifecycle_before": "?"})],
        "its state is deprecated, but it is listed",
        "If that is intended, record the state active",
        "unset --property lifecycle_deprecated_at --property lifecycle_retired_at one",
        "set --property lifecycle_state=active one",
    ),
    "deprecated, and listed under another name than it had": (
        [current(**HALF_RETIRED, name="debian-13-old"), current("two", 2)],
        "its state is deprecated, but it is listed",
        "If that is intended, record the state active",
        "unset --property lifecycle_deprecated_at --property lifecycle_retired_at one",
        "set --property lifecycle_state=active one",
    ),
    "a date that is none": (
        [current(lifecycle_delete_at="in June")],
        "lifecycle_delete_at is not a time: 'in June'",
        *(DATES, "unset --property lifecycle_delete_at one"),
    ),
    "dates in the wrong order": (
        [
            current(
                lifecycle_deprecated_at="2027-03-09",
                lifecycle_delete_at="2027-03-08",
            )
        ],
        "lifecycle_delete_at is before lifecycle_deprecated_at",
        *(DATES, "unset --property lifecycle_delete_at one"),
    ),
    "a policy that is none": (
        [current(lifecycle_keep="many")],
        "lifecycle_keep can't be read: 'many'",
        *(AGAIN, "unset --property lifecycle_keep one"),
    ),
    "a publication that is none": (
        [current(lifecycle_published_at="?")],
        "lifecycle_published_at can't be read: '?'",
        *(AGAIN, "unset --property lifecycle_published_at one"),
    ),
    "F80 a frequency that is none": (
        [current(replace_frequency="hourly")],
        "replace_frequency must not be 'hourly' (yearly, quarterly, monthly, weekly, "
        "daily, critical_bug, never)",
        *(AGAIN, "unset --property replace_frequency one"),
    ),
    "a generation that is none": (
        [current(lifecycle_generation="-1")],
        "lifecycle_generation is not a number: '-1'",
        *(AGAIN, "unset --property lifecycle_generation one"),
    ),
    "no min_disk": (
        [current(virtual_size=2 * GIB + 1)],
        "its disk needs 3 GiB, but min_disk is not set",
        "Set min_disk, so that a flavor that is too small is refused at once",
        "set --min-disk 3 one",
    ),
    "too little min_disk": (
        [current(virtual_size=3 * GIB, min_disk=2)],
        "its disk needs 3 GiB, but min_disk is 2",
        "Set min_disk, so that a flavor that is too small is refused at once",
        "set --min-disk 3 one",
    ),
    "min_disk of several": (
        [
            current(virtual_size=3 * GIB, min_disk=2),
            current("two", 1, **MINE, lifecycle_family="mine", virtual_size=1),
        ],
        "2 images have a disk that is larger than min_disk",
        "Set min_disk, so that a flavor that is too small is refused at once",
        *("set --min-disk 3 one", "set --min-disk 1 two"),
    ),
    "of a dead run": (
        [managed("one", 1, **LEFT, status="saving")],
        "the run that was importing it is dead; it is saving",
        "Run the import again, which deletes what is left behind; or delete it",
        "delete one",
    ),
    "F106 of a dead run, protected and deactivated": (
        [
            managed("one", 1, **LEFT, status="deactivated", protected=True),
        ],
        "the run that was importing it is dead; it is deactivated",
        "Run the import again, which deletes what is left behind; or delete it",
        *("set --unprotected --activate one", "delete one"),
    ),
    "of a dead run that has offered it": (
        [current(lifecycle_run="dead")],
        "its record says that a dead run owns it; it is active",
        *("Remove the run from its record", "unset --property lifecycle_run one"),
    ),
    "stuck": (
        [shown(**MINE, status="importing", updated_at="2026-03-09T11:00:00Z")],
        "it has been importing for more than a day",
        *("If nobody is working on it, delete it", "delete one"),
    ),
    "failed in two stores": (
        [shown(**MINE, os_glance_failed_import="slow,far")],
        "its import failed in: 'slow,far'",
        "Copy it there again (as an admin)",
        "import --store slow far --method copy-image one",
    ),
    "failed altogether": (
        [
            shown(
                **MINE,
                status="queued",
                os_glance_failed_import="slow",
                updated_at="2026-03-10T11:00:00Z",
            )
        ],
        "its import failed in: 'slow'",
        *("It has no data: delete it and import it again", "delete one"),
    ),
    "no family": (
        [shown(**MINE, lifecycle_id="one")],
        "it has lifecycle properties, but no family",
        "Remove its lifecycle properties, or adopt it into a family",
        "lifecycle unset --all one",
    ),
    "inherited": (
        [shown(**MINE, lifecycle_id="x")],
        "its lifecycle properties were written for image 'x': it inherited them",
        "They have no effect. To clean up, remove them",
        "lifecycle unset --all one",
    ),
    "inherited by several": (
        [
            shown(name="a", lifecycle_keep="3", lifecycle_family="x"),
            shown("two", name="b", lifecycle_id="x"),
        ],
        "2 images have inherited the lifecycle properties of other images",
        "They have no effect. To clean up, remove them",
        *("lifecycle unset --all one", "lifecycle unset --all two"),
    ),
    "F96 replacement that is gone": (
        [current(lifecycle_replacement="family:debian-14"), current("two", 2)],
        "its replacement 'family:debian-14' is not an image that you can see",
        "Name another, such as the current version",
        "lifecycle set --replacement two one",
    ),
    "F96 replacement that does not boot": (
        [current(lifecycle_replacement="two"), shown("two", status="queued", **MINE)],
        "the replacement two has no data to boot: it is queued",
        *(GONE, "lifecycle unset --replacement one"),
    ),
    "what several say alike": (
        [
            current(lifecycle_keep="x"),
            current("two", 1, **MINE, lifecycle_family="mine", lifecycle_keep="x"),
        ],
        "2 images, each: lifecycle_keep can't be read: 'x'",
        AGAIN,
        "unset --property lifecycle_keep one",
        "unset --property lifecycle_keep two",
    ),
}


@pytest.mark.parametrize(
    ("images", "what", "do", "commands"),
    [(images, what, do, rest) for images, what, do, *rest in WORDS.values()],
    ids=WORDS,
)
def test_a_finding_says_what_is_wrong_and_what_to_type(images, what, do, commands):
    observed = Observed(
        OWNER,
        tuple(images),
        NOW,
        lambda image: image.run == "dead",
        unmanaged=True,
    )

    found = {one.what: one for one in merged(findings(observed))}

    assert what in found, [*found]
    assert found[what].do == do
    assert found[what].commands == tuple(f"openstack image {one}" for one in commands)
    families = {each.family or "" for each in images if each.is_managed} or {""}
    assert found[what].family in {*families, ""}


STAYING = {
    "as many as are kept": {"lifecycle_keep": "2"},
    "a promise of its ID": {"uuid_validity": "last-3"},
    "a promise until a day": {"uuid_validity": "2026-03-10"},
    "a promise for ever": {"uuid_validity": "forever"},
}


@pytest.mark.parametrize("policy", STAYING.values(), ids=STAYING)
def test_what_something_else_keeps_is_not_too_much(policy):
    images = (
        current("one", 1, **DEPRECATED),
        current("two", 2, **DEPRECATED),
        current("three", 3, **{"lifecycle_keep": "1", **policy}),
    )

    assert findings(Observed(OWNER, images, NOW)) == ()


@pytest.mark.parametrize("promise", ["last-²", "last-", "last-x", "last-\uff11"])
def test_a_promise_that_no_number_can_be_read_from_keeps_everything(promise):
    images = (
        current("one", 1, **DEPRECATED),
        current("two", 2, **DEPRECATED),
        current("three", 3, lifecycle_keep="1", uuid_validity=promise),
    )

    found = findings(Observed(OWNER, images, NOW))

    assert [str(one.check) for one in found] == ["unreadable"]


@pytest.mark.parametrize("name", ["lifecycle_hold", "lifecycle_delete_at"])
def test_what_is_held_or_has_its_own_date_is_not_too_much(name):
    images = (
        current("one", 1, **DEPRECATED, **{name: "2099-01-01"}),
        current("two", 2, **DEPRECATED),
        current("three", 3, lifecycle_keep="1"),
    )

    assert findings(Observed(OWNER, images, NOW)) == ()


def test_a_family_whose_every_version_or_none_is_signed_is_fine():
    signed = {"img_signature": "x"}
    images = (
        current("one", 1, **DEPRECATED),
        current("two", 2, **signed),
        current("three", 1, name="x", lifecycle_family="x", **DEPRECATED, **signed),
        current("four", 2, name="x", lifecycle_family="x", **signed),
        current("five", 1, name="y", lifecycle_family="y"),
    )

    assert findings(Observed(OWNER, images, NOW)) == ()


GENERIC = {
    "visibility": "public",
    "os_distro": "ubuntu",
    "os_version": "24.04",
    "architecture": "x86_64",
    "os_purpose": "generic",
}
V2 = "scs-0102-v2"


def generics(*images, standard=V2, **order):
    """What is said of images that are generic for the same system."""
    observed = Observed(OWNER, images, NOW, standard=standard, **order)
    return [one for one in findings(observed) if "generic for" in one.what]


def test_a_second_generic_image_of_a_system_is_found_across_families():
    older = current("one", 1, **GENERIC, image_build_date="2026-01-01")
    newer = shown("two", name="u", **GENERIC, image_build_date="2026-02-01")
    theirs = shown("three", **GENERIC, owner=STRANGER, image_build_date="2025-01-01")

    [found] = generics(older, newer, theirs)

    assert found.severity is Severity.ERROR
    assert found.what == (
        "scs-0102-v2 requires one public, visible image that is generic for ubuntu "
        f"24.04 x86_64; there are 3: three of project {STRANGER}, one, two"
    )
    assert found.commands == (
        "openstack image set --property os_purpose=oldgeneric one",
    )
    assert generics(older, newer, standard="scs-0102") == []
    assert generics(older, newer, only=frozenset({"other"})) == []


def test_where_the_others_are_older_they_have_to_give_way():
    newer = current("one", 1, **GENERIC, image_build_date="2026-02-01")
    theirs = shown("two", **GENERIC, owner=STRANGER, image_build_date="2026-01-01")

    [found] = generics(newer, theirs)

    assert (found.do, found.commands) == (
        "The other projects have to set theirs to something else.",
        (),
    )
    assert generics(theirs, replace(theirs, id="three")) == []


FINE = {
    "hidden": {"os_hidden": True},
    "not for everybody": {"visibility": "community"},
    "of another version": {"os_version": "26.04"},
    "of another architecture": {"architecture": "aarch64"},
    "for something else": {"os_purpose": "oldgeneric"},
    "of nobody knows what": {"os_distro": ""},
}


@pytest.mark.parametrize("fields", FINE.values(), ids=FINE)
def test_one_generic_image_of_each_system_is_fine(fields):
    one, two = (
        shown(name, name=name, **{**GENERIC, **fields} if name == "two" else GENERIC)
        for name in ("one", "two")
    )

    assert generics(one, two) == []


def test_commands_of_ours_name_the_project_where_the_session_is_for_another():
    images = (current("one", 1), current("two", 2), shown("three"))

    [found] = findings(Observed(OWNER, images, NOW, is_elsewhere=True))

    assert found.commands == (
        f"openstack image deprecate --project {OWNER} --yes one",
        "openstack image set --hidden three",
    )


def test_only_the_families_that_were_asked_for_are_told_of():
    theirs = {"name": "x", "lifecycle_family": "x"}
    images = (
        current(os_hidden=True),
        current("two", 1, **theirs, os_hidden=True, virtual_size=1),
        current("three", 2, **theirs, lifecycle_keep="?"),
        shown("four", **MINE, lifecycle_id="four"),
    )

    found = findings(Observed(OWNER, images, NOW, only=frozenset({"x"})))

    assert {one.family for one in found} == {"x"}


def test_a_standard_is_said_with_all_that_is_missing():
    bare = current(virtual_size=GIB, min_disk=1)
    observed = Observed(OWNER, (bare,), NOW, standard="scs-0102")

    [found] = findings(observed)

    told, missing = found.what.split(": ", 1)
    assert told == "it does not meet scs-0102"
    assert missing.count("), ") == missing.count(" is missing (") - 1 > 0
    assert found.do == "Set them with 'openstack image set --property'."


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


def test_what_a_dead_run_left_unverified_is_never_advised_to_be_offered():
    record = managed(
        "one",
        1,
        name="debian-13.importing-one",
        os_hidden=True,
        status="deactivated",
        lifecycle_run="a run that is dead",
    )
    observed = Observed(OWNER, (record,), NOW)

    advised = [one for one in findings(observed) if "--unhidden" in str(one.commands)]

    assert advised == []

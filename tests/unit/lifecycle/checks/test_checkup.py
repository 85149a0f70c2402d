# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.checks.checkup import findings, merged, unknown_members
from osc_imagetools.lifecycle.checks.finding import Observed
from osc_imagetools.lifecycle.checks.replacements import unknown
from osc_imagetools.lifecycle.checks.severity import Check, Severity
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.properties import TABLE
from osc_imagetools.lifecycle.model.state import State
from tests.unit.lifecycle.images import OWNER, managed, shown

NOW = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
PAST, FUTURE = (format_time(NOW + timedelta(days=days)) for days in (-2, 2))
GIB = 1 << 30

DEPRECATED = {"lifecycle_state": "deprecated", "os_hidden": True}
STAGED = {"lifecycle_state": "staged", "os_hidden": True, "name": "x.importing-1"}
IMPORTING = {"lifecycle_state": "importing", "lifecycle_run": "x", "status": "saving"}
ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
STRANGER = "fedcba9876543210fedcba9876543210"

THEIRS = {
    "owner": STRANGER,
    "visibility": "public",
    "name": "theirs",
    "lifecycle_family": "theirs",
}


def current(image_id="one", generation=1, **fields):
    """A version that nothing is wrong with."""
    state = {"lifecycle_state": "active", "lifecycle_published_at": PAST}
    told = {**state, "lifecycle_verified": "sha256"}
    return managed(image_id, generation, **{**told, **fields})


def found(*images, standard=None, dead=()):
    """The names of the checks that found something, and of which image."""
    observed = Observed(
        OWNER, images, NOW, lambda image: image.id in dead, standard=standard
    )
    return [(str(one.check), one.image) for one in findings(observed)]


RIGHT = {
    "nothing at all": [],
    "a current version": [current()],
    "a tag that only the current version has": [
        current("one", 1, **DEPRECATED, tags=["other"], lifecycle_tag="old"),
        current("two", 2, tags=["lts", "old"], lifecycle_tag="lts"),
    ],
    "a retired one behind it": [
        current("one", 1, **DEPRECATED, lifecycle_replacement="two"),
        current("two", 2),
    ],
    "a chain that ends well": [
        current("one", 1, **DEPRECATED, lifecycle_replacement="two"),
        current("two", 2, **DEPRECATED, lifecycle_replacement="family:debian-13"),
        current("three", 3),
    ],
    "one that is still to be published": [managed("one", 1, **STAGED)],
    "one that is living": [
        managed("one", 1, **STAGED | IMPORTING),
    ],
    "a family that was ended on purpose": [
        current("one", 1, **DEPRECATED, lifecycle_reason="no more fixes"),
    ],
    "the next version will replace it": [
        current(
            lifecycle_replacement="family:debian-13", lifecycle_deprecated_at=FUTURE
        )
    ],
    "a date that is held": [
        current(lifecycle_delete_at=PAST, lifecycle_hold="customer X")
    ],
    "young enough": [
        current(image_build_date="2026-02-08", replace_frequency="monthly")
    ],
    "no promise": [
        current(image_build_date="2016-02-08", replace_frequency="critical_bug")
    ],
    "the last day of a promise": [current(provided_until="2026-03-10")],
    "a promise without an end": [current(provided_until="notice")],
    "enough disk": [current(virtual_size=2 * GIB, min_disk=2)],
    "an unmanaged image": [shown(name="mine")],
    "F98 anybody's claim": [
        current(),
        current("two", 7, owner=STRANGER, visibility="community"),
    ],
    "F97 what Nova has copied": [
        current(),
        shown("two", name="snapshot", lifecycle_id="one", lifecycle_family="debian-13"),
    ],
    "F131 a family that somebody has ended": [
        current("one", 1, **DEPRECATED, lifecycle_replacement="two"),
        current("two", 2, **DEPRECATED),
    ],
    "a hidden version's disk": [
        current("one", 1, **DEPRECATED, virtual_size=2 * GIB),
        current("two", 2),
    ],
    "a family of others": [
        current("one", 1),
        current("two", 7, owner=STRANGER, visibility="private"),
        current("three", 8, owner=STRANGER, visibility="shared"),
    ],
    "an image that others share": [
        current("one", 1, **DEPRECATED, lifecycle_replacement="two"),
        shown("two", owner=STRANGER),
    ],
    "listed on purpose, and nobody expects a newer one": [
        current(
            lifecycle_state="deprecated",
            lifecycle_before="{}",
            image_build_date="2016-02-08",
            replace_frequency="daily",
        )
    ],
    "one that never boots again": [
        current(
            **{**DEPRECATED, "lifecycle_state": "obsolete", "status": "deactivated"},
            virtual_size=2 * GIB,
        )
    ],
    "replaced by a family of others": [
        current("one", 1, **DEPRECATED, lifecycle_replacement="family:theirs"),
        current("two", 1, **THEIRS),
    ],
    "F102 one that is being deleted": [current(), current("two", 2, status="deleted")],
}


@pytest.mark.parametrize("images", RIGHT.values(), ids=RIGHT)
def test_where_all_is_well_nothing_is_found(images):
    assert found(*images) == []


FAMILIES = {
    "F76 two versions": ([current("one", 1), current("two", 2)], "two-visible", "two"),
    "a stranger to the family of its name": (
        [current("one", 1), shown("two", name="debian-13")],
        *("two-visible", "one"),
    ),
    "the only one is deactivated": (
        [current(status="deactivated")],
        *("none-visible", "one"),
    ),
    "the only one is hidden": (
        [current(os_hidden=True)],
        *("none-visible", "one"),
    ),
    "the family itself was to replace it": (
        [current(**DEPRECATED, lifecycle_replacement="family:debian-13")],
        *("none-visible", "one"),
    ),
    "published once, and staged again": (
        [current(**STAGED)],
        *("none-visible", "one"),
    ),
    "F78 a swap that died": (
        [
            current("one", 1, **DEPRECATED, lifecycle_replacement="two"),
            managed("two", 2, **STAGED),
        ],
        *("none-visible", "one"),
    ),
    "too old": (
        [current(image_build_date="2026-02-06", replace_frequency="monthly")],
        *("too-old", "one"),
    ),
    "too old, by its record": (
        [current(replace_frequency="daily", created_at="2026-03-05T00:00:00Z")],
        *("too-old", "one"),
    ),
    "too old, though somebody has just gone back to it": (
        [
            current(
                replace_frequency="daily",
                created_at="2026-03-05T00:00:00Z",
                lifecycle_published_at="2026-03-09T00:00:00Z",
            )
        ],
        *("too-old", "one"),
    ),
    "provided no longer": (
        [current(provided_until="2026-03-09")],
        *("past-provided-until", "one"),
    ),
    "ended": ([current(lifecycle_end_at=PAST)], "past-due", "one"),
    "F98 claimed": (
        [
            current("one", 1),
            current("two", 7, owner=STRANGER, visibility="public", name="x"),
        ],
        *("claimed", "two"),
    ),
}


@pytest.mark.parametrize(("images", "check", "image"), FAMILIES.values(), ids=FAMILIES)
def test_what_is_wrong_with_a_family_is_found(images, check, image):
    assert (check, image) in found(*images)


SINGLE = {
    "past delete_at": (current(lifecycle_delete_at=PAST), "past-due"),
    "past obsolete_at": (current(lifecycle_obsolete_at=PAST), "past-due"),
    "broken date": (current(lifecycle_delete_at="in June"), "schedule"),
    "dates out of order": (
        current(lifecycle_deprecated_at=FUTURE, lifecycle_delete_at=PAST),
        "schedule",
    ),
    "no state": (managed("one", 1), "contradiction"),
    "state of nobody": (current(lifecycle_state="retired"), "contradiction"),
    "deprecated but listed": (current(lifecycle_state="deprecated"), "contradiction"),
    "hidden but active": (
        current(os_hidden=True, name="x", lifecycle_generation="0"),
        "none-visible",
    ),
    "broken keep": (current(lifecycle_keep="many"), "unreadable"),
    "broken delete_after": (current(lifecycle_delete_after="5m"), "unreadable"),
    "broken end": (current(lifecycle_end_at="never"), "unreadable"),
    "broken frequency": (current(replace_frequency="hourly"), "unreadable"),
    "broken promise": (current(provided_until="2026-02-30"), "unreadable"),
    "broken build date": (current(image_build_date="spring"), "unreadable"),
    "broken generation": (current(lifecycle_generation="-1"), "unreadable"),
    "broken publication": (current(lifecycle_published_at="?"), "unreadable"),
    "no min_disk": (current(virtual_size=1), "no-min-disk"),
    "too little disk": (current(virtual_size=2 * GIB + 1, min_disk=2), "no-min-disk"),
    "no family": (shown(name="mine", lifecycle_id="one"), "inherited"),
    "F72 failed in a store": (
        current(os_glance_failed_import="slow"),
        "failed-import",
    ),
    "failed, unmanaged": (
        shown(name="mine", os_glance_failed_import="slow"),
        "failed-import",
    ),
    "F54 stuck": (
        shown(name="mine", status="importing", updated_at="2026-03-09T11:00:00Z"),
        "stuck",
    ),
}


@pytest.mark.parametrize(("image", "check"), SINGLE.values(), ids=SINGLE)
def test_what_is_wrong_with_an_image_is_found(image, check):
    assert (check, "one") in found(image)


def test_F97_whose_properties_it_has_is_told():
    snapshot = shown(name="mine", lifecycle_id="two", lifecycle_family="debian-13")
    alone = shown("two", name="mine", lifecycle_id="two")

    told = {
        one.image: one.what
        for image in (snapshot, alone)
        for one in findings(Observed(OWNER, (image,), NOW, unmanaged=True))
    }

    assert "written for image 'two'" in told["one"]
    assert told["two"] == "it has lifecycle properties, but no family"


@pytest.mark.parametrize("status", ["queued", "saving", "active"])
def test_F77_a_record_of_a_dead_run_is_found_whatever_its_status(status):
    record = managed("one", 1, **STAGED | {"lifecycle_run": "x", "status": status})

    assert ("dead-run", "one") in found(record, dead={"one"})
    assert ("dead-run", "one") not in found(record)


def test_F97_a_snapshot_of_what_a_run_owned_is_nothing_to_delete():
    copied = {"lifecycle_id": "one", "lifecycle_family": "x", "lifecycle_run": "x"}
    images = [shown("two", name="b", os_hidden=hides, **copied) for hides in (0, 1)]

    assert [found(image, dead={"two"}) for image in images] == [[], []]


def test_an_upload_of_an_hour_is_not_stuck():
    young = shown(name="mine", status="queued", updated_at="2026-03-10T11:00:00Z")

    assert found(young) == []


REPLACEMENTS = {
    "F96 gone": (ONE, [], "replacement-missing"),
    "no ID": ("the other one", [], "replacement-missing"),
    "no such family": ("family:debian-14", [], "replacement-missing"),
    "its own family, which has none": ("family:debian-13", [], "none-visible"),
    "deprecated": (
        *("two", [current("two", 1, **DEPRECATED, lifecycle_family="b", name="b")]),
        "replacement-unfit",
    ),
    "a chain that breaks": (
        "two",
        [current("two", 2, **DEPRECATED, lifecycle_replacement=ONE)],
        "replacement-missing",
    ),
    "a circle": (
        "two",
        [current("two", 2, **DEPRECATED, lifecycle_replacement="one")],
        "replacement-unfit",
    ),
    "less visible": ("two", [shown("two", name="b")], "replacement-unfit"),
    "hidden": (
        "two",
        [shown("two", name="b", os_hidden=True, visibility="public")],
        "replacement-unfit",
    ),
    "no data": (
        "two",
        [shown("two", name="b", status="queued", visibility="public")],
        "replacement-unfit",
    ),
}


@pytest.mark.parametrize(
    ("reference", "others", "check"), REPLACEMENTS.values(), ids=REPLACEMENTS
)
def test_F96_a_replacement_that_replaces_nothing_is_found(reference, others, check):
    image = current(
        "one", 1, **DEPRECATED, lifecycle_replacement=reference, visibility="public"
    )

    assert (check, "one") in found(image, *others)


def test_replacements_that_nobody_has_read_yet_are_named():
    images = (
        current("one", 1, lifecycle_replacement=ONE),
        current("two", 2, lifecycle_replacement="family:debian-13"),
        current("three", 3, lifecycle_replacement="../tasks"),
        current(TWO, 4, lifecycle_replacement=TWO),
        shown("mine", name="mine", lifecycle_replacement=TWO.replace("2", "3")),
    )

    assert unknown(Observed(OWNER, images, NOW)) == {ONE}


RETIRED = current("one", 1, **DEPRECATED, lifecycle_replacement="two")
FOR_ALL, FOR_OURS = {"visibility": "public"}, {"visibility": "private"}
MEMBERS = {
    "both have accepted": (current("two", 2), {"one": {"a"}, "two": {"a", "b"}}, False),
    "nobody has accepted the old one": (current("two", 2), {"one": set()}, False),
    "one has not accepted": (current("two", 2), {"one": {"a"}, "two": set()}, True),
    "one of two": (current("two", 2), {"one": {"a", "b"}, "two": {"a"}}, True),
    "private": (current("two", 2, **FOR_OURS), {"one": {"a"}, "two": set()}, True),
    "public": (current("two", 2, **FOR_ALL), {"one": {"a"}, "two": set()}, False),
    "who replaces it may not be asked": (
        *(current("two", 2), {"one": {"a"}, "two": None}, False),
    ),
    "who is replaced may not be asked": (
        *(current("two", 2), {"one": None, "two": set()}, False),
    ),
    "another project's, of which one sees oneself alone": (
        *(shown("two", owner=STRANGER), {"one": {"a"}, "two": {OWNER}}, False),
    ),
}


@pytest.mark.parametrize(("other", "read", "is_found"), MEMBERS.values(), ids=MEMBERS)
def test_members_who_do_not_see_what_replaces_their_image(other, read, is_found):
    members = {name: each if each is None else {*each} for name, each in read.items()}

    listed = findings(Observed(OWNER, (RETIRED, other), NOW, members=members))

    assert [str(one.check) for one in listed] == ["replacement-unfit"] * is_found
    assert all("a" in one.what or "b" in one.what for one in listed)
    assert all("Ask them to accept it" in one.do for one in listed)


RETIRED_FOR_OURS = {**DEPRECATED, **FOR_OURS, "lifecycle_replacement": "two"}
TO_READ = {
    "first of what is replaced": ([RETIRED, current("two", 2)], {}, {"one"}),
    "then of what replaces it": (
        *([RETIRED, current("two", 2)], {"one": {"a"}}, {"two"}),
    ),
    "not where nobody has accepted it": (
        *([RETIRED, current("two", 2)], {"one": set()}, set()),
    ),
    "not where they may not be asked": (
        *([RETIRED, current("two", 2)], {"one": None}, set()),
    ),
    "once": ([RETIRED, current("two", 2)], {"one": {"a"}, "two": set()}, set()),
    "not for all to see": ([RETIRED, current("two", 2, **FOR_ALL)], {}, set()),
    "not of what is unfit anyway": (
        *([RETIRED, current("two", 2, os_hidden=True)], {}, set()),
    ),
    "of others' only to see who finds it by its name": (
        [RETIRED, shown("two", owner=STRANGER)],
        {},
        {"two"},
    ),
    "of those once, too": (
        *([RETIRED, shown("two", owner=STRANGER)], {"two": None}, set()),
    ),
    "not of what is for nobody else": (
        [
            current("one", 1, **RETIRED_FOR_OURS),
            current("two", 2),
        ],
        *({}, set()),
    ),
    "not of other names": (
        *([RETIRED, shown("two", name="x", owner=STRANGER)], {}, set()),
    ),
    "not of the next version": (
        *([current(lifecycle_replacement="family:debian-13")], {}, set()),
    ),
    "not where it is gone": ([RETIRED], {}, set()),
}


@pytest.mark.parametrize(("images", "read", "wanted"), TO_READ.values(), ids=TO_READ)
def test_only_members_that_decide_are_asked_for(images, read, wanted):
    observed = Observed(OWNER, tuple(images), NOW, members=read)

    assert unknown_members(observed) == wanted


OTHERS = {"owner": STRANGER, "name": "debian-13"}
SAME_NAME = {
    "public": ({"visibility": "public"}, {}, True),
    "shared and accepted": ({"visibility": "shared"}, {"two": {OWNER}}, True),
    "shared and not accepted": ({"visibility": "shared"}, {"two": {"a"}}, False),
    "shared and not read": ({"visibility": "shared"}, {}, False),
    "community, whose names do not resolve": (
        *({"visibility": "community"}, {"two": {OWNER}}, False),
    ),
    "private, as admins see it": ({"visibility": "private"}, {}, False),
    "hidden": ({"visibility": "public", "os_hidden": True}, {}, False),
    "of another name": ({"visibility": "public", "name": "debian"}, {}, False),
}


@pytest.mark.parametrize(
    ("fields", "read", "is_found"), SAME_NAME.values(), ids=SAME_NAME
)
def test_F108_another_projects_image_of_the_name_is_found(fields, read, is_found):
    images = (current("one", 1), shown("two", **{**OTHERS, **fields}))

    listed = findings(Observed(OWNER, images, NOW, members=read))

    assert [str(one.check) for one in listed] == ["two-visible"] * is_found
    for one in listed:
        assert one.image == "one"
        assert f"one, two of project {STRANGER}" in one.what
        assert "One of the projects" in one.do


def test_two_of_other_projects_are_no_finding_where_none_is_ours():
    others = [shown(name, **OTHERS, visibility="public") for name in ("two", "three")]
    images = (current(**DEPRECATED, lifecycle_reason="the end"), *others)

    assert findings(Observed(OWNER, images, NOW)) == ()


def test_of_two_of_ours_the_one_that_is_not_current_is_to_be_hidden():
    other = shown("zero", **OTHERS, visibility="public")
    images = (current("one", 1), current("two", 2), other)

    [finding] = findings(Observed(OWNER, images, NOW))

    assert finding.commands == ("openstack image deprecate --yes one",)
    assert "3 visible images have its name" in finding.what


def test_a_standard_is_checked_of_current_versions_where_it_was_asked_for():
    images = (current("one", 1, **DEPRECATED), current("two", 2))

    assert found(*images) == []
    assert found(*images, standard="scs-0102") == [("standard", "two")]


def test_errors_come_first_and_each_says_what_to_do():
    images = (
        current("one", 1, lifecycle_delete_at=PAST),
        current("two", 2),
        shown("three", name="mine", lifecycle_id="three"),
    )

    listed = findings(Observed(OWNER, images, NOW))

    assert [one.check for one in listed] == [
        *(Check.TWO_VISIBLE, Check.PAST_DUE, Check.INHERITED),
    ]
    assert [one.severity for one in listed] == [
        *(Severity.ERROR, Severity.WARNING, Severity.WARNING),
    ]
    assert [one.family for one in listed] == ["debian-13", "debian-13", ""]
    assert all(one.what and one.do for one in listed)


def stuck(image_id):
    return shown(image_id, name=image_id, status="queued", updated_at=PAST)


def test_each_image_is_a_finding_of_its_own_until_people_read_them():
    observed = Observed(OWNER, (stuck("one"), stuck("two")), NOW)

    listed = findings(observed)
    [line] = merged(listed)

    assert [one.image for one in listed] == ["one", "two"]
    assert (line.image, line.commands) == (
        "",
        ("openstack image delete one", "openstack image delete two"),
    )


def test_what_several_images_say_differently_stays_several_lines():
    first, second = findings(Observed(OWNER, (stuck("one"), stuck("two")), NOW))
    told = replace(first, what=f"{first.what}; its task says: 'no room'")

    assert {one.image for one in merged((told, second))} == {"one", "two"}


def test_what_fails_on_warnings_fails_on_errors_too():
    assert Severity.WARNING.and_worse == {Severity.WARNING, Severity.ERROR}
    assert Severity.ERROR.and_worse == {Severity.ERROR}


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*map(str, State), PAST, FUTURE, "0001-01-01", "9999-12-31"]),
    st.sampled_from(["one", "two", ONE, "family:debian-13", "monthly", "1", "none"]),
)
FIELDS = st.dictionaries(st.sampled_from([row.name for row in TABLE]), WORDS)
STATUSES = st.sampled_from(["active", "queued", "saving", "deactivated", "killed"])


@given(st.lists(st.tuples(FIELDS, STATUSES, st.booleans()), min_size=1, max_size=4))
def test_whatever_is_written_on_images_they_are_checked(drawn):
    names = ("one", "two", "three", "four")
    images = [
        managed(name, 1, **{**fields, "status": status, "os_hidden": hidden})
        for name, (fields, status, hidden) in zip(names, drawn, strict=False)
    ]
    observed = Observed(OWNER, tuple(images), NOW, standard="scs-0102")

    listed = findings(observed)

    assert {one.image for one in listed} <= {*names, ""}
    assert listed == findings(
        Observed(OWNER, tuple(images[::-1]), NOW, standard="scs-0102")
    )
    assert all(one.what.isprintable() for one in listed if one.check is Check.SCHEDULE)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.deprecation.deprecate import (
    ADOPTED,
    NOT_PUT_OFF,
    TOO_LONG,
    UNBOOTABLE,
    UNNAMED,
    deprecation,
)
from osc_imagetools.lifecycle.deprecation.reinstate import reinstatement, restored_name
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.fences import is_leaving, marked_leaving
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import (
    Derived,
    State,
    derive,
    schedule_faults,
    undo_record,
)
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from tests.unit.lifecycle.images import HERE, managed, shown

deprecation = partial(deprecation, project=HERE)
reinstatement = partial(reinstatement, project=HERE)

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
DAYS = {name: NOW + timedelta(days=days) for name, days in (("past", -9), ("soon", 9))}
LATER = NOW + timedelta(days=99)
OUT = {
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": format_time(DAYS["past"]),
    "os_hidden": True,
}


def done(image, decision):
    """*image* after all that was decided: the PATCH, and its status."""
    image = decision.change.on(image)
    if decision.status is None:
        return image
    return Image.from_glance({**image.fields, "status": decision.status})


def lasting(image):
    """What Glance shows of it, whatever the order of its tags."""
    return {**image.fields, "tags": image.tags}


def yes(**fields):
    return DeprecateRequest(is_confirmed=True, **fields)


REFUSED = {
    "bytes-move": (shown(status="saving"), "status is saving"),
    "queued": (shown(status="queued"), "status is queued"),
    "a-run-owns-it": (shown(lifecycle_run="x"), "a run is importing it"),
}


@pytest.mark.parametrize(("image", "why"), REFUSED.values(), ids=REFUSED)
def test_image_whose_bytes_move_is_never_touched(image, why):
    for decision in (
        deprecation(image, yes(), [], NOW),
        reinstatement(image, []),
    ):
        assert decision.result == "refused"
        assert why in decision.note
        assert decision.change.patch(image) == []


NAMESAKES = {
    "none": ([], True),
    "itself": ([shown()], True),
    "hidden": ([shown("two", os_hidden=True)], True),
    "deactivated": ([shown("two", status="deactivated")], True),
    "own": ([shown("two")], False),
    "own-private": ([shown("two", visibility="private")], False),
    "of-others-public": ([shown("two", visibility="public", owner="x")], False),
    "of-others-shared": ([shown("two", owner="x")], False),
    "of-others-community": ([shown("two", visibility="community", owner="x")], True),
    "of-others-private": ([shown("two", visibility="private", owner="x")], True),
}


@pytest.mark.parametrize(("namesakes", "is_refused"), NAMESAKES.values(), ids=NAMESAKES)
def test_last_image_that_a_lookup_finds_is_kept_unless_somebody_says_yes(
    namesakes, is_refused
):
    image = shown()

    decision = deprecation(image, DeprecateRequest(), namesakes, NOW)

    assert (decision.result == "refused") is is_refused
    assert deprecation(image, yes(), namesakes, NOW).result == "deprecated"


def test_public_image_is_the_last_that_others_find_beside_a_private_one():
    namesake = shown("two", visibility="private")

    decision = deprecation(
        shown(visibility="public"), DeprecateRequest(), [namesake], NOW
    )

    assert decision.result == "refused"


UNCONFIRMED = {
    "with-a-replacement": (shown(), DeprecateRequest(replacement="two")),
    "with-one-from-before": (
        managed("one", 1, lifecycle_replacement="two"),
        DeprecateRequest(),
    ),
    "left-listed": (shown(), DeprecateRequest(hidden=False)),
    "private-and-left-listed": (
        shown(visibility="private"),
        DeprecateRequest(hidden=False),
    ),
    "hidden-already": (shown(os_hidden=True), DeprecateRequest()),
    "scheduled": (
        shown(),
        DeprecateRequest(dates={"lifecycle_deprecated_at": DAYS["soon"]}),
    ),
    "obsolete-already": (
        shown(status="deactivated", os_hidden=True),
        DeprecateRequest(),
    ),
}


@pytest.mark.parametrize(("image", "request_"), UNCONFIRMED.values(), ids=UNCONFIRMED)
def test_what_nobody_notices_needs_no_yes(image, request_):
    decision = deprecation(image, request_, [], NOW)

    assert decision.result != "refused", decision.note


DATES = {
    "now": (shown(), {}, format_time(NOW)),
    "past": (
        shown(),
        {"lifecycle_deprecated_at": DAYS["past"]},
        "2026-02-20T12:00:00Z",
    ),
    "was-scheduled": (
        managed("one", 1, lifecycle_deprecated_at=format_time(DAYS["soon"])),
        {},
        format_time(NOW),
    ),
    "was-deprecated": (managed("one", 1, **OUT), {}, format_time(DAYS["past"])),
    "deprecated-again-for-later": (
        managed("one", 1, **OUT),
        {"lifecycle_deprecated_at": DAYS["soon"]},
        format_time(DAYS["past"]),
    ),
}


@pytest.mark.parametrize(("image", "dates", "date"), DATES.values(), ids=DATES)
def test_date_of_a_deprecation(image, dates, date):
    decision = deprecation(image, yes(dates=dates), [], NOW)

    after = done(image, decision)

    assert after.text("lifecycle_deprecated_at") == date
    assert after.text("lifecycle_state") == "deprecated"


def test_date_of_what_was_carried_out_can_not_lie_ahead():
    dates = {"lifecycle_obsolete_at": format_time(DAYS["past"])}
    image = managed("one", 1, **OUT | dates | {"lifecycle_state": "obsolete"})
    later = yes(dates=dict.fromkeys(dates, DAYS["soon"]))

    after = done(image, deprecation(image, later, [], NOW))

    assert after.text("lifecycle_obsolete_at") == format_time(DAYS["past"])


STATES_AHEAD = {
    "unmanaged": (shown(), "active"),
    "staged": (managed("one", 1, lifecycle_state="staged", os_hidden=True), "staged"),
}


@pytest.mark.parametrize(("image", "state"), STATES_AHEAD.values(), ids=STATES_AHEAD)
def test_deprecation_that_lies_ahead_writes_dates_and_leaves_the_state(image, state):
    dates = {"lifecycle_deprecated_at": DAYS["soon"], "lifecycle_delete_at": LATER}

    decision = deprecation(image, DeprecateRequest(dates=dates), [], NOW)
    after = done(image, decision)

    assert decision.result == "scheduled"
    assert after.moment("lifecycle_deprecated_at") == DAYS["soon"]
    assert after.moment("lifecycle_delete_at") == LATER
    assert (after.text("lifecycle_state"), after.hidden) == (state, image.hidden)


def test_moment_that_is_now_does_not_lie_ahead():
    dates = {"lifecycle_deprecated_at": NOW}

    once = deprecation(shown(), yes(dates=dates), [], NOW)
    out = done(shown(), once)
    later = deprecation(out, yes(), [], NOW)

    assert (once.result, later.result) == ("deprecated", "unchanged")
    assert out.moment("lifecycle_deprecated_at") == NOW


def test_image_that_was_left_listed_stays_so_until_it_is_hidden():
    listed = done(shown(), deprecation(shown(), yes(hidden=False), [], NOW))

    again = deprecation(listed, yes(), [], NOW)
    hidden = deprecation(listed, yes(hidden=True), [], NOW)

    assert (listed.hidden, again.result) == (False, "unchanged")
    assert done(listed, hidden).hidden


def test_image_that_somebody_showed_again_is_hidden_again():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))
    shown_again = Image.from_glance({**out.fields, "os_hidden": False})

    decision = deprecation(shown_again, yes(), [], NOW)

    assert decision.changes == ("os_hidden",)


NOTES = {
    "unmanaged": (shown(), {}, ("not managed",)),
    "managed": (managed("one", 1), {}, ()),
    "community": (
        managed("one", 1),
        {"visibility": "community"},
        ("do not resolve",),
    ),
    "was-community": (
        managed("one", 1, visibility="community"),
        {"visibility": "community"},
        (),
    ),
    "private": (managed("one", 1), {"visibility": "private"}, ()),
    "obsolete": (managed("one", 1), {"state": State.OBSOLETE}, ("rebuild",)),
}


@pytest.mark.parametrize(("image", "fields", "says"), NOTES.values(), ids=NOTES)
def test_what_to_know_about_it_is_said(image, fields, says):
    note = deprecation(image, yes(**fields), [], NOW).note

    assert all(words in note for words in says)
    assert bool(note) is bool(says)


def test_several_things_to_know_are_told_apart():
    note = deprecation(
        shown(), yes(visibility="community", state=State.OBSOLETE), [], NOW
    ).note

    assert note.split("; ") == [UNNAMED, UNBOOTABLE, ADOPTED]


def test_dates_in_no_order_at_all_are_refused_pair_by_pair():
    names = ("deprecated", "obsolete", "delete")
    dates = {f"lifecycle_{name}_at": LATER for name in names}
    dates["lifecycle_obsolete_at"] = DAYS["soon"]
    dates["lifecycle_delete_at"] = DAYS["past"]

    decision = deprecation(shown(), yes(dates=dates), [], NOW)

    assert decision.note == (
        "lifecycle_delete_at is before lifecycle_obsolete_at; "
        "lifecycle_obsolete_at is before lifecycle_deprecated_at: "
        "give both dates, in order"
    )


def test_F97_what_a_snapshot_inherited_says_nothing_of_its_own_way_out():
    origin = managed("origin", 7, **OUT | {"lifecycle_state": "obsolete"})
    hiding = {"lifecycle_before": json.dumps({"os_hidden": False})}
    snapshot = Image.from_glance({**origin.fields, **hiding, "id": "one"})

    after = done(snapshot, deprecation(snapshot, yes(hidden=False), [], NOW))

    assert after.text("lifecycle_state") == "deprecated"
    assert after.moment("lifecycle_deprecated_at") == NOW
    assert after.hidden


def test_date_that_is_now_replaces_that_of_what_was_carried_out():
    name = "lifecycle_obsolete_at"
    out = OUT | {"lifecycle_state": "obsolete", name: format_time(DAYS["past"])}
    image = managed("one", 1, **out, status="deactivated")

    after = done(image, deprecation(image, yes(dates={name: NOW}), [], NOW))

    assert after.moment(name) == NOW


def test_a_listing_that_shows_it_already_is_no_second_image():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))

    for decision in (
        deprecation(out, yes(hidden=False), [shown()], NOW),
        reinstatement(out, [shown()]),
    ):
        assert not done(out, decision).hidden


def test_record_reads_the_same_whoever_writes_it():
    out = done(shown(), deprecation(shown(), yes(reason="x"), [], NOW))

    told = undo_record(out)

    assert len(told) > 5
    assert out.text("lifecycle_before") == json.dumps(told, sort_keys=True)


def test_record_in_another_spelling_is_no_change():
    told = {"lifecycle_before": '{"os_hidden":false}'}
    image = managed("one", 1, **OUT | told, tags=["lifecycle"])

    assert deprecation(image, yes(), [], NOW).result == "unchanged"


def test_what_makes_a_deprecated_image_obsolete_is_named():
    image = managed("one", 1, **OUT, tags=["lifecycle"])

    decision = deprecation(image, yes(state=State.OBSOLETE), [], NOW)

    assert (decision.result, decision.status) == ("obsolete", "deactivated")
    assert decision.changes == ("lifecycle_obsolete_at", "lifecycle_state", "status")


def test_refusal_says_what_would_allow_it():
    obsolete = DeprecateRequest(state=State.OBSOLETE, hidden=False)

    vanishing = deprecation(shown(), DeprecateRequest(), [], NOW)
    breaking = deprecation(shown(), obsolete, [], NOW)

    assert "Terraform and Heat find nothing. Name a --replacement" in vanishing.note
    assert "migration of servers that run on it will fail. Add --yes" in breaking.note


AS_IT_IS = (
    "a deprecation in the future leaves the image unchanged until then: do not set "
    "its state, hiding or visibility"
)
FAULTS = {
    "obsolete-and-later": (
        {"state": State.OBSOLETE, "dates": {"lifecycle_obsolete_at": DAYS["soon"]}},
        "it can't be obsolete both now and at a date in the future",
    ),
    "obsolete-and-deprecated-later": (
        {"state": State.OBSOLETE, "dates": {"lifecycle_deprecated_at": DAYS["soon"]}},
        AS_IT_IS,
    ),
    "hidden-and-later": (
        {"hidden": True, "dates": {"lifecycle_deprecated_at": DAYS["soon"]}},
        AS_IT_IS,
    ),
    "private-and-later": (
        {
            "visibility": "private",
            "dates": {"lifecycle_deprecated_at": Duration.parse("1d")},
        },
        AS_IT_IS,
    ),
}


@pytest.mark.parametrize(("fields", "why"), FAULTS.values(), ids=FAULTS)
def test_request_that_contradicts_itself(fields, why):
    assert DeprecateRequest(**fields).fault(NOW) == why


NO_FAULTS = {
    "deprecated-later": {"dates": {"lifecycle_deprecated_at": DAYS["soon"]}},
    "obsolete-later": {"dates": {"lifecycle_obsolete_at": DAYS["soon"]}},
    "obsolete-since": {
        "state": State.OBSOLETE,
        "dates": {"lifecycle_obsolete_at": NOW},
    },
    "hidden-since": {"hidden": True, "dates": {"lifecycle_deprecated_at": NOW}},
    "hidden-and-deleted-later": {
        "hidden": False,
        "dates": {"lifecycle_delete_at": DAYS["soon"]},
    },
}


@pytest.mark.parametrize("fields", NO_FAULTS.values(), ids=NO_FAULTS)
def test_request_that_can_be_meant(fields):
    assert DeprecateRequest(**fields).fault(NOW) is None


def test_reinstatement_names_all_that_it_changes():
    out = done(shown(), deprecation(shown(), yes(state=State.OBSOLETE), [], NOW))

    decision = reinstatement(out, [])

    assert decision.status == "active"
    assert {"status", "os_hidden", "tags", "lifecycle_state"} <= set(decision.changes)
    assert "lifecycle_before" not in decision.changes


def test_reinstatement_changes_no_status_by_a_patch_and_leaves_tags_of_others():
    image = shown(tags=["mine"])
    out = done(image, deprecation(image, yes(state=State.OBSOLETE), [], NOW))
    tagged = Image.from_glance({**out.fields, "tags": ["lifecycle", "mine", "new"]})

    steps = reinstatement(tagged, []).change.patch(tagged)

    assert [step["path"] for step in steps if not step["path"].startswith("/lif")] == [
        "/os_hidden",
        "/tags",
    ]
    assert steps[-1]["value"] == ["mine", "new"]


def test_reinstatement_of_what_still_boots_says_nothing_of_its_status():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))

    decision = reinstatement(out, [])

    assert decision.status is None
    assert "status" not in decision.changes


def test_reinstatement_beside_another_visible_image_is_refused_with_the_way_out():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))

    decision = reinstatement(out, [shown("two")])

    assert decision.result == "refused"
    assert decision.note == (
        "image two has its name and is visible: there would be two. To hide that "
        "one first: openstack image set --hidden two"
    )


@pytest.mark.parametrize(
    ("other", "how"),
    [
        (managed("two", 2), "rollback --to one -- debian-13"),
        (managed("two", 0), "set --hidden two"),
        (managed("two", 2, lifecycle_family="other"), "set --hidden two"),
    ],
)
def test_reinstatement_of_a_version_is_a_rollback_where_another_version_is_visible(
    other, how
):
    offered = {"lifecycle_published_at": "2026-03-01T00:00:00Z"}
    image = managed("one", 1, **offered)
    out = done(image, deprecation(image, yes(), [], NOW))

    assert reinstatement(out, [other]).note.endswith(f": openstack image {how}")


def test_image_that_nobody_deprecated_is_left_as_it_is():
    decision = reinstatement(managed("one", 1), [])

    assert (decision.result, decision.note) == (
        "unchanged",
        "no deprecation is recorded",
    )


def test_all_that_is_broken_in_a_record_is_named():
    told = json.dumps({"os_hidden": "no", "owner": "x", "visibility": "public"})
    image = managed("one", 1, **OUT, lifecycle_before=told)

    decision = reinstatement(image, [])

    assert decision.note == (
        "lifecycle_before contains fields that no deprecation writes: 'os_hidden, "
        "owner'"
    )


INHERITANCE = {
    "nothing": {},
    "of a deprecated one": {"lifecycle_state": "deprecated"},
    "of a staged one": {"lifecycle_state": "staged"},
    "of one that was to be deleted": {"lifecycle_delete_at": "2020-01-01T00:00:00Z"},
    "of one that was replaced": {"lifecycle_replacement": "x", "lifecycle_reason": "x"},
}


@pytest.mark.parametrize("inherited", INHERITANCE.values(), ids=INHERITANCE)
def test_F97_what_a_snapshot_inherited_never_comes_to_life_after_an_adoption(inherited):
    snapshot = shown(lifecycle_id="other", lifecycle_family="x", **inherited)
    request_ = yes(replacement="two", reason="old")
    out = done(snapshot, deprecation(snapshot, request_, [], NOW))
    adopted = Image.from_glance({**out.fields, "lifecycle_generation": "1"})

    after = done(adopted, reinstatement(adopted, []))

    assert derive(after) == Derived(State.ACTIVE)
    assert {name for name in after.fields if name.startswith("lifecycle_")} == {
        "lifecycle_id",
        "lifecycle_family",
        "lifecycle_generation",
        "lifecycle_state",
    }


def test_durations_of_every_day_put_no_date_off():
    request = yes(
        dates={
            "lifecycle_deprecated_at": Duration.parse("30d"),
            "lifecycle_obsolete_at": Duration.parse("6 months"),
            "lifecycle_delete_at": Duration.parse("12h 1y"),
        }
    )
    first = deprecation(managed("one", 1), request, [], NOW)
    image = done(managed("one", 1), first)

    for days in range(1, 400, 7):
        again = deprecation(image, request, [], NOW + timedelta(days=days))

        assert (again.result, again.changes) == ("unchanged", ())
        assert again.note == (
            "lifecycle_delete_at, lifecycle_deprecated_at, lifecycle_obsolete_at "
            f"stays: {NOT_PUT_OFF}"
        )
    assert first.result == "scheduled"
    assert NOT_PUT_OFF not in first.note
    assert deprecation(image, request, [], NOW).note == ""


DAY = "lifecycle_delete_at"
LONGER, SHORTER = Duration.parse("30d"), Duration.parse("1d")
MOVED = {
    "a duration puts nothing off": ({}, LONGER, False),
    "not what is due either": (
        *({**OUT, DAY: format_time(DAYS["past"])}, LONGER, False),
    ),
    "a duration brings nearer": ({}, SHORTER, True),
    "a date puts off": ({}, LATER, True),
    "a duration from a date that nobody can read": ({DAY: "in June"}, LONGER, True),
    "a duration from what was inherited": ({"lifecycle_id": "x"}, LONGER, True),
}


@pytest.mark.parametrize(("fields", "date", "moves"), MOVED.values(), ids=MOVED)
def test_date_that_is_there_moves(fields, date, moves):
    image = managed("one", 1, **{DAY: format_time(DAYS["soon"]), **fields})

    decision = deprecation(image, yes(dates={DAY: date}), [], NOW)

    assert (DAY in decision.changes) is moves
    assert (NOT_PUT_OFF in decision.note) is not moves
    assert decision.result in ("deprecated", "unchanged")


def test_what_was_carried_out_stays_without_a_word_of_it():
    image = managed("one", 1, **OUT, tags=["lifecycle"])
    dates = {"lifecycle_deprecated_at": Duration.parse("30d")}

    decision = deprecation(image, yes(dates=dates), [], NOW)

    assert (decision.result, decision.note) == ("unchanged", "")


def test_date_that_has_passed_is_not_carried_out_by_one_that_lies_ahead():
    told = {"lifecycle_state": "active", "lifecycle_deprecated_at": "2026-02-01"}
    image = managed("one", 1, **told, tags=["lifecycle"])
    dates = {"lifecycle_deprecated_at": Duration.parse("30d")}

    decision = deprecation(image, yes(dates=dates), [], NOW)

    assert (decision.result, decision.changes) == ("unchanged", ())
    assert NOT_PUT_OFF in decision.note


def test_refusal_says_that_a_date_has_stayed():
    image = managed("one", 1, lifecycle_delete_at="2026-03-02T00:00:00Z")
    dates = {"lifecycle_delete_at": LONGER, "lifecycle_obsolete_at": LATER}

    decision = deprecation(image, yes(dates=dates), [], NOW)

    assert decision.result == "refused"
    assert "is before lifecycle_obsolete_at" in decision.note
    assert NOT_PUT_OFF in decision.note


def test_date_beyond_the_calendar_is_said_in_words():
    request = DeprecateRequest(dates={"lifecycle_delete_at": Duration.parse("99999y")})

    with pytest.raises(ValueError, match="after the year 9999"):
        request.fault(NOW)


def test_stored_date_that_comes_too_early_is_refused():
    image = managed("one", 1, lifecycle_delete_at=format_time(DAYS["past"]))

    decision = deprecation(image, yes(), [], NOW)

    assert decision.result == "refused"
    assert "lifecycle_delete_at is before lifecycle_deprecated_at" in decision.note


def test_F97_snapshot_of_a_version_never_becomes_a_version_of_its_family():
    origin = managed("origin", 7, lifecycle_before="{}", lifecycle_keep="3")
    snapshot = Image.from_glance({**origin.fields, "id": "one", "name": "snapshot"})

    after = done(snapshot, deprecation(snapshot, yes(), [], NOW))

    assert after.is_managed
    assert (after.family, after.generation, after.version) == ("snapshot", 0, None)
    assert "lifecycle_keep" not in after.fields
    assert lasting(done(after, reinstatement(after, []))) == lasting(snapshot)


def test_first_value_that_a_deprecation_found_is_the_one_that_comes_back():
    image = managed("one", 1, lifecycle_reason="first")

    once = done(image, deprecation(image, yes(reason="second"), [], NOW))
    twice = done(once, deprecation(once, yes(reason="third"), [], NOW))

    assert undo_record(twice)["lifecycle_reason"] == "first"
    assert done(twice, reinstatement(twice, [])).text("lifecycle_reason") == "first"


def test_record_never_holds_an_older_record_of_the_same_image():
    image = managed("one", 1, lifecycle_before="broken")
    once = done(image, deprecation(image, yes(), [], NOW))
    twice = done(once, deprecation(once, yes(reason="new"), [], NOW))

    for out in (once, twice):
        assert "lifecycle_before" not in undo_record(out)
        assert "lifecycle_before" not in done(out, reinstatement(out, [])).fields


def test_record_of_a_deprecation_that_is_broken_is_begun_again():
    image = managed("one", 1, lifecycle_before="broken", lifecycle_state="active")

    after = done(image, deprecation(image, yes(), [], NOW))

    assert undo_record(after)["lifecycle_state"] == "active"


def test_deprecated_image_without_a_record_is_not_reinstated():
    why = "it has no lifecycle_before, so nothing says what to restore"
    offered = {"lifecycle_published_at": "2026-03-01T00:00:00Z"}

    never = reinstatement(managed("one", 1, **OUT), [])
    earlier = reinstatement(managed("one", 1, **OUT, **offered), [])

    assert (never.result, never.note) == ("refused", why)
    assert (earlier.result, earlier.note) == (
        "refused",
        f"{why}. To make it current again: openstack image rollback --to one -- "
        "debian-13",
    )


def test_unhidden_shows_what_a_deprecation_hid_but_never_a_second_one():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))
    hidden_by_hand = shown(os_hidden=True)

    alone = deprecation(out, yes(hidden=False), [], NOW)
    beside = deprecation(out, yes(hidden=False), [shown("two")], NOW)
    by_hand = deprecation(hidden_by_hand, yes(hidden=False), [], NOW)

    assert not done(out, alone).hidden
    assert beside.result == "refused"
    assert "image two has its name" in beside.note
    assert done(hidden_by_hand, by_hand).hidden


BROKEN = {
    "a-field": {"owner": "x"},
    "a-number": {"lifecycle_reason": 1},
    "a-visibility": {"visibility": "everybody"},
    "a-status": {"status": "deleted"},
    "text-for-hidden": {"os_hidden": "false"},
    "text-for-tags": {"tags": "x"},
    "no-name": {"name": ""},
    "a-number-for-a-purpose": {"os_purpose": 1},
}


@pytest.mark.parametrize("told", BROKEN.values(), ids=BROKEN)
def test_record_that_no_deprecation_wrote_is_not_carried_out(told):
    image = managed("one", 1, **OUT, lifecycle_before=json.dumps(told))

    decision = reinstatement(image, [])

    assert decision.result == "refused"
    assert next(iter(told)) in decision.note


def test_image_that_was_adopted_meanwhile_stays_in_its_family():
    out = done(shown(), deprecation(shown(), yes(), [], NOW))
    adoption = {"lifecycle_generation": "1", "lifecycle_family": "debian"}
    adopted = Image.from_glance({**out.fields, **adoption})

    after = done(adopted, reinstatement(adopted, []))

    assert after.is_managed
    assert (after.family, after.generation) == ("debian", 1)
    assert after.text("lifecycle_state") == "active"
    assert after.tags == {"lifecycle"}
    assert "lifecycle_deprecated_at" not in after.fields
    assert not after.hidden


def test_other_owner_s_image_of_the_name_does_not_keep_it_away():
    image = shown()
    out = done(image, deprecation(image, yes(), [], NOW))

    decision = reinstatement(out, [shown("two", visibility="public", owner="x")])

    assert decision.result == "reinstated"


DATE = st.sampled_from([*DAYS.values(), Duration.parse("30d")])
REQUESTS = st.builds(
    DeprecateRequest,
    state=st.sampled_from([State.DEPRECATED, State.OBSOLETE]),
    replacement=st.sampled_from([None, "two", "family:debian-13"]),
    reason=st.sampled_from([None, "old", "older"]),
    dates=st.dictionaries(
        st.sampled_from(
            ["lifecycle_deprecated_at", "lifecycle_obsolete_at", "lifecycle_delete_at"]
        ),
        DATE,
    ),
    hidden=st.sampled_from([None, True, False]),
    visibility=st.sampled_from([None, "community", "private"]),
    is_confirmed=st.just(True),
).filter(lambda request: request.fault(NOW) is None)

INHERITED = {"lifecycle_id": "origin", "lifecycle_generation": "7"}
IMAGES = st.sampled_from(
    [
        shown(),
        shown(tags=["mine", "lifecycle"], visibility="public"),
        shown(os_hidden=True, name=""),
        shown(status="deactivated"),
        shown(**INHERITED, lifecycle_state="staged", lifecycle_before='{"x": 1}'),
        managed("one", 1, lifecycle_state="active", tags=["lifecycle"]),
        managed("one", 1, lifecycle_state="staged", os_hidden=True, lifecycle_hold="x"),
        managed("one", 1, lifecycle_reason="first", lifecycle_state="active"),
    ]
)
STEPS = st.lists(st.one_of(REQUESTS, st.just("reinstate")), max_size=6)


@given(IMAGES, STEPS)
def test_any_sequence_keeps_the_record_consistent_and_can_be_undone(original, steps):
    image = original
    for step in steps:
        if step == "reinstate":
            image = done(image, reinstatement(image, []))
            assert lasting(image) == lasting(original)
            continue
        decision = deprecation(image, step, [], NOW)
        image = done(image, decision)
        assert decision.result != "refused" or "is before" in decision.note
        again = deprecation(image, step, [], NOW)
        assert again.result == (
            "refused" if decision.result == "refused" else "unchanged"
        )
        assert schedule_faults(image) == ()
        if image.is_managed:
            assert derive(image).contradictions in ALLOWED, derive(image)

    image = done(image, reinstatement(image, []))

    assert lasting(image) == lasting(original)
    assert reinstatement(image, []).result == "unchanged"


ALLOWED = [
    (),
    # Of an image that was hidden, or deactivated, by hand, and is only scheduled.
    ("its state is active, but it is hidden",),
    ("its state is active, but it is deactivated",),
]


@pytest.mark.parametrize(
    ("characters", "result"), [(59_000, "deprecated"), (60_000, "refused")]
)
def test_record_that_glance_could_not_store_is_refused(characters, result):
    snapshot = shown(lifecycle_id="other", lifecycle_history="x" * characters)

    decision = deprecation(snapshot, DeprecateRequest(is_confirmed=True), [], NOW)

    assert decision.result == result
    assert (TOO_LONG in decision.note) is (result == "refused")


ANNOUNCED = {
    "tags": ["lifecycle"],
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": format_time(DAYS["past"]),
    "lifecycle_retired_at": format_time(DAYS["past"]),
    "lifecycle_replacement": "never-came",
    "lifecycle_before": '{"lifecycle_state": "active", "os_hidden": false, '
    '"lifecycle_retired_at": null, "lifecycle_deprecated_at": null}',
}
"""What a run has told of a version, before it died."""


@pytest.mark.parametrize(
    ("request_", "changes"),
    [
        (yes(reason="CVE"), {"lifecycle_reason", "lifecycle_retired_at", "os_hidden"}),
        (yes(hidden=False), {"lifecycle_retired_at"}),
    ],
    ids=["hidden", "listed"],
)
@pytest.mark.parametrize("name", ["debian-13", "Debian 13"])
def test_what_a_person_says_of_an_announced_version_is_no_swap_s_any_more(
    request_, changes, name
):
    image = managed("one", 1, **ANNOUNCED, name=name)

    decision = deprecation(image, request_, [], NOW)

    after = done(image, decision)
    assert decision.result == "deprecated"
    assert {*decision.changes} == changes
    assert "lifecycle_retired_at" not in after.fields
    again = deprecation(after, request_, [], NOW)
    assert (again.result, again.changes) == ("unchanged", ())


@pytest.mark.parametrize(
    ("fields", "request_"),
    [
        ({**ANNOUNCED, "os_hidden": True}, yes(reason="old")),
        (
            {**ANNOUNCED, "lifecycle_before": '{"name": "debian-13"}', "name": "old"},
            yes(),
        ),
        ({"lifecycle_retired_at": "x"}, yes(dates={"lifecycle_deprecated_at": LATER})),
    ],
    ids=["retired", "retired-and-listed", "scheduled"],
)
def test_what_a_swap_has_told_stays_of_what_it_has_retired_or_a_date_lies_ahead(
    fields, request_
):
    decision = deprecation(managed("one", 1, **fields), request_, [], NOW)

    assert decision.result != "refused"
    assert "lifecycle_retired_at" not in decision.change.remove


def test_a_refused_deprecation_takes_nothing_away():
    image = managed("one", 1, **ANNOUNCED)

    decision = deprecation(image, DeprecateRequest(State.OBSOLETE), [], NOW)

    assert (decision.result, decision.change.remove) == ("refused", frozenset())


RENAMED = {
    **OUT,
    "name": "old name",
    "lifecycle_before": '{"name": "debian-13", "os_hidden": false, '
    '"lifecycle_state": "active"}',
}


@pytest.mark.parametrize("hidden", [True, False])
def test_reinstatement_that_gives_a_name_back_is_refused_where_that_is_borne(hidden):
    out = managed("one", 1, **{**RENAMED, "os_hidden": hidden})
    successor = managed("two", 2)

    decision = reinstatement(out, [successor])

    assert decision.result == "refused"
    assert "image two has its name" in decision.note
    assert reinstatement(out, []).result == "reinstated"
    assert done(out, reinstatement(out, [])).name == "debian-13"


def test_reinstatement_of_a_listed_image_that_keeps_its_name_is_no_second_one():
    listed = managed("one", 1, **{**OUT, "os_hidden": False}, lifecycle_before="{}")

    assert reinstatement(listed, [managed("two", 2)]).result == "reinstated"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (managed("one", 1, **RENAMED), "debian-13"),
        (managed("one", 1, **OUT, name="own"), "own"),
        (managed("one", 1, **OUT, name="own", lifecycle_before='{"name": 7}'), "own"),
        # Of what inherited our properties they tell nothing.
        (shown(**RENAMED), "old name"),
    ],
)
def test_the_name_that_a_reinstated_image_will_have(image, name):
    assert restored_name(image) == name


def test_what_is_reinstated_in_the_middle_of_a_swap_is_not_hidden_by_that_any_more():
    image = managed("a", 1, lifecycle_state="active")
    out = Retirement().announced(image, managed("b", 2), NOW).on(image)
    leaving = marked_leaving(2, "public").on(out)

    back = reinstatement(leaving, []).change.on(leaving)

    assert not is_leaving(back)

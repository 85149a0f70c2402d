# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.state import State
from osc_imagetools.lifecycle.retention import (
    Action,
    EnforceRequest,
    Item,
    limited,
    plan,
)
from osc_imagetools.lifecycle.retention.mark import marking
from osc_imagetools.lifecycle.usage.gaps import Gap
from osc_imagetools.lifecycle.usage.verdict import Told, judge
from tests.unit.lifecycle.images import ELSEWHERE, OWNER, managed, shown
from tests.unit.lifecycle.retention.situations import (
    NOW,
    ago,
    current,
    days,
    planned,
    replaced,
    situation,
    usage,
)

ONE_KEPT = {"lifecycle_keep": "1"}
PAST, AHEAD = ago(days=1), format_time(NOW + timedelta(days=1))


def oldest(*, policy=None, request=None, usages=None, **fields):
    """The items of the older one of two previous versions."""
    versions = (
        replaced(1, 60, **fields),
        replaced(2),
        current(3, **(ONE_KEPT if policy is None else policy)),
    )
    return planned(*versions, request=request, usages=usages)["id1"]


KEPT = {
    "F81 as many as are kept": ({"policy": {"lifecycle_keep": "2"}}, "version 2 of 2"),
    "F81 more than there are": ({"policy": {"lifecycle_keep": "9"}}, "of 9"),
    "F81 the run wants more": ({"request": EnforceRequest(keep=2)}, "version 2 of 2"),
    "number is enough, and the date is ahead": (
        {"lifecycle_delete_at": AHEAD},
        "from 2026-06-02T00:00:00Z on",
    ),
    "date has passed, and the number is too small": (
        {"lifecycle_delete_at": PAST, "policy": {"lifecycle_keep": "2"}},
        "version 2 of 2",
    ),
    "to boot for longer, whatever the number": (
        {"lifecycle_obsolete_at": AHEAD},
        "it is to be obsolete from 2026-06-02T00:00:00Z on",
    ),
    "F80 to boot until who knows when": (
        {"lifecycle_obsolete_at": "soon"},
        "lifecycle_obsolete_at is not a time",
    ),
    "to be deleted in the year 10000": (
        {"policy": {**ONE_KEPT, "lifecycle_delete_after": "999999y"}},
        "from 9999-12-31",
    ),
    "a day for the deletion of what nobody knows when it was deprecated": (
        {
            "policy": {"lifecycle_delete_after": "1d"},
            "lifecycle_retired_at": "soon",
            "lifecycle_deprecated_at": "soon",
        },
        "nothing says when",
    ),
    "no rule": ({"policy": {}}, "nothing says when"),
    "a date ahead": ({"lifecycle_delete_at": AHEAD}, "from 2026-06-02T00:00:00Z on"),
    "a date that can't be read": ({"lifecycle_delete_at": "soon"}, "not a time"),
    "obsolete first": (
        {"lifecycle_delete_at": PAST, "lifecycle_obsolete_at": AHEAD},
        "before",
    ),
    "a policy whose time is ahead": (
        {"policy": {"lifecycle_delete_after": "90d"}},
        "it is to be deleted from",
    ),
    "too new": (
        {"lifecycle_retired_at": ago(days=6), "lifecycle_deprecated_at": ago(days=6)},
        "deprecated since",
    ),
    "F79 deprecated in the future": (
        {"lifecycle_retired_at": AHEAD, "lifecycle_deprecated_at": AHEAD},
        "deprecated since",
    ),
    "F80 deprecated who knows when": (
        {"lifecycle_retired_at": "soon", "lifecycle_deprecated_at": None},
        "nothing tells since when",
    ),
    "created too lately": (
        {"request": EnforceRequest(older_than=days(365))},
        "--older-than",
    ),
    "F80 created who knows when": (
        {"request": EnforceRequest(older_than=days(1)), "created_at": None},
        "--older-than",
    ),
    "the last three are promised": (
        {"policy": {**ONE_KEPT, "uuid_validity": "last-3"}},
        "uuid_validity is last-3",
    ),
    "all are promised": (
        {"policy": {**ONE_KEPT, "uuid_validity": "forever"}},
        "uuid_validity is forever",
    ),
    "promised until a day": (
        {"policy": {**ONE_KEPT, "uuid_validity": "2026-06-01"}},
        "uuid_validity is 2026-06-01",
    ),
    "promised until a notice": (
        {"policy": {**ONE_KEPT, "uuid_validity": "notice"}},
        "no date of its deletion is announced",
    ),
    "who knows what is promised": (
        {"policy": {**ONE_KEPT, "uuid_validity": "last-"}},
        "can't be read",
    ),
    "held": ({"lifecycle_hold": "the court"}, "it has a hold: the court"),
    "not deprecated": (
        {"lifecycle_state": "active", "lifecycle_deprecated_at": None},
        "not deprecated",
    ),
    "shown by hand": ({"os_hidden": False}, "somebody shows it"),
    "about to be shown": ({"lifecycle_coming_4_x": "lifecycle_run"}, "about to make"),
    "not known to stay hidden": ({"lifecycle_leaving_2_x": "[]"}, "may come back"),
    "copied between stores": ({"os_glance_import_task": "x"}, "copying"),
    "a server was started lately": (
        {
            "request": EnforceRequest(unused_for=days(50)),
            "usages": {"id1": usage(managed("id1", 1), last_used=ago(days=40))},
        },
        "a server was started",
    ),
    "the family wants longer": (
        {
            "policy": {**ONE_KEPT, "lifecycle_unused_for": "50d"},
            "request": EnforceRequest(unused_for=days(1)),
            "usages": {"id1": usage(managed("id1", 1), last_used=ago(days=40))},
        },
        "a server was started",
    ),
    "offered lately": (
        {"request": EnforceRequest(unused_for=days(70))},
        "it was offered until",
    ),
}


@pytest.mark.parametrize(("how", "reason"), KEPT.values(), ids=KEPT)
def test_kept(how, reason):
    [item] = oldest(**how)

    assert (item.action, item.hindrance) == (Action.KEEP, "")
    assert reason in item.reason


DELETED = {
    "beyond the number": ({}, "it is previous version 2, and 1 are kept"),
    "number and date": (
        {"lifecycle_delete_at": PAST},
        "it is to be deleted from 2026-05-31T00:00:00Z on; it is previous version 2",
    ),
    "a date alone": ({"policy": {}, "lifecycle_delete_at": PAST}, "it is to be"),
    "the family's date": ({"policy": {"lifecycle_delete_after": "50d"}}, "from 2026-"),
    "a promise that is over": (
        {"policy": {**ONE_KEPT, "uuid_validity": "2026-05-31"}},
        "previous version 2",
    ),
    "of the last two it is none": (
        {"policy": {**ONE_KEPT, "uuid_validity": "last-2"}},
        "previous version 2",
    ),
    "no promise": ({"policy": {**ONE_KEPT, "uuid_validity": "none"}}, "version 2"),
    "after a notice": (
        {
            "policy": {**ONE_KEPT, "uuid_validity": "notice"},
            "lifecycle_delete_at": PAST,
        },
        "it is to be deleted",
    ),
    "a promise that is broken": (
        {
            "policy": {**ONE_KEPT, "uuid_validity": "forever"},
            "request": EnforceRequest(break_promise=True),
        },
        "previous version 2",
    ),
    "used long ago": (
        {
            "request": EnforceRequest(unused_for=days(50)),
            "usages": {"id1": usage(managed("id1", 1), last_used=ago(days=51))},
        },
        "previous version 2",
    ),
    "protected, and told": (
        {"protected": True, "request": EnforceRequest(unprotect=True)},
        "previous version 2",
    ),
    "obsolete": ({"lifecycle_state": "obsolete", "status": "deactivated"}, "version 2"),
}


@pytest.mark.parametrize(("how", "reason"), DELETED.values(), ids=DELETED)
def test_deleted(how, reason):
    [item] = oldest(**how)

    assert item.deletes
    assert reason in item.reason


HINDERED = {
    "F62 used": ({"usages": {"id1": usage(managed("id1", 1), servers=2)}}, "used: 2"),
    "F59 not asked": ({"usages": {}}, "was not asked"),
    "F66 protected": ({"protected": True}, "--unprotect"),
    "F60 unknown": (
        {
            "usages": {
                "id1": judge(
                    managed("id1", 1), [Told("compute", {}, (Gap("compute", "403"),))]
                )
            }
        },
        "whether it is used is unknown: compute: 403",
    ),
    "F81 a policy that can't be read": (
        {"policy": {**ONE_KEPT, "lifecycle_delete_after": "soon"}},
        "can't be read",
    ),
}


@pytest.mark.parametrize(("how", "hindrance"), HINDERED.values(), ids=HINDERED)
def test_due_and_not_done(how, hindrance):
    if "lifecycle_delete_after" in how.get("policy", {}):
        how = {**how, "lifecycle_delete_at": PAST}
    [item] = oldest(**how)

    assert item.action is Action.DELETE
    assert not item.deletes
    assert hindrance in item.hindrance


def test_newest_previous_version_stays_whatever_is_due():
    found = planned(replaced(1, lifecycle_delete_at=PAST), current(2))

    assert [item.reason for item in found["id1"]] == [
        "it is the newest previous version"
    ]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("lifecycle_deprecated_at", Action.DEPRECATE),
        ("lifecycle_obsolete_at", Action.OBSOLETE),
        ("lifecycle_delete_at", Action.DELETE),
    ],
)
def test_current_version_of_a_family_that_has_not_ended_stays(name, action):
    [item] = planned(current(1, **{name: PAST}))["id1"]

    assert (item.action, item.is_planned) == (action, False)
    assert "openstack image lifecycle set --family debian-13 --end-at" in item.hindrance


ENDED = {"lifecycle_end_at": PAST, "lifecycle_delete_after": "30d"}


class TestAnEndedFamily:
    def test_current_version_is_deprecated(self):
        [item] = planned(current(1, **ENDED))["id1"]

        assert (item.action, item.is_planned) == (Action.DEPRECATE, True)
        assert item.deprecation.dates == {"lifecycle_delete_at": days(30)}

    def test_what_a_calendar_has_no_date_for_is_not_said(self):
        told = {**ENDED, "lifecycle_delete_after": "999999y"}

        [item] = planned(current(1, **told))["id1"]

        assert (item.action, item.is_planned) == (Action.DEPRECATE, True)
        assert item.deprecation.moments(NOW) == {}

    def test_and_one_that_has_not_ended_yet_goes_on(self):
        [item] = planned(current(1, lifecycle_end_at=AHEAD))["id1"]

        assert item.reason == "it is the current version"

    def test_last_version_becomes_obsolete_while_it_waits(self):
        versions = (replaced(1), replaced(2, **ENDED, lifecycle_obsolete_at=PAST))

        [item] = planned(*versions)["id2"]

        assert (item.action, item.is_planned) == (Action.OBSOLETE, True)

    def test_its_number_is_kept_where_no_date_is_told(self):
        versions = [replaced(1, 90), replaced(2, 60), replaced(3, 40)]
        last = replaced(4, 20, lifecycle_end_at=PAST, **ONE_KEPT)

        found = planned(*versions, last)

        deleted = [image_id for image_id, [item] in found.items() if item.deletes]
        assert deleted == ["id2", "id1"]
        assert not planned(last)["id4"][0].is_due

    def test_a_date_alone_decides_and_the_last_version_waits_for_the_others(self):
        versions = (
            replaced(1, 90),
            replaced(2, 60),
            replaced(3, 40, **ENDED, lifecycle_keep="5"),
        )

        found = planned(*versions)
        alone = planned(versions[-1])

        assert [found[f"id{n}"][0].deletes for n in (1, 2, 3)] == [True, True, False]
        assert found["id3"][0].reason.startswith("it has the policy")
        assert alone["id3"][0].deletes


class TestStates:
    def test_date_of_a_previous_version_is_carried_out(self):
        obsolete = replaced(1, lifecycle_obsolete_at=PAST)

        [step] = [item for item in planned(obsolete, current(2))["id1"] if item.is_due]

        assert (step.action, step.is_planned) == (Action.OBSOLETE, True)

    def test_what_is_used_does_not_become_obsolete(self):
        obsolete = replaced(1, lifecycle_obsolete_at=PAST)
        used = {"id1": usage(obsolete, servers=1)}

        [step, *_] = planned(obsolete, current(2), usages=used)["id1"]

        assert (step.action, step.is_planned) == (Action.OBSOLETE, False)
        assert "openstack image deprecate --state obsolete --yes id1" in step.hindrance

    def test_what_can_not_be_deleted_yet_becomes_obsolete_all_the_same(self):
        dates = {"lifecycle_obsolete_at": ago(days=3), "lifecycle_delete_at": PAST}
        kept = replaced(1, protected=True, **dates)

        found = planned(kept, replaced(2, 20), current(3))["id1"]

        assert [(item.action, item.is_planned) for item in found] == [
            (Action.OBSOLETE, True),
            (Action.DELETE, False),
        ]

    def test_what_a_run_is_about_to_show_keeps_its_state_meanwhile(self):
        coming = {"lifecycle_coming_3_x": "lifecycle_run"}
        obsolete = replaced(1, lifecycle_obsolete_at=PAST, **coming)

        [step] = [item for item in planned(obsolete, current(2))["id1"] if item.is_due]

        assert (step.action, step.is_planned) == (Action.OBSOLETE, False)
        assert step.hindrance == "a run is about to make it current"

    def test_what_may_come_back_keeps_its_state_meanwhile(self):
        leaving = {"lifecycle_leaving_2_x": "[]"}
        obsolete = replaced(1, lifecycle_obsolete_at=PAST, **leaving)

        [step] = [item for item in planned(obsolete, current(2))["id1"] if item.is_due]

        assert "it may come back" in step.hindrance

    @pytest.mark.parametrize(
        ("dates", "action", "reason"),
        [
            (
                {"deprecated": ago(days=9), "delete": PAST},
                Action.DEPRECATE,
                "it is to be deprecated from 2026-05-23T00:00:00Z on",
            ),
            (
                {"delete": PAST},
                Action.DEPRECATE,
                "it is to be deleted from 2026-05-31T00:00:00Z on",
            ),
            (
                {"obsolete": ago(days=9), "delete": PAST},
                Action.OBSOLETE,
                "it is to be obsolete from 2026-05-23T00:00:00Z on",
            ),
        ],
    )
    def test_what_was_never_deprecated_is_not_deleted_at_once(
        self, dates, action, reason
    ):
        told = {f"lifecycle_{name}_at": date for name, date in dates.items()}
        listed = current(1, name="an older one", **told)

        [item] = planned(listed, current(2), current(3, **ONE_KEPT))["id1"]

        assert (item.action, item.reason) == (action, reason)
        assert item.deprecation.state in (State.DEPRECATED, State.OBSOLETE)

    def test_F81_what_somebody_has_shown_again_is_current_and_stays(self):
        shown_again = replaced(2, os_hidden=False, lifecycle_delete_at=PAST)

        found = planned(replaced(1), shown_again, replaced(3, **ONE_KEPT))

        assert not any(item.is_planned for item in found["id2"])

    def test_what_was_reinstated_stays(self):
        reinstated = current(1, name="an older one")
        versions = (replaced(2), current(3, **ONE_KEPT))

        [item] = planned(reinstated, *versions)["id1"]

        assert (item.action, item.reason) == (Action.KEEP, "it is not deprecated")

    def test_the_last_one_that_was_offered_stays_though_none_is_current(self):
        last = replaced(2, lifecycle_delete_at=PAST, **ONE_KEPT)

        [item] = planned(replaced(1), last)["id2"]

        assert (item.action, item.is_planned) == (Action.DELETE, False)
        assert "--end-at 2026-06-01T00:00:00Z" in item.hindrance

    def test_the_last_one_that_was_offered_is_kept_where_nothing_is_due(self):
        [item] = planned(replaced(1), replaced(2))["id2"]

        assert item.reason == "it is the newest version that was offered"

    def test_what_a_command_line_says_names_the_project(self):
        family = situation([current(1, lifecycle_delete_at=PAST)])

        [item] = plan(replace(family, project=ELSEWHERE))

        assert f"set --project {OWNER} --family debian-13" in item.hindrance


class TestWhatHasNoNumber:
    """Nobody knows how many came after it."""

    def without_a_number(self, **fields):
        return replaced(1, 60, lifecycle_generation="none", **fields)

    def test_is_not_deleted_by_a_number(self):
        found = planned(self.without_a_number(), replaced(2), current(3, **ONE_KEPT))

        [item] = found["id1"]
        assert item.reason.startswith("it is no version to go back to")

    def test_is_deleted_by_its_date(self):
        image = self.without_a_number(lifecycle_delete_at=PAST)

        [item] = planned(image, replaced(2), current(3, **ONE_KEPT))["id1"]

        assert item.deletes

    def test_is_promised_as_the_newest_would_be(self):
        image = self.without_a_number(lifecycle_delete_at=PAST)

        [item] = planned(image, current(3, uuid_validity="last-1"))["id1"]

        assert item.reason == "uuid_validity is last-1"

    def test_is_like_what_was_rolled_back_and_is_newer_than_the_current_one(self):
        back = replaced(4, 60, lifecycle_delete_at=PAST)

        undated = planned(replaced(1), replaced(4, 60), current(3, **ONE_KEPT))
        dated = planned(replaced(1), back, current(3, **ONE_KEPT))

        assert undated["id4"][0].reason.startswith("it is no version to go back to")
        assert dated["id4"][0].deletes


class TestTheNewestPreviousVersion:
    def test_is_no_record_that_a_run_has_left(self):
        left = replaced(
            2,
            name="debian-13.importing-id2",
            lifecycle_published_at="",
            lifecycle_run="dead",
        )
        left.fields.pop("lifecycle_retired_at")

        found = planned(replaced(1, 60), left, current(3, **ONE_KEPT), dead=["dead"])

        assert found["id2"][0].deletes
        assert found["id1"][0].action is Action.KEEP

    def test_and_what_was_never_offered_has_no_place(self):
        staged = replaced(2, lifecycle_state="staged", lifecycle_published_at="")

        found = planned(replaced(1, 60), staged, current(3, **ONE_KEPT))

        assert found["id1"][0].action is Action.KEEP


class TestWhatWasNeverOffered:
    def left(self, **fields):
        told = {
            "name": "debian-13.importing-id2",
            "os_hidden": True,
            "lifecycle_state": "importing",
            "lifecycle_run": "dead",
        }
        return managed("id2", 2, **{**told, **fields})

    def test_a_hold_keeps_the_record_of_a_dead_run(self):
        left = self.left(lifecycle_hold="look at it")

        [item] = planned(current(1), left, dead=["dead"])["id2"]

        assert item.reason == "it has a hold: look at it"

    def test_F66_protected_record_of_a_dead_run_is_told_of(self):
        request = EnforceRequest(unprotect=True)

        [item] = planned(
            current(1), self.left(protected=True), request=request, dead=["dead"]
        )["id2"]

        assert (item.action, item.deletes) == (Action.DELETE, False)
        assert "openstack image set --unprotected id2" in item.hindrance

    def test_record_that_no_run_owns_and_that_has_no_data_stays(self):
        left = self.left(status="queued", lifecycle_run="")

        [item] = planned(current(1), left)["id2"]

        assert "its data is not complete yet" in item.reason

    @pytest.mark.parametrize(
        ("last_used", "deletes"), [("", True), (ago(days=60), True), (PAST, False)]
    )
    def test_staged_version_was_not_offered_lately(self, last_used, deletes):
        staged = managed(
            "id2",
            2,
            os_hidden=True,
            lifecycle_state="staged",
            created_at=ago(days=9),
            updated_at=None,
        )
        request = EnforceRequest(unused_for=days(50))
        known = {"id2": usage(staged, last_used=last_used)}

        [item] = planned(current(1), staged, request=request, usages=known)["id2"]

        assert item.deletes is deletes
        assert "it was offered" not in item.reason

    @pytest.mark.parametrize(
        ("fields", "hindrance"),
        [
            ({"protected": True}, "it is protected"),
            ({"disk_format": "aki"}, "whether it is used is unknown: "),
        ],
    )
    def test_staged_version_is_hindered_like_any(self, fields, hindrance):
        old = {"created_at": ago(days=9), "lifecycle_state": "staged"}
        staged = managed("id2", 2, os_hidden=True, **old, **fields)

        [item] = planned(current(1), staged)["id2"]

        assert (item.action, item.deletes) == (Action.DELETE, False)
        assert item.hindrance.startswith(hindrance)

    def test_record_of_a_dead_run_is_deleted_and_that_of_a_living_one_stays(self):
        records = [
            managed(
                f"id{n}",
                n,
                name=f"debian-13.importing-id{n}",
                os_hidden=True,
                status="queued",
                lifecycle_state="importing",
                lifecycle_run=run,
            )
            for n, run in ((2, "dead"), (3, "alive"))
        ]

        found = planned(current(1), *records, dead=["dead"])

        assert found["id2"][0].deletes
        assert found["id3"][0].reason == "a run is importing it"

    @pytest.mark.parametrize(
        ("fields", "deletes"),
        [
            ({}, True),
            ({"updated_at": ago(days=6)}, False),
            ({"created_at": None, "updated_at": None}, False),
            ({"lifecycle_coming_2_x": "lifecycle_run"}, False),
            ({"lifecycle_run": "somebody"}, False),
            ({"os_hidden": False}, False),
            ({"lifecycle_hold": "wait"}, False),
        ],
    )
    def test_staged_version_goes_when_nobody_has_taken_it_up(self, fields, deletes):
        staged = {
            "name": "debian-13.importing-id2",
            "os_hidden": True,
            "lifecycle_state": "staged",
            "created_at": ago(days=9),
            "updated_at": ago(days=8),
        }

        found = planned(current(1), managed("id2", 2, **{**staged, **fields}))

        assert any(item.deletes for item in found["id2"]) is deletes


class TestAMark:
    def marked(self, run="dead", **fields):
        image = replaced(1, 60, **fields)
        told = marking(image, run).on(image)
        return told

    def test_what_a_dead_run_was_deleting_is_deleted_if_it_still_may_be(self):
        found = planned(
            self.marked(), replaced(2), current(3, **ONE_KEPT), dead=["dead"]
        )

        assert [item.deletes for item in found["id1"]] == [True]

    def test_what_has_to_stay_is_restored_once_no_request_can_arrive(self):
        versions = (replaced(2), current(3, lifecycle_keep="2"))

        at_once = planned(
            self.marked(updated_at=ago(minutes=59)), *versions, dead=["dead"]
        )
        later = planned(
            self.marked(updated_at=ago(minutes=61)), *versions, dead=["dead"]
        )

        assert not any(item.is_due for item in at_once["id1"])
        assert later["id1"][0].action is Action.RESTORE

    def test_what_is_copied_is_not_even_restored(self):
        copied = self.marked(os_glance_import_task="x")
        versions = (replaced(2), current(3, lifecycle_keep="2"))

        found = planned(copied, *versions, dead=["dead"])["id1"]

        assert [item.action for item in found] == [Action.KEEP]
        assert "copying" in found[0].reason

    def test_what_may_not_be_deleted_now_is_restored_too(self):
        versions = (replaced(2), current(3, **ONE_KEPT))
        used = {"id1": usage(managed("id1", 1), servers=1)}

        found = planned(self.marked(), *versions, usages=used, dead=["dead"])["id1"]

        assert [(item.action, item.is_planned) for item in found] == [
            (Action.RESTORE, True),
            (Action.DELETE, False),
        ]

    def test_F80_what_was_changed_who_knows_when_is_not_restored(self):
        versions = (replaced(2), current(3, lifecycle_keep="2"))

        found = planned(self.marked(updated_at=None), *versions, dead=["dead"])["id1"]

        assert not any(item.is_due for item in found)
        assert "request may still arrive" in found[0].reason

    def test_what_another_run_is_deleting_is_left_to_that(self):
        found = planned(self.marked("alive"), replaced(2), current(3, **ONE_KEPT))

        assert [item.reason for item in found["id1"]] == ["another run is deleting it"]


def test_image_that_was_deprecated_by_itself_goes_by_its_date():
    """One that `image deprecate` took in: it has no number, and was never rotated."""
    alone = shown(
        "one",
        lifecycle_id="one",
        lifecycle_family="debian-13",
        os_hidden=True,
        lifecycle_state="deprecated",
        lifecycle_deprecated_at=ago(days=30),
        lifecycle_delete_at=PAST,
    )

    [item] = planned(alone)["one"]

    assert item.deletes


def test_F97_F98_what_belongs_to_others_is_in_no_plan():
    inherited = replaced(1, 60, lifecycle_id="another")
    theirs = replaced(2, 60, owner="f" * 32)

    assert planned(inherited, theirs, current(3, **ONE_KEPT)).keys() == {"id3"}


def test_no_more_than_allowed_goes_and_what_was_deprecated_first_goes_first():
    versions = [replaced(n, 100 - n) for n in range(1, 6)]
    found = planned(*versions, current(7, **ONE_KEPT))
    items = [item for each in found.values() for item in each]

    deleted = {item.image.id for item in limited(items, 2) if item.deletes}

    assert deleted == {"id1", "id2"}


def test_what_is_too_much_is_hindered_and_nothing_else_is():
    versions = [replaced(n, 100 - n) for n in range(1, 6)]
    found = planned(*versions, current(7, **ONE_KEPT))
    items = tuple(item for each in found.values() for item in each)

    after = limited(items, 0)

    assert [item.image.id for item in after] == [item.image.id for item in items]
    assert not any(item.deletes for item in after)
    assert {item.hindrance for item in after if item.is_due} == {
        "more than 0 images are to be deleted (to allow more: --max-delete)"
    }
    assert limited(items, 4) == items


def test_F81_of_one_moment_the_lowest_id_goes_first():
    same = [
        Item(Action.DELETE, replaced(n, created_at=ago(days=99)), "a reason")
        for n in (3, 1, 2)
    ]

    assert [item.deletes for item in limited(same, 1)] == [False, True, False]


def test_F79_what_is_deprecated_by_a_clock_that_is_ahead_goes_last():
    ahead = Item(Action.DELETE, replaced(1, -1), "a reason")
    before = Item(Action.DELETE, replaced(2, 1), "a reason")

    assert [item.deletes for item in limited([ahead, before], 1)] == [False, True]


def test_newest_version_comes_first_in_a_plan():
    versions = [replaced(2), current(3), replaced(1)]

    items = plan(situation(versions))

    assert [item.image.id for item in items] == ["id3", "id2", "id1"]


def test_nobody_has_asked_yet_and_each_is_taken_as_unused():
    versions = [replaced(1, 60), replaced(2), current(3, **ONE_KEPT)]
    before = replace(situation(versions), usages=None)

    deleted = [item.image.id for item in plan(before) if item.deletes]

    assert deleted == ["id1"]

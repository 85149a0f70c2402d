# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of the version that was current: told first, then hidden, then done."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import State, derive, undo_record
from osc_imagetools.lifecycle.rotation.retirement import HIDE, SHOW, Retirement
from tests.unit.lifecycle.images import managed

NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
TOLD_NOW = "2026-03-09T12:00:00Z"
EARLIER, LATER = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
NEW = managed("two", 2)


def version(**fields: Any) -> Image:
    told = {"lifecycle_state": "active", "lifecycle_published_at": EARLIER}
    return managed("one", 1, **{**told, **fields})


def announced(retirement: Retirement, image: Image | None = None) -> Image:
    image = image or version()
    return retirement.announced(image, NEW, NOW).on(image)


def withdrawn(retirement: Retirement) -> Image:
    return retirement.withdrawal.on(announced(retirement))


LISTED = Retirement(hides=False, name="debian-13-20260301")
THOROUGH = Retirement(name="old", visibility="private", os_purpose="old")


def test_what_is_announced_is_told_and_still_offered() -> None:
    image = announced(THOROUGH)

    assert derive(image).state is State.DEPRECATED
    assert image.text("lifecycle_deprecated_at") == TOLD_NOW
    assert image.text("lifecycle_retired_at") == TOLD_NOW
    assert image.text("lifecycle_replacement") == "two"
    assert image.text("lifecycle_reason") == "replaced by version 20260302"
    assert image.text("os_purpose") == "old"
    assert (image.name, image.hidden, image.visibility) == (
        "debian-13",
        False,
        "shared",
    )


def test_record_of_before_names_what_comes_after_the_announcement_too() -> None:
    told = undo_record(announced(THOROUGH, version(lifecycle_reason="x")))

    assert told == {
        "lifecycle_state": "active",
        "lifecycle_deprecated_at": None,
        "lifecycle_retired_at": None,
        "lifecycle_replacement": None,
        "lifecycle_reason": "x",
        "os_purpose": None,
        "os_hidden": False,
        "name": "debian-13",
        "visibility": "shared",
        "tags": [],
    }


def test_record_says_that_it_was_listed_also_of_one_that_is_hidden_by_now() -> None:
    told = undo_record(announced(Retirement(), version(os_hidden=True)))

    assert told is not None
    assert told["os_hidden"] is False


def test_version_that_stays_listed_has_no_hiding_in_its_record() -> None:
    told = undo_record(announced(LISTED))

    assert told is not None
    assert "os_hidden" not in told
    assert "visibility" not in told
    assert told["name"] == "debian-13"


def test_what_an_earlier_deprecation_has_hidden_is_still_in_the_record() -> None:
    hidden = HIDE.on(announced(Retirement()))

    told = undo_record(announced(LISTED, hidden))

    assert told is not None
    assert told["os_hidden"] is False


@pytest.mark.parametrize(
    ("retirement", "successor", "reason"),
    [
        (Retirement(), NEW, "replaced by version 20260302"),
        (Retirement(), managed("x", 2, lifecycle_version=""), "replaced by version x"),
        (Retirement(reason="bad kernel"), NEW, "bad kernel"),
    ],
)
def test_reason_is_the_one_given_or_else_names_the_successor(
    retirement: Retirement, successor: Image, reason: str
) -> None:
    change = retirement.announced(version(), successor, NOW)

    assert change.set["lifecycle_reason"] == reason


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (None, TOLD_NOW),
        (EARLIER, EARLIER),
        (TOLD_NOW, TOLD_NOW),
        # It was only planned, and is done now.
        (LATER, TOLD_NOW),
        ("soon", TOLD_NOW),
    ],
)
def test_date_of_what_was_done_before_stays(stored: str | None, told: str) -> None:
    dates = {"lifecycle_deprecated_at": stored, "lifecycle_obsolete_at": stored}
    image = announced(Retirement(obsolete=True), version(**dates))

    assert image.text("lifecycle_deprecated_at") == told
    assert image.text("lifecycle_obsolete_at") == told


def test_obsolete_version_is_told_to_be_that_and_deactivated_by_no_patch() -> None:
    retirement = Retirement(obsolete=True)

    change = retirement.announced(version(), NEW, NOW)

    assert retirement.state is State.OBSOLETE
    assert change.set["lifecycle_state"] == "obsolete"
    assert "status" not in change.set
    assert (undo_record(change.on(version())) or {})["status"] == "active"


def test_record_of_one_that_does_not_boot_already_says_nothing_of_that() -> None:
    image = version(status="deactivated", lifecycle_state="obsolete")

    told = undo_record(announced(Retirement(obsolete=True), image))

    assert told is not None
    assert "status" not in told


def test_version_that_still_boots_has_no_date_of_obsolescence() -> None:
    change = Retirement().announced(version(), NEW, NOW)

    assert Retirement().state is State.DEPRECATED
    assert "lifecycle_obsolete_at" not in change.set
    assert "lifecycle_delete_at" not in change.set
    assert "os_purpose" not in change.set


@pytest.mark.parametrize(
    ("said", "fields", "expected"),
    [
        (None, {}, None),
        (None, {"lifecycle_delete_after": "1 month"}, "2026-04-10T00:00:00Z"),
        (Duration(2), {"lifecycle_delete_after": "1 month"}, "2026-05-10T00:00:00Z"),
        # An earlier word on it stays, unless it is told anew.
        (
            None,
            {"lifecycle_delete_after": "1 month", "lifecycle_delete_at": LATER},
            None,
        ),
        (Duration(2), {"lifecycle_delete_at": LATER}, "2026-05-10T00:00:00Z"),
        (
            None,
            {"lifecycle_delete_after": "1 month", "lifecycle_delete_at": "soon"},
            "2026-04-10T00:00:00Z",
        ),
        (None, {"lifecycle_delete_after": "999999y"}, None),
    ],
)
def test_it_is_deleted_when_that_is_said_or_else_as_the_policy_says(
    said: Duration | None, fields: dict[str, str], expected: str | None
) -> None:
    retirement, image = Retirement(delete_in=said), version(**fields)

    change = retirement.announced(image, NEW, NOW)

    assert retirement.delete_at(image, NOW) == expected
    assert change.set.get("lifecycle_delete_at") == expected


def test_withdrawal_is_one_small_change_that_takes_it_from_the_name() -> None:
    assert Retirement().withdrawal == HIDE
    assert THOROUGH.withdrawal == HIDE
    assert LISTED.withdrawal.set == {"name": "debian-13-20260301"}
    assert HIDE.on(version()).hidden
    assert not SHOW.on(version(os_hidden=True)).hidden


def test_finished_version_is_hidden_and_has_its_name_and_audience() -> None:
    image = withdrawn(THOROUGH)

    done = THOROUGH.finished(image, "octavia").on(image)

    assert (done.name, done.hidden, done.visibility) == ("old", True, "private")


def test_finishing_never_hides_what_somebody_has_shown_meanwhile() -> None:
    shown = SHOW.on(withdrawn(THOROUGH))

    assert not THOROUGH.finished(shown, None).on(shown).hidden
    assert "os_hidden" not in THOROUGH.finished(shown, None).set


def test_version_that_stays_listed_is_shown_again_if_a_repair_has_hidden_it() -> None:
    hidden = HIDE.on(announced(LISTED))

    done = LISTED.finished(hidden, None).on(hidden)

    assert done.name == "debian-13-20260301"
    assert done.fields["os_hidden"] is False


@pytest.mark.parametrize(
    ("tag", "left"),
    [
        ("octavia", {"lifecycle"}),
        (None, {"lifecycle", "octavia"}),
        ("", {"lifecycle", "octavia"}),
        # Every version has that one, whatever the policy says.
        ("lifecycle", {"lifecycle", "octavia"}),
    ],
)
def test_tag_that_only_the_current_version_has_goes(
    tag: str | None, left: set[str]
) -> None:
    image = version(tags=["lifecycle", "octavia"])

    assert Retirement().finished(image, tag).on(image).tags == left


@pytest.mark.parametrize(
    "retirement", [Retirement(), Retirement(name="debian-13", visibility="shared")]
)
def test_nothing_is_left_to_do_where_all_stays_as_it_is_but_for_the_hiding(
    retirement: Retirement,
) -> None:
    image = announced(retirement)

    told = undo_record(image)

    assert retirement.finished(image, None) == Change()
    assert told is not None
    assert not {"name", "visibility"} & told.keys()


UNFINISHED = {
    "not announced": (THOROUGH, version(), False),
    "announced": (THOROUGH, announced(THOROUGH), True),
    "hidden": (THOROUGH, withdrawn(THOROUGH), True),
    "named and not kept from others": (
        THOROUGH,
        Image.from_glance({**withdrawn(THOROUGH).fields, "name": "old"}),
        True,
    ),
    "finished": (
        THOROUGH,
        THOROUGH.finished(withdrawn(THOROUGH), None).on(withdrawn(THOROUGH)),
        False,
    ),
    # Hiding isn't counted: repairs do that.
    "only to be hidden": (Retirement(), announced(Retirement()), False),
    "to stay listed, and has its name": (LISTED, withdrawn(LISTED), False),
    "to stay listed, and hidden by a repair": (
        LISTED,
        HIDE.on(announced(LISTED)),
        True,
    ),
    "to stay listed, without its name": (LISTED, announced(LISTED), True),
    "still boots": (
        Retirement(obsolete=True),
        withdrawn(Retirement(obsolete=True)),
        True,
    ),
    "no longer boots": (
        Retirement(obsolete=True),
        Image.from_glance(
            {**withdrawn(Retirement(obsolete=True)).fields, "status": "deactivated"}
        ),
        False,
    ),
    "may boot": (Retirement(), withdrawn(Retirement(obsolete=True)), False),
    # It was retired in another way, and that one ended.
    "retired otherwise": (THOROUGH, withdrawn(Retirement()), False),
}


@pytest.mark.parametrize(
    ("retirement", "image", "expected"), UNFINISHED.values(), ids=UNFINISHED
)
def test_run_that_died_is_told_by_what_its_record_names_and_is_as_before(
    retirement: Retirement, image: Image, expected: bool
) -> None:
    assert retirement.is_unfinished(image) is expected


def test_what_is_replaced_belongs_to_no_run_that_could_show_it_again() -> None:
    image = announced(Retirement(), version(lifecycle_run="a run"))

    assert image.run is None

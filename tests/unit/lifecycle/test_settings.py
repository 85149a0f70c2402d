# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from functools import partial

import pytest

from osc_imagetools.lifecycle.settings import letting_go, setting, unsetting
from tests.unit.lifecycle.images import HERE, managed, shown

setting = partial(setting, project=HERE)
unsetting = partial(unsetting, project=HERE)

HOLD = {"lifecycle_hold": "a customer's"}


def test_what_is_set_is_there_and_again_is_unchanged():
    image = managed("one", 1)

    decision = setting(image, HOLD)

    assert (decision.result, decision.changes) == ("set", ("lifecycle_hold",))
    assert setting(decision.change.on(image), HOLD).result == "unchanged"


def test_what_is_unset_is_gone_and_again_is_unchanged():
    image = managed("one", 1, **HOLD)

    decision = unsetting(image, [*HOLD, "lifecycle_keep"])

    assert (decision.result, decision.changes) == ("unset", ("lifecycle_hold",))
    assert unsetting(decision.change.on(image), HOLD).result == "unchanged"


def test_an_image_that_is_let_go_of_has_nothing_of_ours_and_all_of_its_own():
    image = managed("one", 1, **HOLD, os_distro="debian", tags=["lifecycle", "mine"])

    decision = letting_go(image)
    free = decision.change.on(image)

    assert decision.result == "unset"
    assert decision.changes[-1] == "tags"
    assert not [name for name in free.fields if name.startswith("lifecycle_")]
    assert (free.tags, free.text("os_distro")) == ({"mine"}, "debian")
    assert letting_go(free).result == "unchanged"


def test_a_build_date_that_adoption_added_goes_and_one_that_was_there_stays():
    told = '{"image_build_date": "2024-03-01"}'
    day = "2024-03-01"

    added = managed("one", 1, lifecycle_added=told, image_build_date=day)
    changed = managed("one", 1, lifecycle_added=told, image_build_date="2024-04-01")
    own = managed("one", 1, image_build_date=day)

    assert "image_build_date" not in letting_go(added).change.on(added).fields
    for image in (changed, own, managed("one", 1, lifecycle_added="[", **{"x": "y"})):
        left = letting_go(image).change.on(image)
        assert {n for n in left.fields if n.startswith("lifecycle_")} == set()
        assert left.text("image_build_date") == image.text("image_build_date")


NO_VERSION = (
    "it is not a version of a family. To make it the first of one: openstack image "
    "lifecycle set --family debian-13 one"
)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (
            managed("one", 1, status="saving"),
            "its data is not complete yet: its status is saving",
        ),
        (managed("one", 1, lifecycle_run="x"), "a run is importing it at the moment"),
        (shown("one"), NO_VERSION),
        (shown("one", lifecycle_id="other"), NO_VERSION),
    ],
)
def test_what_nothing_can_be_said_of_says_why(image, says):
    for decision in (setting(image, HOLD), unsetting(image, HOLD)):
        assert decision.result == "refused"
        assert decision.note == says


@pytest.mark.parametrize("fields", [{"status": "saving"}, {"lifecycle_run": "x"}])
def test_an_image_whose_bytes_move_is_not_let_go_of(fields):
    image = managed("one", 1, **fields)

    decision = letting_go(image)

    assert decision == setting(image, HOLD)
    assert decision.result == "refused"

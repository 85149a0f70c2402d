# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.model.decision import bytes_moving, moving
from tests.unit.lifecycle.images import shown

COPIED = (
    "Glance is copying it between stores and would undo a change when that ends: run "
    "the command again afterwards"
)
MOVING = {
    "still": ({}, None),
    "queued": (
        {"status": "queued"},
        "its data is not complete yet: its status is queued",
    ),
    "imported": ({"lifecycle_run": "x"}, "a run is importing it at the moment"),
    "locked": ({"os_glance_import_task": "b6f2"}, COPIED),
    "copied": ({"os_glance_importing_to_stores": "slow"}, COPIED),
    "copied-before": ({"os_glance_importing_to_stores": ""}, None),
    "copied-in-vain": ({"os_glance_failed_import": "slow"}, None),
}


@pytest.mark.parametrize(("fields", "why"), MOVING.values(), ids=MOVING)
def test_nobody_may_touch_an_image_whose_bytes_move(fields, why):
    assert moving(shown(**fields)) == why


@pytest.mark.parametrize(("fields", "why"), MOVING.values(), ids=MOVING)
def test_run_may_touch_an_image_of_its_own_while_its_bytes_are_still(fields, why):
    owned = shown(**{**fields, "lifecycle_run": "x"})

    expected = None if why == "a run is importing it at the moment" else why

    assert bytes_moving(owned) == expected
    assert moving(owned) == (expected or "a run is importing it at the moment")

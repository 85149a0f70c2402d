# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.retention import Action, Item
from osc_imagetools.lifecycle.retention.item import kept
from tests.unit.lifecycle.images import managed

IMAGE = managed("one", 1)


def test_what_is_kept_is_not_due():
    item = kept(IMAGE, "a reason")

    assert (item.is_due, item.is_planned, item.deletes) == (False, False, False)


@pytest.mark.parametrize("action", [each for each in Action if each is not Action.KEEP])
def test_what_is_hindered_is_due_and_not_planned(action):
    item = Item(action, IMAGE, "a reason")

    assert (item.is_due, item.is_planned) == (True, True)
    assert item.deletes is (action is Action.DELETE)
    hindered = item.hindered("a hindrance")
    assert (hindered.action, hindered.reason) == (action, "a reason")
    assert (hindered.is_due, hindered.is_planned) == (True, False)
    assert not hindered.deletes

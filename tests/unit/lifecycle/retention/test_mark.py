# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest

from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.retention.mark import (
    is_marked,
    is_marked_by,
    marked_by,
    marking,
    restoring,
    status_before,
)
from tests.unit.lifecycle.images import managed

ONE, OTHER = Run("one", "here", 1, 1), Run("other", "here", 2, 2)


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("status", ["active", "deactivated"])
def test_what_is_restored_is_as_it_was(protected, status):
    image = managed("one", 1, protected=protected, status=status)

    marked = marking(image, ONE).on(image)
    again = marking(marked, OTHER).on(marked)

    assert not marked.protected
    assert is_marked_by(marked, ONE)
    assert (is_marked_by(again, ONE), is_marked_by(again, OTHER)) == (False, True)
    assert restoring(again).on(again) == image
    assert status_before(again) == status
    assert not is_marked(restoring(again).on(again))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"run": 3}', "[" * 100_000])
def test_what_a_stranger_wrote_restores_nothing(text):
    image = managed("one", 1, lifecycle_deleting=text)

    assert is_marked(image)
    assert marked_by(image) == ""
    assert not is_marked_by(image, ONE)
    assert status_before(image) == "active"
    assert not restoring(image).on(image).protected


@pytest.mark.parametrize("told", ["[]", "7", '"x"', "null", '{"a": [[]]}'])
def test_of_what_a_stranger_wrote_nothing_is_carried_over(told):
    text = f'{{"run": {told}, "status": {told}, "protected": {told}}}'
    image = managed("one", 1, lifecycle_deleting=text, protected=True)

    marked = marking(image, ONE).on(image)

    assert is_marked_by(marked, ONE)
    assert status_before(marked) == "active"
    assert json.loads(marked.text("lifecycle_deleting"))["status"] == "active"


def test_protection_that_somebody_has_given_since_stays():
    image = managed("one", 1)
    marked = marking(image, ONE).on(image)
    protected = managed("one", 1, **{**marked.fields, "protected": True})

    assert restoring(protected).on(protected).protected


def test_mark_is_set_only_on_what_is_managed_still():
    image = managed("one", 1)

    assert marking(image, ONE).requires == {"lifecycle_id"}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from tests.unit.lifecycle.images import managed, shown


def test_what_inherited_our_properties_is_not_managed():
    snapshot = managed("original", 3, id="snapshot")

    assert managed("original", 3).is_managed
    assert not snapshot.is_managed


def test_without_a_family_it_is_not_managed():
    assert not shown("one", lifecycle_id="one").is_managed


@pytest.mark.parametrize("broken", ["", "x", "-1", "1.5", "٣", None])
def test_a_broken_generation_ranks_below_all(broken):
    assert shown("one", lifecycle_generation=broken).generation == 0

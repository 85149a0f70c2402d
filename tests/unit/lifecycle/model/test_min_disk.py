# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.model.min_disk import GIB, min_disk_gib


@pytest.mark.parametrize(
    ("virtual_size", "gib"),
    [(0, 1), (1, 1), (GIB, 1), (GIB + 1, 2), (10 * GIB, 10), (10 * GIB - 1, 10)],
)
def test_F42_min_disk_is_rounded_up(virtual_size, gib) -> None:
    assert min_disk_gib(virtual_size) == gib

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Connections are shared by the families that are fetched at a time."""

from __future__ import annotations

import pytest

from osc_imagetools.catalog.definitions import Catalogue
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.requests import Manner
from osc_imagetools.glance.route import Route
from osc_imagetools.source.access import Access
from osc_imagetools.source.limits import Limits
from osc_imagetools.source.packing import Packing


@pytest.mark.parametrize(
    ("connections", "jobs", "families", "each"),
    [
        (4, 4, 10, 1),
        (4, 4, 2, 2),
        (4, 4, 1, 4),
        (4, 1, 10, 4),
        (4, 16, 10, 1),
        (16, 4, 10, 4),
        (4, 4, 0, 4),
    ],
)
def test_connections_are_shared(
    connections: int, jobs: int, families: int, each: int
) -> None:
    manner = Manner(Access(60, connections), Packing(Limits(1 << 40)), Route())
    order = CatalogueOrder(Catalogue(), manner, jobs=jobs)

    assert order.sharing(families).manner.access.connections == each

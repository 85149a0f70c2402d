# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is true of the model as of the real Glance: one row, one small history.

Each fact about Glance on which our code relies has its row.
"""

from __future__ import annotations

from tests.simulation.glance.histories import (
    activation,
    changes,
    discovered,
    imports,
    records,
    seen,
    shared,
    uploads,
)
from tests.simulation.glance.histories.races import RACES
from tests.simulation.glance.steps import History

__all__ = ("HISTORIES", "RACES")

HISTORIES: tuple[History, ...] = (
    *records.HISTORIES,
    *seen.HISTORIES,
    *changes.HISTORIES,
    *uploads.HISTORIES,
    *activation.HISTORIES,
    *shared.HISTORIES,
    *imports.HISTORIES,
    *discovered.HISTORIES,
)

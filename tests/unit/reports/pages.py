# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to make pages of."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from osc_imagetools.lifecycle.checks import Checkup, Observed, findings
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.report import Report, report
from tests.unit.lifecycle.images import OWNER, managed

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
HOSTILE = '<script>alert(1)</script>"\x1b[2J\u202eevil'


def told(*images: Image) -> Report:
    """The report on *images*, as the command makes it."""
    observed = Observed(OWNER, images, NOW)
    found = findings(observed)
    checkup = Checkup(tuple(found), len(images), len(observed.families))
    return report(observed, checkup)


def family(name: str, versions: int = 3, **fields: Any) -> list[Image]:
    """Versions of a month each; the last one is current, the first is to go."""
    images = []
    for number in range(1, versions + 1):
        since = NOW - timedelta(days=30 * (versions + 1 - number))
        is_last = number == versions
        dates = {"lifecycle_published_at": format_time(since)}
        if not is_last:
            dates["lifecycle_deprecated_at"] = format_time(since + timedelta(days=30))
            later = NOW + timedelta(days=30 * number)
            dates["lifecycle_delete_at"] = format_time(later)
        images.append(
            managed(
                f"{name}-{number}",
                number,
                name=name if is_last else f"{name}-{number}",
                os_hidden=not is_last,
                size=number << 30,
                lifecycle_family=name,
                lifecycle_state="active" if is_last else "deprecated",
                created_at=format_time(since),
                **{**dates, **fields},
            )
        )
    return images

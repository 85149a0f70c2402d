# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a check found. The headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import CommandLines, Text

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.checks import Checkup

HEADINGS = ("Severity", "Check", "Family", "Image", "What", "What To Do", "Command")
SHORT = ("Severity", "Family", "Image", "What", "What To Do")


def rows(checkup: Checkup) -> tuple[Sequence[str], Iterable[Any]]:
    """One row for each finding; one for equal warnings of several images."""
    from osc_imagetools.lifecycle.checks import merged

    return HEADINGS, [
        (
            str(one.severity),
            str(one.check),
            Text(one.family or None),
            one.image or None,
            Text(one.what),
            Text(one.do),
            CommandLines(one.commands),
        )
        for one in merged(checkup.findings)
    ]

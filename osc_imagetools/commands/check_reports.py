# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a check found, as monitoring systems read it, and as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.columns import Text

if TYPE_CHECKING:
    from osc_imagetools.operations.check import Checked

HEADINGS = ("Severity", "Check", "Family", "Image", "What", "What To Do")

UNKNOWN = 3
"""Nagios's status of a check that could not be made."""

_PREFIX = "openstack_image_lifecycle"
_LONGEST_LINE = 1024

_Value = tuple[dict[str, str], int]
"""A number, and the labels that say of what."""


def rows(checked: Checked) -> tuple[Sequence[str], Iterable[Any]]:
    """A row a finding."""
    return HEADINGS, [
        (
            str(one.severity),
            str(one.check),
            Text(one.family or None),
            one.image or None,
            Text(one.what),
            Text(one.do),
        )
        for one in checked.findings
    ]


def nagios(checked: Checked) -> tuple[int, str]:
    """The status (0, 1 or 2), and its one line with the numbers behind a bar."""
    from osc_imagetools.lifecycle.finding import Severity

    errors, warnings = map(checked.count, (Severity.ERROR, Severity.WARNING))
    status = 2 if errors else 1 if warnings else 0
    said = f"{_number(errors, 'error')}, {_number(warnings, 'warning')}"
    if checked.findings:
        first = checked.findings[0]
        said += f": {first.family or first.image}: {first.what}"
    numbers = (
        f"errors={errors} warnings={warnings} "
        f"images={checked.images} families={checked.families}"
    )
    return status, f"{_line(status, said)} | {numbers}\n"


def nagios_unknown(error: Exception) -> str:
    """The line of a check that could not be made."""
    return f"{_line(UNKNOWN, str(error) or type(error).__name__)}\n"


def _line(status: int, said: str) -> str:
    from osc_imagetools.printable import printable

    word = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[status]
    # Behind a bar Nagios looks for numbers.
    clean = printable(" ".join(said.split()), _LONGEST_LINE).replace("|", "/")
    return f"IMAGES {word} - {clean}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def prometheus(checked: Checked, project: str, now: datetime) -> str:
    """The text format of Prometheus; every check has a line, if it found nothing too.

    *now* is the time of the check.
    """
    from osc_imagetools.lifecycle.finding import Check

    found = Counter(one.check for one in checked.findings)
    families = Counter((one.family, one.severity) for one in checked.findings)
    metrics: dict[str, tuple[str, list[_Value]]] = {
        "findings": (
            "How often something was found, by what was looked for.",
            [
                ({"check": str(check), "severity": str(check.severity)}, found[check])
                for check in Check
            ],
        ),
        "family_findings": (
            "Findings of a family that has any.",
            [
                ({"family": family, "severity": str(severity)}, count)
                for (family, severity), count in sorted(families.items())
            ],
        ),
        "images": ("Images that the project owns.", [({}, checked.images)]),
        "families": ("Families that the project owns.", [({}, checked.families)]),
        "check_timestamp_seconds": (
            "When the check was made, on the cloud's clock.",
            [({}, int(now.timestamp()))],
        ),
    }
    return "".join(
        _metric(name, help_text, [({"project": project, **by}, n) for by, n in values])
        for name, (help_text, values) in metrics.items()
    )


def _metric(name: str, help_text: str, values: Iterable[_Value]) -> str:
    full = f"{_PREFIX}_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} gauge"]
    for labels, value in values:
        shown = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
        lines.append(f"{full}{{{shown}}} {value}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a check found, as Prometheus's textfile collector reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from osc_imagetools.lifecycle.checks import Check, Checkup
from osc_imagetools.printable import printable

_PREFIX = "openstack_image_lifecycle"

_Value = tuple[dict[str, str], int]
"""A number, and the labels that say of what."""


def report(checkup: Checkup, project: str, now: datetime) -> str:
    """The text format of Prometheus; every check has a line, if it found nothing too.

    *now* is the time of the check.
    """
    found = Counter(one.check for one in checkup.findings)
    families = Counter((one.family, one.severity) for one in checkup.findings)
    metrics: dict[str, tuple[str, list[_Value]]] = {
        "findings": (
            "Number of findings by check.",
            [
                ({"check": str(check), "severity": str(check.severity)}, found[check])
                for check in Check
            ],
        ),
        "family_findings": (
            "Number of findings of each family that has any.",
            [
                ({"family": family, "severity": str(severity)}, count)
                for (family, severity), count in sorted(families.items())
            ],
        ),
        "images": ("Number of images that the project owns.", [({}, checkup.images)]),
        "families": (
            "Number of families that the project owns.",
            [({}, checkup.families)],
        ),
        "check_timestamp_seconds": (
            "Time of the check, on the cloud's clock.",
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
    """A label's value: also on a terminal, nothing in it is obeyed."""
    lines = (printable(line, None) for line in text.split("\n"))
    return r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in lines)

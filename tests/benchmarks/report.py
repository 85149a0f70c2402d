# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What people read of the results, and what programs do."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Result


def table(results: Sequence[Result]) -> str:
    """One line of figures a row, below the two things that it compares."""
    width = max(len(result.row.name) for result in results)
    heads = f"{'measured':>10} {'against':>10} {'ratio':>7} {'at most':>8}"
    lines = [f"{'':{width}} {heads}"]
    for result in results:
        lines += ["", result.row.what, f"  against {result.row.against}"]
        lines += [f"{result.row.name:{width}} {_line(result)}"]
    return "\n".join(lines)


def write_json(results: Sequence[Result], path: Path, **circumstances: Any) -> None:
    """Write the figures of every round, and under which circumstances they came."""
    rows = [dict(_fields(result)) for result in results]
    path.write_text(f"{json.dumps({**circumstances, 'rows': rows}, indent=2)}\n")


def _line(result: Result) -> str:
    row = result.row
    if result.missing:
        return f"NOT MEASURED: {result.missing}"
    what, against = (_figure(each, row.unit) for each in result.chosen)
    verdict = "holds" if result.holds else "DOES NOT HOLD"
    if math.isfinite(row.ceiling):
        verdict += f" (and at most {_figure(row.ceiling, row.unit)})"
    figures = f"{what:>10} {against:>10} {result.ratio:7.3f} {row.at_most:8.2f}"
    return f"{figures}  {verdict}"


def _figure(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 3
    return f"{value:.{digits}f} {unit}"


def _fields(result: Result) -> Iterator[tuple[str, Any]]:
    row = result.row
    yield from {
        "name": row.name,
        "what": row.what,
        "against": row.against,
        "unit": row.unit,
        "at_most": row.at_most,
        "ceiling": row.ceiling if math.isfinite(row.ceiling) else None,
        "holds": result.holds,
        "missing": result.missing or None,
        "measured": result.what,
        "measured_against": result.against,
    }.items()
    if not result.missing:
        yield "chosen", result.chosen
        yield "ratio", result.ratio

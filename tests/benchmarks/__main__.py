# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Measure the rows, print a table, write JSON; exit status 1 if a row doesn't hold."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.report import table, write_json
from tests.benchmarks.row import Result, Row, measured
from tests.benchmarks.rows import ROWS
from tests.benchmarks.stage import Stage
from tests.cloud import folders
from tests.cloud.errors import CloudError
from tests.cloud.session import Clouds

IMAGE_MIB = 1024
STARTED = time.monotonic()


def _say(line: str) -> None:
    seconds = time.monotonic() - STARTED
    print(f"[{seconds:4.0f} s] {line}", file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """An exit status: 0 all rows hold, 1 not all do, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    clouds = Clouds(Path(tempfile.mkdtemp(prefix="osc-imagetools-")), os.getpid())
    folder = folders.cache() / "benchmarks"
    folder.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    stage = Stage(
        lambda variant: clouds.get(variant, _say), folder, arguments.mib, _say
    )
    # In their order: some leave images behind, and others count what they list.
    rows = [row for row in ROWS if row in (arguments.rows or ROWS)]
    try:
        results = [measured(row, stage, _say, arguments.rounds) for row in rows]
    except CloudError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        clouds.end()
    _report(results, arguments, load)
    _say(f"The images are kept for the next time, in {folder}.")
    return 0 if all(result.holds for result in results) else 1


def _report(
    results: Sequence[Result], arguments: argparse.Namespace, load: float
) -> None:
    print(table(results))
    if load > 0.5:
        print(f"\nThe machine was not idle at the start: its load was {load:.1f}.")
    write_json(
        results,
        arguments.json,
        image_mib=arguments.mib,
        processors=os.cpu_count(),
        python=platform.python_version(),
        load_before=load,
    )
    _say(f"The figures of every round are in {arguments.json}.")


def _row(name: str) -> Row:
    for row in ROWS:
        if row.name == name:
            return row
    raise argparse.ArgumentTypeError(f"no row is called {name!r}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__
    )
    names = [row.name for row in ROWS]
    parser.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        type=_row,
        help=f"only these: {', '.join(names)} (default: all)",
    )
    parser.add_argument("--rounds", type=int, help="at most so many a row")
    parser.add_argument(
        "--mib",
        type=int,
        default=IMAGE_MIB,
        help="size of the image, 64 or more (default: %(default)s)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=Path("bench.json"),
        help="where the figures go (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

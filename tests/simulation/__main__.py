# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.simulation``: schedules by the thousand, or one again.

Ends with ``N schedules, M requests, 0 violations``; or with the seed of a violation,
its history, shrunk, and exit status 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from tests.simulation.history import table
from tests.simulation.kept import Kept, kept
from tests.simulation.schedule import Schedule, made
from tests.simulation.shrink import shrunk
from tests.simulation.simulate import quietly, simulated
from tests.simulation.wrong import PROTOCOLS, Wrong

CHUNK, CHUNK_OF_WRONG = 200, 25
"""Schedules that a process takes at once."""

PROFILES = {"ci": 20_000, "nightly": 500_000}
"""Schedules of the same seeds each time, and as many of the commit's own."""

PART_ENFORCING = 5
"""One of so many carries out what is due beside the others."""

PART_PROMOTING = 10
"""In one of so many a candidate is promoted."""


def main() -> int:
    """The exit status."""
    options = _parser().parse_args()
    if options.profile:
        return max(_all(part) for part in _profile(options))
    if options.wrong is not None:
        return _all_wrong(options)
    if options.kept:
        return int(quietly(_all_kept))
    if options.replay is not None:
        return int(quietly(lambda: _replayed(options)))
    return _all(options)


def _profile(options: argparse.Namespace) -> list[argparse.Namespace]:
    """The parts of a profile."""
    many = PROFILES[options.profile]
    enforcing, promoting = many // PART_ENFORCING, many // PART_PROMOTING
    parts: list[dict[str, Any]] = [
        {"schedules": schedules, "seed": seed, **what}
        for seed in (0, _own_seed())
        for schedules, what in (
            (many - enforcing - promoting, {}),
            (enforcing, {"enforces": True}),
            (promoting, {"promotes": True}),
        )
    ]
    return [argparse.Namespace(**{**vars(options), **part}) for part in parts]


def _own_seed() -> int:
    """The seed of what is committed: another commit of the same has it, too."""
    told = subprocess.run(
        ["git", "rev-parse", "HEAD^{tree}"], capture_output=True, text=True, check=False
    )
    return int(told.stdout[:10] or "0", 16)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tox -e simulation --", description=__doc__)
    parser.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        help="so many with the seeds from 0, and as many with the commit's own",
    )
    parser.add_argument("--schedules", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first of them")
    parser.add_argument("--actors", type=int, default=3)
    parser.add_argument("--enforces", action="store_true", help="one of them enforces")
    parser.add_argument("--promotes", action="store_true", help="one of them promotes")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int, metavar="SEED")
    parser.add_argument("--kept", action="store_true", help="replay what was kept")
    parser.add_argument(
        "--wrong",
        nargs="*",
        metavar="NAME",
        help="find each of the known wrong protocols",
    )
    parser.add_argument("--keep", metavar="NAME", help="of the schedule, shrunk")
    parser.add_argument("--kind", action="append", default=[], help="of violations")
    parser.add_argument("--keep-going", action="store_true")
    parser.add_argument("--whole", action="store_true", help="don't shrink")
    return parser


def _all_kept() -> int:
    """The exit status: 1 if one of them still finds what it found."""
    status = 0
    for one in kept():
        found = simulated(one.schedule, kinds=frozenset({one.kind})).violation
        print(f"{one.name}: {found or 'nothing is found any more'}")
        status = status or int(found is not None)
    return status


def _all_wrong(options: argparse.Namespace) -> int:
    """The exit status: 1 if one of them isn't found."""
    chosen = [one for one in PROTOCOLS if options.wrong in ([], [one.name])]
    status = 0
    print(f"{'wrong protocol':<40} {'found after':>11}  by")
    for one in chosen:
        after, how = _found_wrong(one, options)
        status = status or int(after is None)
        print(f"{one.name:<40} {after or 'NOT FOUND':>11}  {how}", flush=True)
    return status


def _found_wrong(
    protocol: Wrong, options: argparse.Namespace
) -> tuple[int | None, str]:
    """After how many schedules it is found, and what finds it."""
    jobs = [
        (protocol.name, seed, options.actors)
        for seed in range(options.seed, options.seed + protocol.most, CHUNK_OF_WRONG)
    ]
    with multiprocessing.get_context("fork").Pool(options.processes) as pool:
        for found in pool.imap(_chunk_of_wrong, jobs):
            if found is not None:
                seed, words = found
                return seed - options.seed + 1, f"seed {seed}: {words}"
    return None, f"{protocol.most} schedules"


def _chunk_of_wrong(job: tuple[str, int, int]) -> tuple[int, str] | None:
    name, first, actors = job
    [protocol] = [one for one in PROTOCOLS if one.name == name]

    def found() -> tuple[int, str] | None:
        for seed in range(first, first + CHUNK_OF_WRONG):
            with protocol.in_place():
                schedule = made(seed, actors, enforces=protocol.enforces)
                violation = simulated(schedule).violation
            # What the right one does as well says nothing of the wrong one.
            if violation is not None and not simulated(schedule).violation:
                return seed, str(violation)
        return None

    result: tuple[int, str] | None = quietly(found)
    return result


def _made(seed: int, options: argparse.Namespace) -> Schedule:
    return made(
        seed, options.actors, enforces=options.enforces, promotes=options.promotes
    )


def _replayed(options: argparse.Namespace) -> int:
    schedule = _made(options.replay, options)
    kinds = frozenset(options.kind)
    outcome = simulated(schedule, kinds=kinds, keeps=True)
    if outcome.violation is None:
        if options.whole and outcome.world is not None:
            print(schedule)
            print(table(outcome.world))
        print(f"1 schedule, {outcome.requests} requests, 0 violations")
        return 0
    if not options.whole:
        schedule = shrunk(schedule, outcome.violation.kind, outcome.violation.by)
        kinds = frozenset({outcome.violation.kind})
        outcome = simulated(schedule, kinds=kinds, keeps=True)
    assert outcome.world is not None
    assert outcome.violation is not None
    if options.keep:
        Kept(options.keep, outcome.violation.kind, schedule).save()
    print(schedule)
    print(table(outcome.world))
    print(f"VIOLATION {outcome.violation}")
    return 1


def _all(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    chunks = [
        (options, at, min(CHUNK, options.schedules - at))
        for at in range(0, options.schedules, CHUNK)
    ]
    requests, found = 0, []
    done = 0
    with multiprocessing.get_context("fork").Pool(options.processes) as pool:
        for many, count, violations in pool.imap_unordered(_chunk, chunks):
            requests += many
            done += count
            found += violations
            if found and not options.keep_going:
                break
    seconds = time.monotonic() - begun
    found.sort()
    kinds = Counter(kind for _, kind, _ in found)
    if options.keep_going:
        for kind, many in kinds.most_common():
            seeds = [str(seed) for seed, one, _ in found if one == kind]
            print(f"{many:6} {kind}: seeds {', '.join(seeds[:12])}")
    print(f"{done / seconds:.0f} schedules a second, {options.processes} processes")
    print(f"{done} schedules, {requests} requests, {len(found)} violations")
    if found and not options.keep_going:
        options.replay = found[0][0]
        return int(quietly(lambda: _replayed(options)))
    return 1 if found else 0


Found = tuple[int, int, list[tuple[int, str, str]]]
"""Requests, schedules, and of each violation the seed, the kind and the words."""


def _chunk(told: tuple[argparse.Namespace, int, int]) -> Found:
    options, first, count = told
    found: Found = quietly(lambda: _many(options, first, count))
    return found


def _many(options: argparse.Namespace, first: int, count: int) -> Found:
    requests, found = 0, []
    kinds = frozenset(options.kind)
    for seed in range(options.seed + first, options.seed + first + count):
        outcome = simulated(_made(seed, options), kinds=kinds)
        requests += outcome.requests
        if outcome.violation is not None:
            found.append((seed, outcome.violation.kind, outcome.violation.what))
            if not options.keep_going:
                break
    return requests, seed - options.seed - first + 1, found


if __name__ == "__main__":
    sys.exit(main())

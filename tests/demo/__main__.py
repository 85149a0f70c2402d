# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Import real images into a cloud of your own on this machine, and see what happens."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cloud import control, folders, locks
from tests.cloud.cloud import Cloud
from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder
from tests.demo import by_hand
from tests.demo.client import NotAsItShouldBeError
from tests.demo.narrator import Narrator
from tests.demo.story import Story

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """An exit status: 0 everything was as it should be, 1 not, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    narrator = Narrator()
    # As ^C does it: the cloud is ended on the way out.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    files = folders.cache() / "demo"
    try:
        with narrator.signs_of_life(), _folder(arguments.keep) as folder:
            _show(narrator, folder, files, arguments)
    except (CloudError, NotAsItShouldBeError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: the cloud was ended.", file=sys.stderr)
        return INTERRUPTED
    by_hand.explain(narrator, files, kept=arguments.keep)
    return 0


def _show(
    narrator: Narrator, folder: Folder, files: Path, arguments: argparse.Namespace
) -> None:
    narrator.chapter("A cloud of your own")
    narrator.tell(
        "First a real Keystone, a real Glance and a small web server start on this "
        "machine: on loopback only, and without privileges. The very first time they "
        "are installed, which takes a minute or two; from then on it takes seconds."
    )
    is_done = False
    owner = None if arguments.keep else os.getpid()
    try:
        told = control.up(
            folder, narrator.note, database=arguments.database, owner=owner
        )
        narrator.note(f"It runs, with {told.database} as its database.")
        cloud = Cloud(folder, told)
        Story(cloud, narrator, files, arguments.own_image).tell()
        is_done = True
    finally:
        if not (arguments.keep and is_done):
            narrator.note("Ending the cloud …")
            control.down(folder)


@contextmanager
def _folder(keep: bool) -> Iterator[Folder]:
    """The cloud's folder: what is kept is where ``python -m tests.cloud`` looks."""
    if not keep:
        with tempfile.TemporaryDirectory(prefix="osc-imagetools-") as path:
            yield Folder(Path(path))
        return
    folder = Folder(folders.cache() / "cloud")
    if locks.is_held(folder.lock):
        raise CloudError(
            f"a cloud runs in {folder.path} already. Log in to it, or end it first:\n"
            + "\n".join(f"  $ {line}" for line in (by_hand.LOG_IN, by_hand.END))
        )
    yield folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="leave the cloud running at the end"
    )
    parser.add_argument(
        "--own-image",
        action="store_true",
        help="import the demo's own tiny image even where packages have a larger one",
    )
    parser.add_argument(
        "--database", choices=("auto", "mariadb", "sqlite"), default="auto"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

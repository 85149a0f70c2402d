# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.cloud.source``: runs until SIGTERM, or until its parent dies."""

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from tests.cloud.source.control import ControlServer
from tests.cloud.source.desk import Desk
from tests.cloud.source.doors import Doors
from tests.cloud.source.server import FileServer

PARENT_POLL_SECONDS = 0.2


def main() -> None:
    """Serve, and say where (on standard output, in the state file) once it listens."""
    parent = os.getppid()
    arguments = _arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    desk = Desk()
    files = FileServer(arguments.root, desk)
    control = ControlServer(desk, Doors(files.root, desk))
    for server in (files, control):
        server.start()
    _announce(arguments.state, url=files.url, control=control.url, pid=os.getpid())
    # PR_SET_PDEATHSIG would be at once, but fires when the *thread* ends that
    # started us, which in a test run need not be the main one.
    while not stop.wait(PARENT_POLL_SECONDS):
        if arguments.parent_death and os.getppid() != parent:
            break


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cloud.source")
    parser.add_argument("--root", type=Path, required=True, help="folder to serve")
    parser.add_argument("--state", type=Path, help="JSON file to write")
    parser.add_argument(
        "--parent-death", action="store_true", help="end when the parent process ends"
    )
    return parser.parse_args()


def _announce(path: Path | None, **state: str | int) -> None:
    if path:
        # Whoever waits for the file must never read half of it.
        half = path.with_name(f"{path.name}.{os.getpid()}")
        half.write_text(json.dumps(state))
        half.replace(path)
    print(json.dumps(state), flush=True)


if __name__ == "__main__":
    main()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How the reader goes on: on a cloud like the demo's, or on one of their own.

Each line can be copied into a shell, in the checkout.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from tests.cloud import folders
from tests.demo.narrator import Narrator
from tests.demo.offer import LIST

_PYTHON = shlex.quote(sys.executable)
_CLOUD = f"{_PYTHON} -m tests.cloud"

START = f"{_CLOUD} up"
LOG_IN = f'eval "$({_CLOUD} env)"'
END = f"{_CLOUD} down"


def explain(narrator: Narrator, files: Path, *, kept: bool) -> None:
    """Print the lines, for a cloud that still runs or for one to be started."""
    narrator.chapter("Go on by hand")
    if kept:
        narrator.tell("The cloud still runs. Log in to it, in this folder:")
    else:
        narrator.tell(
            "The demo's cloud has ended and left nothing running. Start one that stays "
            "(so does the demo with --keep; it takes seconds now), and log in to it:"
        )
    narrator.to_copy(*_on_this_machine(files, kept=kept))
    narrator.tell("End it:")
    narrator.to_copy(END)
    narrator.tell("On your own cloud, in the environment of your openstack client:")
    narrator.to_copy(f"pip install {shlex.quote(str(folders.CHECKOUT))}")
    narrator.to_copy("openstack image import-url --help")


def _on_this_machine(files: Path, *, kept: bool) -> list[str]:
    archive = next(files.glob("*.tar.gz"))
    folder = Path(sys.executable).parent
    return [
        f"cd {shlex.quote(str(folders.CHECKOUT))}",
        *([] if kept else [START]),
        LOG_IN,
        f"export PATH={shlex.quote(str(folder))}:$PATH",
        f"openstack image import-url {archive.as_uri()} by-hand"
        f" --checksum-url {(files / LIST).as_uri()}",
        "openstack image list",
    ]

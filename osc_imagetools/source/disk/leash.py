# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A program of its own, started before another one, which it then becomes.

``python -I -S leash.py <parent> <most bytes> <listening> <command> …``

What follows can't outlive *parent* (nor the thread that started it), gain rights,
write a file of more than *most bytes*, dump memory, use the network (where the
kernel lets us take it away), or take all memory. Descriptor *listening*, if it is
not -1, becomes 3, as systemd would have it: sd_listen_fds(3).

It is not done between fork and exec, because other threads may be running then.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

ADDRESS_SPACE_BYTES = 4 << 30
"""qemu-nbd was seen with 1 GB, most of it reserved for its threads and never used."""

LISTENING = 3

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000


def main(parent: int, most_bytes: int, listening: int, command: list[str]) -> None:
    """Become *command*; never returns."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # Root may at once; others need the rights of a user namespace, if they get one
    if libc.unshare(_CLONE_NEWNET):
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    _limit(resource.RLIMIT_FSIZE, most_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)
    if listening >= 0:
        os.dup2(listening, LISTENING)
        os.environ["LISTEN_FDS"] = "1"
        os.environ["LISTEN_PID"] = str(os.getpid())
    os.execv(command[0], command)


def _limit(what: int, most: int) -> None:
    # A lower limit than this may be set already
    with suppress(ValueError):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _parent, _most_bytes, _listening = map(int, sys.argv[1:4])
    main(_parent, _most_bytes, _listening, sys.argv[4:])

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A client that a test kills, in a process of its own that has it loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess

from tests.cloud.accounts import Account
from tests.cloud.children import die_with_parent
from tests.cloud.loaded_client import forks


@contextmanager
def doomed(account: Account, *argv: str) -> Iterator[ForkServerProcess]:
    """A command of *account*, which doesn't outlive the block; nobody hears it."""
    told = (argv, account.environment(), str(account.home))
    client = forks.Process(target=_client, args=told)
    client.start()
    try:
        yield client
    finally:
        client.kill()
        client.join()


def _client(argv: Sequence[str], environment: dict[str, str], folder: str) -> None:
    die_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with open(os.devnull, "r+") as nobody:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.dup2(nobody.fileno(), stream.fileno())
    from openstackclient import shell

    sys.argv = ["openstack", *argv]
    sys.exit(shell.main(list(argv)))

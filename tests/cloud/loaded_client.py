# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The client, in a process of its own that doesn't have to load it first.

Loading it costs a second of CPU time, more than most commands do: it loads the modules
of all commands, of all its plugins, for each of them. So one process loads those, and
ours, and each command is a fork of that one: with an environment, a folder and standard
streams of its own. Nothing of ours looks at the clock or the environment when it is
loaded; that it can be loaded in whatever order is tested elsewhere.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cloud.children import die_with_parent
from tests.cloud.client import Outcome

forks = multiprocessing.get_context("forkserver")
# By its name: it imports this module, for the forks.
forks.set_forkserver_preload(["tests.cloud.preloaded"])


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    stdin: str,
    timeout: float,
) -> Outcome:
    """The same as `tests.cloud.client.run`, sooner."""
    with tempfile.TemporaryDirectory() as made:
        streams = [Path(made, name) for name in ("stdin", "stdout", "stderr")]
        for stream, content in zip(streams, (stdin, "", ""), strict=True):
            stream.write_text(content)
        client = forks.Process(target=_client, args=(argv, env, folder, streams))
        client.start()
        try:
            client.join(timeout)
            if client.exitcode is None:
                raise subprocess.TimeoutExpired(list(argv), timeout)
        finally:
            client.kill()
            client.join()
        return Outcome(client.exitcode, streams[1].read_text(), streams[2].read_text())


def _client(
    argv: Sequence[str],
    env: Mapping[str, str],
    folder: Path,
    streams: Sequence[Path],
) -> None:
    die_with_parent()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for number, stream in enumerate(streams):
        opened = os.open(stream, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0)
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    from openstackclient import shell

    sys.argv = ["openstack", *argv]
    sys.exit(shell.main(list(argv)))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How a WSGI application of the services is served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

# A kept-alive connection is reset now and then on POST, so none is kept.
HTTP = (
    *("--protocol", "http", "--buffer-size", "65535"),
    *("--add-header", "Connection: close"),
    *("--http-chunked-input", "--http-auto-chunked"),
)
# Applications open database connections and threads: never before a fork.
WORKERS = ("--master", "--lazy-apps", "--enable-threads", "--need-app")
# Also when the master is killed, its workers end.
ENDING = ("--no-orphans", "--die-on-term", "--worker-reload-mercy", "1")


def command(
    services: Path, module: str, *, workers: int, threads: int, imports: Sequence[str]
) -> list[str]:
    """The command that serves ``module`` on the socket that is its standard input."""
    return [
        *(str(services / "bin" / "uwsgi"), *HTTP, *WORKERS, *ENDING),
        *("--workers", str(workers), "--threads", str(threads)),
        *(f"--import={name}" for name in imports),
        *("--module", f"{module}:application"),
    ]

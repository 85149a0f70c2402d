# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How an import ended: what every one that failed, and every one that worked, owes."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud

WRONG_USAGE = 2

NAME = "disk"
"""Of every image that these tests import: each project is one test's own."""

SECONDS_AT_MOST = 120.0
"""For what has to end in seconds, on a machine that does much else beside it."""

POLL_SECONDS = 0.02


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of ``content`` as ``--checksum`` takes it."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def import_url(
    account: Account, url: str, *options: str, env: Mapping[str, str] | None = None
) -> Outcome:
    """``openstack image import-url`` as a script runs it, for a result in JSON."""
    return account.openstack(*arguments(url, *options), env=env)


def arguments(url: str, *options: str) -> list[str]:
    """The command line of an import, without the client's own name."""
    return ["image", "import-url", url, NAME, "-f", "json", *options]


def refused(
    cloud: Cloud, account: Account, outcome: Outcome, *says: str, status: int = 1
) -> None:
    """Assert that an import failed, says why, and left nothing for anybody to see."""
    assert outcome.status == status, outcome
    assert outcome.stdout == "", outcome
    assert "Traceback" not in outcome.stderr, outcome.stderr
    assert all(map(str.isprintable, outcome.stderr.splitlines())), outcome.stderr
    for words in says:
        assert words in outcome.stderr, outcome.stderr
    assert images(account) == []
    assert images(cloud.admin(), owner=account.project_id) == []


def imported(account: Account, outcome: Outcome, content: bytes) -> dict[str, Any]:
    """The one image that an import made of ``content``, as Glance shows it.

    It is there under its name, for whoever lists images, with those very bytes.
    """
    assert outcome.status == 0, outcome
    result = outcome.json()
    [image] = images(account)
    assert (image["id"], image["name"]) == (result["id"], NAME)
    assert (image["status"], image["os_hidden"]) == ("active", False)
    assert result["size"] == image["size"] == len(content)
    assert "lifecycle_run" not in image
    assert account.glance("GET", f"/v2/images/{image['id']}/file").content == content
    return image


def images(account: Account, **filters: str) -> list[dict[str, Any]]:
    """All images of the account's project that Glance shows, the hidden ones too.

    Everybody sees the public ones of other tests.
    """
    found = []
    for hidden in ("false", "true"):
        query = {"limit": "1000", "visibility": "all", "os_hidden": hidden}
        query |= {"owner": account.project_id, **filters}
        found += account.listed(**query)
    return found


def written_by_us(stderr: str) -> str:
    """Standard error without the client's own echo of its command line (``-v``)."""
    return "".join(
        line
        for line in stderr.splitlines(keepends=True)
        if not line.startswith("START with options: ")
    )


def measured(account: Account, *argv: str) -> tuple[Outcome, int]:
    """How a command ended, in bounded time, and its peak resident memory.

    In bytes, as the kernel counts it. Its own figure at the end (wait4) would hold
    that of the process that forked it: the test's.
    """
    deadline = time.monotonic() + SECONDS_AT_MOST
    peak = 0
    with account.start(*argv) as client:
        while True:
            peak = max(peak, _peak_bytes(client.pid))
            try:
                stdout, stderr = client.communicate(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    client.kill()
                    raise
            else:
                return Outcome(client.returncode, stdout, stderr), peak


def _peak_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        if match := re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE):
            return int(match[1]) * 1024
    return 0

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` against the stock client, which lets Glance fetch the file."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.imports import seconds_of_import
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage
from tests.benchmarks.usage import waited_for
from tests.cloud.accounts import Account

POLL_SECONDS = 0.2
IMPORT_SECONDS = 600.0


@contextmanager
def plain_against_web_download(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url; ``image import --method web-download`` until the image is active."""
    yield seconds_of_import(stage, stage.image), lambda: _web_download(stage)


def _web_download(stage: Stage) -> float:
    url, _ = stage.published(stage.image)
    image_id = stage.new_record("qcow2")
    command = ("image", "import", "--method", "web-download", "--uri", url, image_id)
    started = time.perf_counter()
    waited_for(stage.account.start(*command, stdout=subprocess.DEVNULL), started)
    # Whether it was refused or failed, the client prints "queued" and ends with 0.
    _wait_until_active(stage.account, image_id)
    seconds = time.perf_counter() - started
    stage.delete_images()
    return seconds


def _wait_until_active(account: Account, image_id: str) -> None:
    deadline = time.monotonic() + IMPORT_SECONDS
    while (image := account.glance("GET", f"/v2/images/{image_id}").json())[
        "status"
    ] != "active":
        if image.get("os_glance_failed_import") or time.monotonic() > deadline:
            raise RuntimeError(f"web-download left the image {image['status']}")
        time.sleep(POLL_SECONDS)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The Dashboard shows what the commands have done, and its page says how to use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="tox -e dashboard runs these tests")

from tests.cloud.cloud import Cloud
from tests.dashboard.browser import Browser, is_there
from tests.functional.dashboards import Camera, opened, reader_of, steps_of

pytestmark = pytest.mark.skipif(not is_there(), reason="no Chromium (bindep.txt)")


@pytest.fixture(scope="module")
def window(dashboard_cloud: Cloud) -> Iterator[Browser]:
    """A browser before the Dashboard as it comes."""
    with opened(dashboard_cloud) as window:
        yield window


def test_page_is_right(dashboard_cloud: Cloud, window: Browser, tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    reader = reader_of(dashboard_cloud, window, tmp_path, camera)

    for title in ("From a file", "Replace it", "Deprecated images"):
        reader.follow(steps_of(title))

    camera.assert_small()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a report in Chromium, at the widths of a telephone and a desk."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from osc_imagetools.reports.page import page
from tests.unit.reports.pages import HOSTILE, family, told

CHROMIUM = shutil.which("chromium")
LONGEST_SECONDS = 120
ASK = """<!DOCTYPE html><body><iframe width="{width}" height="900" src="page.html">
</iframe><script>
onload = () => {{
  const shown = document.querySelector("iframe").contentDocument;
  const root = shown.documentElement;
  document.title = JSON.stringify([root.scrollWidth, root.clientWidth,
    shown.querySelectorAll("table").length, shown.scripts.length,
    shown.defaultView.getComputedStyle(shown.body).maxWidth,
    shown.defaultView.performance.getEntriesByType("resource").length]);
}};
</script>"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")


def chromium(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What it says; its window, its profile and the network are left out."""
    assert CHROMIUM
    return subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--disable-background-networking", "--enable-logging=stderr"),
            *(f"--user-data-dir={home / 'profile'}", "--no-first-run"),
            *("--proxy-server=127.0.0.1:9", *options),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )


@pytest.mark.parametrize("width", [400, 1280])
def test_all_of_it_is_in_the_window_and_nothing_is_refused(
    width: int, tmp_path: Path
) -> None:
    images = [*family("debian-13"), *family(HOSTILE), *family("long" * 60)]
    (tmp_path / "page.html").write_text(page(told(*images)), encoding="utf-8")
    (tmp_path / "ask.html").write_text(ASK.format(width=width), encoding="utf-8")

    seen = chromium(
        tmp_path,
        "--allow-file-access-from-files",
        "--dump-dom",
        (tmp_path / "ask.html").as_uri(),
    )

    title = re.search(r"<title>\[(.*?)\]</title>", seen.stdout)
    assert title, seen.stdout
    whole, window, tables, scripts, size, fetched = title[1].split(",")
    # What is missing is the bar that scrolls.
    assert width - 20 <= int(whole) == int(window) <= width
    assert int(tables) >= 3
    assert int(scripts) == int(fetched) == 0
    # The style is the one that the policy allows, or there would be no limit.
    assert size == '"1056px"'
    assert "CONSOLE" not in seen.stderr


def corner(picture: bytes) -> int:
    """The brightness of the first pixel of a PNG: no filter changes that one."""
    import zlib

    data = b""
    at = 8
    while at < len(picture):
        length = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] == b"IDAT":
            data += picture[at + 8 : at + 8 + length]
        at += length + 12
    return zlib.decompress(data)[1]


@pytest.mark.parametrize(
    ("options", "is_dark"),
    [((), False), (("--blink-settings=preferredColorScheme=0",), True)],
)
def test_it_follows_the_mode_of_the_browser(
    options: tuple[str, ...], is_dark: bool, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(page(told(*family("debian-13"))), encoding="utf-8")
    picture = tmp_path / "page.png"

    chromium(tmp_path, *options, f"--screenshot={picture}", file.as_uri())

    assert (corner(picture.read_bytes()) < 128) is is_dark

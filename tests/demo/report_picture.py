# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the picture in the README: ``python -m tests.demo.report_picture``.

It needs Chromium. The catalogue in it is made up.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from osc_imagetools.reports.page import page
from tests.unit.reports.pages import family, told

PICTURE = Path(__file__).parents[2] / "doc/source/images/report.png"
WIDTH, HEIGHT = 1000, 620
MOST_BYTES = 150_000


def main() -> None:
    """Take the picture, in place of the one that is there."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise SystemExit("Chromium is not installed; see bindep.txt.")
    images = [*family("debian-13", 4), *family("ubuntu-24.04", 6), *family("rocky-9")]
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_text(page(told(*images)), encoding="utf-8")
        subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
                *("--hide-scrollbars", f"--user-data-dir={folder}/profile"),
                *(f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={PICTURE}"),
                file.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
    if PICTURE.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{PICTURE} has more than {MOST_BYTES:,} bytes.")


if __name__ == "__main__":
    main()

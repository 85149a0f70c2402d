# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a terminal in README.rst: what the first page of the guide shows.

    python -m tests.demo.terminal_picture

That page is typed by a test, so the picture shows what is printed.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from tests.functional.guide import Command, steps_of

SOURCE = Path(__file__).parents[2] / "doc" / "source"
PICTURE = SOURCE / "images" / "terminal.svg"
COLUMNS = 90
COMMANDS = 6
"""Of the page, from its first on."""

_FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
"""Which the picture would fetch."""


def picture() -> str:
    """The picture, as SVG."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True
    )
    steps = steps_of(SOURCE / "guide" / "start.rst")
    typed = [step for step in steps if isinstance(step, Command)]
    for step in typed[:COMMANDS]:
        prompt = "user$ " if step.who == "user" else "$ "
        first, *more = step.typed.split("\n")
        console.print(Text(prompt, "bold green") + Text(first, "bold"))
        for line in more:
            console.print(Text(f"    {line}", "bold"))
        for line in step.shown:
            console.print(Text(line))
    return console.export_svg(
        title="osc-imagetools",
        code_format=_FONTS.sub("", CONSOLE_SVG_FORMAT),
        unique_id="terminal",
    )


if __name__ == "__main__":
    PICTURE.write_text(picture())

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers, made fit for one line of a terminal."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


def one_line(text: str) -> str:
    """*text* with a space for each line end and the blanks around it.

    What lies within a line stays as it is: a name may have several spaces in a row.
    """
    return _LINE_ENDS.sub(" ", text.strip())


def printable(text: str | bytes, most: int | None = 120) -> str:
    """*text* with what a terminal would obey escaped, at most *most* characters.

    Control characters, line ends, text direction marks and bytes that are not
    UTF-8 become ``\\x1b``, ``\\n``, ``\\u202e``: no name in an archive and no
    page of a server may move the cursor or forge a line. ``None``: all of *text*.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    shown = text if most is None else text[: most + 1]
    if most is not None and len(shown) > most:
        shown = f"{shown[: most - 1]}…"
    if shown.isprintable():
        return shown
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in shown
    )


def size_of(count: int) -> str:
    """*count* bytes, in the largest unit."""
    size, units = float(count), iter(("B", "KiB", "MiB", "GiB", "TiB", "PiB"))
    unit = next(units)
    while size >= 1024 and (larger := next(units, None)):
        size, unit = size / 1024, larger
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"

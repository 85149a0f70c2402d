# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers, made fit for one line of a terminal."""

from __future__ import annotations


def printable(text: str | bytes, most: int = 120) -> str:
    """*text* with what a terminal would obey escaped, at most *most* characters.

    Control characters, line ends, text direction marks and bytes that are not
    UTF-8 become ``\\x1b``, ``\\n``, ``\\u202e``: no name in an archive and no
    page of a server may move the cursor or forge a line.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    shown = text[: most + 1]
    if len(shown) > most:
        shown = f"{shown[: most - 1]}…"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in shown
    )

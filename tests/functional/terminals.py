# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal before which a test sits."""

from __future__ import annotations

import os
import pty
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "120"}


class Terminal:
    """A terminal's two ends: ``side`` is the program's, ``shown`` what it wrote."""

    def __init__(self) -> None:
        self.shown = b""
        self._ours, self.side = pty.openpty()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Wait until everything that was written is in ``shown``."""
        os.close(self.side)
        self._reader.join(60)
        os.close(self._ours)

    def type(self, text: str) -> None:
        """Let the program read *text* from its terminal."""
        os.write(self._ours, text.encode())

    def _read(self) -> None:
        # EIO is how a terminal says that nobody is left on its other side.
        with suppress(OSError):
            while piece := os.read(self._ours, 65536):
                self.shown += piece


@contextmanager
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    try:
        yield opened
    finally:
        opened.close()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo prints: what it does, which commands it runs, what they said."""

from __future__ import annotations

import os
import shlex
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGN_OF_LIFE_SECONDS = 15
WIDTH = 88
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class Narrator:
    """Prints to standard output: bold where a terminal can, and never long silent."""

    def __init__(self) -> None:
        self._bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._started = time.monotonic()
        self._said = threading.Event()

    def chapter(self, title: str) -> None:
        """A heading."""
        self._print(f"\n{self._strong(f'== {title}')}")

    def tell(self, text: str) -> None:
        """A paragraph, wrapped."""
        self._print(textwrap.fill(" ".join(text.split()), WIDTH))

    def note(self, line: str) -> None:
        """What happens just now, with the seconds since the start."""
        self._print(f"[{time.monotonic() - self._started:3.0f} s] {line}")

    def line(self, text: str) -> None:
        """A line as it is, indented."""
        self._print(f"  {text}")

    def to_copy(self, *lines: str) -> None:
        """Command lines for the reader's own shell."""
        for line in lines:
            self.line(f"$ {self._strong(line)}")

    def command(self, *words: str) -> None:
        """A command that is run now."""
        self._print(f"\n$ {self._strong(shlex.join(words))}")

    def output(self, text: str, status: int) -> None:
        """What a command printed, and its exit status if that isn't 0."""
        self._print(text.rstrip() or "(nothing)")
        if status:
            self._print(f"(exit status {status})")

    @contextmanager
    def signs_of_life(self) -> Iterator[None]:
        """Within, something is printed every 15 seconds, whatever happens."""
        done = threading.Event()
        thread = threading.Thread(target=self._show_life, args=[done], daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            self._said.set()
            thread.join()

    def _show_life(self, done: threading.Event) -> None:
        while not done.is_set():
            if not self._said.wait(SIGN_OF_LIFE_SECONDS):
                self.note("… still at it")
            self._said.clear()

    def _strong(self, text: str) -> str:
        return f"{BOLD}{text}{PLAIN}" if self._bold else text

    def _print(self, text: str) -> None:
        print(text, flush=True)
        self._said.set()

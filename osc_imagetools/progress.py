# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a terminal shows while bytes move; nothing where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from osc_imagetools.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Display
    from rich.progress import Task


class Progress(Protocol):
    """Shows how far a long step has come."""

    def watch(self, blocks: Iterator[bytes], total: int | None) -> Iterator[bytes]:
        """*blocks*, each shown as it passes; *total* bytes, where that is known."""
        ...

    def say(self, stage: str) -> None:
        """Show what Glance says that it does, while no bytes go through us."""
        ...


class Silence:
    """Shows nothing."""

    def watch(self, blocks: Iterator[bytes], total: int | None) -> Iterator[bytes]:
        """*blocks*, as they are."""
        return blocks

    def say(self, stage: str) -> None:
        """Nothing."""


SILENT: Progress = Silence()


class Bar(AbstractContextManager["Bar"]):
    """A bar on standard error: bytes, rate, time left."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self._title = printable(title)
        self._shown = not quiet and sys.stderr.isatty()
        self._progress: Display | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def watch(self, blocks: Iterator[bytes], total: int | None) -> Iterator[bytes]:
        """*blocks*, each shown as it passes; *total* bytes, where that is known."""
        if not self._shown:
            yield from blocks
            return
        self._stop()
        self._progress = progress = _progress()
        task = progress.add_task(self._title, total=total)
        progress.start()
        for block in blocks:
            progress.advance(task, len(block))
            yield block

    def say(self, stage: str) -> None:
        """Show what Glance says that it does, while no bytes go through us."""
        if not self._shown:
            return
        if self._progress is None or not self._progress.live.is_started:
            self._progress = _progress()
            self._progress.add_task(self._title, total=None)
            self._progress.start()
        for task in self._progress.tasks:
            _say(self._progress, task, f"{self._title}: {printable(stage)}")

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()


class Bars(AbstractContextManager["Bars"]):
    """A bar for each of several things at once, one below the other."""

    def __init__(self, *, quiet: bool = False) -> None:
        is_shown = not quiet and sys.stderr.isatty()
        self._progress = _progress() if is_shown else None

    def __enter__(self) -> Bars:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    @contextmanager
    def bar(self, title: str) -> Iterator[Progress]:
        """Within, what shows how far *title* has come."""
        if self._progress is None:
            yield SILENT
            return
        row = _Row(self._progress, printable(title))
        try:
            yield row
        finally:
            row.remove()


class _Row:
    """One of several bars."""

    def __init__(self, display: Display, title: str) -> None:
        self._display, self._title = display, title
        self._task = display.add_task(title, total=None)

    def watch(self, blocks: Iterator[bytes], total: int | None) -> Iterator[bytes]:
        """*blocks*, each shown as it passes; *total* bytes, where that is known."""
        self._display.reset(self._task, total=total, description=self._title)
        for block in blocks:
            self._display.advance(self._task, len(block))
            yield block

    def say(self, stage: str) -> None:
        """Show what Glance says that it does, while no bytes go through us."""
        [task] = (one for one in self._display.tasks if one.id == self._task)
        _say(self._display, task, f"{self._title}: {printable(stage)}")

    def remove(self) -> None:
        """Take it off the terminal."""
        self._display.remove_task(self._task)


def _say(display: Display, task: Task, said: str) -> None:
    """Show *said* instead of how many bytes have come."""
    task.total = None
    display.update(task.id, completed=0, description=said)


def _progress() -> Display:
    # Loaded only where something is shown: it costs every start 50 ms.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        # Others' text: a name may look like the library's own markup.
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )

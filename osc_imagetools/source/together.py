# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One download that several take part in: each gets all of its bytes, once.

It begins when all have come to their first byte, or have left, and goes on as fast as
the slowest of them. Who leaves is not waited for.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.fetch import open_first
from osc_imagetools.source.opened import Source, SourceError

BLOCKS_BETWEEN = 16
"""Of 256 KiB or fewer: so far the fastest is ahead of the slowest, at most."""

LOOK_SECONDS = 1.0
"""Until somebody who waits looks whether all of it is to end."""


@dataclass(eq=False)
class Participant:
    """What one of them has of it."""

    _shared: Together
    _blocks: deque[bytes] = field(default_factory=deque)
    _has_left: bool = False
    _reads: bool = False

    def opens(self, urls: Sequence[str], access: Access) -> Source:
        """The source for this one; alone, if it has read the common one before.

        Raises `SourceError` as `open_first` does.
        """
        if self._has_left or self._reads:
            return open_first(urls, access)
        common = self._shared.opened(urls, access)
        return replace(common, is_closed=False, _read=self._read, _close=self._close)

    def leave(self) -> None:
        """Take no more of it."""
        self._shared.left(self)

    def _close(self) -> None:
        # Before the first byte it may be opened again: a list is fetched in between.
        if self._reads:
            self.leave()

    def _read(self) -> bytes:
        return self._shared.read(self)


class Together:
    """A download for several; *is_over* tells whether all of it is to end."""

    def __init__(self, participants: int, is_over: Callable[[], bool]) -> None:
        self.participants = tuple(Participant(self) for _ in range(participants))
        self._is_over = is_over
        self._changed = threading.Condition()
        self._opening = threading.Lock()
        self._source: Source | None = None
        self._coming: Iterator[bytes] = iter(())
        self._is_fetching = False
        self._end: bytes | BaseException | None = None

    def opened(self, urls: Sequence[str], access: Access) -> Source:
        """The source, opened by whoever comes first; raises `SourceError`."""
        with self._opening:
            if self._source is None:
                self._source = open_first(urls, access)
                self._coming = self._source.blocks()
            return self._source

    def read(self, participant: Participant) -> bytes:
        """The next block for *participant*, empty at the end; raises what ended it."""
        while True:
            with self._changed:
                participant._reads = True
                self._changed.notify_all()
                self._changed.wait_for(
                    lambda: self._has_more_for(participant) or self._may_fetch(),
                    LOOK_SECONDS,
                )
                if participant._blocks:
                    self._changed.notify_all()
                    return participant._blocks.popleft()
                if isinstance(self._end, BaseException):
                    raise self._end
                if self._end is not None:
                    return b""
                if self._is_over():
                    raise SourceError(
                        _("The download was interrupted"), _("all of it ends")
                    )
                if not self._may_fetch():
                    continue
                self._is_fetching = True
            self._fetch()

    def left(self, participant: Participant) -> None:
        """Wait no more for *participant*; nobody is left: close the source."""
        with self._changed:
            participant._has_left = True
            participant._blocks.clear()
            is_last = all(one._has_left for one in self.participants)
            self._changed.notify_all()
        if is_last and self._source is not None:
            self._source.close()

    def _has_more_for(self, participant: Participant) -> bool:
        return bool(participant._blocks) or self._end is not None

    def _may_fetch(self) -> bool:
        """Whether all are there, and none has too many blocks that it hasn't taken."""
        there = [one for one in self.participants if not one._has_left]
        are_ready = all(
            one._reads and len(one._blocks) < BLOCKS_BETWEEN for one in there
        )
        return are_ready and not self._is_fetching and self._end is None

    def _fetch(self) -> None:
        block: bytes | BaseException
        try:
            block = next(self._coming, b"")
        except BaseException as error:
            block = error
        with self._changed:
            self._is_fetching = False
            if isinstance(block, BaseException) or not block:
                self._end = block
            else:
                for one in self.participants:
                    if not one._has_left:
                        one._blocks.append(block)
            self._changed.notify_all()

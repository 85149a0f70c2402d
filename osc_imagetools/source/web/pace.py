# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How many connections a source is worth. Nothing but arithmetic here.

1. Another one while the reader has to wait for a good part of its time: whoever can't
   take the bytes faster than they come has no use for it.
2. Back to one, for good, where several together bring less than half of what one
   brought alone: some servers slow down whoever comes with several.
"""

from __future__ import annotations

from dataclasses import dataclass

WAIT_SECONDS = 0.05
WAIT_SHARE = 0.25
"""Of the reader's time, after which another connection is of use."""

TRIAL_SECONDS = 2.0
TRIAL_BYTES = 2 << 20
"""How long several may be slow, and how much one would have to have brought by then."""


@dataclass(frozen=True)
class Position:
    """Where the reader was at a moment."""

    now: float
    """Seconds, of a clock that only goes forward."""
    got: int
    """Bytes, since the beginning."""
    waited: float
    """Seconds for which it had nothing to read, since the beginning."""


class Pace:
    """Is shown where the reader is, now and then."""

    def __init__(self, most: int) -> None:
        """At most so many connections."""
        self._most = most
        self._waiting_since: Position | None = None
        self._trial_since: Position | None = None
        self._alone = 0.0
        self.wanted = 1
        """How many connections there should be."""

    def look(self, at: Position) -> bool:
        """Whether all have to go, for one that begins anew; else `wanted` may rise."""
        if self._trial_since and self._is_too_slow(self._trial_since, at):
            self.wanted = self._most = 1
            return True
        since = self._waiting_since
        if since is None:
            # What lay in the buffers before tells nothing of the source.
            self._waiting_since = at if at.waited else None
        elif self._is_another_of_use(since, at):
            if self.wanted == 1:
                self._alone = (at.got - since.got) / max(at.now - since.now, 0.001)
            self.wanted += 1
            self._waiting_since = self._trial_since = at
        elif at.now - since.now > TRIAL_SECONDS:
            self._waiting_since = at
        return False

    def settle(self, count: int) -> None:
        """Want no more than so many: another one was not welcome."""
        self._most = self.wanted = min(self.wanted, max(1, count))

    def _is_another_of_use(self, since: Position, at: Position) -> bool:
        waited = at.waited - since.waited
        is_waiting = waited > max(WAIT_SECONDS, WAIT_SHARE * (at.now - since.now))
        return is_waiting and self.wanted < self._most

    def _is_too_slow(self, since: Position, at: Position) -> bool:
        seconds = at.now - since.now
        expected = self._alone * seconds
        if self.wanted == 1 or seconds < TRIAL_SECONDS or expected < TRIAL_BYTES:
            return False
        self._trial_since = at
        is_the_reader_waiting = at.waited - since.waited > seconds / 2
        return is_the_reader_waiting and at.got - since.got < expected / 2

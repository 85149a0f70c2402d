# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a test wants done to a request."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.cloud.proxy.sent import Sent

DELAY_MAX_SECONDS = 60.0


class DropError(Exception):
    """Raised by a rule: the connection closes without an answer."""


@dataclass(frozen=True)
class Answer:
    """What the client gets instead of the target's own answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Step = Callable[[], Answer | None]


class Rule:
    """What to do with the requests of one method whose path fits a pattern.

    The calls chain: ``.call(client.kill).drop()`` does the one, then the other.
    """

    def __init__(self, method: str, pattern: str, nth: int | None) -> None:
        self.before: list[Step] = []
        self.after: list[Step] = []
        self._method, self._pattern, self._nth = method, pattern, nth
        self._seen = 0

    def takes(self, sent: Sent) -> bool:
        """Whether it is for this request. To be asked once for each."""
        if not sent.fits(self._method, self._pattern):
            return False
        self._seen += 1
        return self._nth in (None, self._seen)

    def drop(self) -> "Rule":
        """Close the connection; the target never sees the request."""
        return self._add(self.before, _drop)

    def drop_answer(self) -> "Rule":
        """Let the target do its work, then close without an answer."""
        return self._add(self.after, _drop)

    def delay(self, until: threading.Event) -> "Rule":
        """Hold the request back until the event is set; after a minute, drop it."""
        return self._add(self.before, partial(_wait, until))

    def delay_answer(self, until: threading.Event) -> "Rule":
        """Hold the answer back until the event is set; after a minute, drop it."""
        return self._add(self.after, partial(_wait, until))

    def answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> "Rule":
        """Answer in the target's place; it never sees the request."""
        return self.answer_with(lambda: Answer(status, body, headers or {}))

    def answer_with(self, make: Callable[[], Answer]) -> "Rule":
        """Answer what the test makes then; the target never sees the request."""
        return self._add(self.before, make)

    def answer_instead(self, status: int, body: bytes = b"") -> "Rule":
        """Let the target do its work, and answer something else than it did."""
        return self._add(self.after, lambda: Answer(status, body))

    def call(self, function: Callable[[], object]) -> "Rule":
        """Call the test before the target gets the request."""
        return self._add(self.before, _silently(function))

    def call_after(self, function: Callable[[], object]) -> "Rule":
        """Call the test when the target has answered, before the client knows."""
        return self._add(self.after, _silently(function))

    def _add(self, steps: list[Step], step: Step) -> "Rule":
        steps.append(step)
        return self


def take(steps: Iterable[Step]) -> Answer | None:
    """Take the steps up to the first that answers, or (DropError) drops."""
    return next(filter(None, (step() for step in steps)), None)


def _drop() -> None:
    raise DropError


def _wait(until: threading.Event) -> None:
    if not until.wait(DELAY_MAX_SECONDS):
        raise DropError


def _silently(function: Callable[[], object]) -> Step:
    def step() -> None:
        function()

    return step

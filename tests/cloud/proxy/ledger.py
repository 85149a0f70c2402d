# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Every request that came through the proxy, and the rules for the next ones."""

import threading
from collections.abc import Mapping

from tests.cloud.proxy.rules import Rule
from tests.cloud.proxy.sent import Sent

WAIT_SECONDS = 30.0


class Ledger:
    """Written by the forwarding threads, read by the test. ``sent`` is in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._rules: list[Rule] = []
        self._changed = threading.Condition()

    def on(self, method: str, pattern: str, nth: int | None = None) -> Rule:
        """A rule for requests to paths in which the pattern is found.

        ``nth`` counts from 1, from now on; None is all of them.
        """
        rule = Rule(method, pattern, nth)
        with self._changed:
            self._rules.append(rule)
        return rule

    def methods(self) -> set[str]:
        """The methods of all requests so far."""
        with self._changed:
            return {sent.method for sent in self.sent}

    def matching(self, method: str, pattern: str) -> list[Sent]:
        """The requests so far to paths in which the pattern is found."""
        with self._changed:
            return [sent for sent in self.sent if sent.fits(method, pattern)]

    def wait_for(
        self,
        method: str,
        pattern: str,
        *,
        nth: int = 1,
        body_size: int = 0,
        timeout: float = WAIT_SECONDS,
    ) -> Sent:
        """The ``nth`` such request, once so many bytes of its body came through.

        Raises TimeoutError, with what was seen instead, after ``timeout`` seconds.
        """

        def found() -> Sent | None:
            fitting = self.matching(method, pattern)[nth - 1 :]
            return fitting[0] if fitting and fitting[0].body_size >= body_size else None

        with self._changed:
            sent = self._changed.wait_for(found, timeout)
        if sent is None:
            raise TimeoutError(f"{method} {pattern} not seen, but {self.sent}")
        return sent

    def arrived(
        self, method: str, path: str, query: str, headers: Mapping[str, str]
    ) -> tuple[Sent, list[Rule]]:
        """Note a request; it and the rules for it."""
        with self._changed:
            number = len(self.sent) + 1
            sent = Sent(number, method, path, query, dict(headers))
            self.sent.append(sent)
            self._changed.notify_all()
            return sent, [rule for rule in self._rules if rule.takes(sent)]

    def passed(self, sent: Sent, content: bytes) -> None:
        """Note a piece of a request's body."""
        with self._changed:
            sent.passed(content)
            self._changed.notify_all()

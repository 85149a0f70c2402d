# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests asked for under each path, and what clients did there."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cloud.source.faults import Fault
from tests.cloud.source.response import CutError, Received


@dataclass
class _Place:
    faults: tuple[Fault, ...] = ()
    released: threading.Event = field(default_factory=threading.Event)
    requests: list[Received] = field(default_factory=list)
    waiting: dict[int, Callable[[], bool]] = field(default_factory=dict)
    """Of each request that is being answered, whether its client is still there."""
    ordered_at: int = 0
    """How many requests there had been when the faults were ordered."""


@dataclass(frozen=True)
class Orders:
    """How one request is to be answered."""

    faults: tuple[Fault, ...]
    released: threading.Event
    """Set when the test ends its stalls."""
    number: int
    """Counted from 1 since the faults were ordered."""
    beside: int
    """How many others of the path are being answered, to clients that wait for it."""


class Desk:
    """Where the control port leaves its orders and the file port its reports.

    A path is what a URL names: decoded, with its leading slash, without the query.
    """

    def __init__(self) -> None:
        self._places: defaultdict[str, _Place] = defaultdict(_Place)
        self._changed = threading.Condition()

    def misbehave(self, path: str, faults: Sequence[Fault]) -> None:
        """From the next request on, these faults and no others."""
        with self._changed:
            place = self._places[path]
            place.faults, place.released = tuple(faults), threading.Event()
            place.ordered_at = len(place.requests)

    def release(self, path: str) -> None:
        """Let everything that stalls under the path go on, now and later."""
        with self._changed:
            self._places[path].released.set()

    def requests(self, path: str) -> list[Received]:
        """All requests so far, the oldest first."""
        with self._changed:
            return list(self._places[path].requests)

    @contextmanager
    def answering(
        self, path: str, received: Received, is_awaited: Callable[[], bool]
    ) -> Iterator[Orders]:
        """Report a request, and how its answer ended; what to answer with.

        *is_awaited* tells whether the client still holds the connection: sending shows
        that late, and on a busy machine very late.
        """
        with self._changed:
            place = self._places[path]
            orders = Orders(
                faults=place.faults,
                released=place.released,
                number=len(place.requests) + 1 - place.ordered_at,
                beside=sum(is_awaited() for is_awaited in place.waiting.values()),
            )
            place.requests.append(received)
            place.waiting[id(received)] = is_awaited
            self._changed.notify_all()
        ended = "failed"
        try:
            yield orders
            ended = "complete"
        except CutError:
            ended = "cut"
            raise
        except OSError:
            ended = "gone"
            raise
        finally:
            with self._changed:
                received.ended = ended
                del place.waiting[id(received)]
                self._changed.notify_all()

    def sent(self, received: Received, count: int) -> None:
        """Report that ``count`` more bytes of a body were sent."""
        with self._changed:
            received.sent += count
            self._changed.notify_all()

    def wait_for(
        self, path: str, nth: int, sent: int, ended: bool, timeout: float
    ) -> Received | None:
        """The ``nth`` request that got so far; None after ``timeout`` seconds."""

        def found() -> Received | None:
            fitting = [
                request
                for request in self._places[path].requests
                if request.sent >= sent and (request.ended or not ended)
            ]
            return fitting[nth - 1] if len(fitting) >= nth else None

        with self._changed:
            return self._changed.wait_for(found, timeout)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One large file over several connections, delivered in order, in memory only.

The first connection is the one that gave the headers. It reads on from there alone
until the reader has to wait; then others, one by one, ask for parts further ahead. One
that is refused, or slow, or gets no part leaves its work to the others; the last one
goes on alone, as `Transfer` would.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.opened import SourceError, StartOverError
from osc_imagetools.source.web.body import Body
from osc_imagetools.source.web.errors import BrokenError, ClosedError
from osc_imagetools.source.web.pace import Pace, Position
from osc_imagetools.source.web.ranges import OtherMirrorError, RangeError, Span
from osc_imagetools.source.web.resource import Resource
from osc_imagetools.source.web.retry import SourcePatience
from osc_imagetools.source.web.session import HttpSession
from osc_imagetools.source.web.transfer import CUT_SHORT, interrupted
from osc_imagetools.source.web.window import Part, Window

LOG = logging.getLogger(__name__)

WORTH_IT_BYTES = 64 << 20
"""Of a file: a smaller one has come before further connections are of use."""

PART_BYTES = 4 << 20
PARTS_WAITING = 2
"""In memory at most, beside one a connection that comes: for those before them."""

LOOK_SECONDS = 0.5
"""How often a reader that waits looks whether more, or fewer, connections help."""

PROOF_SECONDS = 2.0
"""For a second connection to bring something, before the first one relies on it."""

REST_SECONDS = 1.0
"""For a server to notice that the connections are gone which it was slower over."""

END_SECONDS = 1.0
"""For a thread to notice that its connection was ended."""


def are_worth_it(resource: Resource, access: Access) -> bool:
    """Whether several connections can be used for it, and should."""
    length = resource.edition.length or 0
    can_be_used = resource.accepts_ranges is True and resource.edition.is_strong
    return access.connections > 1 and can_be_used and length > WORTH_IT_BYTES


class Parts:
    """Reads it from the first byte to the last; connects when that is of use."""

    def __init__(self, session: HttpSession, resource: Resource, body: Body) -> None:
        """*resource* is of known length; *body* is all of it, and was not read yet."""
        self._access = session.access
        self._resource = resource
        width = self._access.connections + PARTS_WAITING
        self._window = Window(resource.edition.length or 0, PART_BYTES, width)
        self._pace = Pace(self._access.connections)
        self._got = 0
        self._rest_seconds = 0.0
        self._first = _Worker(self._window, resource, session, body)
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def read(self) -> bytes:
        """The next bytes, 256 KiB at most; empty at the end; raises as `Transfer`."""
        block = None
        while block is None:
            self._adapt()
            block = self._window.take(LOOK_SECONDS)
        self._got += len(block)
        return block

    def close(self) -> None:
        """End all connections and their threads."""
        with self._lock:
            self._is_closed = True
        self._first.close()
        self._window.close(ClosedError(_("%s was abandoned") % self._resource.where))
        for worker in self._workers:
            worker.join(END_SECONDS)
        if not self._workers:
            self._first.let_go()

    def _adapt(self) -> None:
        """Have as many workers as are of use."""
        window, pace = self._window, self._pace
        if window.has_shrunk:
            pace.settle(window.crew)
        at = Position(time.monotonic(), self._got, window.waited_seconds)
        if pace.look(at):
            LOG.info(_("%s: slower over several connections"), self._resource.where)
            window.dismiss()
            self._rest_seconds = REST_SECONDS
        with self._lock:
            while window.crew < pace.wanted and not self._is_closed:
                self._start(self._another() if self._workers else self._first)

    def _another(self) -> _Worker:
        session = HttpSession(self._access)
        return _Worker(self._window, self._resource, session, rest=self._rest_seconds)

    def _start(self, worker: _Worker) -> None:
        self._workers.append(worker)
        self._window.employ(worker)
        worker.start()


class _Worker(threading.Thread):
    """Brings parts over one connection."""

    def __init__(
        self,
        window: Window,
        resource: Resource,
        session: HttpSession,
        body: Body | None = None,
        rest: float = 0,
    ) -> None:
        """*rest* is in seconds: how long it waits before it begins."""
        super().__init__(name="source part", daemon=True)
        self._session = session
        # Its own: where one is led elsewhere, the others stay where they are.
        self._window, self._resource = window, replace(resource)
        self._body, self._at, self._rest_seconds = body, 0, rest
        self._patience = SourcePatience(session.access.retries, session.pause)
        self._only_whole = False

    def run(self) -> None:
        """Bring parts until none is left, or others go on without it."""
        try:
            self._session.pause(self._rest_seconds)
            while (part := self._claimed()) and self._bring(part):
                pass
        except ClosedError:
            pass
        except BaseException as error:
            self._window.fail(error)
        finally:
            self.close()
            self.let_go()

    def close(self) -> None:
        """End its connection, from another thread."""
        self._session.close()

    def let_go(self) -> None:
        """Have no body any more, and no socket of one."""
        if self._body:
            self._body.close()
        self._body = None

    def _claimed(self) -> Part | None:
        if self._body and not self._body.is_read:
            # It reads all of the file, and could not go on so, if it went elsewhere.
            self._window.await_others(self, PROOF_SECONDS)
        return self._window.claim(self)

    def _bring(self, part: Part) -> bool:
        """Whether it brought all of it; else the part is another's now."""
        while not part.is_whole:
            try:
                if not self._window.add(self, part, self._next_block(part)):
                    return False
            except ClosedError:
                raise
            except SourceError as error:
                self.let_go()
                if not self._goes_on(part, error):
                    return False
        return True

    def _next_block(self, part: Part) -> bytes:
        if self._body is None or self._body.is_read or self._at != part.at:
            self.let_go()
            self._body, self._at = self._opened(part), part.at
        block = self._body.read(min(BLOCK_BYTES, part.stop - part.at))
        if not block:
            raise BrokenError(_("%s was interrupted") % self._resource.where, CUT_SHORT)
        self._at += len(block)
        self._patience.got(len(block))
        return block

    def _opened(self, part: Part) -> Body:
        """A body that goes on with that part: to the file's end, if nobody else reads.

        Else to the part's end, so that its connection can be asked for the next.
        """
        if self._only_whole:
            return self._skipped_to(part.at)
        alone = self._window.is_alone(self)
        span = Span(part.at, None if alone else part.stop)
        return self._resource.span(self._session, span)

    def _skipped_to(self, offset: int) -> Body:
        # Its strong tag says that these are the bytes that have come already.
        body = self._resource.whole(self._session)
        while offset:
            block = body.read(min(BLOCK_BYTES, offset))
            if not block:
                raise BrokenError(
                    _("%s was interrupted") % self._resource.where, CUT_SHORT
                )
            offset -= len(block)
        return body

    def _goes_on(self, part: Part, error: SourceError) -> bool:
        """Whether it tries again; raises `SourceError` where nobody can."""
        where = self._resource.where
        if self._leaves_it_to_others(error):
            left = self._window.retire(self, part)
            if left:
                LOG.info(
                    _("%(where)s: %(why)s; continuing with %(left)d"),
                    {"where": where, "why": error.why, "left": left},
                )
                return False
        if isinstance(error, RangeError) and not self._only_whole:
            self._only_whole = True
            return True
        if isinstance(error, StartOverError):
            raise error
        if not self._may_ask_again(error):
            raise interrupted(self._resource, part.at, error)
        LOG.info(
            _("%(where)s: %(why)s; resuming at byte %(at)d"),
            {"where": where, "why": error.why, "at": part.at},
        )
        return True

    def _leaves_it_to_others(self, error: SourceError) -> bool:
        """A drop is tried once more; whoever is refused, or gets nothing, goes."""
        if isinstance(error, BrokenError) and not error.is_refused:
            return self._patience.tried >= min(1, self._session.access.retries)
        is_its_own = isinstance(error, RangeError | OtherMirrorError)
        return is_its_own or not isinstance(error, StartOverError)

    def _may_ask_again(self, error: SourceError) -> bool:
        self._resource.leave_mirror(error, self._patience.tried)
        return isinstance(error, BrokenError) and self._patience.allows_another(
            f"{self._resource.where}: {error.why}",
            retry_after=error.retry_after,
            at_once=True,
        )

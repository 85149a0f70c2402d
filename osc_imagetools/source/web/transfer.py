# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One file over one connection at a time, resumed where it was interrupted."""

from __future__ import annotations

import logging

from osc_imagetools.i18n import _
from osc_imagetools.source.opened import RUN_AGAIN, SourceError, StartOverError
from osc_imagetools.source.web.body import Body
from osc_imagetools.source.web.errors import BrokenError, ClosedError
from osc_imagetools.source.web.ranges import Span
from osc_imagetools.source.web.resource import Resource
from osc_imagetools.source.web.retry import SourcePatience
from osc_imagetools.source.web.session import HttpSession

LOG = logging.getLogger(__name__)

CUT_SHORT = _("the connection ended too early")


class Transfer:
    """Reads it from the first byte to the last."""

    def __init__(self, session: HttpSession, resource: Resource, body: Body) -> None:
        self._session = session
        self._resource = resource
        self._body = body
        self._got = 0
        self._patience = SourcePatience(session.access.retries, session.pause)

    def read(self) -> bytes:
        """The next bytes, 256 KiB at most; empty at the end.

        A drop, a stall and a short body are gone on with, as often as that brings
        progress. Raises `SourceError`, and `StartOverError` where the server doesn't
        let it go on, or what is there now is another file.
        """
        while True:
            try:
                block = self._body.read()
                if block or self._is_whole():
                    self._got += len(block)
                    self._patience.got(len(block))
                    return block
                broken = BrokenError(
                    _("%s was interrupted") % self._resource.where, CUT_SHORT
                )
            except BrokenError as error:
                broken = error
            self._go_on(broken)

    def close(self) -> None:
        """End the connection, also under a thread that waits for its next bytes."""
        self._session.close()
        self._body.close()

    def _is_whole(self) -> bool:
        length = self._resource.edition.length
        return length is None or self._got >= length

    def _go_on(self, broken: BrokenError) -> None:
        """Have a body that begins where this one ended."""
        self._body.close()
        while True:
            self._wait(broken)
            try:
                self._body = self._rest()
                return
            except BrokenError as again:
                broken = again
            except (StartOverError, ClosedError):
                raise
            except SourceError as final:
                raise interrupted(self._resource, self._got, final) from None

    def _wait(self, broken: BrokenError) -> None:
        where = self._resource.where
        if self._got and self._session.access.retries and not self._resource.can_go_on:
            raise StartOverError(
                _("%s was interrupted") % where,
                _("%s, and the server can't send parts of this file") % broken.why,
            )
        self._resource.leave_mirror(broken, self._patience.tried)
        if not self._patience.allows_another(
            f"{where}: {broken.why}", retry_after=broken.retry_after, at_once=True
        ):
            raise interrupted(self._resource, self._got, broken) from None

    def _rest(self) -> Body:
        resource = self._resource
        if not self._got:
            body = resource.whole(self._session)
            body.look_beyond()
            return body
        body = resource.span(self._session, Span(self._got))
        LOG.info(
            _("%(where)s: resuming at byte %(got)d of %(length)s"),
            {
                "where": resource.where,
                "got": self._got,
                "length": resource.edition.length,
            },
        )
        return body


def interrupted(resource: Resource, got: int, error: SourceError) -> SourceError:
    """What the operator is told in the end: how far it came, and *error*.

    A `StartOverError` where another mirror has another file, which may come whole.
    """
    length = resource.edition.length
    if length is None:
        why = _("%(got)d bytes arrived, then %(why)s")
    else:
        why = _("%(got)d of %(length)d bytes arrived, then %(why)s")
    why %= {"got": got, "length": length, "why": error.why}
    what = _("%s was interrupted") % resource.where
    if other := resource.other:
        return StartOverError(what, f"{why}; {other.what}: {other.why}")
    return SourceError(what, why, RUN_AGAIN)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Work that is begun again where somebody else has spoiled it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from osc_imagetools.glance.upload import UploadUndoneError
from osc_imagetools.operations.claim import Notice
from osc_imagetools.source.opened import StartOverError

T = TypeVar("T")


def repeated(attempt: Callable[[tuple[str, ...]], T], notice: Notice) -> T:
    """What *attempt* makes of the URLs that are left to try; empty: all of them.

    An upload that another writer's change undid is tried once more, and so is a source
    that changed between two requests; each mirror is tried once.
    """
    urls: tuple[str, ...] = ()
    may_repeat = True
    while True:
        try:
            return attempt(urls)
        except (UploadUndoneError, StartOverError) as error:
            mirrors = getattr(error, "urls", ())
            if not (mirrors or may_repeat):
                raise
            may_repeat = may_repeat and bool(mirrors)
            notice(f"{error} Starting over.")
            urls = mirrors or urls

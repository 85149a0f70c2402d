# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Work that is begun again where somebody else has spoiled it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from osc_imagetools.glance.upload import UploadUndoneError
from osc_imagetools.i18n import _
from osc_imagetools.source.opened import StartOverError

LOG = logging.getLogger(__name__)

T = TypeVar("T")


def with_retries(attempt: Callable[[tuple[str, ...]], T]) -> T:
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
            LOG.warning(_("%s Starting over."), error)
            urls = mirrors or urls

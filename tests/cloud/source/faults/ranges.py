# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Faults of ranges, and files that change between two requests."""

from dataclasses import dataclass

from tests.cloud.source.faults.fault import Fault
from tests.cloud.source.response import Response


@dataclass(frozen=True)
class NoRanges(Fault):
    """The whole file whatever range is asked for; ``advertised`` all the same."""

    advertised: bool = False

    def apply(self, response: Response) -> None:
        response.serve_whole()
        if not self.advertised:
            response.headers.pop("Accept-Ranges", None)


@dataclass(frozen=True)
class WrongRange(Fault):
    """A range that begins so many bytes later than asked for, and says so."""

    by: int = 1

    def apply(self, response: Response) -> None:
        if response.span:
            start, stop = response.span
            response.serve_range(start + self.by, stop)


@dataclass(frozen=True)
class Changed(Fault):
    """It is another file now: other tag and date, which ``If-Range`` doesn't fit.

    ``None`` leaves that header as it is. ``heedless`` servers send the range of the
    new file whatever ``If-Range`` says.
    """

    etag: str | None = '"changed"'
    last_modified: str | None = None
    heedless: bool = False

    def apply(self, response: Response) -> None:
        if "if-range" in response.request.headers and not self.heedless:
            response.serve_whole()
        changed = {"ETag": self.etag, "Last-Modified": self.last_modified}
        for name, value in changed.items():
            if value is not None:
                response.headers[name] = value

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Faults that come and go."""

from dataclasses import dataclass

from tests.cloud.source.faults.fault import Fault
from tests.cloud.source.response import Response


@dataclass(frozen=True)
class Only(Fault):
    """A fault of some requests only: of the ``first`` to the ``last`` of the path.

    They are counted from 1 since the test ordered it. With ``beside``, of those that
    come while so many others of the path are being answered.
    """

    inner: Fault
    first: int = 1
    last: int | None = None
    beside: int = 0

    def apply(self, response: Response) -> None:
        is_counted = self.first <= response.number and (
            self.last is None or response.number <= self.last
        )
        if is_counted and response.beside >= self.beside:
            self.inner.apply(response)

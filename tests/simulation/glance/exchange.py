# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is sent to Glance, and what comes back, as plain data."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the token tells."""

    project: str
    is_admin: bool = False
    has_token: bool = True
    """Whether the one that was sent is good, and hasn't ended."""


@dataclass(slots=True)
class Request:
    """One request, as it arrives."""

    method: str
    path: str
    """Below the version, as ours say it: ``/images/…``; or the whole URL."""
    caller: Caller
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """A value of JSON, which nobody changes afterwards; or an iterator of bytes."""


@dataclass(slots=True)
class Answer:
    """One answer. The *body* is a value of JSON, bytes, or text; ``None`` for none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handling = Generator[None, None, Answer]
"""A request that is carried out: it gives way wherever Glance may do another's."""


def ended(handling: Handling) -> Answer:
    """The answer to a request that nothing comes between from here on."""
    while True:
        try:
            next(handling)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

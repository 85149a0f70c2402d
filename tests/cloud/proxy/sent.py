# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a client sent, as tests read it."""

import re
import threading
from dataclasses import dataclass, field

BODY_KEPT_BYTES = 64 * 1024


@dataclass
class Sent:
    """A request that came through the proxy, as far as it came.

    ``number`` counts from 1 in the order of arrival. ``path`` is without the query,
    the names of ``headers`` are in lower case. ``body`` is its first 64 KiB without
    the framing of chunks, ``body_size`` all that was passed on, in bytes. ``status``
    is None until the target, or a rule, has answered. ``answered`` is set once the
    client has its answer, or will never get one.
    """

    number: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)
    body_size: int = 0
    status: int | None = None
    answered: threading.Event = field(default_factory=threading.Event, repr=False)

    def fits(self, method: str, pattern: str) -> bool:
        """Whether it is of that method, and the pattern is found in its path."""
        return self.method == method and re.search(pattern, self.path) is not None

    def passed(self, content: bytes) -> None:
        """Count a piece of the body, and keep what there is room for."""
        self.body += content[: BODY_KEPT_BYTES - len(self.body)]
        self.body_size += len(content)

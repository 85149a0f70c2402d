# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Text of others as a property holds it: printable, and of what Glance can store.

Glance's database refuses characters beyond U+FFFF, and a control character in a
property reaches the terminal of everybody who lists it with any client.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

_LAST_STORED = "\uffff"


def storable_etag(etag: str) -> str:
    """*etag* with its control characters escaped."""
    return _replaced(etag, lambda char: char.encode("unicode_escape").decode())


def storable_url(url: str) -> str:
    """*url* with the same meaning: what can't be stored stands in it as ``%F0%9F…``."""
    return _replaced(url, lambda char: urllib.parse.quote(char, errors="replace"))


def _replaced(text: str, instead: Callable[[str], str]) -> str:
    return "".join(
        char if char.isprintable() and char <= _LAST_STORED else instead(char)
        for char in text
    )

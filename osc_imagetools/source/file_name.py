# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The base name of a source, to look it up in a checksum list.

It is only ever compared with other names. It never becomes a path.
"""

from __future__ import annotations

import contextlib
import email.message
import email.utils
import unicodedata
import urllib.parse

_UNWANTED_CATEGORIES = ("Cc", "Cf", "Cs")
"""Of Unicode: control and format characters, half surrogate pairs."""


def file_name(url: str, content_disposition: str | None = None) -> str:
    """The base name that the server gives it, else that of *url*; may be empty.

    Like a browser (RFC 6266), and for the same reason: behind a redirect to a
    store of objects, the path is often a mere key.
    """
    return _offered(content_disposition or "") or _in_path(url)


def _offered(content_disposition: str) -> str:
    try:
        return _base_name(_parameter(content_disposition))
    # What the library raises of broken parameters (RFC 2231), it doesn't say.
    except Exception:
        return ""


def _parameter(content_disposition: str) -> str:
    message = email.message.Message()
    # http.client reads headers as Latin-1; servers write UTF-8
    with contextlib.suppress(UnicodeError):
        content_disposition = content_disposition.encode("latin-1").decode("utf-8")
    message["Content-Disposition"] = " ".join(content_disposition.split())
    offered = message.get_params(header="Content-Disposition") or []
    names = [value for key, value in offered if key.lower() == "filename"]
    # Of both, filename* counts (RFC 6266): the one that comes as a tuple
    names.sort(key=lambda value: isinstance(value, str))
    return email.utils.collapse_rfc2231_value(names[0]) if names else ""


def _in_path(url: str) -> str:
    try:
        path = urllib.parse.urlsplit(url).path
    except ValueError:
        return ""
    return _base_name(urllib.parse.unquote(path.rpartition("/")[2]))


def _base_name(name: str) -> str:
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = (c for c in base if unicodedata.category(c) not in _UNWANTED_CATEGORIES)
    cleaned = "".join(kept).strip()
    return "" if cleaned in (".", "..") else cleaned

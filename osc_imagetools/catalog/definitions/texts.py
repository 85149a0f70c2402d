# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of text that have a form: URLs, checksums, IDs."""

from __future__ import annotations

from osc_imagetools.catalog.definitions.catalogue import AUTO
from osc_imagetools.catalog.definitions.kinds import LONGEST_VALUE, TextKind
from osc_imagetools.i18n import _

_WEB = r"https?://[^\s/]\S*"
WEB_URL = TextKind(_("a URL of http or https"), _WEB, LONGEST_VALUE, is_shown=False)
REMOTE = r"(?:https?|ftps?)://[^\s/].*"
REMOTE_URL = TextKind(
    _("a URL of http, https or ftp"), REMOTE, LONGEST_VALUE, is_shown=False
)
ANY_URL = TextKind(
    _("a URL of http, https, ftp or file"),
    rf"{REMOTE}|file:(?:///?)?[^\s/].*",
    LONGEST_VALUE,
    is_shown=False,
)

_DIGITS = {
    "sha512|blake2b": 128,
    "sha384": 96,
    "sha256": 64,
    "sha224": 56,
    "sha1": 40,
    "md5": 32,
}
CHECKSUM = TextKind(
    _("<algorithm>:<hexadecimal>, such as sha256:…, or auto"),
    "|".join(
        (
            *(f"(?:(?:{name}):)?[0-9a-fA-F]{{{n}}}" for name, n in _DIGITS.items()),
            AUTO,
        )
    ),
)
IMAGE_ID = TextKind(
    _("an ID, such as 0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3"),
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
)

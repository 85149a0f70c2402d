# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Types of options' values.

Each raises `argparse.ArgumentTypeError` for what can't be meant: wrong usage, exit
status 2.
"""

from __future__ import annotations

import argparse
import math
import urllib.parse
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from oslo_utils import strutils

if TYPE_CHECKING:
    from osc_imagetools.source.checksums import Checksum

LONGEST_PROPERTY_NAME = 255
LONGEST_PROPERTY_BYTES = 60_000
LONGEST_TAG = 255

T = TypeVar("T")


def _type(function: Callable[[str], T]) -> Callable[[str], T]:
    """*function* as an argparse type: its ``ValueError`` is what the user reads."""

    def parse(text: str) -> T:
        try:
            return function(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _text(text: str, what: str) -> str:
    """*text* as Glance can store it: on MySQL no 4-byte characters."""
    if any(ord(character) > 0xFFFF for character in text):
        raise ValueError(f"{what} with a character beyond U+FFFF, which Glance refuses")
    return text


def _name(text: str) -> str:
    from osc_imagetools.lifecycle.new_version import LONGEST_NAME

    if not text.strip() or not text.isprintable():
        raise ValueError("a name has to be printable and on one line")
    if len(text) > LONGEST_NAME:
        raise ValueError(f"a name has at most {LONGEST_NAME} characters")
    return _text(text, "a name")


def _url(text: str) -> str:
    from osc_imagetools.source.fetch import SCHEMES

    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from None
    if parts.scheme.lower() not in SCHEMES:
        schemes = ", ".join(f"{scheme}:" for scheme in SCHEMES)
        raise ValueError(f"only URLs of {schemes} are supported")
    if parts.scheme.lower() != "file" and not parts.hostname:
        raise ValueError("the URL names no host")
    return text


def _size(text: str) -> int:
    amount = text if text[-1:] in "bB" else f"{text}B"
    size = int(strutils.string_to_bytes(amount, return_int=True))
    if size < 1:
        raise ValueError("a size is at least one byte")
    return size


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"'{text}' is no date of the form YYYY-MM-DD") from None


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("at least 0")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 1 <= number < math.inf:
        raise ValueError("at least 1")
    return number


def _property(text: str) -> tuple[str, str]:
    from osc_imagetools.lifecycle.properties import is_reserved

    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"'{text}' is not of the form <key>=<value>")
    if is_reserved(name):
        raise ValueError(f"'{name}' is written by the commands, not by hand")
    if len(name) > LONGEST_PROPERTY_NAME:
        raise ValueError(
            f"a property's name has at most {LONGEST_PROPERTY_NAME} characters"
        )
    if len(value.encode()) > LONGEST_PROPERTY_BYTES:
        raise ValueError(f"a property has at most {LONGEST_PROPERTY_BYTES} bytes")
    return _text(name, "a property's name"), _text(value, "a property")


def _checksum(text: str) -> Checksum:
    from osc_imagetools.source.checksums import Checksum

    return Checksum.parse(text)


def _tag(text: str) -> str:
    if not text or len(text) > LONGEST_TAG:
        raise ValueError(f"a tag has 1 to {LONGEST_TAG} characters")
    return _text(text, "a tag")


image_name = _type(_name)
"""A name that an image can have."""
url = _type(_url)
"""A URL that we can read."""
size = _type(_size)
"""Bytes, written as ``10737418240``, ``10G`` or ``10GB`` (powers of 1,024)."""
day = _type(_date)
"""A date, ``YYYY-MM-DD``."""
seconds = _type(_seconds)
"""A number of seconds, 1 or more."""
count = _type(_count)
"""A number, 0 or more."""
checksum = _type(_checksum)
"""``<algorithm>:<hex>``."""
property_pair = _type(_property)
"""``<key>=<value>`` of a property that isn't ours."""
tag = _type(_tag)
"""A tag that Glance takes: it refuses others only after it has made the image."""

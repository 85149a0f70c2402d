# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Types of options' values.

Each raises `argparse.ArgumentTypeError` for what can't be meant: wrong usage, exit
status 2.
"""

from __future__ import annotations

import argparse
import json
import urllib.parse
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from oslo_utils import strutils

from osc_imagetools.commands.options import property_names
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable

if TYPE_CHECKING:
    import re

    from osc_imagetools.lifecycle.adoption import Wish
    from osc_imagetools.lifecycle.model.duration import Duration
    from osc_imagetools.source.builds import BuildSource
    from osc_imagetools.source.checksums import Checksum

LONGEST_PROPERTY_NAME = 255
LONGEST_PROPERTY_BYTES = 60_000
LONGEST_TAG = 255
LONGEST_SECONDS = 604_800
"""The operating system's clocks for waiting take a few weeks, no more."""
MOST_BYTES = 1 << 63
"""Glance's database counts in these."""
MOST_COUNT = (1 << 31) - 1
"""The limit of Glance's smaller numbers."""
MOST_DIGITS = 30
"""Of any number: Python raises from 4,300 on."""

T = TypeVar("T")


def _type(function: Callable[[str], T]) -> Callable[[str], T]:
    """*function* as an argparse type: its ``ValueError`` is what the user reads."""

    def parse(text: str) -> T:
        try:
            return function(text)
        except (ValueError, OverflowError) as error:
            # It may be somebody else's text that a script has handed on.
            raise argparse.ArgumentTypeError(printable(str(error), None)) from None

    return parse


def _text(text: str, what: str) -> str:
    """*text* as Glance can store it: on MySQL no 4-byte characters."""
    if any(ord(character) > 0xFFFF for character in text):
        raise ValueError(
            _("%s with a character above U+FFFF, which Glance refuses") % what
        )
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        # So Python shows what the shell has given it.
        raise ValueError(_("%s with bytes that are not UTF-8") % what)
    return text


def _name(text: str) -> str:
    from osc_imagetools.lifecycle.rotation.new_version import LONGEST_NAME

    if not text.strip() or not text.isprintable():
        raise ValueError(_("a name must be printable and on one line"))
    if len(text) > LONGEST_NAME:
        raise ValueError(_("a name has at most %d characters") % LONGEST_NAME)
    return _text(text, _("a name"))


def _url(text: str) -> str:
    from osc_imagetools.source.fetch import SCHEMES

    try:
        parts = urllib.parse.urlsplit(text)
        parts.port  # noqa: B018  # raises
    except ValueError:
        # Not in its own words: they show the half of a password.
        raise ValueError(
            _(
                "not a URL: its host or port can't be parsed; in a user or a password "
                "write '/' as %2F, '#' as %23, '?' as %3F, '[' as %5B"
            )
        ) from None
    if len(text.encode(errors="surrogateescape")) > LONGEST_PROPERTY_BYTES:
        raise ValueError(_("at most %d bytes") % LONGEST_PROPERTY_BYTES)
    if parts.scheme.lower() not in SCHEMES:
        schemes = ", ".join(f"{scheme}:" for scheme in SCHEMES)
        raise ValueError(
            _(
                "only URLs of %s are supported; the one of a local file is "
                "file:///<path>"
            )
            % schemes
        )
    if parts.scheme.lower() != "file" and not parts.hostname:
        raise ValueError(_("the URL names no host"))
    return text


def _web_url(text: str) -> str:
    if not _url(text).lower().startswith(("http:", "https:")):
        raise ValueError(_("only URLs of http: and https: are supported"))
    return text


def _build_source(text: str) -> BuildSource:
    from osc_imagetools.source.builds import BuildSource

    return BuildSource.parse(text)


def _size(text: str) -> int:
    amount = text if text[-1:] in "bB" else f"{text}B"
    too_large = ValueError(_("a size is less than %d bytes") % MOST_BYTES)
    if len(text) > MOST_DIGITS:
        raise too_large
    size = int(strutils.string_to_bytes(amount, return_int=True))
    if size < 1:
        raise ValueError(_("a size is at least one byte"))
    if size >= MOST_BYTES:
        raise too_large
    return size


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(
            _("'%s' is not a date of the form YYYY-MM-DD") % text
        ) from None


def _duration(text: str) -> Duration:
    from osc_imagetools.lifecycle.model.duration import Duration

    duration = Duration.parse(text)
    # All of them count from now, or end before it.
    duration.after(datetime.now(timezone.utc))
    return duration


def _moment(text: str) -> datetime:
    from osc_imagetools.lifecycle.model.dates import parse_time

    moment = parse_time(text)
    if moment is None:
        raise ValueError(_("'%s' is not a date, such as 2026-03-01") % text)
    return moment


def _name_pattern(text: str) -> re.Pattern[str]:
    from osc_imagetools.lifecycle.suggestions import pattern

    return pattern(text)


def _image(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(_("a name or ID must be printable and on one line"))
    return _text(text, _("a name"))


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(_("it must be printable and on one line"))
    if len(text.encode()) > LONGEST_PROPERTY_BYTES:
        raise ValueError(_("at most %d bytes") % LONGEST_PROPERTY_BYTES)
    return _text(text, _("a line"))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError(_("a whole number, at least 0"))
    number = int(text)
    if number > MOST_COUNT:
        raise ValueError(_("at most %d") % MOST_COUNT)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 1 <= number <= LONGEST_SECONDS:
        raise ValueError(_("from 1 to %d (a week)") % LONGEST_SECONDS)
    return number


def _proposals(text: str) -> tuple[Wish, ...]:
    """The adoptions in a JSON file; a row of its list is an image."""
    try:
        rows = json.loads(Path(text).read_text())
    except OSError as error:
        raise ValueError(
            _("'%(text)s' can't be read: %(why)s")
            % {"text": text, "why": error.strerror}
        ) from None
    except ValueError as error:
        raise ValueError(
            _("'%(text)s' is not JSON: %(error)s") % {"text": text, "error": error}
        ) from None
    if not isinstance(rows, list):
        raise ValueError(_("'%s' does not contain a list of images") % text)
    return tuple(_proposal(row, number) for number, row in enumerate(rows, 1))


def _proposal(row: object, number: int) -> Wish:
    from osc_imagetools.lifecycle.adoption import Wish

    told = row if isinstance(row, dict) else {}
    wanted, family = told.get("ID"), told.get("Family")
    if not isinstance(wanted, str) or not isinstance(family, str):
        raise ValueError(_("row %d has no 'ID' or no 'Family'") % number)
    version, built = told.get("Version"), told.get("Build Date")
    return Wish(
        _image(wanted),
        _name(family),
        _name(str(version)) if version else None,
        _date(str(built)) if built else None,
    )


def _kept(text: str) -> str:
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not (is_number and 1 <= int(text) < 1_000_000):
        raise ValueError(_("at least 1 and less than a million"))
    return str(int(text))


def _written_duration(text: str) -> str:
    _duration(text)
    return text


def _written_moment(text: str) -> str:
    from osc_imagetools.lifecycle.model.dates import format_time

    return format_time(_moment(text))


def _property(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    _text(name, _("a property's name"))
    _text(value, _("a property"))
    if not separator or not name:
        raise ValueError(_("'%s' is not of the form <key>=<value>") % text)
    if why := property_names.fault(name):
        raise ValueError(why)
    if len(name) > LONGEST_PROPERTY_NAME:
        raise ValueError(
            _("a property's name has at most %d characters") % LONGEST_PROPERTY_NAME
        )
    if len(value.encode()) > LONGEST_PROPERTY_BYTES:
        raise ValueError(_("a property has at most %d bytes") % LONGEST_PROPERTY_BYTES)
    return name, value


def _unset_property(text: str) -> str:
    if why := property_names.unset_fault(_text(text, _("a property's name"))):
        raise ValueError(why)
    return text


def _checksum(text: str) -> Checksum:
    from osc_imagetools.source.checksums import Checksum

    return Checksum.parse(text)


def _tag(text: str) -> str:
    if not text or len(text) > LONGEST_TAG:
        raise ValueError(_("a tag has 1 to %d characters") % LONGEST_TAG)
    return _text(text, _("a tag"))


image_name = _type(_name)
"""A name that an image can have."""
url = _type(_url)
"""A URL that we can read."""
web_url = _type(_web_url)
"""A URL of a web server."""
build_source = _type(_build_source)
"""Where to find the newest build."""
size = _type(_size)
"""Bytes, written as ``10737418240``, ``10G`` or ``10GB`` (powers of 1,024)."""
day = _type(_date)
"""A date, ``YYYY-MM-DD``."""
image = _type(_image)
"""The name or the ID of an image that there may be."""
line = _type(_line)
"""One line for people to read."""
seconds = _type(_seconds)
"""A number of seconds, 1 to a week's."""
count = _type(_count)
"""A number, 0 or more."""
checksum = _type(_checksum)
"""``<algorithm>:<hex>``."""
property_pair = _type(_property)
"""``<key>=<value>`` of a property that isn't ours."""
unset_property = _type(_unset_property)
"""The name of a property that a version can be without."""
tag = _type(_tag)
"""A tag that Glance takes: it refuses others only after it has made the image."""
duration = _type(_duration)
"""A length of time: ``30d``, ``6 months``, ``1y``."""
moment = _type(_moment)
"""A time in UTC; a date is its midnight."""
name_pattern = _type(_name_pattern)
"""A regular expression with the groups ``family`` and ``version``."""
proposals = _type(_proposals)
"""The adoptions that a JSON file holds."""
kept = _type(_kept)
"""How many versions, 1 or more, as it is stored."""
written_duration = _type(_written_duration)
"""A length of time, as it is stored: in the words of whoever wrote it."""
written_moment = _type(_written_moment)
"""A time, as it is stored."""


def standard_value(name: str) -> Callable[[str], str]:
    """The argparse type of what scs-0102 takes for the property *name*.

    It refuses anything else as wrong usage.
    """

    def value(text: str) -> str:
        from osc_imagetools.lifecycle.model.standards import STANDARDS

        [rule] = [each for each in STANDARDS["scs-0102"] if each.name == name]
        if not rule.takes(text):
            raise ValueError(_("scs-0102 requires one of these: %s") % rule.wants)
        return text

    return _type(value)

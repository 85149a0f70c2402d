# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A published list of checksums, and what it says of one file."""

from __future__ import annotations

import codecs
import difflib
import itertools
import re

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.checksum_forms import Entry, entries, strange_algorithm
from osc_imagetools.source.checksums import STRONGEST_FIRST, Checksum

SHOWN_NAMES = 3
_COMPARED_NAMES = 200
_COMPARED_CHARACTERS = 128
"""Comparing takes the square of this, of names that somebody else chose."""
SHOWN_CHARACTERS = 60

_PAGE = re.compile(r"\s*(?:<!doctype|<html|<\?xml)", re.I)
_BINARY = re.compile(r"[\0-\x08\x0e-\x1f]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What begins the files that Windows PowerShell writes."""

SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
"""The line before a text that carries its own signature."""
SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
"""The line behind such a text."""


class ChecksumListError(OperatorError):
    """No digest for the file could be read out of a published list."""


class NoListError(ChecksumListError):
    """What the server sent is not a checksum list at all."""


class NotListedError(ChecksumListError):
    """The checksum list is about other files."""


def find_checksum(listing: bytes, *file_names: str) -> Checksum:
    """The strongest checksum that *listing* has for the file of exactly that name.

    Of several *file_names* the first that is listed counts. Names of a list are
    compared without their directories. Raises `NoListError`, `NotListedError`, and
    `ChecksumListError` when the list contradicts itself.
    """
    text = signed_part(_text(listing))
    found = list(entries(text))
    if not found:
        raise _no_checksum(text)
    if checksum := _of_one_file(found):
        return checksum
    wanted = [name for name in file_names if name]
    for name in wanted:
        if listed := _checksums(found, name):
            return _strongest(listed)
    raise _not_listed(next(iter(wanted), ""), found)


def _of_one_file(found: list[Entry]) -> Checksum | None:
    """That of a list which names no file at all, if it can be about one only."""
    by_algorithm = {entry.checksum.algorithm: entry.checksum for entry in found}
    if any(entry.name for entry in found) or len(by_algorithm) < len(found):
        return None
    return _strongest(by_algorithm)


def _strongest(found: dict[str, Checksum]) -> Checksum:
    return next(found[known] for known in STRONGEST_FIRST if known in found)


def _checksums(listed: list[Entry], file_name: str) -> dict[str, Checksum]:
    """All of one file, by algorithm."""
    found: dict[str, Checksum] = {}
    for entry in listed:
        if entry.name != file_name:
            continue
        first = found.setdefault(entry.checksum.algorithm, entry.checksum)
        if first != entry.checksum:
            raise ChecksumListError(
                _("The checksum list contradicts itself about '%s'")
                % printable(file_name),
                _("it says %(first)s and %(other)s")
                % {"first": first, "other": entry.checksum},
                _("Specify the right one with --checksum"),
            )
    return found


def _text(listing: bytes) -> str:
    if listing.startswith(_UTF_16):
        text = listing.decode("utf-16", "replace")
    else:
        text = listing.decode("utf-8-sig", "surrogateescape")
    if _PAGE.match(text):
        raise NoListError(
            _("The file is not a checksum list"),
            _("the server sent a web page that begins with '%s'") % _beginning(text),
            _("Check its URL in a browser"),
        )
    if _BINARY.search(text):
        raise NoListError(
            _("The file is not a checksum list"),
            _("it is not a text"),
            _("Check its URL: a separate signature file is not the list"),
        )
    return text


def _no_checksum(text: str) -> NoListError:
    """Why a text is no list."""
    what, line = _("The file is not a checksum list"), text.strip().partition("\n")[0]
    if not line:
        what, why = _("The checksum list is empty"), _("it contains nothing")
    elif algorithm := strange_algorithm(text):
        shown = printable(algorithm)
        why = _("its digests are of '%s', which is not supported") % shown
    elif line.startswith(("{", "[")):
        why = _("it is JSON without a digest, and begins with '%s'") % _beginning(text)
    else:
        shown = _beginning(line)
        why = _("no line of it is a checksum; the first line is '%s'") % shown
    return NoListError(
        what, why, _("Check its URL, or specify the digest with --checksum")
    )


def _beginning(text: str) -> str:
    return printable(text.strip(), SHOWN_CHARACTERS)


def signed_part(text: str) -> str:
    """What an OpenPGP signature is about; all of *text* if nothing is signed.

    Only that part counts: what stands around it, anybody can have added. Raises
    `NoListError` where the signature is missing.
    """
    _before, begin, rest = f"\n{text}".replace("\r\n", "\n").partition(f"\n{SIGNED}\n")
    if not begin:
        return text
    _head, blank, body = rest.partition("\n\n")
    signed, end, _after = body.partition(f"\n{SIGNATURE}")
    if not (blank and end):
        raise NoListError(
            _("The checksum list is incomplete"),
            _("it begins as an OpenPGP signed text but has no signature"),
            _("Fetch it again"),
        )
    return re.sub(r"(?m)^- ", "", signed)


def _not_listed(file_name: str, listed: list[Entry]) -> NotListedError:
    if not file_name:
        return NotListedError(
            _("The file can't be found in the checksum list"),
            _("its URL does not contain a file name"),
            _("Specify the digest with --checksum"),
        )
    like = _close_names(file_name, listed)
    closest = ", ".join(printable(name) for name in like)
    if like:
        why = _("the closest names in it: %s") % closest
    else:
        why = _("or any similar name")
    return NotListedError(
        _("The checksum list does not name '%s'") % printable(file_name),
        why,
        _("Check both URLs, or specify the digest with --checksum"),
    )


def _close_names(file_name: str, listed: list[Entry]) -> list[str]:
    if len(file_name) > _COMPARED_CHARACTERS:
        return []
    names = dict.fromkeys(entry.name for entry in listed if entry.name)
    short = (name for name in names if len(name) <= _COMPARED_CHARACTERS)
    compared = list(itertools.islice(short, _COMPARED_NAMES))
    return difflib.get_close_matches(file_name, compared, n=SHOWN_NAMES)

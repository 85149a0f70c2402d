# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Published checksums: one that is typed, and one that is found in a list.

A list is read in all the forms that vendors publish: ``sha256sum``'s lines,
BSD's (``SHA256 (name) = hash``), one bare hash, several algorithms in one
file, any of them inside of an OpenPGP signed text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable

LONGEST_LINE = 1_024
"""Characters; a longer line of a list names no file."""

SHOWN_NAMES = 3
_COMPARED_NAMES = 2_000

_HEX_DIGITS = {
    "sha512": 128,
    "blake2b": 128,
    "sha384": 96,
    "sha256": 64,
    "sha224": 56,
    "sha1": 40,
    "md5": 32,
}
"""By algorithm, in the names of `hashlib`, strongest first."""

_WEAK = ("sha1", "md5")
_ALIASES = {"b2": "blake2b", "blake2b512": "blake2b"}

_ALGORITHM_OF_DIGITS = {digits: name for name, digits in reversed(_HEX_DIGITS.items())}
"""What a bare hash is: of two algorithms as long, the first of the table."""

_HEX = re.compile(r"[0-9a-fA-F]+")
_GNU = re.compile(
    r"(?P<escaped>\\?)(?P<digest>[0-9a-fA-F]{32,128})"
    r"(?:(?: [ *]|\s+\*?)(?P<name>.+))?"
)
_BSD = re.compile(
    r"(?P<algorithm>[A-Za-z0-9/-]+) ?\((?P<name>.+)\) ?= ?(?P<digest>[0-9a-fA-F]+)"
)
_HEADING = re.compile(r"#\s*(?P<algorithm>[A-Za-z0-9/-]+) HASH", re.I)
"""Gentoo's and Flatcar's: the algorithm of the lines below."""

_PAGE = re.compile(r"\s*(?:<!doctype|<html|<\?xml)", re.I)
_BINARY = re.compile(r"[\0-\x08\x0e-\x1f]")

SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
"""The line before a text that carries its own signature."""
SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
"""The line behind such a text."""


class ChecksumListError(OperatorError):
    """No digest for the file could be read out of a published list."""


class NoListError(ChecksumListError):
    """What the server sent is no checksum list at all."""


class NotListedError(ChecksumListError):
    """The checksum list is about other files."""


@dataclass(frozen=True)
class Checksum:
    """A digest and its algorithm, as ``sha256:<hex>``."""

    algorithm: str
    """The name that `hashlib` has for it."""
    digest: str
    """Lower-case hexadecimal."""

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"

    @property
    def is_weak(self) -> bool:
        """Whether others than the vendor could make a file that has it."""
        return self.algorithm in _WEAK

    @classmethod
    def parse(cls, text: str) -> Checksum:
        """The checksum ``<algorithm>:<hex>``, or ``<hex>`` of a telling length.

        Case and surrounding blanks don't matter. Raises `ValueError` with a
        message for whoever typed it.
        """
        prefix, colon, digest = text.strip().rpartition(":")
        digest = digest.strip()
        if not _HEX.fullmatch(digest):
            raise ValueError(f"'{printable(text)}' is not <algorithm>:<hexadecimal>")
        known = ", ".join(_HEX_DIGITS)
        algorithm = _algorithm_named(prefix) if colon else _algorithm_of(digest)
        if algorithm is None and colon:
            raise ValueError(f"unknown algorithm '{printable(prefix)}'; known: {known}")
        if algorithm is None:
            raise ValueError(
                f"no known algorithm has {len(digest)} hexadecimal digits;"
                f" known: {known}"
            )
        if len(digest) != _HEX_DIGITS[algorithm]:
            raise ValueError(
                f"a {algorithm} has {_HEX_DIGITS[algorithm]} hexadecimal digits,"
                f" this one has {len(digest)}"
            )
        return cls(algorithm, digest.lower())


def find_checksum(listing: bytes, *file_names: str) -> Checksum:
    """The strongest checksum that *listing* has for the file of exactly that name.

    Of several *file_names* the first that is listed counts. Names of a list are
    compared without their directories. Raises `NoListError`, `NotListedError`, and
    `ChecksumListError` when the list contradicts itself.
    """
    entries = list(_entries(_signed_part(_text(listing))))
    if not entries:
        raise NoListError(
            "The checksum list is empty",
            "no line of it is a checksum",
            "Check its URL, or give the digest with --checksum",
        )
    if len(entries) == 1 and not entries[0].name:
        return entries[0].checksum
    wanted = [name for name in file_names if name]
    for name in wanted:
        if found := _checksums(entries, name):
            return next(found[known] for known in _HEX_DIGITS if known in found)
    raise _not_listed(next(iter(wanted), ""), entries)


@dataclass(frozen=True)
class _Entry:
    name: str
    """Without directories; empty for a bare hash."""
    checksum: Checksum


def _checksums(entries: list[_Entry], file_name: str) -> dict[str, Checksum]:
    """All of one file, by algorithm."""
    found: dict[str, Checksum] = {}
    for entry in entries:
        if entry.name != file_name:
            continue
        first = found.setdefault(entry.checksum.algorithm, entry.checksum)
        if first != entry.checksum:
            raise ChecksumListError(
                f"The checksum list contradicts itself about '{printable(file_name)}'",
                f"it says {first} and {entry.checksum}",
                "Give the right one with --checksum",
            )
    return found


def _entries(text: str) -> Iterator[_Entry]:
    heading: str | None = ""
    for line in text.split("\n"):
        line = line.strip()
        if len(line) > LONGEST_LINE:
            continue
        if line.startswith("#"):
            if match := _HEADING.fullmatch(line):
                heading = _algorithm_named(match["algorithm"])
        elif (entry := _bsd_entry(line) or _gnu_entry(line, heading)) is not None:
            yield entry


def _bsd_entry(line: str) -> _Entry | None:
    match = _BSD.fullmatch(line)
    if match is None:
        return None
    return _entry(_algorithm_named(match["algorithm"]), match["digest"], match["name"])


def _gnu_entry(line: str, heading: str | None) -> _Entry | None:
    match = _GNU.fullmatch(line)
    if match is None:
        return None
    digest, name = match["digest"], match["name"] or ""
    if match["escaped"]:
        name = name.replace("\\\\", "\\")
    return _entry(_algorithm_of(digest) if heading == "" else heading, digest, name)


def _entry(algorithm: str | None, digest: str, name: str) -> _Entry | None:
    if algorithm is None or _HEX_DIGITS[algorithm] != len(digest):
        return None
    base_name = name.rpartition("/")[2].strip()
    # sha256sum's name for its standard input
    base_name = "" if base_name == "-" else base_name
    return _Entry(base_name, Checksum(algorithm, digest.lower()))


def _algorithm_named(text: str) -> str | None:
    name = re.sub(r"[-_ ]", "", text.lower())
    name = _ALIASES.get(name, name)
    return name if name in _HEX_DIGITS else None


def _algorithm_of(digest: str) -> str | None:
    return _ALGORITHM_OF_DIGITS.get(len(digest))


def _text(listing: bytes) -> str:
    text = listing.decode("utf-8-sig", "surrogateescape")
    if _PAGE.match(text):
        raise NoListError(
            "The checksum list is none",
            f"the server sent a page, beginning with '{printable(text[:60], 60)}'",
            "Check its URL in a browser",
        )
    if _BINARY.search(text):
        raise NoListError(
            "The checksum list is none",
            "it is not a text",
            "Check its URL: a signature in a file of its own is not the list",
        )
    return text


def _signed_part(text: str) -> str:
    """What an OpenPGP signature is about; all of *text* if nothing is signed.

    Only that part counts: what stands around it, anybody can have added.
    """
    _, begin, rest = f"\n{text}".replace("\r\n", "\n").partition(f"\n{SIGNED}\n")
    if not begin:
        return text
    _, blank, body = rest.partition("\n\n")
    signed, end, _ = body.partition(f"\n{SIGNATURE}")
    if not (blank and end):
        raise NoListError(
            "The checksum list is incomplete",
            "it begins as an OpenPGP signed text and has no signature",
            "Fetch it again",
        )
    return re.sub(r"(?m)^- ", "", signed)


def _not_listed(file_name: str, entries: list[_Entry]) -> NotListedError:
    if not file_name:
        return NotListedError(
            "The file can't be found in the checksum list",
            "its URL gives it no name",
            "Give the digest with --checksum",
        )
    names = dict.fromkeys(entry.name for entry in entries if entry.name)
    like = difflib.get_close_matches(
        file_name, list(names)[:_COMPARED_NAMES], n=SHOWN_NAMES
    )
    closest = ", ".join(printable(name) for name in like)
    return NotListedError(
        f"The checksum list does not name '{printable(file_name)}'",
        f"the closest that it names: {closest}" if like else "nor any name like it",
        "Check both URLs, or give the digest with --checksum",
    )

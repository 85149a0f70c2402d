# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The forms in which checksums are published, each read as one entry after another.

``sha256sum``'s lines, BSD's and OpenSSL's, bare hashes, ``algorithm:hash``,
``name: hash``, PowerShell's ``Get-FileHash`` as table, list and CSV, and JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from osc_imagetools.source.checksums import (
    Checksum,
    algorithm_named,
    algorithm_of,
    checksum_of,
)

LONGEST_LINE = 1_024
"""Characters; a longer line of a list names no file."""

_OF_A_STREAM = ("-", "stdin")
"""What sha256sum and OpenSSL call their standard input."""


@dataclass(frozen=True)
class Entry:
    """One checksum of a list."""

    name: str
    """Without directories; empty for a bare hash."""
    checksum: Checksum


def entries(text: str) -> Iterator[Entry]:
    """All that *text* holds, in its order."""
    objects = _parsed(text)
    if objects is not None:
        yield from _of_objects(objects)
        return
    heading: str | None = ""
    block: dict[str, str] = {}
    for line in map(str.strip, text.split("\n")):
        if len(line) > LONGEST_LINE:
            continue
        if line.startswith("#"):
            if match := _HEADING.fullmatch(line):
                heading = algorithm_named(match["algorithm"])
        elif match := _OF_A_BLOCK.fullmatch(line):
            key = match["key"].lower()
            if key in block:
                yield from _of_block(block)
                block = {}
            block[key] = match["value"]
        elif entry := _of_line(line, heading):
            yield entry
    yield from _of_block(block)


def strange_algorithm(text: str) -> str | None:
    """An algorithm that a list names for a hash, and that isn't known."""
    for line in map(str.strip, text.split("\n")):
        match = _BSD.fullmatch(line) if len(line) <= LONGEST_LINE else None
        if match and not algorithm_named(match["algorithm"]):
            return match["algorithm"]
    return None


_HEX = r"(?P<digest>[0-9a-fA-F]{32,128})"
_ALGORITHM = r"(?P<algorithm>[A-Za-z0-9/_-]+)"

_HEADING = re.compile(r"#\s*(?P<algorithm>[A-Za-z0-9/-]+) HASH", re.I)
"""Gentoo's and Flatcar's: the algorithm of the lines below."""

_BLOCK_KEYS = ("algorithm", "hash", "path")
_OF_A_BLOCK = re.compile(rf"(?P<key>{'|'.join(_BLOCK_KEYS)})\s*:\s*(?P<value>.+)", re.I)

_BSD = re.compile(rf"{_ALGORITHM} ?\((?P<name>.+)\) ?= ?(?P<digest>[0-9a-fA-F]+)")
_ROW = re.compile(
    rf"\"?{_ALGORITHM}\"?(?:,|\s+)\"?{_HEX}\"?(?:,|\s+)\"?(?P<name>[^\"]+)\"?"
)
_GNU = re.compile(rf"(?P<escaped>\\?){_HEX}(?:(?: [ *]|\s+\*?)(?P<name>.+))?")


def _of_line(line: str, heading: str | None) -> Entry | None:
    forms: tuple[Callable[[], Entry | None], ...] = (
        lambda: _algorithm_first(_BSD, line),
        lambda: _gnu(line, heading),
        lambda: _algorithm_first(_ROW, line),
        lambda: _labelled(line),
    )
    return next(filter(None, (form() for form in forms)), None)


def _algorithm_first(form: re.Pattern[str], line: str) -> Entry | None:
    match = form.fullmatch(line)
    if match is None:
        return None
    return _entry(algorithm_named(match["algorithm"]), match["digest"], match["name"])


def _gnu(line: str, heading: str | None) -> Entry | None:
    match = _GNU.fullmatch(line)
    if match is None:
        return None
    digest, name = match["digest"], match["name"] or ""
    algorithm = algorithm_of(digest) if heading == "" else heading
    if match["escaped"]:
        return _entry(algorithm, digest, name.replace("\\\\", "\\"), separators="/")
    return _entry(algorithm, digest, name)


def _labelled(line: str) -> Entry | None:
    # No pattern: one takes the square of the blanks before a colon.
    label, _, digest = (part.strip() for part in line.rpartition(":"))
    if not label:
        return None
    algorithm = algorithm_named(label)
    if algorithm:
        return _entry(algorithm, digest, "")
    return _entry(algorithm_of(digest), digest, label)


def _of_block(block: dict[str, str]) -> Iterator[Entry]:
    """What lines of ``key: value`` tell: a hash, and perhaps of which file."""
    digest, said = block.get("hash", ""), block.get("algorithm")
    algorithm = algorithm_named(said) if said else algorithm_of(digest)
    if entry := _entry(algorithm, digest, block.get("path", "")):
        yield entry


def _entry(
    algorithm: str | None, digest: str, name: str, separators: str = "/\\"
) -> Entry | None:
    """Of Windows' paths too: sha256sum escapes a name that has a backslash itself."""
    checksum = checksum_of(algorithm, digest)
    if checksum is None:
        return None
    base_name = re.split(f"[{re.escape(separators)}]", name)[-1].strip()
    return Entry("" if base_name in _OF_A_STREAM else base_name, checksum)


_NAME_KEYS = ("name", "filename", "file", "path", "location", "url", "uri")
_ADDRESS_KEYS = ("location", "url", "uri")
_DIGEST_KEYS = ("digest", "checksum", "hash")
"""Of a JSON object: where it tells which file it is about, in an address too, and its
digest."""

_BEHIND_THE_PATH = re.compile(r"[?#].*", re.DOTALL)


def _parsed(text: str) -> Any:
    """The JSON that *text* is; ``None`` if it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_objects(top: Any) -> Iterator[Entry]:
    """Of objects that tell name and digest, and of one that tells digests by name."""
    pending = [("", top)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, list):
            pending += [(key, each) for each in reversed(value)]
        elif isinstance(value, dict):
            yield from _of_object(key, value)
            pending += reversed(value.items())


def _of_object(key: str, told: dict[str, Any]) -> Iterator[Entry]:
    names = _names(told) or [key]
    for each, value in told.items():
        if not _is_text(value):
            continue
        algorithm = algorithm_named(each)
        checksum = _checksum(value, algorithm)
        if checksum is None:
            continue
        is_digest = algorithm or each.lower() in _DIGEST_KEYS
        for name in names if is_digest else [each]:
            if entry := _entry(checksum.algorithm, checksum.digest, name):
                yield entry


def _names(told: dict[str, Any]) -> list[str]:
    """All that it may call its file: what is a title, what a name, no key tells."""
    said = [(each, told[each]) for each in _NAME_KEYS if _is_text(told.get(each))]
    return [
        _BEHIND_THE_PATH.sub("", name) if each in _ADDRESS_KEYS else name
        for each, name in said
    ]


def _checksum(text: str, algorithm: str | None) -> Checksum | None:
    try:
        checksum = Checksum.parse(text)
    except ValueError:
        return None
    if algorithm in (None, checksum.algorithm):
        return checksum
    return checksum_of(algorithm, checksum.digest)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_LINE

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Checksum lists in the forms that vendors write, and signed as they sign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cloud.vendors.openpgp import Key, armoured

Files = Mapping[str, bytes]
"""Content by name: what lies in a folder."""
Form = Callable[[Files], str]


def gnu(algorithm: str, between: str = "  ") -> Form:
    """The lines of ``sha256sum``; some vendors put ``" *"`` or one blank between."""
    return lambda files: "".join(
        f"{_digest(algorithm, content)}{between}{name}\n"
        for name, content in files.items()
    )


def bsd(algorithm: str, tells_sizes: bool = False) -> Form:
    """``SHA256 (name) = hash``, below a comment with the size if need be."""
    return lambda files: "".join(
        (f"# {name}: {len(content)} bytes\n" if tells_sizes else "")
        + f"{algorithm.upper()} ({name}) = {_digest(algorithm, content)}\n"
        for name, content in files.items()
    )


def headed(*algorithms: str) -> Form:
    """Gentoo's: a heading for each algorithm, and lines below it."""
    return lambda files: "".join(
        f"# {algorithm.upper()} HASH\n{gnu(algorithm)(files)}"
        for algorithm in algorithms
    )


@dataclass(frozen=True)
class Signed:
    """How a list is signed: in itself, or in a file whose name is its and a suffix."""

    suffix: str = ""
    clear: bool = False
    """Whether the text is in the signed file once more."""
    binary: bool = False
    version: int = 4

    def applied(self, text: str, key: Key) -> bytes:
        """What lies in the signed file."""
        if self.clear:
            return key.clearsigned(text)
        signature = key.detached(text.encode(), version=self.version)
        return signature if self.binary else armoured(signature)


INLINE = Signed(clear=True)


@dataclass(frozen=True)
class Listing:
    """One list that lies beside an image."""

    name: str
    """``{file}`` is the image's name."""
    form: Form
    signed: tuple[Signed, ...] = ()
    is_of_all: bool = True
    """Whether it names the whole folder's files, or the image alone."""

    def files(self, image: str, folder: Files, key: Key) -> Iterator[tuple[str, bytes]]:
        """The list and its signatures: name and content."""
        text = self.form(folder if self.is_of_all else {image: folder[image]})
        name = self.name.format(file=image)
        yield name, text.encode()
        for how in self.signed:
            yield name + how.suffix, how.applied(text, key)


def _digest(algorithm: str, content: bytes) -> str:
    computed: Any = hashlib.new(algorithm, content, usedforsecurity=False)
    return str(computed.hexdigest())

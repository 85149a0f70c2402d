# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A digest and its algorithm."""

from __future__ import annotations

import re
from dataclasses import dataclass

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable

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

STRONGEST_FIRST = tuple(_HEX_DIGITS)

_WEAK = ("sha1", "md5")
_ALIASES = {
    "b2": "blake2b",
    "blake2b512": "blake2b",
    # OpenSSL's since version 3
    **{f"sha2{bits}": f"sha{bits}" for bits in (224, 256, 384, 512)},
}

_ALGORITHM_OF_DIGITS = {digits: name for name, digits in reversed(_HEX_DIGITS.items())}
"""What a bare hash is: of two algorithms as long, the first of the table."""

_HEX = re.compile(r"[0-9a-fA-F]+")


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
            raise ValueError(
                _("'%s' is not <algorithm>:<hexadecimal>") % printable(text)
            )
        known = ", ".join(_HEX_DIGITS)
        algorithm = algorithm_named(prefix) if colon else algorithm_of(digest)
        if algorithm is None and colon:
            raise ValueError(
                _("unknown algorithm '%(prefix)s'; known: %(known)s")
                % {"prefix": printable(prefix), "known": known}
            )
        if algorithm is None:
            raise ValueError(
                _(
                    "no known algorithm has %(count)d hexadecimal digits; known: "
                    "%(known)s"
                )
                % {"count": len(digest), "known": known}
            )
        if len(digest) != _HEX_DIGITS[algorithm]:
            raise ValueError(
                _(
                    "a %(algorithm)s has %(digits)d hexadecimal digits, this one has "
                    "%(count)d"
                )
                % {
                    "algorithm": algorithm,
                    "digits": _HEX_DIGITS[algorithm],
                    "count": len(digest),
                }
            )
        return cls(algorithm, digest.lower())


def algorithm_named(text: str) -> str | None:
    """The algorithm that people call *text*: ``SHA-256``, ``SHA2-256``, ``b2``."""
    name = re.sub(r"[-_ ]", "", text.lower())
    name = _ALIASES.get(name, name)
    return name if name in _HEX_DIGITS else None


def algorithm_of(digest: str) -> str | None:
    """The algorithm whose digests are as long as *digest*."""
    return _ALGORITHM_OF_DIGITS.get(len(digest))


def checksum_of(algorithm: str | None, digest: str) -> Checksum | None:
    """The checksum, if *digest* is one of *algorithm*."""
    if algorithm is None or not _HEX.fullmatch(digest):
        return None
    if _HEX_DIGITS[algorithm] != len(digest):
        return None
    return Checksum(algorithm, digest.lower())

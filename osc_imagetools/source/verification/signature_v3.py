# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Signatures in the form that OpenPGP had before 2007: openSUSE's build service.

Sequoia refuses them for their age. What was wrong with them is that they say little
about themselves; over SHA-2, and by the primary key of a certificate that is valid
otherwise, they prove as much as those of today. Of the document's bytes only (type 0):
no signature of a later version can be passed off as one of these, since those end in
other bytes. RFC 9580, 5.2.2.
"""

from __future__ import annotations

import struct

VERSION = 3

_BINARY_DOCUMENT = 0
_RSA = (1, 3)
_SHA2 = {8: "SHA256", 9: "SHA384", 10: "SHA512"}
_KEY_VERSION = 4
_SIGNATURE_HEAD = struct.Struct(">BBBI8sBBH")
_KEY_HEAD = struct.Struct(">BIB")
_SIGNED_BYTES = 5
"""Of the signature, hashed behind the document: its type and its time."""


def fits_v3(signature: bytes, text: bytes, certificate: bytes) -> bool:
    """Whether the packet *signature* over *text* is by *certificate*'s primary key.

    Whether the certificate may be trusted (its key may be too short) is not asked here.
    A signature that isn't RSA with SHA-2, or that is cut off, does not match.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from pysequoia.packet import PacketPile

    [packet] = PacketPile.from_bytes(signature)
    primary = next(iter(PacketPile.from_bytes(certificate)))
    try:
        number, signed, hash_name = _signature(bytes(packet.body))
        modulus, exponent = _public_key(bytes(primary.body))
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        key.verify(
            number.to_bytes(key.key_size // 8, "big"),
            text + signed,
            padding.PKCS1v15(),
            getattr(hashes, hash_name)(),
        )
    except (InvalidSignature, ValueError, OverflowError, struct.error):
        return False
    return True


def _signature(body: bytes) -> tuple[int, bytes, str]:
    """Its number, what of it was signed, and its hash; `ValueError` if it is other."""
    head = _SIGNATURE_HEAD.unpack_from(body)
    version, size, kind, _made_at, _issuer, algorithm, digest, _first_bytes = head
    if (version, size, kind) != (VERSION, _SIGNED_BYTES, _BINARY_DOCUMENT):
        raise ValueError("not a signature of a document")
    if algorithm not in _RSA or digest not in _SHA2:
        raise ValueError("not by RSA, or over another hash")
    number, _rest = _number(body[_SIGNATURE_HEAD.size :])
    return number, body[2 : 2 + _SIGNED_BYTES], _SHA2[digest]


def _public_key(body: bytes) -> tuple[int, int]:
    """Modulus and exponent; `ValueError` if it is no RSA key."""
    version, _made_at, algorithm = _KEY_HEAD.unpack_from(body)
    if version != _KEY_VERSION or algorithm not in _RSA:
        raise ValueError("no RSA key")
    modulus, rest = _number(body[_KEY_HEAD.size :])
    exponent, _rest = _number(rest)
    return modulus, exponent


def _number(body: bytes) -> tuple[int, bytes]:
    """The first multiprecision integer of *body*, and what follows."""
    (bits,) = struct.unpack_from(">H", body)
    size = (bits + 7) // 8
    return int.from_bytes(body[2 : 2 + size], "big"), body[2 + size :]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""OpenPGP keys and signatures packet by packet (RFC 9580), weak and old ones too.

No library makes what must be refused: SHA-1, version 3, certificates that have expired
long ago. All keys are RSA, and of a fixed date: nothing here looks at the clock.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import textwrap
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 2048
RSA = 1
SIGNATURE, PUBLIC_KEY, USER_ID = 2, 6, 13
"""Tags of packets."""
BINARY, TEXT, CERTIFICATION, REVOCATION = 0x00, 0x01, 0x13, 0x20
"""Types of signatures."""
CREATED, KEY_EXPIRES, ISSUER, KEY_FLAGS, FINGERPRINT = 2, 9, 16, 27, 33
"""Types of subpackets."""
MAY_CERTIFY_AND_SIGN = b"\x03"

MADE_AT = datetime(2024, 1, 1, tzinfo=timezone.utc)
SIGNED_AT = MADE_AT + timedelta(days=1)


class Hash(NamedTuple):
    """A hash: its number in OpenPGP, its name there, and what computes it."""

    number: int
    name: str
    computes: hashes.HashAlgorithm


SHA1 = Hash(2, "SHA1", hashes.SHA1())
SHA256 = Hash(8, "SHA256", hashes.SHA256())
SHA512 = Hash(10, "SHA512", hashes.SHA512())


@dataclass(frozen=True)
class Key:
    """A secret key, and the name of whose it is."""

    secret: rsa.RSAPrivateKey
    user: str = "A vendor <images@vendor.example>"

    @classmethod
    def generate(cls, bits: int = KEY_BITS) -> Key:
        """A new one."""
        return cls(rsa.generate_private_key(65_537, bits))

    @property
    def fingerprint(self) -> str:
        """Lower-case hex."""
        framed = b"\x99" + _counted(self._public)
        return hashlib.sha1(framed, usedforsecurity=False).hexdigest()

    def certificate(
        self,
        expires_at: datetime | None = None,
        revoked: bool = False,
        hashed: Hash = SHA512,
    ) -> bytes:
        """What a keyring holds of it, binary."""
        framed_key = b"\x99" + _counted(self._public)
        user = self.user.encode()
        framed_user = b"\xb4" + struct.pack(">I", len(user)) + user
        about = _subpacket(KEY_FLAGS, MAY_CERTIFY_AND_SIGN)
        if expires_at:
            seconds = int((expires_at - MADE_AT).total_seconds())
            about += _subpacket(KEY_EXPIRES, struct.pack(">I", seconds))
        packets = [_packet(PUBLIC_KEY, self._public)]
        if revoked:
            packets.append(self._signature(framed_key, REVOCATION, hashed))
        packets.append(_packet(USER_ID, user))
        packets.append(
            self._signature(framed_key + framed_user, CERTIFICATION, hashed, about)
        )
        return b"".join(packets)

    def detached(self, text: bytes, hashed: Hash = SHA512, version: int = 4) -> bytes:
        """A signature of its own on *text*, binary; version 3 is openSUSE's."""
        if version == 3:
            return self._signature_v3(text, hashed)
        return self._signature(text, BINARY, hashed)

    def clearsigned(self, text: str, hashed: Hash = SHA512) -> bytes:
        """*text*, which ends with a line's end, with its signature around it."""
        lines = text.removesuffix("\n").split("\n")
        canonical = "\r\n".join(line.rstrip(" \t") for line in lines)
        escaped = [f"- {line}" if line.startswith("-") else line for line in lines]
        signature = self._signature(canonical.encode(), TEXT, hashed)
        head = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: {hashed.name}\n\n"
        return "\n".join([head + escaped[0], *escaped[1:], ""]).encode() + armoured(
            signature
        )

    @property
    def _public(self) -> bytes:
        numbers = self.secret.public_key().public_numbers()
        made_at = struct.pack(">BIB", 4, int(MADE_AT.timestamp()), RSA)
        return made_at + _number(numbers.n) + _number(numbers.e)

    def _signature(
        self, text: bytes, kind: int, hashed: Hash, about: bytes = b""
    ) -> bytes:
        fingerprint = bytes.fromhex(self.fingerprint)
        about = (
            _subpacket(CREATED, struct.pack(">I", int(SIGNED_AT.timestamp())))
            + _subpacket(FINGERPRINT, b"\x04" + fingerprint)
            + about
        )
        head = struct.pack(">BBBB", 4, kind, RSA, hashed.number) + _counted(about)
        signed = text + head + struct.pack(">BBI", 4, 0xFF, len(head))
        issuer = _counted(_subpacket(ISSUER, fingerprint[-8:]))
        return _packet(SIGNATURE, head + issuer + self._proof(signed, hashed))

    def _signature_v3(self, text: bytes, hashed: Hash) -> bytes:
        signed = struct.pack(">BI", BINARY, int(SIGNED_AT.timestamp()))
        issuer = bytes.fromhex(self.fingerprint)[-8:]
        algorithms = bytes([RSA, hashed.number])
        proof = self._proof(text + signed, hashed)
        return _packet(SIGNATURE, b"\x03\x05" + signed + issuer + algorithms + proof)

    def _proof(self, signed: bytes, hashed: Hash) -> bytes:
        """The first two bytes of the hash, and the number that proves it."""
        digest = hashes.Hash(hashed.computes)
        digest.update(signed)
        number = self.secret.sign(signed, padding.PKCS1v15(), hashed.computes)
        return digest.finalize()[:2] + _number(int.from_bytes(number, "big"))


def armoured(packets: bytes, what: str = "SIGNATURE") -> bytes:
    """*packets* as text: a ``SIGNATURE``, or a ``PUBLIC KEY BLOCK``."""
    lines = textwrap.wrap(base64.b64encode(packets).decode(), 64)
    body = "\n".join(lines)
    return f"-----BEGIN PGP {what}-----\n\n{body}\n-----END PGP {what}-----\n".encode()


def _packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body


def _subpacket(kind: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, kind]) + body


def _counted(body: bytes) -> bytes:
    return struct.pack(">H", len(body)) + body


def _number(number: int) -> bytes:
    bits = number.bit_length()
    return struct.pack(">H", bits) + number.to_bytes((bits + 7) // 8, "big")

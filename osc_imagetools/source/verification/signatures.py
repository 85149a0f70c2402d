# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""OpenPGP signatures on checksum lists: detached ones, and clearsigned texts.

Sequoia decides, with its standard policy: no SHA-1, no MD5, no short keys, and a key
that was valid when it signed. Beyond that, the certificate must be neither expired
nor revoked today. Only what a signature is about ever leaves this module.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.checksum_list import SIGNATURE, SIGNED
from osc_imagetools.source.verification.signature_v3 import VERSION, fits_v3

if TYPE_CHECKING:
    from pysequoia import Cert, Sig

LARGEST_KEYRING_BYTES = 64 << 20
"""Debian's ring of all its members has 28 MB."""

_BACKTRACE = "\n\nStack backtrace"
"""What Sequoia adds where RUST_BACKTRACE is set."""


class KeyringError(OperatorError):
    """The certificates can't be used."""


class SignatureError(OperatorError):
    """Nothing proves that the checksum list is the vendor's."""


class UnsignedError(SignatureError):
    """There is no signature at all where one is wanted."""


def is_clearsigned(text: bytes) -> bool:
    """Whether *text* carries its own signature, as Fedora's lists do."""
    return f"\n{SIGNED}".encode() in b"\n" + text


@dataclass(frozen=True)
class Keyring:
    """The certificates of those who may sign."""

    path: str
    _certificates: tuple[Cert, ...]

    @classmethod
    def read(cls, path: str) -> Keyring:
        """The ring in the file *path*: OpenPGP certificates, armoured or binary.

        Raises `KeyringError`, also where the library is missing.
        """
        try:
            from pysequoia import Cert
        except ImportError:
            raise KeyringError(
                _("Signatures can't be verified"),
                _("the package 'pysequoia' is not installed"),
                _("Install osc-imagetools[pgp], or remove --keyring."),
            ) from None
        try:
            with Path(path).open("rb") as file:
                content = file.read(LARGEST_KEYRING_BYTES + 1)
        except OSError as error:
            why = error.strerror or str(error)
            raise KeyringError(
                _("The keyring %s can't be read") % printable(path), why
            ) from error
        if len(content) > LARGEST_KEYRING_BYTES:
            raise _no_certificates(path, _("it is too large for a keyring"))
        try:
            certificates = tuple(Cert.split_bytes(content))
        # pysequoia raises bare Exceptions, here and below.
        except Exception as error:
            raise _no_certificates(path, _first_line(error)) from None
        if not certificates:
            raise _no_certificates(path, _("it contains no certificate"))
        return cls(path, certificates)

    def signed_text(self, text: bytes, where: str) -> bytes:
        """What the signature in the clearsigned *text* is about, and nothing else.

        *where* names it in messages. Raises `SignatureError`.
        """
        from pysequoia import verify

        try:
            verified = verify(bytes=text, store=self._all)
        except Exception as error:
            _, _, signature = text.rpartition(SIGNATURE.encode())
            signatures = _signatures(SIGNATURE.encode() + signature)
            if not signatures:
                raise _unproven(where, _first_line(error), _CHECK) from None
            raise self._refused(signatures, where) from None
        self._require_valid([one.certificate for one in verified.valid_sigs], where)
        return verified.bytes or b""

    def verify(self, text: bytes, signature: bytes, where: str) -> None:
        """Raise `SignatureError` unless one detached *signature* fits *text*.

        `UnsignedError` if it is no signature. *where* names *text* in messages.
        """
        from pysequoia import verify

        signatures = _signatures(signature)
        if not signatures:
            raise UnsignedError(
                _("The file with the signature on %s is not a signature") % where,
                _("it contains no OpenPGP signature"),
                _("Check its URL."),
            )
        signers: list[str] = []
        for one in signatures:
            if one.version == VERSION:
                signers += self._signers_v3(one, text)
                continue
            # Its words never say more than that it was not accepted.
            with suppress(Exception):
                verified = verify(bytes=text, store=self._all, signature=one)
                signers += [valid.certificate for valid in verified.valid_sigs]
        if not signers:
            raise self._refused(signatures, where)
        self._require_valid(signers, where)

    def _all(self, _ids: Sequence[str]) -> list[Cert]:
        return list(self._certificates)

    def _signers_v3(self, signature: Sig, text: bytes) -> list[str]:
        return [
            one.fingerprint
            for one in self._certificates
            if fits_v3(bytes(signature), text, bytes(one))
        ]

    def _require_valid(self, signers: Collection[str], where: str) -> None:
        """Refuse unless one of *signers* (fingerprints) is valid today."""
        fault = None
        for certificate in self._certificates:
            if certificate.fingerprint in signers:
                fault = _fault(certificate)
                if fault is None:
                    return
        raise _unproven(
            where,
            *(fault or (_("it contains no signature that can be attributed"), _CHECK)),
        )

    def _refused(self, signatures: Sequence[Sig], where: str) -> SignatureError:
        """Why none of *signatures* is accepted, as far as it can be told."""
        issuers = [
            (one, one.issuer_fingerprint or one.issuer_key_id) for one in signatures
        ]
        for one, issuer in issuers:
            for certificate in self._certificates:
                if issuer and any(key.endswith(issuer) for key in _keys(certificate)):
                    return _unproven(where, *_why_not(one, certificate))
        return _unproven(
            where,
            _("it was made by the key %(key)s, which is not in %(path)s")
            % {"key": issuers[0][1], "path": printable(self.path)},
            _("If that key is the vendor's, add its certificate to the keyring."),
        )


def _signatures(content: bytes) -> list[Sig]:
    from pysequoia import Sig
    from pysequoia.packet import PacketPile, Tag

    try:
        packets = list(PacketPile.from_bytes(content))
        return [
            Sig.from_bytes(bytes(one)) for one in packets if one.tag == Tag.Signature
        ]
    # As above: what can't be read has no signatures.
    except Exception:
        return []


def _keys(certificate: Cert) -> list[str]:
    from pysequoia.packet import PacketPile

    packets = PacketPile.from_bytes(bytes(certificate))
    return [packet.fingerprint for packet in packets if packet.fingerprint]


def _fault(certificate: Cert) -> tuple[str, str] | None:
    """What is wrong with *certificate* today, and what to do; ``None`` if nothing."""
    whose = certificate.fingerprint
    try:
        expires = certificate.expiration
    except Exception:
        # Mostly those of the years of SHA-1: vendors have renewed theirs since.
        why = _(
            "the certificate %s signs itself only with hashes that are not accepted "
            "(SHA-1)"
        )
        return why % whose, _RENEW
    if certificate.is_revoked:
        return _("the certificate %s was revoked") % whose, _RENEW
    if expires and expires <= datetime.now(timezone.utc):
        why = _("the certificate %(certificate)s expired on %(day)s")
        return why % {"certificate": whose, "day": f"{expires:%Y-%m-%d}"}, _RENEW
    return None


_RENEW = _("Get the vendor's current certificate for the keyring.")
_CHECK = _("Fetch it again later; if that does not help, ask the vendor.")


def _why_not(signature: Sig, certificate: Cert) -> tuple[str, str]:
    from pysequoia.packet import HashAlgorithm

    if fault := _fault(certificate):
        return fault
    if signature.hash_algorithm in (HashAlgorithm.SHA1, HashAlgorithm.MD5):
        return _("it uses a hash that can be forged (SHA-1, MD5)"), _CHECK
    return (
        _(
            "it does not match: the list was changed, or the signature is of another "
            "list"
        ),
        _CHECK,
    )


def _unproven(where: str, why: str, do: str) -> SignatureError:
    return SignatureError(_("The signature on %s is not accepted") % where, why, do)


def _no_certificates(path: str, why: str) -> KeyringError:
    return KeyringError(
        _("%s is not a keyring") % printable(path),
        why,
        _("Use a file of OpenPGP certificates, as 'gpg --export' writes it."),
    )


def _first_line(error: Exception) -> str:
    text = str(error).partition(_BACKTRACE)[0]
    return printable(" ".join(text.split())) or type(error).__name__

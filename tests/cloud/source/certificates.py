# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Certificates for the source, good and bad, made on the spot."""

import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_DAYS = 2
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class _Kind:
    names: tuple[str, ...] = LOOPBACK
    ends_in_days: int = VALID_DAYS
    of_authority: bool = True


KINDS = {
    "valid": _Kind(),
    "expired": _Kind(ends_in_days=-1),
    "other-host": _Kind(names=("elsewhere.example",)),
    "self-signed": _Kind(of_authority=False),
}


_SIGNS_CERTIFICATES = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Signs certificates of each kind; ``pem`` is what its clients have to trust."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("A test's authority")
        own = self._key.public_key()
        # As strict as Python 3.13 is about them (RFC 5280).
        signed = (
            _builder(self._name, self._name, self._key, own, VALID_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS_CERTIFICATES, critical=True)
        )
        self.pem = _pem(signed.sign(self._key, hashes.SHA256())).decode()

    def context(self, kind: str) -> ssl.SSLContext:
        """For a server with a certificate of that kind; raises KeyError."""
        wanted, key = KINDS[kind], ec.generate_private_key(ec.SECP256R1())
        name = _name(wanted.names[-1])
        issuer = (self._name, self._key) if wanted.of_authority else (name, key)
        builder = _builder(
            name, issuer[0], key, issuer[1].public_key(), wanted.ends_in_days
        )
        names = x509.SubjectAlternativeName([*map(_general_name, wanted.names)])
        signed = builder.add_extension(names, critical=False)
        certificate = signed.sign(issuer[1], hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            # The library reads keys from files only.
            file = Path(folder, "chain.pem")
            file.write_bytes(_pem(certificate) + _key_pem(key))
            context.load_cert_chain(file)
        return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuers_key: ec.EllipticCurvePublicKey,
    ends_in_days: int,
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=VALID_DAYS))
        .not_valid_after(now + timedelta(days=ends_in_days))
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers_key),
            critical=False,
        )
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

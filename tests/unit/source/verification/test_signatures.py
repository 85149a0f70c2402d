# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""OpenPGP signatures on checksum lists: what is accepted, and what isn't."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia import Cert, SignatureMode, Tsk, sign

from osc_imagetools.source.verification.signatures import (
    Keyring,
    KeyringError,
    SignatureError,
    UnsignedError,
    is_clearsigned,
)
from tests.cloud.vendors.openpgp import MADE_AT, SHA1, SHA256, Key, armoured

TEXT = b"00  other.img\n- a line that begins with a dash\naa  disk.img\n"
SIGNED = TEXT.removesuffix(b"\n")
"""The last line's end belongs to the signature behind it."""
LIST = "http://mirror.example/SHA256SUMS"

KEY = Key.generate()
OTHER = Key.generate()
CLEAR = KEY.clearsigned(TEXT.decode())
DETACHED = {version: KEY.detached(TEXT, version=version) for version in (3, 4)}
SEQUOIA = Tsk.generate("A vendor")

RingOf = Callable[..., Keyring]


@pytest.fixture
def ring(tmp_path: Path) -> RingOf:
    """A function that reads a keyring of these certificates."""

    def read(*certificates: bytes) -> Keyring:
        path = tmp_path / "ring"
        path.write_bytes(b"".join(certificates))
        return Keyring.read(str(path))

    return read


CERTIFICATE = KEY.certificate()
RINGS = {
    "binary": [CERTIFICATE],
    "armoured": [armoured(CERTIFICATE, "PUBLIC KEY BLOCK")],
    "of several": [OTHER.certificate(), CERTIFICATE],
    "armoured, of several": [
        armoured(OTHER.certificate(), "PUBLIC KEY BLOCK"),
        armoured(CERTIFICATE, "PUBLIC KEY BLOCK"),
    ],
}


@pytest.mark.parametrize("certificates", RINGS.values(), ids=RINGS)
def test_a_keyring_may_have_many_forms(ring: RingOf, certificates: list[bytes]) -> None:
    keyring = ring(*certificates)

    keyring.verify(TEXT, KEY.detached(TEXT), LIST)
    assert keyring.signed_text(CLEAR, LIST) == SIGNED


SIGNATURES = {
    "binary": KEY.detached(TEXT),
    "armoured": armoured(KEY.detached(TEXT)),
    "SHA-256": KEY.detached(TEXT, SHA256),
    "behind one that is unknown": OTHER.detached(TEXT) + KEY.detached(TEXT),
    "version 3": armoured(KEY.detached(TEXT, version=3)),
    "version 3, SHA-256": KEY.detached(TEXT, SHA256, version=3),
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_detached_signature_may_have_many_forms(
    ring: RingOf, signature: bytes
) -> None:
    ring(CERTIFICATE).verify(TEXT, signature, LIST)

    with pytest.raises(SignatureError, match="was changed"):
        ring(CERTIFICATE).verify(TEXT + b"\n", signature, LIST)


def test_what_a_signing_subkey_of_another_kind_has_signed_is_accepted(
    ring: RingOf,
) -> None:
    keyring = ring(bytes(SEQUOIA.extract_certificate()))
    signer = SEQUOIA.signer()

    keyring.verify(TEXT, sign(signer, TEXT, mode=SignatureMode.DETACHED), LIST)
    clear = sign(signer, TEXT, mode=SignatureMode.CLEAR)

    assert keyring.signed_text(clear, LIST).rstrip() == SIGNED


ADDED = {
    "before it": b"00  disk.img\n" + CLEAR,
    "behind it": CLEAR + b"00  disk.img\n",
    "in its header": CLEAR.replace(b"\n\n", b"\n00  disk.img\n\n", 1),
    "as a second one": CLEAR + OTHER.clearsigned("00  disk.img\n"),
}


@pytest.mark.parametrize("text", ADDED.values(), ids=ADDED)
def test_only_what_was_signed_counts(ring: RingOf, text: bytes) -> None:
    assert is_clearsigned(text)
    assert ring(CERTIFICATE).signed_text(text, LIST) == SIGNED


LONG_AGO = MADE_AT + timedelta(days=300)
UNUSABLE = {
    "expired": (KEY.certificate(expires_at=LONG_AGO), "expired on 2024-10-27"),
    "revoked": (KEY.certificate(revoked=True), "was revoked"),
    "bound by SHA-1": (
        KEY.certificate(hashed=SHA1),
        "signs itself only with hashes that are not accepted",
    ),
    "another's": (OTHER.certificate(), f"{KEY.fingerprint[-16:]}, which"),
}


@pytest.mark.parametrize(("certificate", "says"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("version", [4, 3])
def test_a_signature_whose_certificate_is_no_good_is_refused(
    ring: RingOf, certificate: bytes, says: str, version: int
) -> None:
    keyring = ring(certificate)
    signature = KEY.detached(TEXT, version=version)

    with pytest.raises(SignatureError) as refused:
        keyring.verify(TEXT, signature, LIST)

    assert says in str(refused.value)
    assert LIST in str(refused.value)


@pytest.mark.parametrize(("certificate", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_signed_text_whose_certificate_is_no_good_is_refused(
    ring: RingOf, certificate: bytes, says: str
) -> None:
    with pytest.raises(SignatureError) as refused:
        ring(certificate).signed_text(CLEAR, LIST)

    assert says in str(refused.value)


@pytest.mark.parametrize("version", [4, 3])
def test_a_signature_over_sha_1_is_refused(ring: RingOf, version: int) -> None:
    with pytest.raises(SignatureError, match="SHA-1"):
        ring(CERTIFICATE).verify(TEXT, KEY.detached(TEXT, SHA1, version), LIST)


def test_a_signed_text_over_sha_1_is_refused(ring: RingOf) -> None:
    with pytest.raises(SignatureError, match="SHA-1"):
        ring(CERTIFICATE).signed_text(KEY.clearsigned(TEXT.decode(), SHA1), LIST)


@pytest.mark.parametrize("version", [4, 3])
def test_a_signature_by_a_short_key_is_refused(ring: RingOf, version: int) -> None:
    short = Key.generate(bits=1024)

    with pytest.raises(SignatureError):
        ring(short.certificate()).verify(
            TEXT, short.detached(TEXT, version=version), LIST
        )


def test_a_signed_text_that_was_changed_is_refused(ring: RingOf) -> None:
    with pytest.raises(SignatureError, match="was changed"):
        ring(CERTIFICATE).signed_text(CLEAR.replace(b"aa  disk", b"ab  disk"), LIST)


def test_a_signed_text_without_its_signature_is_refused(ring: RingOf) -> None:
    cut = CLEAR.partition(b"-----BEGIN PGP SIGNATURE")[0]

    with pytest.raises(SignatureError, match="is not accepted"):
        ring(CERTIFICATE).signed_text(cut, LIST)


NO_SIGNATURES = {
    "empty": b"",
    "text": b"not found\n",
    "page": b"<!DOCTYPE html><html></html>",
    "a certificate": CERTIFICATE[:20],
    "cut": KEY.detached(TEXT)[:-9],
}


@pytest.mark.parametrize("content", NO_SIGNATURES.values(), ids=NO_SIGNATURES)
def test_what_is_no_signature_is_told_apart(ring: RingOf, content: bytes) -> None:
    with pytest.raises(UnsignedError, match="no OpenPGP signature"):
        ring(CERTIFICATE).verify(TEXT, content, LIST)


NO_KEYRINGS = {
    "empty": (b"", "it contains no certificate"),
    "text": (b"hello\x1b[2J\n", "is not a keyring"),
    "a signature": (KEY.detached(TEXT), "Expected one of PUBLIC_KEY"),
    "cut": (CERTIFICATE[:100], "is not a keyring"),
}


@pytest.mark.parametrize(("content", "says"), NO_KEYRINGS.values(), ids=NO_KEYRINGS)
def test_a_file_that_is_no_keyring_is_refused(
    ring: RingOf, content: bytes, says: str
) -> None:
    with pytest.raises(KeyringError) as refused:
        ring(content)

    assert says in str(refused.value)
    assert "backtrace" not in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("name", "says"), [("none", "No such file"), ("", "directory")]
)
def test_a_keyring_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, says: str
) -> None:
    with pytest.raises(KeyringError, match=says):
        Keyring.read(str(tmp_path / name))


def test_without_the_library_the_extra_is_named(
    ring: RingOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pysequoia", None)

    with pytest.raises(KeyringError, match=r"Install osc-imagetools\[pgp\]"):
        ring(CERTIFICATE)


@given(st.integers(0, len(CLEAR)), st.integers(0, 3), st.binary(max_size=3))
def test_whatever_is_changed_only_what_was_signed_comes_out(
    at: int, size: int, junk: bytes
) -> None:
    keyring = Keyring("ring", (Cert.from_bytes(CERTIFICATE),))
    changed = CLEAR[:at] + junk + CLEAR[at + size :]

    try:
        signed = keyring.signed_text(changed, LIST)
    except SignatureError:
        return
    assert [line.rstrip() for line in signed.splitlines()] == SIGNED.splitlines()


@given(st.integers(0, len(TEXT)), st.binary(max_size=3), st.sampled_from([3, 4]))
def test_a_detached_signature_is_about_every_byte(
    at: int, junk: bytes, version: int
) -> None:
    keyring = Keyring("ring", (Cert.from_bytes(CERTIFICATE),))
    changed = TEXT[:at] + junk + TEXT[at + 1 :]

    try:
        keyring.verify(changed, DETACHED[version], LIST)
    except SignatureError:
        assert changed != TEXT
    else:
        assert changed == TEXT

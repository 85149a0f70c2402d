# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Checksums that people type."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.checksums import Checksum

SHA256 = hashlib.sha256(b"disk").hexdigest()
SHA512 = hashlib.sha512(b"disk").hexdigest()
BLAKE2B = hashlib.blake2b(b"disk").hexdigest()
SHA1 = hashlib.sha1(b"disk").hexdigest()
MD5 = hashlib.md5(b"disk").hexdigest()

TYPED = {
    "with its algorithm": (f"sha256:{SHA256}", f"sha256:{SHA256}"),
    "in upper case": (f"SHA256:{SHA256.upper()}", f"sha256:{SHA256}"),
    "as OpenSSL 3 calls it": (f"SHA2-256:{SHA256}", f"sha256:{SHA256}"),
    "with a hyphen": (f"SHA-512:{SHA512}", f"sha512:{SHA512}"),
    "between blanks": (f"  sha256: {SHA256}\n", f"sha256:{SHA256}"),
    "bare, 64 digits": (SHA256, f"sha256:{SHA256}"),
    "bare, 128 digits": (SHA512, f"sha512:{SHA512}"),
    "bare, 32 digits": (MD5, f"md5:{MD5}"),
    "as long as another's": (f"blake2b:{BLAKE2B}", f"blake2b:{BLAKE2B}"),
}


@pytest.mark.parametrize(("typed", "meant"), TYPED.values(), ids=TYPED)
def test_F14_a_checksum_may_be_typed_in_many_ways(typed: str, meant: str) -> None:
    assert str(Checksum.parse(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "not <algorithm>:<hexadecimal>"),
        ("sha256:", "not <algorithm>:<hexadecimal>"),
        (f"sha256:{SHA256[:-1]}g", "not <algorithm>:<hexadecimal>"),
        (f"sha256:{SHA256[:-1]}", "has 64 hexadecimal digits, this one has 63"),
        (f"sha512:{SHA256}", "has 128 hexadecimal digits, this one has 64"),
        (f"crc32:{SHA256}", "unknown algorithm 'crc32'"),
        ("abc123", "no known algorithm has 6 hexadecimal digits"),
        (f"sha256:\x1b[2J{SHA256}", r"\x1b"),
    ],
)
def test_F14_what_is_no_checksum_is_explained(typed: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        Checksum.parse(typed)

    assert message in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("digest", "is_weak"), [(MD5, True), (SHA1, True), (SHA256, False), (SHA512, False)]
)
def test_F14_md5_and_sha1_are_weak(digest: str, is_weak: bool) -> None:
    assert Checksum.parse(digest).is_weak is is_weak


@given(
    st.sampled_from(["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b"]),
    st.binary(),
)
def test_a_checksum_is_parsed_from_its_own_text(algorithm: str, content: bytes) -> None:
    checksum = Checksum(algorithm, hashlib.new(algorithm, content).hexdigest())

    assert Checksum.parse(str(checksum)) == checksum

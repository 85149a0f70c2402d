# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Published checksums: typed by people, listed by vendors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.checksums import (
    Checksum,
    ChecksumListError,
    NoListError,
    NotListedError,
    find_checksum,
)
from tests.unit.source.builders import said

SHA256 = hashlib.sha256(b"disk").hexdigest()
OTHER_SHA256 = hashlib.sha256(b"other disk").hexdigest()
SHA512 = hashlib.sha512(b"disk").hexdigest()
BLAKE2B = hashlib.blake2b(b"disk").hexdigest()
SHA1 = hashlib.sha1(b"disk").hexdigest()
MD5 = hashlib.md5(b"disk").hexdigest()

CLEARSIGNED = f"""\
{OTHER_SHA256}  disk.img
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# disk.img: 512 bytes
SHA256 (disk.img) = {SHA256}
- -----a-name-that-begins-with-dashes
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEE
-----END PGP SIGNATURE-----
{OTHER_SHA256}  disk.img
"""

TYPED = {
    "with its algorithm": (f"sha256:{SHA256}", f"sha256:{SHA256}"),
    "in upper case": (f"SHA256:{SHA256.upper()}", f"sha256:{SHA256}"),
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


LISTS = {
    "GNU": f"{OTHER_SHA256}  other.img\n{SHA256}  disk.img\n",
    "GNU, binary": f"{SHA256} *disk.img\n",
    "GNU, escaped": f"\\{OTHER_SHA256}  a\\\\b\n{SHA256}  disk.img\n",
    "GNU, upper case": f"{SHA256.upper()}  disk.img\n",
    "GNU, tab": f"{SHA256}\tdisk.img\n",
    "BSD": f"SHA256 (other.img) = {OTHER_SHA256}\nSHA256 (disk.img) = {SHA256}\n",
    "OpenSSL": f"SHA2-256(x)= 00\nSHA256(disk.img)= {SHA256}\n",
    "clearsigned": CLEARSIGNED,
    "clearsigned, CRLF": CLEARSIGNED.replace("\n", "\r\n"),
    "clearsigned, every line escaped": CLEARSIGNED.replace("\nSHA256", "\n- SHA256"),
    "bare": f"{SHA256}\n",
    "bare, no line end": SHA256,
    "of standard input": f"{SHA256}  -\n",
    "weaker ones too": f"{MD5}  disk.img\n{SHA256}  disk.img\n{SHA1}  disk.img\n",
    "headings": f"# MD5 HASH\n{MD5}  disk.img\n# SHA256 HASH\n{SHA256}  disk.img\n",
    "unknown heading": f"# WHIRLPOOL HASH\n{SHA512} disk.img\n"
    f"# SHA256 HASH\n{SHA256} disk.img",
    "comments": f"# disk.img: 1 byte\n\n{SHA256}  disk.img\n# end\n",
    "CRLF": f"{OTHER_SHA256}  other.img\r\n{SHA256}  disk.img\r\n",
    "byte order mark": f"\ufeff{SHA256}  disk.img\n",
    "dot slash": f"{SHA256}  ./disk.img\n",
    "directories": f"{SHA256}  images/24.04/disk.img\n",
    "the same twice": f"{SHA256}  disk.img\n{SHA256}  disk.img\n",
    "names that contain it": f"{OTHER_SHA256}  disk.img.manifest\n"
    f"{OTHER_SHA256}  a-disk.img\n{SHA256}  disk.img\n",
    "an endless line": f"{'x' * 5_000} disk.img\n{SHA256}  disk.img\n",
}


@pytest.mark.parametrize("listing", LISTS.values(), ids=LISTS)
def test_F15_the_checksum_is_found_in_every_form_of_list(listing: str) -> None:
    found = find_checksum(listing.encode(), "disk.img")

    assert found == Checksum("sha256", SHA256)


@pytest.mark.parametrize(
    ("listing", "strongest"),
    [
        (f"{SHA256}  disk.img\n{SHA512}  disk.img\n", "sha512"),
        (f"SHA512 (disk.img) = {SHA512}\nSHA256 (disk.img) = {SHA256}\n", "sha512"),
        (f"{MD5}  disk.img\n{SHA1}  disk.img\n", "sha1"),
        (
            f"# BLAKE2B HASH\n{BLAKE2B} disk.img\n# SHA512 HASH\n{SHA512} disk.img\n",
            "sha512",
        ),
        (f"BLAKE2B (disk.img) = {BLAKE2B}\nSHA256 (disk.img) = {SHA256}\n", "blake2b"),
    ],
)
def test_F15_of_several_algorithms_the_strongest_counts(
    listing: str, strongest: str
) -> None:
    assert find_checksum(listing.encode(), "disk.img").algorithm == strongest


REFUSED = {
    "not listed": (f"{SHA256}  other.img\n", "does not name 'disk.img'"),
    "part of a name": (f"{SHA256}  disk.img.manifest\n", "does not name 'disk.img'"),
    "end of a name": (f"{SHA256}  big-disk.img\n", "does not name 'disk.img'"),
    "another case": (f"{SHA256}  Disk.img\n", "does not name 'disk.img'"),
    "listed twice": (
        f"{SHA256}  disk.img\n{OTHER_SHA256}  disk.img\n",
        "contradicts itself about 'disk.img'",
    ),
    "twice, by folder": (
        f"{SHA256}  a/disk.img\n{OTHER_SHA256}  b/disk.img\n",
        "contradicts itself",
    ),
    "two bare hashes": (f"{SHA256}\n{OTHER_SHA256}\n", "does not name"),
    "bare beside named": (f"{SHA256}\n{OTHER_SHA256}  other.img\n", "does not name"),
    "HTML": ("<!DOCTYPE html>\n<html>Sign in</html>", "sent a page"),
    "HTML that names it": (f"\n <HTML>\n{SHA256}  disk.img\n", "sent a page"),
    "XML": ("<?xml version='1.0'?><Error/>", "sent a page"),
    "empty": ("", "is empty"),
    "comments only": ("# nothing\n", "is empty"),
    "prose": ("Not here any more.\n", "is empty"),
    "binary": (f"\x89\x00\x01{SHA256}  disk.img\n", "not a text"),
    "wrong length": (f"SHA512 (disk.img) = {SHA256}\n", "is empty"),
    "no signature": (CLEARSIGNED.partition("-----BEGIN PGP SIGNATURE")[0], "no sig"),
    "outside the signed part": (
        CLEARSIGNED.replace(f"SHA256 (disk.img) = {SHA256}", f"{SHA256}  other.img"),
        "does not name 'disk.img'",
    ),
}


@pytest.mark.parametrize(("listing", "message"), REFUSED.values(), ids=REFUSED)
def test_F16_a_list_that_does_not_tell_is_refused(listing: str, message: str) -> None:
    with pytest.raises(ChecksumListError) as refused:
        find_checksum(listing.encode(), "disk.img")

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("listing", "kind"),
    [
        ("<html>Sign in</html>", NoListError),
        ("", NoListError),
        (f"{SHA256}  other.img\n", NotListedError),
        (f"{SHA256}  disk.img\n{OTHER_SHA256}  disk.img\n", ChecksumListError),
    ],
)
def test_F16_what_is_no_list_is_told_from_one_of_other_files(
    listing: str, kind: type[ChecksumListError]
) -> None:
    with pytest.raises(ChecksumListError) as refused:
        find_checksum(listing.encode(), "disk.img")

    assert type(refused.value) is kind


def test_F15_of_several_names_the_first_that_is_listed_counts() -> None:
    listing = f"{OTHER_SHA256}  old.img\n{SHA256}  disk.img\n".encode()

    assert find_checksum(listing, "latest.img", "disk.img", "old.img").digest == SHA256
    assert find_checksum(listing, "", "old.img").digest == OTHER_SHA256
    with pytest.raises(NotListedError, match=r"does not name 'latest\.img'"):
        find_checksum(listing, "latest.img", "disk")


def test_F16_a_list_in_utf_16_is_no_text() -> None:
    listing = f"{SHA256}  disk.img\n".encode("utf-16")

    with pytest.raises(ChecksumListError, match="not a text"):
        find_checksum(listing, "disk.img")


def test_F16_at_most_three_names_that_look_close_are_shown() -> None:
    names = [f"disk-{number}.img" for number in range(9)] + ["disk\x1b[2J.img"]
    listing = "".join(f"{SHA256}  {name}\n" for name in names if name.isprintable())

    with pytest.raises(ChecksumListError) as refused:
        find_checksum(listing.encode(), "disk.img")

    assert refused.value.why.count(".img") == 3


def test_F22_a_source_without_a_name_is_in_no_list_of_names() -> None:
    with pytest.raises(ChecksumListError, match="its URL gives it no name"):
        find_checksum(f"{SHA256}  images/\n{SHA256}  disk.img\n".encode(), "")


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_text_gives_a_checksum_or_a_reason(listing: str, name: str) -> None:
    encoded = listing.encode("utf-8", "surrogatepass")

    assert said(find_checksum, encoded, name).isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_checksum_or_a_reason(listing: bytes) -> None:
    assert said(find_checksum, listing, "disk.img").isprintable()


@given(
    st.lists(
        st.text("abc.-_ ()=*\\é", min_size=1, max_size=12).filter(
            lambda name: name == name.strip() and name != "-"
        ),
        min_size=1,
        unique=True,
    ),
    st.sampled_from(
        ["{digest}  {name}", "{digest} *{name}", "SHA256 ({name}) = {digest}"]
    ),
)
def test_each_name_of_a_list_finds_its_own_digest(names: list[str], form: str) -> None:
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in names}
    lines = (form.format(name=name, digest=digest) for name, digest in digests.items())
    listing = "\n".join(lines).encode()

    for name, digest in digests.items():
        assert find_checksum(listing, name) == Checksum("sha256", digest)

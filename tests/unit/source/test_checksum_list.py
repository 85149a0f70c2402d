# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Checksums that vendors list."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.checksum_list import (
    ChecksumListError,
    NoListError,
    NotListedError,
    find_checksum,
)
from osc_imagetools.source.checksums import Checksum
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
    "HTML": ("<!DOCTYPE html>\n<html>Sign in</html>", "sent a web page"),
    "HTML that names it": (f"\n <HTML>\n{SHA256}  disk.img\n", "sent a web page"),
    "XML": ("<?xml version='1.0'?><Error/>", "sent a web page"),
    "empty": ("", "is empty"),
    "blank": ("\r\n \n", "is empty"),
    "comments only": ("# nothing\n", "no line of it is a checksum"),
    "prose": ("Not here any more.\n", "the first line is 'Not here any more.'"),
    "binary": (f"\x89\x00\x01{SHA256}  disk.img\n", "not a text"),
    "wrong length": (f"SHA512 (disk.img) = {SHA256}\n", "no line of it is a checksum"),
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


GET_FILE_HASH = {
    "table": rf"""

Algorithm       Hash                                                        Path
---------       ----                                                        ----
SHA256          {OTHER_SHA256.upper()}            C:\Users\me\other.img
SHA256          {SHA256.upper()}            C:\My Images\disk.img
""",
    "list": rf"""
Algorithm : SHA256
Hash      : {OTHER_SHA256.upper()}
Path      : C:\images\other.img

Algorithm : SHA256
Hash      : {SHA256.upper()}
Path      : C:\images\disk.img
""",
    "csv": rf""""Algorithm","Hash","Path"
"SHA256","{OTHER_SHA256.upper()}","C:\images\other.img"
"SHA256","{SHA256.upper()}","C:\images\disk.img"
""",
}
COREOS = {
    "stream": "stable",
    "architectures": {
        "x86_64": {
            "artifacts": {
                "openstack": {
                    "release": "43.20260301.3.0",
                    "formats": {
                        "qcow2.xz": {
                            "disk": {
                                "location": "https://builds.example/x86_64/disk.img",
                                "signature": "https://builds.example/disk.img.sig",
                                "sha256": SHA256,
                                "uncompressed-sha256": OTHER_SHA256,
                            }
                        }
                    },
                },
                "metal": {"disk": {"location": "o.img", "sha256": OTHER_SHA256}},
            }
        }
    },
}
JSON = {
    "CoreOS": COREOS,
    "digests by name": {"disk.img": SHA256, "other.img": OTHER_SHA256},
    "with algorithms": {"disk.img": f"sha256:{SHA256}"},
    "by algorithm": {"disk.img": {"sha256": SHA256, "sha1": SHA1}, "o": {"md5": MD5}},
    "of algorithms": {"sha256": {"disk.img": SHA256, "other.img": OTHER_SHA256}},
    "a title": {"name": "Disk 24.04", "path": "a/disk.img", "sha256": SHA256},
    "an address": [{"url": "https://e.example/disk.img?sig=a/b#c", "sha256": SHA256}],
    "a list": [{"name": "x", "md5": MD5}, {"file": "a/disk.img", "SHA-256": SHA256}],
    "a digest": {"files": [{"path": "./disk.img", "digest": f"sha256:{SHA256}"}]},
    "one file": {"sha256": SHA256, "md5": MD5},
}
OTHER_FORMS = {
    "OpenSSL 3": f"SHA2-256(other.img)= {OTHER_SHA256}\nSHA2-256(disk.img)= {SHA256}\n",
    "OpenSSL's standard input": f"SHA2-256(stdin)= {SHA256}\n",
    "algorithm and hash": f"sha256:{SHA256}\n",
    "algorithms and hashes": f"MD5: {MD5}\nSHA-1: {SHA1}\nSHA-256: {SHA256}\n",
    "name and hash": f"other.img: {OTHER_SHA256}\ndisk.img: {SHA256}\n",
    "name, blanks and hash": f"a b.img : {OTHER_SHA256}\n./disk.img : {SHA256}\n",
    "name with a colon": f"a: disk.img: {OTHER_SHA256}\ndisk.img \t: {SHA256}\n",
    "hash without a name": f"Hash: {SHA256}\n",
    "hash and algorithm": f"Algorithm: SHA256\nHash: {SHA256}\n",
    "hash and path": f"Path: a/disk.img\nHash: {SHA256}\nPath: o\nHash: {MD5}\n",
    "Windows' paths": f"{SHA256} *C:\\images\\disk.img\r\n",
    "Windows' relative path": f"{SHA256}  images\\disk.img\r\n",
    **{f"Get-FileHash, {each}": text for each, text in GET_FILE_HASH.items()},
    **{f"JSON, {each}": json.dumps(what) for each, what in JSON.items()},
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("listing", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_F125_the_checksum_is_found_in_what_other_programs_write(
    listing: str, encoding: str
) -> None:
    found = find_checksum(listing.encode(encoding), "disk.img")

    assert found == Checksum("sha256", SHA256)


@pytest.mark.parametrize("listing", ["utf-16-le", "utf-16-be"])
def test_F125_a_byte_order_mark_tells_the_order(listing: str) -> None:
    encoded = f"\ufeff{SHA256}  disk.img\r\n".encode(listing)

    assert find_checksum(encoded, "disk.img").digest == SHA256


TRUE_REASONS = {
    "an algorithm that is not known": (
        f"SHA3-256(disk.img)= {SHA256}\n",
        "its digests are of 'SHA3-256'",
    ),
    "JSON of something else": ('{"error": "no such file"}', "JSON without a digest"),
    "JSON that is cut": (f'{{"disk.img": "{SHA256}"', "JSON without a digest"),
    "JSON without an end": ("[" * 200_000, "JSON without a digest"),
    "JSON of a huge number": (f"[{'9' * 5000}]", "JSON without a digest"),
    "a table of others": (
        GET_FILE_HASH["table"].replace("disk", "d"),
        "does not name 'disk.img'",
    ),
    "a path that was cut": (
        f"SHA256     {SHA256}     C:\\images\\dis...\n",
        "does not name 'disk.img'",
    ),
    "two for one name": (
        f"disk.img: {SHA256}\ndisk.img: {OTHER_SHA256}\n",
        "contradicts itself",
    ),
    "two without a name": (
        f"sha256:{SHA256}\nsha256:{OTHER_SHA256}\n",
        "does not name 'disk.img'",
    ),
    "two hashes without a name": (
        f"Hash: {SHA256}\nHash: {OTHER_SHA256}\n",
        "does not name 'disk.img'",
    ),
    "UTF-16 without a mark": (f"{SHA256}  d\n".encode("utf-16-le"), "not a text"),
}


@pytest.mark.parametrize(("listing", "why"), TRUE_REASONS.values(), ids=TRUE_REASONS)
def test_F125_a_list_that_can_not_be_used_is_refused_for_the_true_reason(
    listing: str | bytes, why: str
) -> None:
    encoded = listing if isinstance(listing, bytes) else listing.encode()

    with pytest.raises(ChecksumListError) as refused:
        find_checksum(encoded, "disk.img")

    assert why in str(refused.value)


def test_F16_at_most_three_names_that_look_close_are_shown() -> None:
    names = [f"disk-{number}.img" for number in range(9)] + ["disk\x1b[2J.img"]
    listing = "".join(f"{SHA256}  {name}\n" for name in names if name.isprintable())

    with pytest.raises(ChecksumListError) as refused:
        find_checksum(listing.encode(), "disk.img")

    assert refused.value.why.count(".img") == 3


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([f"{'disk' * 32}.img"], "disk" * 32),
        ([f"{'disk' * 31}.img"], "disk" * 33),
        ([*(f"{number}" for number in range(200)), "disks.img"], "disk.img"),
    ],
    ids=["long", "long-itself", "many"],
)
def test_F16_a_hostile_list_is_not_compared_at_any_length(names, wanted) -> None:
    listing = "".join(f"{SHA256}  {name}\n" for name in names)

    refused = said(find_checksum, listing.encode(), wanted)

    assert "or any similar name" in refused


def test_F22_a_source_without_a_name_is_in_no_list_of_names() -> None:
    with pytest.raises(ChecksumListError, match="its URL does not contain a file name"):
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
        st.text("abc.-_ ()=*é", min_size=1, max_size=12).filter(
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

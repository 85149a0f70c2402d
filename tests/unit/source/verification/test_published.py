# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The digest that a source should have, found where vendors publish it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.access import Access
from osc_imagetools.source.checksum_list import ChecksumListError
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.fetch import open_source
from osc_imagetools.source.opened import SourceError
from osc_imagetools.source.trust import Trust
from osc_imagetools.source.verification.lists import Lists
from osc_imagetools.source.verification.published import (
    Published,
    UnverifiedError,
    published,
    require_keyring,
)
from osc_imagetools.source.verification.signatures import (
    KeyringError,
    SignatureError,
    UnsignedError,
)
from tests.cloud.source.client import Source, running_source
from tests.cloud.source.faults import Page, Status
from tests.cloud.vendors import LAYOUTS, Layout, image_of, publish
from tests.cloud.vendors.openpgp import Key, armoured

KEY = Key.generate()
CONTENT = b"disk"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER_SHA256 = hashlib.sha256(b"other").hexdigest()
SHA512 = hashlib.sha512(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()
LISTING = f"{OTHER_SHA256}  disk.img.manifest\n{SHA256}  disk.img\n".encode()

ALLOWED = Trust(auto=True, allow_unverified=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Source]:
    with running_source() as source:
        yield source


@pytest.fixture
def source(server: Source) -> Source:
    return server.folder()


@pytest.fixture
def keyring(tmp_path: Path) -> str:
    """A file that holds the vendor's certificate."""
    path = tmp_path / "vendor.gpg"
    path.write_bytes(KEY.certificate())
    return str(path)


def looked_up(url: str, trust: Trust | None = None) -> Published:
    """What should be behind *url*, which is opened and not read."""
    access: Any = Access(stall_seconds=5)
    with closing(open_source(url, access)) as opened:
        return published(trust or Trust(), url, opened, access, Lists())


def refusal(url: str, trust: Trust | None = None) -> str:
    """What the operator is told; it is of one kind, printable, and on one line."""
    with pytest.raises(OperatorError) as refused:
        looked_up(url, trust)
    assert str(refused.value).isprintable()
    return str(refused.value)


VENDORS = [pytest.param(layout, id=layout.vendor) for layout in LAYOUTS]


@pytest.mark.parametrize("layout", VENDORS)
def test_the_digest_is_found_where_a_vendor_publishes_it(
    layout: Layout, source: Source
) -> None:
    url = publish(source, layout, KEY)

    found = looked_up(url, ALLOWED)

    served = layout.packed(image_of(layout))
    assert found.checksum is not None
    algorithm = found.checksum.algorithm
    assert found.checksum.digest == hashlib.new(algorithm, served).hexdigest()
    assert found.how == layout.how
    assert found.list_url.startswith(url.rpartition("/")[0])
    assert not found.signed


@pytest.mark.parametrize("layout", VENDORS)
def test_a_vendors_signature_is_found_or_the_import_refused(
    layout: Layout, source: Source, keyring: str
) -> None:
    url = publish(source, layout, KEY)
    trust = Trust(keyring=keyring)

    if layout.is_signed:
        found = looked_up(url, trust)
        assert (found.signed, found.how) == (True, f"{layout.how}+pgp")
    else:
        assert "it has no signature" in refusal(url, trust)


@pytest.mark.parametrize("layout", VENDORS)
def test_a_vendors_list_that_was_tampered_with_is_refused(
    layout: Layout, source: Source, keyring: str
) -> None:
    url = publish(source, layout, KEY)
    for file in (source.root / source.prefix.strip("/")).rglob("*"):
        if file.is_file() and file.name != layout.file and layout.is_signed:
            content = file.read_bytes()
            file.write_bytes(content.replace(layout.file.encode(), b"other.img"))

    with pytest.raises((SignatureError, UnverifiedError)):
        looked_up(url, Trust(keyring=keyring))


def test_F14_a_digest_that_was_typed_needs_no_request(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    checksum = Checksum("sha512", SHA512)

    found = looked_up(url, Trust(checksum=checksum))

    assert found == Published(checksum)
    assert (found.how, found.list_url) == ("sha512", "")
    assert source.requests("SHA256SUMS") == []


@pytest.mark.parametrize("is_listed", [True, False])
def test_F14_md5_alone_is_refused_unless_it_is_allowed(
    source: Source, is_listed: bool
) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("CHECKSUM", f"{MD5}  disk.img\n".encode())
    checksum = Checksum("md5", MD5)
    typed = None if is_listed else checksum

    said = refusal(url, Trust(checksum=typed))
    allowed = looked_up(url, Trust(typed, auto=True, allow_unverified=True))

    assert "md5 proves nothing" in said
    assert "--allow-unverified" in said
    assert (allowed.checksum, allowed.how) == (checksum, "none")


def test_F14_a_weak_digest_counts_only_if_no_other_is_found(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("disk.img.sha512", f"{MD5}  disk.img\n".encode())
    source.put("SHA256SUMS", LISTING)

    assert looked_up(url).checksum == Checksum("sha256", SHA256)


def test_F15_a_list_that_is_named_is_the_only_one_that_counts(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("SHA256SUMS", LISTING)
    named = source.put("other/sums", f"{SHA512}  disk.img\n".encode())
    missing = source.url("other/none")

    found = looked_up(url, Trust(checksum_url=f"{named}?sig=S3cret"))

    assert found == Published(Checksum("sha512", SHA512), list_url=named)
    assert "404" in refusal(url, Trust(checksum_url=missing, allow_unverified=True))


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_list_that_is_not_there_is_looked_for_elsewhere(
    source: Source, status: int
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img.sha512", Status(status))
    source.misbehave("disk.img.sha256", Page())
    source.put("SHA512SUMS", f"{SHA512}  other.img\n".encode())
    source.put("SHA256SUMS", LISTING)

    assert looked_up(url).checksum == Checksum("sha256", SHA256)


def test_a_server_in_trouble_is_not_asked_on(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("SHA256SUMS", LISTING)
    source.misbehave("disk.img.sha512", Status(400))

    assert "400" in refusal(url)
    assert source.requests("SHA256SUMS") == []
    assert looked_up(url, ALLOWED) == Published()


def test_what_was_found_out_is_said_when_no_list_helps(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    nothing = refusal(url)
    source.put("SHA256SUMS", f"{SHA256}  disk-2.img\n".encode())

    not_listed = refusal(url)

    assert "none of the lists that vendors publish" in nothing
    assert "--checksum-url" in nothing
    assert f"{source.url('SHA256SUMS')}: The checksum list does not name" in not_listed
    assert "disk-2.img" in not_listed


def test_F16_a_list_that_contradicts_itself_ends_the_search(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("SHA512SUMS", f"{SHA512}  disk.img\n{SHA512[::-1]}  disk.img\n".encode())
    source.put("SHA256SUMS", LISTING)

    with pytest.raises(ChecksumListError, match="contradicts itself"):
        looked_up(url, ALLOWED)


def test_F7_what_may_be_unverified_is_not_looked_up_unless_asked(
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("SHA256SUMS", LISTING)

    silent = looked_up(url, Trust(allow_unverified=True))
    requests = source.requests("SHA256SUMS")
    asked = looked_up(url, ALLOWED)

    assert (silent, silent.how, requests) == (Published(), "none", [])
    assert asked.checksum == Checksum("sha256", SHA256)


def test_F13_lists_lie_beside_the_given_url_or_where_it_leads(source: Source) -> None:
    stored = source.put("2026/disk-2026.img", CONTENT)
    url = source.url("latest/disk.img")
    source.misbehave("latest/disk.img", Status(302, "", {"Location": stored}))
    beside = source.put("2026/SHA256SUMS", f"{SHA256}  disk-2026.img\n".encode())

    there = looked_up(url)
    source.put("latest/SHA256SUMS", f"{OTHER_SHA256}  disk.img\n".encode())
    here = looked_up(url)

    assert there == Published(Checksum("sha256", SHA256), list_url=beside)
    assert here.checksum == Checksum("sha256", OTHER_SHA256)


def test_the_name_that_was_asked_for_counts_before_that_of_the_file(
    source: Source,
) -> None:
    stored = source.put("old-disk.img", CONTENT)
    url = source.url("disk.img")
    source.misbehave("disk.img", Status(302, "", {"Location": stored}))
    source.put(
        "SHA256SUMS", f"{SHA256}  old-disk.img\n{OTHER_SHA256}  disk.img\n".encode()
    )

    assert looked_up(url).checksum == Checksum("sha256", OTHER_SHA256)


def test_with_a_keyring_a_server_cannot_lead_to_an_older_file(
    source: Source, keyring: str
) -> None:
    stored = source.put("old-disk.img", CONTENT)
    url = source.url("disk.img")
    source.misbehave("disk.img", Status(302, "", {"Location": stored}))
    source.put("SHA256SUMS", KEY.clearsigned(f"{SHA256}  old-disk.img\n"))

    assert looked_up(url).checksum == Checksum("sha256", SHA256)
    assert "does not name 'disk.img'" in refusal(url, Trust(keyring=keyring))


def test_with_a_keyring_an_unsigned_list_counts_as_none(
    source: Source, keyring: str
) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("SHA512SUMS", f"{SHA512}  disk.img\n".encode())
    trust = Trust(auto=True, keyring=keyring, allow_unverified=True)

    unsigned = refusal(url, trust)
    source.put("SHA256SUMS", LISTING)
    source.put("SHA256SUMS.gpg", armoured(KEY.detached(LISTING)))
    source.misbehave("SHA256SUMS.asc", Page())
    signed = looked_up(url, trust)

    assert "it has no signature" in unsigned
    assert (signed.checksum, signed.signed) == (Checksum("sha256", SHA256), True)


def test_with_a_keyring_a_named_list_has_to_be_signed(
    source: Source, keyring: str
) -> None:
    url = source.put("disk.img", CONTENT)
    named = source.put("sums", LISTING)
    trust = Trust(checksum_url=named, keyring=keyring)

    with pytest.raises(UnsignedError, match="it has no signature"):
        looked_up(url, trust)
    source.put("sums.sign", KEY.detached(LISTING))

    assert looked_up(url, trust).how == "sha256+pgp"


def test_with_a_keyring_a_wrong_signature_ends_the_search(
    source: Source, keyring: str
) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("disk.img.sha512", f"{SHA512}\n".encode())
    source.put("disk.img.sha512.asc", armoured(KEY.detached(LISTING)))
    source.put("SHA256SUMS", KEY.clearsigned(LISTING.decode()))

    with pytest.raises(SignatureError, match="does not match"):
        looked_up(url, Trust(keyring=keyring))


def test_a_signature_that_cannot_be_had_now_is_an_error(
    source: Source, keyring: str
) -> None:
    url = source.put("disk.img", CONTENT)
    named = source.put("sums", LISTING)
    source.put("sums.gpg", armoured(KEY.detached(LISTING)))
    source.misbehave("sums.asc", Status(400))

    with pytest.raises(SourceError, match="400"):
        looked_up(url, Trust(checksum_url=named, keyring=keyring))


def test_weak_digests_of_a_signed_list_stay_weak(source: Source, keyring: str) -> None:
    url = source.put("disk.img", CONTENT)
    source.put("CHECKSUM", KEY.clearsigned(f"{MD5}  disk.img\n"))

    assert "md5 proves nothing" in refusal(url, Trust(keyring=keyring))


def test_a_keyring_that_is_none_is_refused_before_anything_is_fetched(
    tmp_path: Path,
) -> None:
    require_keyring(Trust())

    with pytest.raises(KeyringError, match="No such file"):
        require_keyring(Trust(keyring=str(tmp_path / "none")))


def test_lists_of_a_file_url_lie_beside_it(tmp_path: Path) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(CONTENT)
    (tmp_path / "SHA256SUMS").write_bytes(LISTING)

    assert looked_up(image.as_uri()).checksum == Checksum("sha256", SHA256)

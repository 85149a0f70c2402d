# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` finds what vendors publish, and goes by nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.cloud.archives import gz
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Only, Status
from tests.cloud.vendors import LAYOUTS, Layout, image_of, publish
from tests.cloud.vendors.openpgp import Key
from tests.functional.generations import done, rotate, version
from tests.functional.outcomes import (
    WRONG_USAGE,
    digest_of,
    import_url,
    imported,
    refused,
)

KEY = Key.generate()
IMAGE = raw(600_000, seed=15)
PACKED = gz(IMAGE)
OTHER = raw(600_000, seed=16)


def listing(content: bytes, name: str = "disk.img") -> str:
    """A list that names one file."""
    return f"{digest_of(content)[7:]}  {name}\n"


@pytest.fixture
def keyring(member: Account) -> str:
    """A file in the user's home that holds the vendor's certificate."""
    path = member.home / "vendor.gpg"
    path.write_bytes(KEY.certificate())
    return str(path)


@pytest.mark.parametrize(
    "layout", [pytest.param(layout, id=layout.vendor) for layout in LAYOUTS]
)
def test_vendors_image_is_imported_by_its_url_alone(
    layout: Layout, member: Account, source: Source, keyring: str
) -> None:
    url = publish(source, layout, KEY)
    # CirrOS publishes nothing better than MD5
    allowed = ["--checksum", "auto", "--allow-unverified"] * (layout.how == "none")
    options = ["--keyring", keyring] if layout.is_signed else allowed

    outcome = import_url(member, url, *options)

    image = imported(member, outcome, image_of(layout))
    assert image["lifecycle_verified"] == outcome.json()["verified"]
    assert image["lifecycle_verified"] == layout.how + "+pgp" * layout.is_signed
    algorithm = layout.how if layout.how != "none" else "md5"
    served = layout.packed(image_of(layout))
    published = f"{digest_of(served, algorithm)} wire"
    assert image["lifecycle_published_digest"] == published
    assert {name: image.get(name) for name in layout.told} == layout.told
    assert image["image_source"] == url
    assert "S3cret" not in str(image) + outcome.stdout + outcome.stderr


def test_without_a_published_digest_it_is_refused_and_said_how_to_go_on(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", IMAGE)

    outcome = import_url(member, url)

    ways = ("--checksum", "--checksum-url", "--allow-unverified")
    refused(cloud, member, outcome, "none of the lists that vendors publish", *ways)


def test_F14_list_with_nothing_but_md5_is_refused(
    cloud: Cloud, member: Account, source: Source
) -> None:
    [cirros] = (layout for layout in LAYOUTS if layout.how == "none")
    url = publish(source, cirros, KEY)

    outcome = import_url(member, url, "--checksum", "auto")

    refused(cloud, member, outcome, "md5 proves nothing", "--allow-unverified")


def test_what_may_be_unverified_is_still_not_what_another_digest_says(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", IMAGE)
    source.put("SHA256SUMS", listing(OTHER).encode())
    both = ["--allow-unverified", "--checksum", "auto"]

    checked = import_url(member, url, *both)
    refused(cloud, member, checked, digest_of(OTHER)[7:], digest_of(IMAGE)[7:])
    unchecked = import_url(member, url, "--allow-unverified")

    image = imported(member, unchecked, IMAGE)
    assert image["lifecycle_verified"] == "none"


@pytest.mark.parametrize(
    ("digested", "scope"),
    [
        pytest.param(PACKED, "wire", id="F17-of-the-file"),
        pytest.param(IMAGE, "payload", id="F17-of-the-image-in-it"),
    ],
)
def test_list_may_have_the_digest(
    digested: bytes, scope: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img.gz", PACKED)
    source.put("SHA256SUMS", listing(digested, "disk.img.gz").encode())

    outcome = import_url(member, url)

    image = imported(member, outcome, IMAGE)
    published = f"{digest_of(digested)} {scope}"
    assert image["lifecycle_published_digest"] == published
    assert outcome.json()["published_digest"] == published


SHA256 = digest_of(IMAGE)[7:]
OF_OTHER_PROGRAMS = {
    "F125-openssl-3": (
        "disk.img.CHECKSUM",
        f"SHA2-256(disk.img)= {SHA256}\n".encode(),
        [],
    ),
    "F125-powershell": (
        "hashes.txt",
        "\r\nAlgorithm       Hash       Path\r\n---------       ----       ----\r\n"
        f"SHA256          {SHA256.upper()}       C:\\images\\disk.img\r\n".encode(
            "utf-16"
        ),
        ["--checksum-url", "hashes.txt"],
    ),
    "F125-json": (
        "stable.json",
        json.dumps({"disk": {"location": "disk.img", "sha256": SHA256}}).encode(),
        ["--checksum-url", "stable.json"],
    ),
}


@pytest.mark.parametrize(
    ("name", "content", "options"), OF_OTHER_PROGRAMS.values(), ids=OF_OTHER_PROGRAMS
)
def test_list_may_be_what_another_program_writes(
    name: str, content: bytes, options: list[str], member: Account, source: Source
) -> None:
    url = source.put("disk.img", IMAGE)
    listed = source.put(name, content)
    options = [listed if option == name else option for option in options]

    outcome = import_url(member, url, *options)

    image = imported(member, outcome, IMAGE)
    assert image["lifecycle_published_digest"] == f"sha256:{SHA256} wire"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("disk.img.sha256", id="F13-list-of-yesterday"),
        pytest.param("disk.img", id="F13-image-of-yesterday"),
    ],
)
def test_list_or_image_that_was_replaced_meanwhile_is_fetched_once_more_with_the_other(
    name: str, member: Account, source: Source
) -> None:
    source.put("yesterday/disk.img", OTHER)
    source.put("yesterday/disk.img.sha256", listing(OTHER).encode())
    url = source.put("disk.img", IMAGE)
    source.put("disk.img.sha256", listing(IMAGE).encode())
    flip = Status(302, "", {"Location": source.url(f"yesterday/{name}")})
    source.misbehave(name, Only(flip, last=1))

    outcome = import_url(member, url)

    image = imported(member, outcome, IMAGE)
    assert image["lifecycle_verified"] == "sha256"


def test_F18_list_that_does_not_fit_its_image_is_fetched_once_more_and_no_oftener(
    cloud: Cloud, member: Account, source: Source, keyring: str
) -> None:
    url = source.put("disk.img", IMAGE)
    source.put("disk.img.sha256", KEY.clearsigned(listing(OTHER)))

    outcome = import_url(member, url, "--keyring", keyring)

    digests = (digest_of(OTHER)[7:], digest_of(IMAGE)[7:])
    refused(cloud, member, outcome, *digests)
    assert len(source.requests("disk.img.sha256")) == 2


def test_rotation_reads_the_list_and_its_signature_once(
    member: Account, source: Source, keyring: str
) -> None:
    """That tells whether there is anything new, and what the bytes have to be."""
    version(member, content=OTHER)
    url = source.put("disk.img", IMAGE)
    source.put("SHA256SUMS", listing(IMAGE).encode())
    source.put("SHA256SUMS.gpg", KEY.detached(listing(IMAGE).encode()))

    told = done(rotate(member, "--url", url, "--keyring", keyring))

    assert told["verified"] == "sha256+pgp"
    for name in ("SHA256SUMS", "SHA256SUMS.gpg"):
        asked = [one.method for one in source.requests(name)]
        assert asked.count("GET") == 1, (name, asked)


Unproven = Callable[[Source], object]
SIGNED = KEY.clearsigned(listing(IMAGE))
UNPROVEN: dict[str, tuple[Unproven, str]] = {
    "unsigned": (
        lambda source: source.put("SHA256SUMS", listing(IMAGE).encode()),
        "beside it. Specify a signed list with --checksum-url, or remove --keyring",
    ),
    "signed-by-another": (
        lambda source: source.put(
            "SHA256SUMS", Key.generate().clearsigned(listing(IMAGE))
        ),
        "which is not in ",
    ),
    "tampered-with": (
        lambda source: source.put(
            "SHA256SUMS",
            SIGNED.replace(listing(IMAGE).encode(), listing(OTHER).encode()),
        ),
        "it does not match",
    ),
}


@pytest.mark.parametrize(("publish_list", "says"), UNPROVEN.values(), ids=UNPROVEN)
def test_list_that_the_keyring_does_not_prove_is_refused(
    publish_list: Unproven,
    says: str,
    cloud: Cloud,
    member: Account,
    source: Source,
    keyring: str,
) -> None:
    url = source.put("disk.img", IMAGE)
    publish_list(source)
    options = ["--keyring", keyring, "--allow-unverified"]

    outcome = import_url(member, url, *options)

    refused(cloud, member, outcome, says, "SHA256SUMS")


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        pytest.param([], 1, "is not a keyring", id="of-no-certificates"),
        pytest.param(
            ["--checksum", digest_of(IMAGE)],
            WRONG_USAGE,
            "--keyring verifies",
            id="for-a-digest",
        ),
    ],
)
def test_keyring_that_is_none_is_refused_before_the_source_is_asked(
    options: list[str],
    status: int,
    says: str,
    cloud: Cloud,
    member: Account,
    source: Source,
    tmp_path: Path,
) -> None:
    url = source.put("disk.img", IMAGE)
    ring = tmp_path / "ring"
    ring.write_text("not a certificate\n")

    outcome = import_url(member, url, "--keyring", str(ring), *options)

    refused(cloud, member, outcome, says, status=status)
    assert source.requests("disk.img") == []

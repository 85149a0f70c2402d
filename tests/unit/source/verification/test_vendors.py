# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a URL tells: whose image it is, and where its digests are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.verification.vendors import (
    TABLE,
    architecture_in,
    properties_from_url,
    published_lists,
    vendor_of,
)
from tests.cloud.vendors import LAYOUTS, Layout

HOST = "https://mirror.example"
VENDORS = [pytest.param(layout, id=layout.vendor) for layout in LAYOUTS]


def beside(url: str) -> list[str]:
    """The lists of *url*, by their paths within its folder."""
    folder = url.rpartition("/")[0] + "/"
    return [where.url.removeprefix(folder) for where in published_lists(url)]


def test_twelve_vendors_are_known() -> None:
    assert [vendor.name for vendor in TABLE] == [layout.vendor for layout in LAYOUTS]
    assert len(TABLE) == 12


@pytest.mark.parametrize("layout", VENDORS)
def test_an_image_on_a_mirror_tells_its_vendor_and_what_it_is(layout: Layout) -> None:
    url = f"{HOST}/pub/{layout.path}"

    vendor = vendor_of(url)

    assert vendor is not None
    assert vendor.name == layout.vendor
    assert properties_from_url(url) == layout.told


@pytest.mark.parametrize("layout", VENDORS)
def test_the_vendors_own_lists_are_looked_at_first(layout: Layout) -> None:
    found = beside(f"{HOST}/{layout.path}")

    published = {one.name.format(file=layout.file) for one in layout.listings}
    vendor = vendor_of(layout.path)
    assert vendor is not None
    assert not published.isdisjoint(found[: len(vendor.lists)])
    assert len(found) <= 10


TOLD = {
    "ubuntu-24.04-minimal-cloudimg-arm64.img": ("ubuntu", "24.04", "aarch64"),
    "jammy-server-cloudimg-riscv64-root.tar.xz": ("ubuntu", "22.04", "riscv64"),
    "zesty-server-cloudimg-amd64.img": ("ubuntu", None, "x86_64"),
    "debian-12-generic-arm64-20260901-1.qcow2": ("debian", "12", "aarch64"),
    "debian-13-backports-generic-ppc64el.raw": ("debian", "13", "ppc64le"),
    "debian-10.13.2-openstack-amd64.qcow2": ("debian", "10", "x86_64"),
    "debian-sid-generic-amd64-daily.qcow2": ("debian", None, "x86_64"),
    "Fedora-Cloud-Base-Generic.x86_64-40-1.14.qcow2": ("fedora", "40", "x86_64"),
    "Fedora-Cloud-Base-39-1.5.aarch64.raw.xz": ("fedora", "39", "aarch64"),
    "Fedora-Server-KVM-41-1.4.x86_64.qcow2": ("fedora", "41", "x86_64"),
    "CentOS-Stream-GenericCloud-x86_64-10-20241118.0.x86_64.qcow2": (
        *("centos", "10", "x86_64"),
    ),
    "Rocky-10-GenericCloud-LVM-10.2-20260526.0.aarch64.qcow2": (
        *("rocky", "10", "aarch64"),
    ),
    "AlmaLinux-10-GenericCloud-ext4-10.2-20260526.0.s390x.qcow2": (
        *("almalinux", "10", "s390x"),
    ),
    "Leap-16.0-Minimal-VM.aarch64-Cloud-Build18.7.qcow2": (
        *("opensuse", "16.0", "aarch64"),
    ),
    "openSUSE-Tumbleweed-Minimal-VM.x86_64-Cloud.qcow2": ("opensuse", None, "x86_64"),
    "openSUSE-MicroOS.x86_64-OpenStack-Cloud.qcow2": ("opensuse", None, "x86_64"),
    "Arch-Linux-x86_64-basic-20261115.1.qcow2": ("arch", None, "x86_64"),
    "arm64-usr/current/flatcar_production_openstack_image.img.bz2": (
        *("flatcar", None, "aarch64"),
    ),
    "flatcar_production_openstack_image.img": ("flatcar", None, None),
    "FreeBSD-14.1-RELEASE-arm64-aarch64-BASIC-CLOUDINIT.qcow2.xz": (
        *("freebsd", "14.1", "aarch64"),
    ),
    "v1.11.0-alpha.1/nocloud-arm64.raw.zst": ("talos", "1.11.0-alpha.1", "aarch64"),
}


@pytest.mark.parametrize(("name", "told"), TOLD.items(), ids=TOLD)
def test_a_name_tells_distribution_version_and_architecture(
    name: str, told: tuple[str | None, ...]
) -> None:
    properties = properties_from_url(f"{HOST}/images/{name}")

    keys = ("os_distro", "os_version", "architecture")
    assert tuple(properties.get(key) for key in keys) == told


@pytest.mark.parametrize(
    "name",
    [
        "disk.img",
        "my-ubuntu-24.04-server-cloudimg-amd64.img",
        "debian-12.iso",
        "Rocky-9-GenericCloud.qcow2",
        "openstack-amd64.raw.xz",
        "noble-server-cloudimg-amd64.img/",
        "",
    ],
)
def test_an_image_of_somebody_else_tells_nothing(name: str) -> None:
    assert properties_from_url(f"{HOST}/ubuntu/{name}") == {}
    assert vendor_of(f"{HOST}/ubuntu/{name}") is None


def test_F125_an_unknown_image_has_few_lists_to_look_at() -> None:
    anybodys = ["SHA512SUMS", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"]

    assert beside(f"{HOST}/a/disk.img") == [
        "disk.img.sha512",
        "disk.img.sha256",
        "disk.img.sha256sum",
        "disk.img.CHECKSUM",
        *anybodys,
    ]
    assert beside(f"{HOST}/a/") == anybodys


def test_a_beta_of_fedora_has_a_list_of_its_own() -> None:
    found = beside(f"{HOST}/Fedora-Cloud-Base-Generic-44_Beta-1.2.x86_64.qcow2")

    assert found[0] == "Fedora-Cloud-44_Beta-1.2-x86_64-CHECKSUM"


def test_a_list_keeps_the_user_of_the_url_and_drops_its_query() -> None:
    url = "https://joe:pw@h.example:8443/a%20b/my%20disk.img?sig=S3cret#part"

    lists = published_lists(url)

    assert lists[0].url == "https://joe:pw@h.example:8443/a%20b/my%20disk.img.sha512"
    assert not any("S3cret" in where.url for where in lists)


def test_signatures_are_behind_the_lists_name() -> None:
    [ubuntu, *_] = published_lists(f"{HOST}/noble-server-cloudimg-amd64.img")
    [fedora, *_] = published_lists(f"{HOST}/Fedora-Cloud-Base-39-1.5.x86_64.qcow2")
    [unknown, *_] = published_lists(f"{HOST}/disk.img")

    assert ubuntu.signatures == (f"{HOST}/SHA256SUMS.gpg",)
    assert fedora.signatures == ()
    assert [url.removeprefix(unknown.url) for url in unknown.signatures] == [
        *(".asc", ".gpg", ".sig", ".sign"),
    ]


@given(st.text(st.characters(exclude_characters="\\"), max_size=60))
def test_any_path_has_lists_and_no_surprise(path: str) -> None:
    url = f"{HOST}/{path}"
    try:
        lists = published_lists(url)
    except ValueError:
        # As of any other URL that can't be split: the command line refused it
        return

    assert 3 <= len(lists) <= 8
    assert all(where.url.startswith(f"{HOST}/") for where in lists)


WORDS = {
    "https://x/debian-13-genericcloud-arm64.qcow2?a=b": "aarch64",
    "https://x/Fedora-Cloud.x86_64-40.raw.xz": "x86_64",
    "Ubuntu 20.04 AMD64": "x86_64",
    "https://x/arm64/golden.img": None,
    "x86_64-and-arm64": None,
    "farm64x": None,
    "": None,
}


@pytest.mark.parametrize(("text", "architecture"), WORDS.items(), ids=WORDS)
def test_F121_a_file_name_tells_one_architecture_or_none(text, architecture):
    assert architecture_in(text) == architecture

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The folders of twelve vendors in miniature: paths, lists and signatures as theirs.

As they were in 2026. Where a vendor publishes no signature beside its images, there
is none here; Rocky Linux's is the one that hasn't been seen.
"""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.cloud.vendors.listings import (
    INLINE,
    Listing,
    Signed,
    bsd,
    gnu,
    headed,
)


def as_it_is(image: bytes) -> bytes:
    """The image, not packed."""
    return image


@cache
def by_gzip(image: bytes) -> bytes:
    """The image in a ``.gz``."""
    return gzip.compress(image, 1, mtime=0)


@cache
def by_xz(image: bytes) -> bytes:
    """The image in a ``.xz``."""
    return lzma.compress(image, preset=0)


@dataclass(frozen=True)
class Layout:
    """One vendor's folder, with one image that matters."""

    vendor: str
    path: str
    """Of the image, below the host."""
    listings: tuple[Listing, ...]
    how: str
    """The value of ``lifecycle_verified`` without a keyring."""
    told: Mapping[str, str]
    """The properties that the URL tells."""
    packed: Callable[[bytes], bytes] = as_it_is
    is_qcow2: bool = True
    others: tuple[str, ...] = ()
    """Files beside the image, which the lists name too."""
    store: str = ""
    """A path that the image's URL redirects to, if it does."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """That the image is served with."""

    @property
    def folder(self) -> str:
        """The image's, with a slash behind it."""
        return self.path.rpartition("/")[0] + "/"

    @property
    def file(self) -> str:
        """The image's name."""
        return self.path.rpartition("/")[2]

    @property
    def is_signed(self) -> bool:
        """Whether any of its lists is."""
        return any(listing.signed for listing in self.listings)


def _told(
    distro: str, version: str = "", architecture: str = "x86_64"
) -> dict[str, str]:
    told = {"os_distro": distro, "architecture": architecture}
    return {**told, "os_version": version} if version else told


_CENTOS = "CentOS-Stream-GenericCloud-9-{}.x86_64.qcow2"
_ROCKY = "Rocky-9-GenericCloud-Base{}.x86_64.qcow2"
_ALMA = "AlmaLinux-9-GenericCloud-{}.x86_64.qcow2"

LAYOUTS = (
    Layout(
        "Ubuntu",
        "noble/current/noble-server-cloudimg-amd64.img",
        (
            Listing("SHA256SUMS", gnu("sha256", " *"), (Signed(".gpg"),)),
            Listing("MD5SUMS", gnu("md5", " *"), (Signed(".gpg"),)),
        ),
        "sha256",
        _told("ubuntu", "24.04"),
        others=(
            "noble-server-cloudimg-amd64.manifest",
            "noble-server-cloudimg-arm64.img",
        ),
    ),
    Layout(
        "Debian",
        "images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2",
        (Listing("SHA512SUMS", gnu("sha512")),),
        "sha512",
        _told("debian", "13"),
        others=("debian-13-genericcloud-amd64.json", "debian-13-nocloud-amd64.qcow2"),
    ),
    Layout(
        "Fedora",
        "releases/44/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2",
        (
            Listing(
                "Fedora-Cloud-44-1.7-x86_64-CHECKSUM",
                bsd("sha256", tells_sizes=True),
                (INLINE,),
            ),
        ),
        "sha256",
        _told("fedora", "44"),
        others=("Fedora-Cloud-Base-UEFI-UKI-44-1.7.x86_64.qcow2",),
    ),
    Layout(
        "CentOS Stream",
        f"centos/9-stream/x86_64/images/{_CENTOS.format('latest')}",
        (
            Listing("{file}.SHA256SUM", bsd("sha256", True), is_of_all=False),
            Listing("{file}.MD5SUM", bsd("md5", True), is_of_all=False),
            Listing("CHECKSUM", bsd("sha256", tells_sizes=True), (Signed(".asc"),)),
        ),
        "sha256",
        _told("centos", "9"),
        others=(_CENTOS.format("20260526.0"), _CENTOS.format("20260302.0")),
    ),
    Layout(
        "Rocky Linux",
        f"pub/rocky/9/images/x86_64/{_ROCKY.format('.latest')}",
        (
            Listing("{file}.CHECKSUM", bsd("sha256", True), is_of_all=False),
            Listing("CHECKSUM", bsd("sha256", tells_sizes=True), (Signed(".asc"),)),
        ),
        "sha256",
        _told("rocky", "9"),
        others=(_ROCKY.format("-9.8-20260525.0"),),
    ),
    Layout(
        "AlmaLinux",
        f"almalinux/9/cloud/x86_64/images/{_ALMA.format('latest')}",
        (Listing("CHECKSUM", gnu("sha256"), (Signed(".asc"),)),),
        "sha256",
        _told("almalinux", "9"),
        others=(_ALMA.format("9.8-20260526"), _ALMA.format("ext4-latest")),
    ),
    Layout(
        # Its build service signs in the form of version 3.
        "openSUSE",
        "distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud"
        ".qcow2",
        (
            Listing(
                "{file}.sha256",
                gnu("sha256", " "),
                (Signed(".asc", version=3),),
                is_of_all=False,
            ),
        ),
        "sha256",
        _told("opensuse", "15.6"),
    ),
    Layout(
        "Arch Linux",
        "images/latest/Arch-Linux-x86_64-cloudimg.qcow2",
        (
            Listing(
                "{file}.SHA256",
                gnu("sha256"),
                (Signed(".sig", binary=True),),
                is_of_all=False,
            ),
        ),
        "sha256",
        _told("arch"),
    ),
    Layout(
        "Flatcar",
        "amd64-usr/4593.2.4/flatcar_production_openstack_image.img.gz",
        (
            Listing(
                "{file}.DIGESTS",
                headed("md5", "sha1", "sha512"),
                (Signed(".asc", clear=True), Signed(".sig", binary=True)),
                is_of_all=False,
            ),
        ),
        "sha512",
        _told("flatcar", "4593.2.4"),
        packed=by_gzip,
    ),
    Layout(
        "FreeBSD",
        "releases/VM-IMAGES/15.0-RELEASE/amd64/Latest/"
        "FreeBSD-15.0-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz",
        (
            Listing("CHECKSUM.SHA256", bsd("sha256")),
            Listing("CHECKSUM.SHA512", bsd("sha512")),
        ),
        "sha512",
        _told("freebsd", "15.0"),
        packed=by_xz,
        others=("FreeBSD-15.0-RELEASE-amd64-BASIC-CLOUDINIT-zfs.qcow2.xz",),
    ),
    Layout(
        "CirrOS",
        "0.6.2/cirros-0.6.2-x86_64-disk.img",
        (Listing("MD5SUMS", gnu("md5")),),
        "none",
        _told("cirros", "0.6.2"),
        others=("cirros-0.6.2-aarch64-disk.img",),
    ),
    Layout(
        # GitHub's releases: the file is in a store of objects.
        "Talos",
        "siderolabs/talos/releases/download/v1.7.6/openstack-amd64.raw.xz",
        (
            Listing("sha256sum.txt", gnu("sha256")),
            Listing("sha512sum.txt", gnu("sha512")),
        ),
        "sha512",
        _told("talos", "1.7.6"),
        packed=by_xz,
        is_qcow2=False,
        others=("openstack-arm64.raw.xz",),
        store="github-production-release-asset/7d2c",
        headers={"Content-Disposition": "attachment; filename=openstack-amd64.raw.xz"},
    ),
)

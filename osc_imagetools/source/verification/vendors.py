# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an image's URL tells: whose it is, and where its digests are published.

A vendor is known by the shape of its file names, not by its host, so mirrors work.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

_ARCHITECTURES = {
    "amd64": "x86_64",
    "x86_64": "x86_64",
    "arm64": "aarch64",
    "aarch64": "aarch64",
    "ppc64el": "ppc64le",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
"""Vendors' names, and the value of Glance's property ``architecture``."""

_WORDS = re.compile(
    rf"(?<![a-z0-9])({'|'.join(_ARCHITECTURES)})(?![a-z0-9])", re.IGNORECASE
)

_ARCH = rf"(?P<arch>{'|'.join(_ARCHITECTURES)})"

_UBUNTU_VERSIONS = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "kinetic": "22.10",
    "lunar": "23.04",
    "mantic": "23.10",
    "noble": "24.04",
    "oracular": "24.10",
    "plucky": "25.04",
    "questing": "25.10",
    "resolute": "26.04",
}
"""By code name; of one that isn't here, no version is told."""


@dataclass(frozen=True)
class PublishedList:
    """Where a list of digests may be."""

    url: str
    signatures: tuple[str, ...] = ()
    """URLs where its signature may be, if it isn't in the list itself."""


@dataclass(frozen=True)
class Vendor:
    """One vendor's habits."""

    name: str
    distro: str
    """The short ID that libosinfo has for it: Glance's property ``os_distro``."""
    shapes: tuple[str, ...]
    """Of a path's end; groups: ``version`` or ``codename``, ``arch``, and others."""
    lists: tuple[str, ...]
    """Names beside the image, the strongest first. ``{file}`` is the image's own."""
    signatures: tuple[str, ...] = ()
    """Behind the list's name."""

    def match(self, path: str) -> re.Match[str] | None:
        """How *path* is one of this vendor's, if it is."""
        matches = (re.search(rf"(?:^|/){shape}$", path) for shape in self.shapes)
        return next(filter(None, matches), None)


TABLE = (
    Vendor(
        "Ubuntu",
        "ubuntu",
        (
            rf"ubuntu-(?P<version>\d\d\.\d\d)-(?:server|minimal)-cloudimg-{_ARCH}[-.][^/]+",
            rf"(?P<codename>[a-z]+)-(?:server|minimal)-cloudimg-{_ARCH}[-.][^/]+",
        ),
        ("SHA256SUMS",),
        (".gpg",),
    ),
    Vendor(
        # Without a signature on cloud.debian.org; cdimage.debian.org signs.
        "Debian",
        "debian",
        (rf"debian-(?:(?P<version>\d+)|sid)(?:\.\d+)*-[a-z0-9-]+-{_ARCH}[-.][^/]+",),
        ("SHA512SUMS", "SHA256SUMS"),
        (".sign",),
    ),
    Vendor(
        # Its lists are clearsigned.
        "Fedora",
        "fedora",
        (
            r"Fedora-(?P<variant>Cloud|Server)-[\w-]+?-(?P<version>\d+)(?P<beta>_Beta)?"
            rf"-(?P<compose>\d+(?:\.\d+)+)\.{_ARCH}\.[^/]+",
            rf"Fedora-(?P<variant>Cloud|Server)-[\w-]+?\.{_ARCH}-(?P<version>\d+)"
            r"(?P<beta>_Beta)?-(?P<compose>\d+(?:\.\d+)+)\.[a-z][^/]+",
        ),
        ("Fedora-{variant}-{version}{beta}-{compose}-{arch}-CHECKSUM",),
    ),
    Vendor(
        "CentOS Stream",
        "centos",
        (rf"CentOS-Stream-[\w-]+?-(?P<version>\d+)-[\w.]+\.{_ARCH}\.[^/]+",),
        ("{file}.SHA256SUM", "CHECKSUM"),
        (".asc",),
    ),
    Vendor(
        "Rocky Linux",
        "rocky",
        (rf"Rocky-(?P<version>\d+)-[\w.-]+\.{_ARCH}\.[^/]+",),
        ("{file}.CHECKSUM", "CHECKSUM"),
        (".asc", ".sig"),
    ),
    Vendor(
        "AlmaLinux",
        "almalinux",
        (rf"AlmaLinux-(?P<version>\d+)-[\w.-]+\.{_ARCH}\.[^/]+",),
        ("CHECKSUM",),
        (".asc",),
    ),
    Vendor(
        "openSUSE",
        "opensuse",
        (
            rf"(?:openSUSE-)?Leap-(?P<version>\d+\.\d+)-[\w-]+\.{_ARCH}-[^/]+",
            rf"openSUSE-(?:Tumbleweed|MicroOS|Leap-Micro)[\w-]*\.{_ARCH}-[^/]+",
        ),
        ("{file}.sha256",),
        (".asc",),
    ),
    Vendor(
        "Arch Linux",
        "arch",
        (rf"Arch-Linux-{_ARCH}-(?:cloudimg|basic)[-.][^/]+",),
        ("{file}.SHA256",),
        (".sig",),
    ),
    Vendor(
        # ".DIGESTS.asc" is the list once more, clearsigned.
        "Flatcar",
        "flatcar",
        (
            rf"{_ARCH}-usr/(?:(?P<version>\d+\.\d+\.\d+)|[\w-]+)"
            r"/flatcar_production_\w+\.[^/]+",
            r"flatcar_production_\w+\.[^/]+",
        ),
        ("{file}.DIGESTS",),
        (".asc", ".sig"),
    ),
    Vendor(
        # Its signed lists are on its web site, not beside the images.
        "FreeBSD",
        "freebsd",
        (
            rf"FreeBSD-(?P<version>\d+\.\d+)-[A-Z]+[\d.]*-(?:arm64-|riscv-)?{_ARCH}[-.][^/]+",
        ),
        ("CHECKSUM.SHA512", "CHECKSUM.SHA256"),
        (".asc",),
    ),
    Vendor(
        # No more than MD5 beside most of its versions.
        "CirrOS",
        "cirros",
        (rf"cirros-(?P<version>\d+\.\d+\.\d+)-{_ARCH}-\w+\.[^/]+",),
        ("SHA256SUMS", "MD5SUMS"),
        (".gpg", ".asc"),
    ),
    Vendor(
        "Talos",
        "talos",
        (
            r"v(?P<version>\d+\.\d+\.\d+(?:-[\w.]+)?)"
            rf"/(?:openstack|nocloud|metal)-{_ARCH}\.[^/]+",
        ),
        ("sha512sum.txt", "sha256sum.txt"),
    ),
)
"""Twelve vendors whose lists are found by themselves."""

_ANYBODYS_LISTS = (
    *("{file}.sha512", "{file}.sha256", "{file}.sha256sum", "{file}.CHECKSUM"),
    *("SHA512SUMS", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"),
)
SIGNATURE_SUFFIXES = (".asc", ".gpg", ".sig", ".sign")
"""Behind a list's name: the usual places of a detached signature."""


def vendor_of(url: str) -> Vendor | None:
    """Whose image *url* is, by the shape of its path."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
    return next((vendor for vendor in TABLE if vendor.match(path)), None)


def published_lists(url: str) -> tuple[PublishedList, ...]:
    """Where the digest of the image at *url* may be, in the order to look there.

    First as its vendor does it, then as others do. User and password of *url* are
    kept, its query is not: that belongs to the one file.
    """
    lists: dict[str, PublishedList] = {}
    for name, signatures in _names(url):
        found = published_list(_beside(url, name), signatures)
        lists.setdefault(found.url, found)
    return tuple(lists.values())


def published_list(
    url: str, signatures: tuple[str, ...] = SIGNATURE_SUFFIXES
) -> PublishedList:
    """The list at *url*, whose signature may be behind one of these suffixes."""
    parts = urllib.parse.urlsplit(url)
    return PublishedList(
        url,
        tuple(
            urllib.parse.urlunsplit(parts._replace(path=parts.path + suffix))
            for suffix in signatures
        ),
    )


def properties_from_url(url: str) -> dict[str, str]:
    """The properties ``os_distro``, ``os_version``, ``architecture`` that *url* tells.

    Only what it tells beyond doubt; nothing at all of an image of somebody else.
    """
    path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
    vendor = vendor_of(url)
    match = vendor.match(path) if vendor else None
    if vendor is None or match is None:
        return {}
    told = match.groupdict()
    version = told.get("version") or _UBUNTU_VERSIONS.get(told.get("codename") or "")
    properties = {
        "os_distro": vendor.distro,
        "os_version": version,
        "architecture": _ARCHITECTURES.get(told.get("arch") or ""),
    }
    return {name: value for name, value in properties.items() if value}


def architecture_in(text: str) -> str | None:
    """The one architecture that a file's or an image's name tells, in Glance's words.

    ``None`` where it tells none, or several.
    """
    file = urllib.parse.unquote(urllib.parse.urlsplit(text).path).rpartition("/")[2]
    found = {_ARCHITECTURES[word.lower()] for word in _WORDS.findall(file)}
    return found.pop() if len(found) == 1 else None


def _names(url: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of lists, as they stand in a URL, and suffixes of their signatures."""
    path = urllib.parse.urlsplit(url).path
    file = path.rpartition("/")[2]
    vendor = vendor_of(url)
    match = vendor.match(urllib.parse.unquote(path)) if vendor else None
    if vendor and match:
        told = {key: value or "" for key, value in match.groupdict().items()}
        for name in vendor.lists:
            yield name.format(file=file, **told), vendor.signatures
    for name in _ANYBODYS_LISTS:
        if file or "{file}" not in name:
            yield name.format(file=file), SIGNATURE_SUFFIXES


def _beside(url: str, name: str) -> str:
    parts = urllib.parse.urlsplit(url)
    folder = parts.path.rpartition("/")[0]
    return urllib.parse.urlunsplit(
        (parts.scheme, parts.netloc, f"{folder}/{name}", "", "")
    )

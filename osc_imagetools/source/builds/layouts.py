# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where vendors put their builds, by short names: ``debian/13``. Data, not code.

As they were in 2026. A vendor that keeps its newest build of a release under one URL,
and names no older ones beside it, has an URL without placeholders here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from osc_imagetools.i18n import _

_X86 = "x86_64"
_DEBIANS = {_X86: "amd64", "aarch64": "arm64"}
_UBUNTUS = {**_DEBIANS, "ppc64le": "ppc64el", "riscv64": "riscv64", "s390x": "s390x"}
_RED_HATS = {name: name for name in (_X86, "aarch64", "ppc64le", "s390x")}
_BOTH = {name: name for name in (_X86, "aarch64")}
"""A vendor's name of an architecture, by Glance's."""


@dataclass(frozen=True)
class Layout:
    """One vendor's: in name and URL, ``<release>`` is what a user writes there."""

    name: str
    url: str
    """With ``<architecture>``, ``<codename>``, ``{version}``, ``{date}``."""
    architectures: Mapping[str, str]
    """The vendor's name of each, by Glance's."""
    releases: str = r"[0-9]{1,4}"
    """Which there can be: a regular expression."""
    codenames: Mapping[str, str] = field(default_factory=dict)
    """By release; then no other release is known."""
    example: str = ""
    """A release that there is."""

    @property
    def shown(self) -> str:
        """Its name with a release that there is."""
        return self.name.replace("<release>", self.example)

    def release_of(self, name: str) -> str | None:
        """The release in *name*, if that is one of this layout; it may be empty."""
        before, _, after = self.name.partition("<release>")
        if not after and before == self.name:
            return "" if name == self.name else None
        match = re.fullmatch(f"{re.escape(before)}({self.releases})", name)
        if match is None or (self.codenames and match[1] not in self.codenames):
            return None
        return match[1]

    def url_of(self, release: str, architecture: str) -> str:
        """The URL of a build; `KeyError` for an architecture that isn't there."""
        told = {
            "<release>": release,
            "<architecture>": self.architectures[architecture],
            "<codename>": self.codenames.get(release, ""),
        }
        url = self.url
        for name, text in told.items():
            url = url.replace(name, text)
        return url


TABLE = (
    Layout(
        "ubuntu/<release>",
        "https://cloud-images.ubuntu.com/releases/<release>/release-{date}"
        "/ubuntu-<release>-server-cloudimg-<architecture>.img",
        _UBUNTUS,
        r"[0-9]{2}\.[0-9]{2}",
        example="24.04",
    ),
    Layout(
        "ubuntu-minimal/<release>",
        "https://cloud-images.ubuntu.com/minimal/releases/<release>/release-{date}"
        "/ubuntu-<release>-minimal-cloudimg-<architecture>.img",
        _DEBIANS,
        r"[0-9]{2}\.[0-9]{2}",
        example="24.04",
    ),
    Layout(
        "debian/<release>",
        "https://cloud.debian.org/images/cloud/<codename>/{date}"
        "/debian-<release>-genericcloud-<architecture>-{date}.qcow2",
        _DEBIANS,
        codenames={"11": "bullseye", "12": "bookworm", "13": "trixie"},
        example="13",
    ),
    Layout(
        "fedora/<release>",
        "https://download.fedoraproject.org/pub/fedora/linux/releases/<release>/Cloud"
        "/<architecture>/images"
        "/Fedora-Cloud-Base-Generic-{version}.<architecture>.qcow2",
        _BOTH,
        example="44",
    ),
    Layout(
        "rocky/<release>",
        "https://dl.rockylinux.org/pub/rocky/<release>/images/<architecture>"
        "/Rocky-<release>-GenericCloud-Base-{version}-{date}.<architecture>.qcow2",
        _RED_HATS,
        example="9",
    ),
    Layout(
        "almalinux/<release>",
        "https://repo.almalinux.org/almalinux/<release>/cloud/<architecture>/images"
        "/AlmaLinux-<release>-GenericCloud-{version}-{date}.<architecture>.qcow2",
        _RED_HATS,
        example="9",
    ),
    Layout(
        "centos-stream/<release>",
        "https://cloud.centos.org/centos/<release>-stream/<architecture>/images"
        "/CentOS-Stream-GenericCloud-<release>-{date}.<architecture>.qcow2",
        _RED_HATS,
        example="9",
    ),
    Layout(
        "opensuse/leap-<release>",
        "https://download.opensuse.org/distribution/leap/<release>/appliances"
        "/openSUSE-Leap-<release>-Minimal-VM.<architecture>-Cloud.qcow2",
        _BOTH,
        r"15\.[0-9]",
        example="15.6",
    ),
    Layout(
        "opensuse/leap-<release>",
        "https://download.opensuse.org/distribution/leap/<release>/appliances"
        "/Leap-<release>-Minimal-VM.<architecture>-Cloud.qcow2",
        _BOTH,
        r"1[6-9]\.[0-9]",
        example="16.0",
    ),
    Layout(
        "arch",
        "https://geo.mirror.pkgbuild.com/images/v{date}"
        "/Arch-Linux-<architecture>-cloudimg-{date}.qcow2",
        {_X86: _X86},
    ),
    Layout(
        "flatcar/<release>",
        "https://<release>.release.flatcar-linux.net/<architecture>-usr/{version}"
        "/flatcar_production_openstack_image.img.gz",
        _DEBIANS,
        "stable|beta|alpha|lts",
        example="stable",
    ),
    Layout(
        "freebsd/<release>",
        "https://download.freebsd.org/releases/VM-IMAGES/<release>-RELEASE"
        "/<architecture>/Latest"
        "/FreeBSD-<release>-RELEASE-<architecture>-BASIC-CLOUDINIT-ufs.qcow2.xz",
        {_X86: "amd64"},
        r"[0-9]{2}\.[0-9]",
        example="15.0",
    ),
    Layout(
        "cirros",
        "https://download.cirros-cloud.net/{version}"
        "/cirros-{version}-<architecture>-disk.img",
        {**_BOTH, "ppc64le": "ppc64le"},
    ),
)
"""The layouts that a user can name."""

DEFAULT_ARCHITECTURE = _X86


def layout_named(name: str) -> tuple[Layout, str]:
    """The layout that *name* is of, and the release in it.

    Raises `ValueError` with a message for who typed it.
    """
    for layout in TABLE:
        release = layout.release_of(name)
        if release is not None:
            return layout, release
    known = [layout.shown for layout in TABLE]
    near = get_close_matches(name[:60], known, 1)
    if near:
        meant = _("did you mean '%s'?") % near[0]
    else:
        meant = _("known: %s") % ", ".join(known)
    raise ValueError(
        _(
            "'%(name)s' is neither a layout nor a URL with {version} or {date}; "
            "%(meant)s"
        )
        % {"name": name[:60], "meant": meant}
    )


def known_names() -> Iterator[str]:
    """Of each layout its name as the documentation writes it, once."""
    yield from dict.fromkeys(layout.name for layout in TABLE)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a person says of where builds are, and what is recorded of it."""

from __future__ import annotations

import re

import pytest

from osc_imagetools.source.builds.build_source import BuildSource, Stream
from osc_imagetools.source.builds.layouts import TABLE, known_names, layout_named
from osc_imagetools.source.builds.pattern import UrlPattern
from osc_imagetools.source.verification.vendors import properties_from_url, vendor_of

SHOWN = [pytest.param(layout, id=layout.shown) for layout in TABLE]
VERSIONS = {"fedora/<release>": "44-1.2"}


@pytest.mark.parametrize("layout", SHOWN)
def test_layout_leads_to_a_file_whose_vendor_is_known(layout):
    filled = {"date": "20260301", "version": VERSIONS.get(layout.name, "1.2.3")}
    for architecture in layout.architectures:
        text = BuildSource.parse(layout.shown).url(architecture)
        url = UrlPattern.parse(text).url(filled) if "{" in text else text

        assert "<" not in url
        assert "{" not in url
        assert vendor_of(url)
        assert properties_from_url(url)["architecture"] == architecture


@pytest.mark.parametrize(
    ("name", "url"),
    [
        (
            "ubuntu/24.04",
            "https://cloud-images.ubuntu.com/releases/24.04/release-{date}"
            "/ubuntu-24.04-server-cloudimg-amd64.img",
        ),
        (
            "debian/13",
            "https://cloud.debian.org/images/cloud/trixie/{date}"
            "/debian-13-genericcloud-amd64-{date}.qcow2",
        ),
        (
            "rocky/10",
            "https://dl.rockylinux.org/pub/rocky/10/images/x86_64"
            "/Rocky-10-GenericCloud-Base-{version}-{date}.x86_64.qcow2",
        ),
        (
            "opensuse/leap-16.0",
            "https://download.opensuse.org/distribution/leap/16.0/appliances"
            "/Leap-16.0-Minimal-VM.x86_64-Cloud.qcow2",
        ),
        (
            "arch",
            "https://geo.mirror.pkgbuild.com/images/v{date}"
            "/Arch-Linux-x86_64-cloudimg-{date}.qcow2",
        ),
        (
            "flatcar/beta",
            "https://beta.release.flatcar-linux.net/amd64-usr/{version}"
            "/flatcar_production_openstack_image.img.gz",
        ),
    ],
)
def test_name_of_a_layout_is_a_url(name, url):
    assert BuildSource.parse(name).url() == url


def test_names_are_told_once_each():
    assert len({*known_names()}) == len([*known_names()]) == len(TABLE) - 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("debain/13", "did you mean 'debian/13'"),
        ("debian/3", "did you mean 'debian/13'"),
        ("debian/", "did you mean"),
        ("ubuntu", "known|did you mean"),
        ("ubuntu/24.04/x", "did you mean"),
        ("flatcar/stable.evil.example", "did you mean 'flatcar/stable'"),
        ("zzz", "known: ubuntu/24.04, "),
        ("cirros/", "did you mean 'cirros'"),
        ("", "one word"),
        ("a b", "one word"),
        ("debian/13\n", "printable"),
        ("d\u00e9bian/13", "ASCII"),
        ("x" * 5000, "at most"),
        ("file:///{date}/x.img", "http"),
        ("ftp://h/{date}", "http"),
        ("https://h:x/{date}", "port"),
        ("https://h/x.img", "use --url"),
        ("simplestreams:https://h/index.json", "#<product>"),
        ("simplestreams:ftp://h/index.json#p", "http"),
        ("simplestreams:#p", "http"),
    ],
)
def test_what_cannot_be_meant_is_said(name, why):
    with pytest.raises(ValueError, match=why):
        BuildSource.parse(name)


def test_what_a_vendor_does_not_build_for_is_said():
    with pytest.raises(ValueError, match=re.escape("'s390x', but for x86_64")):
        BuildSource.parse("arch").url("s390x")


@pytest.mark.parametrize(
    ("text", "index", "public"),
    [
        ("debian/13", "", "debian/13"),
        (
            "https://joe:S3cret@h/{date}/x.img?sig=S3cret",
            "https://joe:S3cret@h/list?sig=S3cret",
            "https://h/{date}/x.img https://h/list",
        ),
        (
            "simplestreams:https://joe:S3cret@h/streams/v1/index.json?S3cret#a:b/disk.img",
            "",
            "simplestreams:https://h/streams/v1/index.json#a:b/disk.img",
        ),
    ],
)
def test_what_is_recorded_has_no_credentials_and_means_the_same(text, index, public):
    said = BuildSource.parse(text, index)

    assert said.public == public
    assert BuildSource.recorded(public).public == public


@pytest.mark.parametrize("text", ["", " ", "debian/13 file:///x", "a b c", "\u202e"])
def test_what_is_recorded_by_hand_is_checked_too(text):
    with pytest.raises(ValueError, match=r"."):
        BuildSource.recorded(text)


def test_stream_has_a_product_and_perhaps_a_file():
    of = "simplestreams:https://h/index.json#com.ubuntu.cloud:server:24.04:amd64"

    assert BuildSource.parse(of).stream == Stream(
        "https://h/index.json", "com.ubuntu.cloud:server:24.04:amd64"
    )
    assert BuildSource.parse(f"{of}/disk1.img").stream.item == "disk1.img"


def test_layout_that_is_known_by_code_names_has_no_others():
    assert layout_named("debian/12")[1] == "12"
    with pytest.raises(ValueError, match="neither a layout"):
        layout_named("debian/99")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build of each named layout, in a listing as the vendor's server gives it.

Only the host is another one. The snippets have what makes choosing hard there: links
that sort, older and newer neighbours, other flavours, checksum files, ``latest``.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass

import pytest

from osc_imagetools.source.access import Access
from osc_imagetools.source.builds import BuildSource, find_build
from osc_imagetools.source.builds.layouts import TABLE
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Page


@dataclass(frozen=True)
class Listing:
    """What a vendor's server shows, and what is the newest build then."""

    layout: str
    page: str
    newest: str
    """Its path below the folder that the page is of."""
    label: str
    is_in_folder: bool = False
    """Whether the page names folders, so that the file has to be asked for."""


UBUNTU = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Ubuntu 24.04 LTS</title></head><body>
<table><tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last</a></th></tr>
<tr><td><a href="/releases/">Parent Directory</a></td></tr>
<tr><td><img alt="[DIR]"></td><td><a href="release-20240423/">release-20240423/</a></td>
<td>2024-04-25 11:51</td></tr>
<tr><td><a href="release-20260705/">release-20260705/</a></td></tr>
<tr><td><a href="release-20251213/">release-20251213/</a></td></tr>
<tr><td><a href="release/">release/</a></td></tr></table></body></html>"""

DEBIAN = """<!DOCTYPE html><html><head><title>Index of /images/cloud/trixie</title>
</head><body><table id="indexlist"><tr><th><a href="?C=N&amp;O=D">Name</a></th></tr>
<tr><td><a href="/images/cloud/">Parent Directory</a></td></tr>
<tr><td><a href="20260712-2537/">20260712-2537/</a></td><td>2026-07-12 12:12</td></tr>
<tr><td><a href="20260712-999/">20260712-999/</a></td></tr>
<tr><td><a href="20250814-2204/">20250814-2204/</a></td></tr>
<tr><td><a href="daily/">daily/</a></td></tr><tr><td><a href="latest/">latest/</a></td>
</tr></table></body></html>"""

FEDORA = """<html><head><title>Index of /pub/fedora/44/Cloud</title></head><body><pre>
<a href="?C=N;O=D">Name</a> <a href="/pub/fedora/44/Cloud/x86_64/">Parent Directory</a>
<a href="Fedora-Cloud-44-1.10-x86_64-CHECKSUM">Fedora-Cloud-44-1.10-x86_64-CHE..&gt;</a>
<a href="Fedora-Cloud-Base-AmazonEC2-44-1.11.x86_64.raw.xz">Fedora-Cloud..&gt;</a>
<a href="Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2">Fedora-Cloud-Base..&gt;</a>
<a href="Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2">Fedora-Cloud-Base..&gt;</a>
<a href="Fedora-Cloud-Base-UEFI-UKI-44-1.12.x86_64.qcow2">Fedora-Cloud..&gt;</a>
</pre></body></html>"""

ROCKY = """<html>\r\n<head><title>Index of /pub/rocky/9/images/x86_64/</title></head>
<body>\r\n<h1>Index of /pub/rocky/9/</h1><hr><pre><a href="../">../</a>\r
<a href="CHECKSUM">CHECKSUM</a>          25-May-2026 18:32      30K\r
<a href="Rocky-9-Azure-Base-9.8-20260601.0.x86_64.vhd.xz">Rocky-9-Azure..&gt;</a>\r
<a href="Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2">Rocky-9..&gt;</a>\r
<a href="Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2.CHECKSUM">R..&gt;</a>\r
<a href="Rocky-9-GenericCloud-Base-9.7-20251120.0.x86_64.qcow2">Rocky-9..&gt;</a>\r
<a href="Rocky-9-GenericCloud-Base.latest.x86_64.qcow2">Rocky-9-Generic..&gt;</a>\r
<a href="Rocky-9-GenericCloud-LVM-9.8-20260526.0.x86_64.qcow2">Rocky-9..&gt;</a>\r
</pre><hr></body>\r\n</html>"""

ALMA = """<html><head><title>Index of /almalinux/9/cloud/</title></head><body><pre>
<a href="../">../</a>
<a href="AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2">AlmaLinux-9..&gt;</a>
<a href="AlmaLinux-9-GenericCloud-9.8-20260810.x86_64.qcow2">AlmaLinux-9..&gt;</a>
<a href="AlmaLinux-9-GenericCloud-ext4-9.8-20260901.x86_64.qcow2">AlmaLinux..&gt;</a>
<a href="AlmaLinux-9-GenericCloud-latest.x86_64.qcow2">AlmaLinux-9-Gener..&gt;</a>
<a href="AlmaLinux-9-OpenNebula-9.8-20260901.x86_64.qcow2">AlmaLinux-9..&gt;</a>
<a href="CHECKSUM">CHECKSUM</a>
<a href="CHECKSUM.asc">CHECKSUM.asc</a></pre></body></html>"""

CENTOS = """<!DOCTYPE html><html><body><h1>Index of /centos/9-stream/</h1><ul>
<li><a href="/centos/9-stream/x86_64/"> Parent Directory</a></li>
<li><a href="CHECKSUM"> CHECKSUM</a></li>
<li><a href="CentOS-Stream-GenericCloud-9-20260930.0.x86_64.qcow2"> CentOS</a></li>
<li><a href="CentOS-Stream-GenericCloud-9-20260930.0.x86_64.qcow2.SHA256SUM"> C</a></li>
<li><a href="CentOS-Stream-GenericCloud-9-20260929.2.x86_64.qcow2"> CentOS</a></li>
<li><a href="CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2"> CentOS</a></li>
<li><a href="CentOS-Stream-GenericCloud-x86_64-9-20261001.0.x86_64.qcow2"> C</a></li>
</ul></body></html>"""

ARCH = """<html><head><title>Index of /images/</title></head><body><pre>
<a href="../">../</a>
<a href="latest/">latest/</a>                        15-Jul-2026 00:00       -
<a href="v20260615.543210/">v20260615.543210/</a>     15-Jun-2026 00:00       -
<a href="v20260715.556894/">v20260715.556894/</a>     15-Jul-2026 00:00       -
</pre></body></html>"""

FLATCAR = """<!DOCTYPE html><html><body><table>
<tr><td><a href="..">Up</a></td></tr>
<tr><td><a href="./4230.2.4/">4230.2.4</a></td></tr>
<tr><td><a href="./4593.2.10/">4593.2.10</a></td></tr>
<tr><td><a href="./4593.2.4/">4593.2.4</a></td></tr>
<tr><td><a href="./current/">current</a></td></tr></table></body></html>"""

CIRROS = """<html><body><table><tr><th><a href="?C=N;O=D">Name</a></th></tr>
<tr><td><a href="0.5.2/">0.5.2/</a></td></tr>
<tr><td><a href="0.6.3/">0.6.3/</a></td></tr>
<tr><td><a href="0.6.10/">0.6.10/</a></td></tr><tr><td><a href="daily/">daily/</a></td>
</tr><tr><td><a href="streams/">streams/</a></td></tr></table></body></html>"""

LISTINGS = (
    Listing(
        "ubuntu/24.04",
        UBUNTU,
        "/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img",
        "20260705",
        is_in_folder=True,
    ),
    Listing(
        "ubuntu-minimal/24.04",
        UBUNTU,
        "/release-20260705/ubuntu-24.04-minimal-cloudimg-amd64.img",
        "20260705",
        is_in_folder=True,
    ),
    Listing(
        "debian/13",
        DEBIAN,
        "/20260712-2537/debian-13-genericcloud-amd64-20260712-2537.qcow2",
        "20260712-2537",
        is_in_folder=True,
    ),
    Listing(
        "fedora/44",
        FEDORA,
        "/Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2",
        "44-1.10",
    ),
    Listing(
        "rocky/9",
        ROCKY,
        "/Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2",
        "9.8-20260525.0",
    ),
    Listing(
        "almalinux/9",
        ALMA,
        "/AlmaLinux-9-GenericCloud-9.8-20260810.x86_64.qcow2",
        "9.8-20260810",
    ),
    Listing(
        "centos-stream/9",
        CENTOS,
        "/CentOS-Stream-GenericCloud-9-20260930.0.x86_64.qcow2",
        "20260930.0",
    ),
    Listing(
        "arch",
        ARCH,
        "/v20260715.556894/Arch-Linux-x86_64-cloudimg-20260715.556894.qcow2",
        "20260715.556894",
        is_in_folder=True,
    ),
    Listing(
        "flatcar/stable",
        FLATCAR,
        "/4593.2.10/flatcar_production_openstack_image.img.gz",
        "4593.2.10",
        is_in_folder=True,
    ),
    Listing(
        "cirros",
        CIRROS,
        "/0.6.10/cirros-0.6.10-x86_64-disk.img",
        "0.6.10",
        is_in_folder=True,
    ),
)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.layout)
def test_newest_build_is_found_on_a_mirror(listing: Listing, source: Source) -> None:
    path = urllib.parse.urlsplit(BuildSource.parse(listing.layout).url()).path[1:]
    folder = path.partition("{")[0].rpartition("/")[0]
    source.misbehave(f"{folder}/" if folder else "", Page(listing.page))
    newest = f"{folder}{listing.newest}".lstrip("/")
    if listing.is_in_folder:
        source.put(newest, b"x")

    build = find_build(
        BuildSource.parse(source.url("") + path), "x86_64", Access(stall_seconds=5)
    )

    assert (build.url, build.label) == (source.url(newest), listing.label)


def test_each_layout_has_a_listing_or_one_url() -> None:
    listed = {listing.layout for listing in LISTINGS}

    fixed = {one.shown for one in TABLE if "{" not in one.url}
    assert listed | fixed == {one.shown for one in TABLE}
    assert listed.isdisjoint(fixed)

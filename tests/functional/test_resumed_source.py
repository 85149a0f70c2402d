# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` when the source breaks off, or is slow, and can go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import (
    Changed,
    Drop,
    Fault,
    NoRanges,
    Only,
    Rate,
    Stall,
    Status,
    WrongRange,
)
from tests.functional.outcomes import (
    arguments,
    digest_of,
    import_url,
    imported,
    refused,
    written_by_us,
)

LARGE = raw(3 << 20)
"""Several times what is held back: its upload begins long before its end."""

DROPPED_AT = 2 << 20
PUT = r"/v2/images/[^/]+/file$"
CREATED = r"/v2/images$"

ONCE = Only(Drop(DROPPED_AT), last=1)
BUSY = Status(503, headers={"Retry-After": "1"})

GONE_ON_WITH = [
    pytest.param([Drop(700_000, each=True)], id="F4-F6-dropped-each-time"),
    pytest.param([Only(BUSY, first=2, last=2), ONCE], id="F3-busy-meanwhile"),
    pytest.param([Only(Stall(DROPPED_AT), last=1)], id="F21-stall"),
]


@pytest.mark.parametrize("faults", GONE_ON_WITH)
def test_source_that_breaks_off_is_gone_on_with_in_the_same_upload(
    member: Account, source: Source, proxy: Callable, faults: list[Fault]
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", *faults)
    glance: Proxy = proxy(member.glance_url)
    options = ["--checksum", digest_of(LARGE), "--stall-timeout=2"]

    outcome = member.through(glance.url).openstack("-v", *arguments(url, *options))

    imported(member, outcome, LARGE)
    assert f"{url}: resuming at byte" in written_by_us(outcome.stderr)
    # The ticket for its number, and the image.
    assert len(glance.matching("POST", CREATED)) == 2
    assert len(glance.matching("PUT", PUT)) == 1
    source.release("disk.img")


BEGUN_ANEW = [
    pytest.param(NoRanges(advertised=True), id="F4-F5-range-ignored"),
    pytest.param(WrongRange(), id="F5-wrong-range"),
    pytest.param(Changed(), id="F13-changed"),
]


@pytest.mark.parametrize("fault", BEGUN_ANEW)
def test_source_that_can_not_be_gone_on_with_is_imported_from_its_start_once_more(
    member: Account, source: Source, proxy: Callable, fault: Fault
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", Only(fault, first=2), ONCE)
    glance: Proxy = proxy(member.glance_url)

    outcome = import_url(
        member.through(glance.url), url, "--checksum", digest_of(LARGE)
    )

    imported(member, outcome, LARGE)
    assert [put.status for put in glance.matching("PUT", PUT)] == [None, 204]


BROKEN_FOR_GOOD = [
    pytest.param(
        [Drop(DROPPED_AT)],
        ["was interrupted", "2097152 of 3145728 bytes arrived", "connection ended"],
        id="F4-F6-always-at-that-byte",
    ),
    pytest.param(
        [NoRanges(advertised=True), Drop(DROPPED_AT)],
        ["sends the whole file instead of a part"],
        id="F5-never-a-range",
    ),
    pytest.param(
        [
            Only(Changed('"b"'), first=2),
            Only(Changed('"c"'), first=4),
            Drop(DROPPED_AT),
        ],
        ["changed while it was read", 'its ETag was "b" and is "c"'],
        id="F13-changes-again",
    ),
    pytest.param([BUSY], ["503 Service Unavailable"], id="F3-busy-for-ever"),
    pytest.param([Stall(0)], ["no data arrived for 1 seconds"], id="F21-silent"),
]


@pytest.mark.parametrize(("faults", "says"), BROKEN_FOR_GOOD)
def test_source_that_never_goes_on_is_refused_in_the_end(
    cloud: Cloud,
    member: Account,
    source: Source,
    faults: list[Fault],
    says: list[str],
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", *faults)
    patience = ["--stall-timeout=1", "--source-retries=1"]

    outcome = import_url(member, url, "--checksum", digest_of(LARGE), *patience)

    refused(cloud, member, outcome, *says)


def test_F3_server_that_is_busy_is_waited_for_and_verbosely_so(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", Only(BUSY, last=1))

    outcome = member.openstack("-v", *arguments(url, "--checksum", digest_of(LARGE)))

    imported(member, outcome, LARGE)
    said = written_by_us(outcome.stderr)
    assert f"{url} can't be fetched: the server answered 503" in said
    assert "trying again in 1.0 s" in said


def test_large_file_comes_over_several_connections_also_where_one_breaks(
    member: Account, source: Source
) -> None:
    content = LARGE + bytes(64 << 20)
    url = source.put("disk.img", content)
    source.misbehave("disk.img", Rate(20_000_000), ONCE)

    outcome = import_url(
        member, url, "--checksum", digest_of(content), "--connections=3"
    )

    imported(member, outcome, content)
    asked = [
        request.headers.get("range", "") for request in source.requests("disk.img")
    ]
    parts = [span for span in asked if span and not span.endswith("-")]
    assert len(parts) > 3


MIRRORS = [
    pytest.param([Status(404)], [204], id="F2-missing"),
    pytest.param([Drop(DROPPED_AT)], [None, 204], id="F4-breaks-off"),
]


@pytest.mark.parametrize(("faults", "uploads"), MIRRORS)
def test_mirror_is_used_when_the_url_fails(
    member: Account,
    source: Source,
    proxy: Callable,
    faults: list[Fault],
    uploads: list[int | None],
) -> None:
    url, mirror = source.put("disk.img", LARGE), source.put("mirror/disk.img", LARGE)
    source.misbehave("disk.img", *faults)
    glance: Proxy = proxy(member.glance_url)
    options = ["--mirror", mirror, "--source-retries=0"]

    outcome = import_url(
        member.through(glance.url), url, "--checksum", digest_of(LARGE), *options
    )

    imported(member, outcome, LARGE)
    assert [put.status for put in glance.matching("PUT", PUT)] == uploads
    assert len(source.requests("mirror/disk.img")) == 1

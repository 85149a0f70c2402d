# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A URL that leads to one of several mirrors, some of which are broken."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from osc_imagetools.source.fetch import head, open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from osc_imagetools.source.web import parts
from tests.cloud.source.faults import Drop, Only, Redirect, Silence, Stall, Status
from tests.unit.source.reading import CONTENT, access, everything


@pytest.fixture
def redirector(source):
    """A function that makes a URL which leads to these, one after the other.

    The last one is led to from then on.
    """

    def make(*targets: str) -> str:
        last = len(targets)
        turns = [
            Only(Redirect(target), number, None if number == last else number)
            for number, target in enumerate(targets, 1)
        ]
        source.misbehave("latest", *turns)
        return source.url("latest")

    return make


@pytest.fixture
def mirror(source):
    """A function that serves the content at another host than the redirector."""

    def make(name: str, *faults, changed_ns: int = 10**18) -> str:
        source.put(name, CONTENT)
        path = source.root / source.prefix.lstrip("/") / name
        # Of which the server's tag is made
        os.utime(path, ns=(changed_ns, changed_ns))
        source.misbehave(name, *faults)
        return source.by_name().url(name)

    return make


BROKEN = {
    "refused-connection": "http://localhost:1/a.img",
    "no-such-host": "http://mirror.invalid/a.img",
    "bad-certificate": "https",
    "absent": Status(404),
    "forbidden": Status(403),
}


@pytest.mark.parametrize("look", [everything, lambda url: head(url, access())])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_F128_a_broken_mirror_is_left_for_the_next(
    source, redirector, mirror, broken, look
):
    first = broken if isinstance(broken, str) else mirror("a.img", broken)
    if first == "https":
        first = source.over_tls("self-signed").url("a.img")
    url = redirector(first, mirror("b.img"))

    look(url)

    assert len(source.requests("latest")) == 2


def test_F128_a_mirror_that_is_led_to_again_is_the_last_word(
    source, redirector, mirror
):
    url = redirector(mirror("a.img", Status(404)))

    with pytest.raises(SourceError, match=r"a\.img can't be fetched.*404"):
        everything(url)

    assert len(source.requests("latest")) == 2


def test_F128_no_more_mirrors_are_tried_than_retries_are_allowed(
    source, redirector, mirror
):
    absent = [mirror(f"{name}.img", Status(404)) for name in "abcd"]
    url = redirector(*absent, mirror("e.img"))

    with pytest.raises(SourceError, match=r"c\.img can't be fetched"):
        everything(url, retries=2)
    with pytest.raises(SourceError, match=r"d\.img can't be fetched"):
        everything(url, retries=0)


def test_F128_where_a_mirror_breaks_off_for_good_another_one_goes_on(
    source, redirector, mirror
):
    broken = mirror(
        "a.img", Only(Drop(300_000), last=1), Only(Drop(0, each=True), first=2)
    )
    url = redirector(broken, mirror("b.img"))

    assert everything(url) == CONTENT

    asked = [request.headers.get("range") for request in source.requests("a.img")]
    assert asked == [None, "bytes=300000-"]
    [request] = source.requests("b.img")
    assert request.headers["range"] == "bytes=300000-"


def test_F128_where_a_mirror_dies_another_one_goes_on(source, redirector, mirror):
    broken = mirror("a.img", Only(Drop(300_000), last=1), Only(Status(503), 2))
    url = redirector(broken, mirror("b.img"))

    assert everything(url) == CONTENT


BUSY = Status(503, headers={"Retry-After": "0"})


def test_F128_a_mirror_that_is_busy_once_goes_on_with_what_it_began(
    source, redirector, mirror
):
    busy_once = mirror("a.img", Only(Drop(300_000), last=1), Only(BUSY, 2, 2))
    url = redirector(busy_once, mirror("b.img", changed_ns=1))

    assert everything(url) == CONTENT

    assert len(source.requests("a.img")) == 3
    assert source.requests("b.img") == []


@pytest.fixture
def small_parts(monkeypatch):
    """So that the content is worth several connections."""
    monkeypatch.setattr(parts, "WORTH_IT_BYTES", 1 << 18)
    monkeypatch.setattr(parts, "PART_BYTES", 1 << 16)


@pytest.mark.parametrize("connections", [1, 4])
def test_F128_a_busy_mirror_is_gone_back_to_where_another_has_another_file(
    source, redirector, mirror, small_parts, connections
):
    busy = mirror("a.img", Only(Drop(300_000), last=1), Only(BUSY, 2, 9))
    url = redirector(busy, mirror("b.img", changed_ns=1))

    assert everything(url, connections=connections, retries=9) == CONTENT

    assert len(source.requests("a.img")) > 9
    assert source.requests("b.img") != []


@pytest.mark.parametrize("connections", [1, 4])
def test_F128_a_mirror_that_stays_busy_leaves_another_mirrors_other_file_as_a_whole(
    source, redirector, mirror, small_parts, connections
):
    busy = mirror("a.img", Only(Drop(300_000), last=1), Only(BUSY, 2))
    url = redirector(busy, mirror("b.img", changed_ns=1))

    with (
        closing(open_source(url, access(connections=connections))) as opened,
        pytest.raises(StartOverError, match=r"503.*b\.img can't continue .*its ETag"),
    ):
        b"".join(opened.blocks())


TWO_WAIT = (Only(Stall(100_000), last=1), Only(Silence(), 2, 2))
"""The first two connections bring nothing more until the test lets them."""


def read_once_a_third_was_answered(source, url):
    """All bytes of the mirror *a.img*, where `TWO_WAIT`."""

    def release():
        source.wait_for("a.img", ended=True)
        source.release("a.img")

    with ThreadPoolExecutor() as aside:
        released = aside.submit(release)
        content = everything(url, stall_seconds=60)
        released.result()
    return content


def test_F128_a_connection_that_is_refused_leads_the_others_to_no_other_mirror(
    source, redirector, mirror, small_parts
):
    busy_beside = mirror("a.img", *TWO_WAIT, Only(BUSY, beside=2))
    url = redirector(busy_beside, mirror("b.img", changed_ns=1))

    assert read_once_a_third_was_answered(source, url) == CONTENT

    assert source.requests("b.img") == []


def test_F128_a_connection_that_is_led_to_another_file_leaves_the_rest_to_others(
    source, redirector, mirror, small_parts
):
    gone_once = mirror("a.img", *TWO_WAIT, Only(Status(410), 3, 3))
    url = redirector(gone_once, mirror("b.img", changed_ns=1))

    assert read_once_a_third_was_answered(source, url) == CONTENT

    assert len(source.requests("b.img")) == 1


def test_F128_another_mirrors_other_file_is_not_gone_on_with(
    source, redirector, mirror
):
    broken = mirror("a.img", Only(Drop(300_000), last=1), Only(Status(410), 2))
    url = redirector(broken, mirror("b.img", changed_ns=1))

    with (
        closing(open_source(url, access())) as opened,
        pytest.raises(StartOverError, match=r"b\.img can't continue what .*a\.img b"),
    ):
        b"".join(opened.blocks())

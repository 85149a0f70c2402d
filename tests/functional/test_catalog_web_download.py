# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image catalog apply --method web-download``: Glance fetches, and all at once."""

from __future__ import annotations

import os
import signal
import uuid
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.cloud.accounts import Account
from tests.cloud.doomed import doomed
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source import faults
from tests.cloud.source.client import Source
from tests.functional.catalogues import Shelf
from tests.functional.families import changed
from tests.functional.outcomes import images

LABELS = tuple(f"2026020{number}" for number in range(1, 7))
SIZE = 1 << 20
WAY = ("--method", "web-download")
END_SECONDS = 90

ONE = r"/images/[-0-9a-f]{36}$"


@pytest.fixture
def shelf(through: Account, another: Account, source: Source, tmp_path: Path) -> Shelf:
    """Of six families whose images the source ends only when it is told to."""
    ending = uuid.uuid4().hex
    shelf = Shelf(through, another, source, tmp_path / "images.yml", ending)
    for label in LABELS:
        version = shelf.version(label, raw(SIZE, seed=int(label)))
        shelf.add(f"family{label}", version)
        source.misbehave(f"disk-{label}.img", faults.Stall(after=SIZE // 2))
    return shelf


def test_all_are_started_whatever_the_jobs_and_looked_at_together(
    shelf: Shelf, before_glance: Proxy
) -> None:
    with doomed(shelf.owner, *shelf.command("apply", "--jobs", "2", *WAY)) as client:
        first, last = looks_at_all(before_glance, 3)
        alone = [sent.number for sent in before_glance.matching("GET", ONE)]
        for label in LABELS:
            shelf.source.release(f"disk-{label}.img")
        client.join(END_SECONDS)

    assert client.exitcode == 0
    there = images(shelf.owner)
    assert {one["lifecycle_verified"] for one in there} == {"sha256"}
    assert sorted(one["lifecycle_version"] for one in there) == [*LABELS]
    assert not [number for number in alone if first < number < last]


def looks_at_all(proxy: Proxy, times: int) -> tuple[int, int]:
    """The numbers of the first and the last of so many listings of all that waits."""
    numbers: list[int] = []
    nth = 0
    while len(numbers) < times:
        nth += 1
        sent = proxy.wait_for("GET", "/images$", nth=nth)
        [wanted] = parse_qs(sent.query).get("id", [""])
        if len(wanted.split(",")) == len(LABELS):
            numbers.append(sent.number)
    return numbers[0], numbers[-1]


def test_one_that_glance_can_not_fetch_stops_no_other(shelf: Shelf) -> None:
    gone, *others = LABELS
    for label in others:
        shelf.source.behave(f"disk-{label}.img")
    # It has begun well, and ends before its time when Glance fetches it.
    shelf.source.misbehave(f"disk-{gone}.img", faults.Drop(SIZE // 2))

    done = shelf.apply(*WAY)

    assert done.status == 1, done
    results = {row["Version"]: row["Result"] for row in done.json()}
    assert results == {gone: "failed"} | dict.fromkeys(others, "done")
    left = sorted(one["lifecycle_version"] for one in images(shelf.owner))
    assert left == others


def test_image_that_somebody_shows_meanwhile_is_looked_at_alone(
    shelf: Shelf, before_glance: Proxy
) -> None:
    with doomed(shelf.owner, *shelf.command("apply", "--jobs", "2", *WAY)) as client:
        looks_at_all(before_glance, 1)
        shown, *_ = images(shelf.owner)
        changed(shelf.owner, shown["id"], os_hidden=False)
        # The listing of hidden images doesn't have it any more.
        before_glance.wait_for("GET", f"/images/{shown['id']}$", nth=2)
        for label in LABELS:
            shelf.source.release(f"disk-{label}.img")
        client.join(END_SECONDS)

    assert client.exitcode == 0
    there = images(shelf.owner)
    assert sorted(one["lifecycle_version"] for one in there) == [*LABELS]
    assert {one["lifecycle_state"] for one in there} == {"active"}


def test_import_that_takes_too_long_is_told_with_what_to_do(
    shelf: Shelf, before_glance: Proxy
) -> None:
    slow, *others = LABELS
    for label in others:
        shelf.source.behave(f"disk-{label}.img")

    def end_it() -> None:
        # Glance deletes nothing that it works on, and before that it is tickets.
        if len(before_glance.matching("POST", "/import$")) == len(LABELS):
            shelf.source.release(f"disk-{slow}.img")

    before_glance.on("DELETE", ONE).call(end_it)

    done = shelf.apply("--timeout", "2", *WAY)

    assert done.status == 1, done
    told = {row["Version"]: (row["Result"], row["Note"]) for row in done.json()}
    result, note = told.pop(slow)
    assert result == "failed"
    assert "in 2 seconds" in note
    assert "Allow more time with --timeout" in note
    assert {result for result, _ in told.values()} == {"done"}
    left = sorted(one["lifecycle_version"] for one in images(shelf.owner))
    assert left == others


def test_images_are_staged_and_imported_from_there(shelf: Shelf) -> None:
    for label in LABELS:
        shelf.source.behave(f"disk-{label}.img")

    done = shelf.apply("--method", "glance-direct")

    assert done.status == 0, done
    assert {row["Result"] for row in done.json()} == {"done"}
    assert {one["lifecycle_verified"] for one in images(shelf.owner)} == {"sha256"}


def test_signal_ends_all_that_wait_and_leaves_no_record(
    shelf: Shelf, before_glance: Proxy
) -> None:
    with doomed(shelf.owner, *shelf.command("apply", "--jobs", "2", *WAY)) as client:
        looks_at_all(before_glance, 1)
        os.kill(client.pid or 0, signal.SIGINT)
        # Until then Glance refuses to delete what it works on.
        before_glance.wait_for("DELETE", ONE)
        for label in LABELS:
            shelf.source.release(f"disk-{label}.img")
        client.join(END_SECONDS)

    assert client.exitcode == 130
    assert images(shelf.owner) == []


def test_limit_on_what_glance_fetches_is_refused(shelf: Shelf) -> None:
    done = shelf.apply("--limit-rate", "1M", *WAY)

    assert done.status == 1
    assert "Glance fetches" in done.stderr
    assert images(shelf.owner) == []


def test_run_that_was_killed_is_finished_by_the_next(
    shelf: Shelf, before_glance: Proxy
) -> None:
    with doomed(shelf.owner, *shelf.command("apply", "--jobs", "2", *WAY)) as client:
        looks_at_all(before_glance, 1)
        client.kill()
    for label in LABELS:
        shelf.source.behave(f"disk-{label}.img")

    again = shelf.apply(*WAY)

    assert again.status == 0, again
    there = images(shelf.owner)
    assert sorted(one["lifecycle_version"] for one in there) == [*LABELS]
    assert {one["lifecycle_state"] for one in there} == {"active"}

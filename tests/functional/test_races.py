# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Others that write at the same moment, and answers of Glance that aren't true."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Stall
from tests.functional.ages import ANOTHER_MACHINE, aged
from tests.functional.families import (
    CONTENT,
    FILE,
    IMAGE,
    LISTING,
    SIZE,
    changed,
    dead_process,
    ended,
    filled,
    found,
    import_url,
    importing,
    made,
    the_image,
    version,
)
from tests.functional.outcomes import images

NAME = "debian-13"
WAIT_SECONDS = 60
NUMBERS_USED_UP = 300


def body(proxy: Proxy) -> dict[str, Any]:
    """What the newest POST asks for."""
    fields: dict[str, Any] = json.loads(proxy.matching("POST", LISTING)[-1].body)
    return fields


def left_by(account: Account, run: Run, generation: int = 1, **fields: Any) -> str:
    """The ID of a record that a run of an import of `NAME` owns."""
    own_id = ticket_id(account.project_id, NAME, generation)
    told = {**version(NAME, generation, own_id), "lifecycle_state": "importing"}
    return made(account, **told, lifecycle_run=str(run), **fields)


@pytest.mark.parametrize("round_", range(2))
def test_F77_two_runs_started_together_make_one_image(
    round_: int,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    both = threading.Barrier(2)
    for nth in (1, 2):
        before_glance.on("POST", LISTING, nth).call(lambda: both.wait(WAIT_SECONDS))

    with importing(through, url, NAME) as one, importing(through, url, NAME) as other:
        outcomes = sorted([ended(one), ended(other)], key=lambda each: each.status)

    assert [each.status for each in outcomes] == [0, 1]
    assert "Another run is importing 'debian-13' at the moment" in outcomes[1].stderr
    assert outcomes[0].json()["id"] == the_image(member, NAME)["id"]
    assert [the_image(member, NAME)] == images(member)


def test_F77_runs_that_come_later_leave_a_living_one_alone(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE // 2))
    publishing, go_on = threading.Event(), threading.Event()
    before_glance.on("PATCH", IMAGE).call(publishing.set).delay(go_on)

    with importing(through, url, NAME) as first:
        before_glance.wait_for("PUT", FILE, body_size=SIZE // 4)
        in_mid_put = import_url(member, url, NAME)
        source.release("disk.img")
        assert publishing.wait(WAIT_SECONDS)
        at_publishing = import_url(member, url, NAME)
        go_on.set()
        outcome = ended(first)

    assert outcome.status == 0, outcome.stderr
    for late in (in_mid_put, at_publishing):
        assert late.status == 1
        assert "Another run is importing 'debian-13' at the moment" in late.stderr
        assert outcome.json()["id"] in late.stderr
    assert [the_image(member, NAME)] == images(member)
    assert before_glance.matching("DELETE", outcome.json()["id"]) == []


def test_F77_two_runs_with_different_generations_known_make_one_image(
    member: Account, source: Source, proxy: Callable[[str], Proxy]
) -> None:
    """One knows generation 4 and takes 5; the other finds 1 to 4 used up, takes 6."""
    url = source.put("disk.img", CONTENT)
    of_five, of_six = proxy(member.glance_url), proxy(member.glance_url)
    listed_it, used_up, has_begun, has_ended = (threading.Event() for _ in range(4))
    ids = [ticket_id(member.project_id, NAME, number) for number in (1, 2, 3, 4)]
    for number, own_id in enumerate(ids, 1):
        made(member, **version(NAME, number, own_id))
    of_five.on("POST", LISTING).call(listed_it.set).delay(used_up)
    of_five.on("PATCH", IMAGE).delay(has_ended)
    of_six.on("PUT", FILE).delay(has_begun)

    with importing(member.through(of_five.url), url, NAME) as five:
        assert listed_it.wait(WAIT_SECONDS)
        for own_id in ids:
            assert member.glance("DELETE", f"/v2/images/{own_id}").ok
        with importing(member.through(of_six.url), url, NAME) as six:
            of_six.wait_for("PUT", FILE)
            used_up.set()
            of_five.wait_for("PUT", FILE)
            has_begun.set()
            other = ended(six)
        has_ended.set()
        outcome = ended(five)

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["generation"] == 5
    assert other.status == 1
    assert "Another run is importing 'debian-13' at the moment" in other.stderr
    assert outcome.json()["id"] in other.stderr
    assert [the_image(member, NAME)] == images(member)


def test_F77_record_of_a_living_process_of_this_machine_is_left_alone(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    record = left_by(member, THIS_MACHINE.new_run())

    outcome = import_url(member, url, NAME)

    assert outcome.status == 1
    assert "Another run is importing 'debian-13' at the moment" in outcome.stderr
    assert record in outcome.stderr
    assert [one["id"] for one in images(member)] == [record]
    assert found(member, NAME) == []


AGES = [
    pytest.param("queued", timedelta(seconds=90), False, id="F77-queued-90-s-lives"),
    pytest.param("queued", timedelta(minutes=4), True, id="F77-queued-4-min-dead"),
    pytest.param("active", timedelta(hours=23), False, id="F77-active-23-h-lives"),
    pytest.param("active", timedelta(hours=25), True, id="F77-active-25-h-dead"),
]


@pytest.mark.parametrize(("status", "age", "is_dead"), AGES)
def test_record_of_a_run_on_another_machine_goes_when_it_is_old_enough(
    status: str,
    age: timedelta,
    is_dead: bool,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    record = left_by(member, ANOTHER_MACHINE)
    if status == "active":
        filled(member, record)
    aged(before_glance, member, age)

    outcome = import_url(through, url, NAME)

    assert outcome.status == (0 if is_dead else 1), outcome.stderr
    assert record in outcome.stderr
    assert (record in [one["id"] for one in images(member)]) is not is_dead
    assert bool(found(member, NAME)) is is_dead


def test_F99_publishing_that_was_lost_is_repeated_until_it_is_seen(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("PATCH", IMAGE, nth=1).answer(200, b"{}")

    outcome = import_url(through, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert [the_image(member, NAME)] == images(member)
    assert len(before_glance.matching("PATCH", IMAGE)) == 2


def test_F99_publishing_that_another_writer_undid_is_repeated(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    def undo() -> None:
        # A row that was loaded before, and is saved whole behind ours.
        before = body(before_glance)
        names = ("name", "os_hidden", "lifecycle_run", "lifecycle_state")
        changed(member, before["id"], **{name: before[name] for name in names})

    before_glance.on("PATCH", IMAGE, nth=1).call_after(undo)

    outcome = import_url(through, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert [the_image(member, NAME)] == images(member)
    assert len(before_glance.matching("PATCH", IMAGE)) == 2


class HalfAnUpload:
    """An upload of somebody else's, which has begun and doesn't end."""

    def __init__(self, account: Account, own_id: str) -> None:
        target = urlsplit(account.glance_url)
        assert target.hostname
        assert target.port
        head = (
            f"PUT /v2/images/{own_id}/file HTTP/1.1\r\nHost: {target.netloc}\r\n"
            f"X-Auth-Token: {account.token}\r\nContent-Length: 1000000\r\n"
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._connection = socket.create_connection((target.hostname, target.port))
        self._connection.sendall(head.encode() + bytes(1000))
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            shown = account.glance("GET", f"/v2/images/{own_id}").json()
            if shown["status"] == "saving":
                return
        raise TimeoutError(shown)

    def close(self) -> None:
        self._connection.close()


def test_F101_upload_answered_204_that_rests_saving_is_tried_once_more(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    uploads: list[HalfAnUpload] = []
    before_glance.on("PUT", FILE, nth=1).call(
        lambda: uploads.append(HalfAnUpload(member, body(before_glance)["id"]))
    ).answer(204)

    outcome = import_url(through, url, NAME)
    uploads[0].close()

    assert outcome.status == 0, outcome.stderr
    assert "the image is 'saving'" in outcome.stderr
    assert "Starting over" in outcome.stderr
    assert [the_image(member, NAME)] == images(member)


def test_F101_upload_into_an_image_that_was_deleted_meanwhile_is_tried_once_more(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE // 2))

    with importing(through, url, NAME) as client:
        put = before_glance.wait_for("PUT", FILE, body_size=SIZE // 4)
        deleted = member.glance("DELETE", put.path.removesuffix("/file"))
        source.release("disk.img")
        outcome = ended(client)

    assert deleted.status_code == 204
    assert outcome.status == 0, outcome.stderr
    assert "Starting over" in outcome.stderr
    assert [the_image(member, NAME)] == images(member)


def test_F101_upload_that_is_undone_twice_is_said(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("PUT", FILE).answer(410)

    outcome = import_url(through, url, NAME)

    assert outcome.status == 1
    assert outcome.stdout == ""
    assert "changed or deleted in the meantime" in outcome.stderr.splitlines()[-1]
    assert len(before_glance.matching("PUT", FILE)) == 2
    assert images(member) == []


def test_F102_dead_record_whose_delete_is_answered_400_counts_as_gone(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    record = left_by(
        member, Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1)
    )
    gone = f"/v2/images/{record}"
    before_glance.on("DELETE", IMAGE, nth=1).call(
        lambda: member.glance("DELETE", gone)
    ).answer(400, b"Invalid image status transition")

    outcome = import_url(through, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert [the_image(member, NAME)] == images(member)
    assert before_glance.matching("DELETE", IMAGE)[0].status == 400


def without_tags(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "tags"}


UNTRUE_ANSWERS = {
    "F103-refused-tag": (400, b"<html><body>Invalid tag</body></html>", "Invalid tag"),
    "F103-server-error": (500, b"<html><body>It &lt;fell&gt;</body></html>", "<fell>"),
}


@pytest.mark.parametrize(
    ("status", "html", "reason"), UNTRUE_ANSWERS.values(), ids=UNTRUE_ANSWERS
)
def test_record_behind_a_POST_that_was_refused_is_removed(
    status: int,
    html: bytes,
    reason: str,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    # The first is the ticket of its number.
    before_glance.on("POST", LISTING, nth=2).call(
        lambda: made(member, **without_tags(body(before_glance)))
    ).answer(status, html)

    outcome = import_url(through, url, NAME, "--tag", "one")

    assert outcome.status == 1
    assert reason in outcome.stderr
    assert len(before_glance.matching("DELETE", IMAGE)) == 2
    assert images(member) == []


def test_F103_record_behind_a_POST_without_an_answer_is_found_and_gone_on_with(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("POST", LISTING).drop_answer()

    outcome = import_url(through, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert {one.status for one in before_glance.matching("POST", LISTING)} == {201}
    assert [the_image(member, NAME)] == images(member)


def test_F104_hundreds_of_numbers_that_were_used_up_cost_few_requests(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    def used_up() -> Answer | None:
        # What Glance answers for the ID of an image that was deleted.
        is_free = int(body(before_glance)["lifecycle_generation"]) > NUMBERS_USED_UP
        return None if is_free else Answer(409, b"Image ID already exists")

    before_glance.on("POST", LISTING).before.append(used_up)

    outcome = import_url(through, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["generation"] > NUMBERS_USED_UP
    assert len(before_glance.matching("POST", LISTING)) < 20
    assert [the_image(member, NAME)] == images(member)

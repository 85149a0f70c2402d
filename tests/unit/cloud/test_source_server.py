# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import http.client
import itertools
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cloud.source.client import Source, running_source
from tests.cloud.source.faults import (
    Drip,
    Drop,
    Endless,
    Fault,
    Headers,
    NoLength,
    Page,
    Rate,
    Stall,
    Status,
    WrongLength,
)

CONTENT = bytes(range(256)) * 1000


@contextmanager
def asked(url: str, method: str = "GET") -> Iterator[http.client.HTTPResponse]:
    """The answer to one request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path)
        yield connection.getresponse()
    finally:
        connection.close()


def test_a_file_comes_with_its_length_date_and_tag(source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url) as answer:
        content = answer.read()

    assert (answer.status, content) == (200, CONTENT)
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Last-Modified"].endswith(" GMT")
    assert answer.headers["ETag"].startswith('"')
    assert "Accept-Ranges" not in answer.headers


def test_head_is_get_without_the_body(source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url) as get, asked(url, "HEAD") as head:
        body = head.read()

    assert body == b""
    assert dict(head.headers) == {**get.headers, "Date": head.headers["Date"]}


def test_a_connection_serves_one_request_after_the_other(source: Source) -> None:
    parts = urlsplit(source.put("disk.img", CONTENT))
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)

    bodies = []
    for _ in range(3):
        connection.request("GET", parts.path)
        bodies.append(connection.getresponse().read())
    connection.close()

    assert bodies == [CONTENT] * 3


def test_what_does_not_exist_is_404(source: Source) -> None:
    with asked(source.url("nothing.img")) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"])
def test_nothing_outside_the_root_is_served(source: Source, path: str) -> None:
    with asked(source.base_url) as answer:
        assert answer.status == 404
    with asked(f"{source.base_url}{path}") as answer:
        assert answer.status == 404


def test_names_may_hold_spaces_and_any_letter(source: Source) -> None:
    url = source.put("a folder/größe #1?.img", CONTENT)

    with asked(url) as answer:
        assert answer.read() == CONTENT


def test_content_may_be_a_file_or_pieces(source: Source, tmp_path: Path) -> None:
    file = tmp_path / "disk.img"
    file.write_bytes(CONTENT)
    linked = source.put("linked", file)
    written = source.put("written", itertools.repeat(b"ab", 3))

    with asked(linked) as one, asked(written) as other:
        assert (one.read(), other.read()) == (CONTENT, b"ababab")


def test_requests_are_told_with_their_headers(source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(f"{url}", "HEAD"), asked(url) as answer:
        answer.read()
    source.wait_for("disk.img", nth=2, ended=True)

    head, get = source.requests("disk.img")
    assert (head.method, head.sent, head.ended) == ("HEAD", 0, "complete")
    assert (get.method, get.sent, get.ended) == ("GET", len(CONTENT), "complete")
    assert get.headers["host"] == urlsplit(url).netloc


def test_two_folders_do_not_see_each_other(source: Source) -> None:
    source.misbehave("disk.img", Status(500))
    other = source.folder()

    with asked(other.put("disk.img", CONTENT)) as answer:
        assert answer.status == 200
    assert source.requests("disk.img") == []


def test_status_comes_with_its_body_and_headers(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Status(403, "Denied", {"X-Reason": "policy"}))

    with asked(url) as answer:
        assert (answer.status, answer.read()) == (403, b"Denied")
    assert answer.headers["X-Reason"] == "policy"


def test_page_is_html_with_200(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Page("<html>Log in</html>"))

    with asked(url) as answer:
        assert (answer.status, answer.read()) == (200, b"<html>Log in</html>")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_headers_are_set_and_left_out(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Headers({"etag": None, "ETag": '"x"', "Date-X": "1"}))

    with asked(url) as answer:
        assert answer.headers.get_all("ETag") == ['"x"']
        assert answer.headers["Date-X"] == "1"


@pytest.mark.parametrize("after", [0, 1, 65_536, 65_537, 100_000])
def test_drop_ends_the_body_at_that_byte(source: Source, after: int) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Drop(after=after))

    with asked(url) as answer, pytest.raises(http.client.IncompleteRead) as failure:
        answer.read()

    assert failure.value.partial == CONTENT[:after]
    assert source.wait_for("disk.img", ended=True).ended == "cut"


def test_drop_can_reset_the_connection(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Drop(after=10, reset=True))

    with pytest.raises(ConnectionResetError), asked(url) as answer:
        answer.read()


@pytest.mark.parametrize(
    ("fault", "stated"),
    [
        (WrongLength(by=-5), len(CONTENT) - 5),
        (WrongLength(by=5), len(CONTENT) + 5),
        (WrongLength(exactly=7), 7),
    ],
)
def test_wrong_length_is_only_stated(source: Source, fault: Fault, stated: int) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", fault)

    with asked(url) as answer:
        assert answer.headers["Content-Length"] == str(stated)
        answer.length = None
        assert answer.read() == CONTENT


@pytest.mark.parametrize("chunked", [True, False])
def test_no_length_still_has_an_end(source: Source, chunked: bool) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", NoLength(chunked))

    with asked(url) as answer:
        assert answer.read() == CONTENT
    assert "Content-Length" not in answer.headers
    assert ("Transfer-Encoding" in answer.headers) is chunked


@pytest.mark.parametrize("fault", [Rate(10_000_000), Drip(5_000_000, piece=700)])
def test_slow_bodies_are_whole(source: Source, fault: Fault) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", fault)

    with asked(url) as answer:
        assert answer.read() == CONTENT


def test_drip_sends_its_first_byte_alone(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Drip(bytes_per_second=1))

    with asked(url) as answer:
        assert answer.read1(100) == CONTENT[:1]


def test_stall_waits_for_its_release(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=70_000))

    with asked(url) as answer:
        start = answer.read(70_000)
        source.wait_for("disk.img", bytes_sent=70_000)
        stalled = source.requests("disk.img")
        source.release("disk.img")
        rest = answer.read()

    assert [(request.sent, request.ended) for request in stalled] == [(70_000, "")]
    assert start + rest == CONTENT


def test_stall_can_end_by_itself(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=5, seconds=0.01))

    with asked(url) as answer:
        assert answer.read() == CONTENT


def test_endless_repeats_the_file_until_the_client_goes(source: Source) -> None:
    url = source.put("disk.img", b"block")
    source.misbehave("disk.img", Endless())

    with asked(url) as answer:
        assert answer.read(1_000_000) == b"block" * 200_000

    assert source.wait_for("disk.img", ended=True).ended == "gone"


def test_faults_apply_in_the_order_given(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Page("<html>"), NoLength(), Drop(after=3))

    with asked(url) as answer, pytest.raises(http.client.IncompleteRead) as failure:
        answer.read()

    assert failure.value.partial == b"<ht"


def test_behave_ends_the_faults(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Status(500))
    source.behave("disk.img")

    with asked(url) as answer:
        assert answer.status == 200


def test_waiting_in_vain_says_what_was_seen(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    with asked(url, "HEAD"):
        pass

    with pytest.raises(TimeoutError, match="method='HEAD'"):
        source.wait_for("disk.img", bytes_sent=1, timeout=0.01)


def test_a_hundred_clients_are_served_at_once(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=1))
    together = threading.Barrier(101, timeout=30)
    bodies: list[bytes] = []

    def client() -> None:
        with asked(url) as answer:
            start = answer.read(1)
            together.wait()
            bodies.append(start + answer.read())

    clients = [threading.Thread(target=client) for _ in range(100)]
    for thread in clients:
        thread.start()
    together.wait()
    source.release("disk.img")
    for thread in clients:
        thread.join()

    assert bodies == [CONTENT] * 100


def test_sigterm_ends_the_server(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "tests.cloud.source", "--root", str(tmp_path)]
    server = subprocess.Popen([*command, "--state", str(state)], stdout=subprocess.PIPE)
    with server:
        announced = json.loads(server.stdout.readline()) if server.stdout else {}
        server.terminate()

    assert json.loads(state.read_text()) == announced
    assert announced["pid"] == server.pid
    assert server.returncode == 0


def test_the_death_of_its_parent_ends_the_server(tmp_path: Path) -> None:
    # A shell is the parent, and the server says its first line through it.
    script = '"$0" -m tests.cloud.source --parent-death --root "$1" & wait'
    parent = subprocess.Popen(
        ["sh", "-c", script, sys.executable, str(tmp_path)], stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        pid = json.loads(parent.stdout.readline())["pid"]
        os.kill(parent.pid, signal.SIGKILL)
        # The server holds the other end of this pipe: it closes when it is gone.
        closed, _, _ = select.select([parent.stdout], [], [], 30)
        if not closed:
            os.kill(pid, signal.SIGKILL)

    assert closed


def test_a_server_that_cannot_start_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(RuntimeError, match="status 1"), running_source():
        pass

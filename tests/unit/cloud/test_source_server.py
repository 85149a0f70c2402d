# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import base64
import gzip
import http.client
import itertools
import json
import os
import select
import signal
import ssl
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
    BasicAuth,
    Changed,
    Drip,
    Drop,
    Encoded,
    Endless,
    Fault,
    Headers,
    NoLength,
    NoRanges,
    Only,
    Page,
    Rate,
    Redirect,
    Silence,
    Stall,
    Status,
    WrongLength,
    WrongRange,
)

CONTENT = bytes(range(256)) * 1000


@contextmanager
def asked(
    url: str, method: str = "GET", authority: str = "", **headers: str
) -> Iterator[http.client.HTTPResponse]:
    """The answer to one request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    if parts.scheme == "https":
        trusting = ssl.create_default_context(cadata=authority)
        connection = http.client.HTTPSConnection(
            parts.netloc, timeout=30, context=trusting
        )
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, parts.path, headers=sent)
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
    assert answer.headers["Accept-Ranges"] == "bytes"


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


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=200000-", 200_000, len(CONTENT)),
        ("bytes=255999-999999", len(CONTENT) - 1, len(CONTENT)),
        ("bytes=-5", len(CONTENT) - 5, len(CONTENT)),
    ],
)
def test_a_range_comes_as_asked(
    source: Source, wanted: str, start: int, stop: int
) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url, range=wanted) as answer:
        content = answer.read()

    assert (answer.status, content) == (206, CONTENT[start:stop])
    told = f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Range"] == told
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"]


@pytest.mark.parametrize("strange", ["bytes=1-2,4-5", "bytes=-", "lines=1-2"])
def test_ranges_that_cannot_be_understood_get_the_file(
    source: Source, strange: str
) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url, range=strange) as answer:
        assert (answer.status, answer.read()) == (200, CONTENT)


def test_a_range_behind_the_end_is_refused_with_the_size(source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url, range=f"bytes={len(CONTENT)}-") as answer:
        assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_head_knows_no_ranges(source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with asked(url, "HEAD", range="bytes=5-") as answer:
        assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_if_range_decides_between_the_range_and_the_file(
    source: Source, name: str
) -> None:
    url = source.put("disk.img", CONTENT)
    with asked(url, "HEAD") as answer:
        condition = answer.headers[name]

    with (
        asked(url, range="bytes=5-", if_range=condition) as fitting,
        asked(url, range="bytes=5-", if_range='"other"') as other,
    ):
        assert (fitting.status, fitting.read()) == (206, CONTENT[5:])
        assert (other.status, other.read()) == (200, CONTENT)


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


def test_a_stall_behind_the_end_is_none(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=1000), Drop(after=2000))

    with asked(url, range="bytes=0-998") as before:
        assert before.read() == CONTENT[:999]
    with asked(url, range="bytes=2001-") as behind:
        assert behind.read() == CONTENT[2001:]


def test_silence_comes_before_the_answer(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Silence(), Status(503))
    answers: list[int] = []

    def client() -> None:
        with asked(url) as answer:
            answers.append(answer.status)

    asking = threading.Thread(target=client)
    asking.start()
    source.wait_for("disk.img")
    before = list(answers)
    source.release("disk.img")
    asking.join(30)

    assert (before, answers) == ([], [503])


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


@pytest.mark.parametrize("advertised", [True, False])
def test_no_ranges_sends_the_file_for_each(source: Source, advertised: bool) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", NoRanges(advertised))

    with asked(url, range="bytes=5-") as answer:
        assert (answer.status, answer.read()) == (200, CONTENT)
    assert ("Accept-Ranges" in answer.headers) is advertised
    assert "Content-Range" not in answer.headers


def test_wrong_range_is_another_and_says_so(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", WrongRange(by=3))

    with asked(url, range="bytes=5-") as answer:
        assert (answer.status, answer.read()) == (206, CONTENT[8:])
    assert answer.headers["Content-Range"].startswith("bytes 8-")


@pytest.mark.parametrize(("heedless", "status"), [(False, 200), (True, 206)])
def test_changed_is_another_file(source: Source, heedless: bool, status: int) -> None:
    url = source.put("disk.img", CONTENT)
    with asked(url, "HEAD") as answer:
        before = answer.headers["ETag"]
    source.misbehave("disk.img", Changed('"new"', heedless=heedless))

    with asked(url, range="bytes=5-", if_range=before) as answer:
        assert answer.status == status
    assert answer.headers["ETag"] == '"new"'


def test_drop_counts_from_the_start_of_the_file(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Drop(1000))

    with (
        asked(url, range="bytes=900-") as before,
        asked(url, range="bytes=1001-") as behind,
    ):
        with pytest.raises(http.client.IncompleteRead) as failure:
            before.read()
        assert behind.read() == CONTENT[1001:]

    assert failure.value.partial == CONTENT[900:1000]


def test_drop_can_count_from_the_start_of_each_answer(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Drop(1000, each=True))

    with (
        asked(url, range="bytes=900-") as answer,
        pytest.raises(http.client.IncompleteRead) as failure,
    ):
        answer.read()

    assert failure.value.partial == CONTENT[900:1900]


def test_only_some_requests_meet_the_fault(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    with asked(url):
        pass
    source.misbehave("disk.img", Only(Status(503), first=2, last=3))

    statuses = []
    for _ in range(4):
        with asked(url, "HEAD") as answer:
            statuses.append(answer.status)

    assert statuses == [200, 503, 503, 200]


def test_only_beside_others_meets_who_comes_second(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=5), Only(Status(429), beside=1))

    with asked(url) as first:
        source.wait_for("disk.img", bytes_sent=5)
        with asked(url) as second:
            assert (first.status, second.status) == (200, 429)
        source.release("disk.img")
        assert first.read() == CONTENT


@pytest.mark.parametrize("is_secured", [False, True])
def test_who_has_gone_is_nobody_to_be_beside(source: Source, is_secured: bool) -> None:
    through = source.over_tls() if is_secured else source
    url = through.put("disk.img", CONTENT)
    through.misbehave("disk.img", Stall(after=5), Only(Status(429), beside=1))

    statuses = []
    for number in (1, 2, 3):
        with asked(url, authority=through.authority) as answer:
            statuses.append(answer.status)
            source.wait_for("disk.img", nth=number, bytes_sent=5)
    ended = [each.ended for each in source.requests("disk.img")]
    source.release("disk.img")

    assert (statuses, ended) == ([200] * 3, [""] * 3)


@pytest.mark.parametrize("only_said", [True, False])
def test_encoded_says_gzip_and_may_be_it(source: Source, only_said: bool) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Encoded(only_said))

    with asked(url, range="bytes=5-") as answer:
        content = answer.read()

    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert (content if only_said else gzip.decompress(content)) == CONTENT


def test_basic_auth_asks_for_the_user(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", BasicAuth("joe", "pä:ss"))
    pair = base64.b64encode("joe:pä:ss".encode()).decode()

    with asked(url) as nobody, asked(url, authorization=f"Basic {pair}") as joe:
        assert (nobody.status, joe.status) == (401, 200)
    assert nobody.headers["WWW-Authenticate"].startswith("Basic ")


def test_redirect_goes_wherever_it_is_told(source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Redirect("data:text/plain,x", 307))

    with asked(url) as answer:
        assert (answer.status, answer.headers["Location"]) == (307, "data:text/plain,x")


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


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_tls_is_trusted_with_its_authority(source: Source, name: str) -> None:
    source.put("disk.img", CONTENT)
    secured = source.over_tls()
    url = secured.url("disk.img").replace("127.0.0.1", name)

    with asked(url, authority=secured.authority) as answer:
        assert answer.read() == CONTENT
    assert len(source.requests("disk.img")) == 1


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ("expired", "expired"),
        ("other-host", "mismatch"),
        ("self-signed", "self.signed"),
    ],
)
def test_tls_with_a_bad_certificate_is_refused(
    source: Source, certificate: str, why: str
) -> None:
    source.put("disk.img", CONTENT)
    secured = source.over_tls(certificate)

    with (
        pytest.raises(ssl.SSLCertVerificationError, match=why),
        asked(secured.url("disk.img"), authority=secured.authority),
    ):
        pass

    assert source.requests("disk.img") == []


def test_the_same_files_come_over_ipv6(source: Source) -> None:
    source.put("disk.img", CONTENT)
    try:
        other = source.over_ipv6()
    except OSError:
        pytest.skip("there is no IPv6 here")

    with asked(other.url("disk.img")) as answer:
        assert answer.read() == CONTENT
    assert other.base_url.startswith("http://[::1]:")


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

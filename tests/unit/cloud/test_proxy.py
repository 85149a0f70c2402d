# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from tests.cloud.loopback import LoopbackServer
from tests.cloud.proxy import Proxy, forward

PATTERN = r"/images/\w+$"
WAIT_SECONDS = 30
LARGE_BYTES = 64 * 1024 * 1024


class _EchoHandler(BaseHTTPRequestHandler):
    """Answers with the number of bytes that it got, and remembers the request."""

    protocol_version = "HTTP/1.1"
    server: "Target"

    def do_PUT(self) -> None:
        if "early" in self.path:
            self._answer(409, b"early")
            return
        size = sum(map(len, self._pieces()))
        self.server.done.append((self.command, self.path, size))
        self._answer(200, str(size).encode())

    do_GET = do_POST = do_PATCH = do_PUT  # noqa: N815

    def _pieces(self) -> Iterator[bytes]:
        if "Transfer-Encoding" not in self.headers:
            left = int(self.headers.get("Content-Length", 0))
            while left and (piece := self.rfile.read(min(left, 65536))):
                left -= len(piece)
                yield piece
            if left:
                self.server.cut.set()
            return
        while size := int(self.rfile.readline() or b"-1", 16):
            if size < 0:
                self.server.cut.set()
                return
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Target(LoopbackServer):
    """A service that notes what it was asked to the end, and what was cut."""

    def __init__(self) -> None:
        super().__init__(_EchoHandler)
        self.done: list[tuple[str, str, int]] = []
        self.cut = threading.Event()


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as server:
        server.start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(target: Target) -> Iterator[Proxy]:
    with Proxy(target.url + "/image/") as proxy:
        yield proxy


def ask(
    proxy: Proxy,
    method: str,
    path: str,
    body: bytes | Iterator[bytes] | None = None,
    **headers: str,
) -> tuple[int, bytes]:
    """Status and body of the answer to one request; chunked if body is an iterator."""
    parts = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path + path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def half_an_upload(proxy: Proxy, head: bytes) -> socket.socket:
    """A connection that has sent the head of a PUT and the start of its body."""
    parts = urlsplit(proxy.url)
    client = socket.create_connection((parts.hostname, parts.port or 80))
    client.sendall(b"PUT /image/images/x HTTP/1.1\r\nHost: x\r\n" + head)
    return client


def test_requests_go_through_and_are_told(proxy: Proxy, target: Target) -> None:
    answer = ask(proxy, "POST", "/images/x?limit=1", b"{}", **{"X-Token": "t"})

    assert answer == (200, b"2")
    assert target.done == [("POST", "/image/images/x?limit=1", 2)]
    [sent] = proxy.sent
    assert (sent.number, sent.method, sent.path) == (1, "POST", "/image/images/x")
    assert (sent.query, sent.headers["x-token"]) == ("limit=1", "t")
    assert (sent.body, sent.status) == (b"{}", 200)
    assert proxy.methods() == {"POST"}


def test_a_body_with_a_length_streams_through(proxy: Proxy, target: Target) -> None:
    answer = ask(proxy, "PUT", "/images/x", bytes(LARGE_BYTES))

    assert answer == (200, str(LARGE_BYTES).encode())
    # The target may answer before the proxy has counted what it passed on.
    assert proxy.sent[0].answered.wait(WAIT_SECONDS)
    assert proxy.sent[0].body_size == LARGE_BYTES
    assert len(proxy.sent[0].body) == 64 * 1024


def test_a_chunked_body_streams_through(proxy: Proxy, target: Target) -> None:
    pieces = (bytes(size) for size in (1, 70_000, 1_000_000, 3))

    answer = ask(proxy, "PUT", "/images/x", pieces)

    assert answer == (200, b"1070004")
    assert proxy.sent[0].headers["transfer-encoding"] == "chunked"
    assert proxy.sent[0].answered.wait(WAIT_SECONDS)
    assert (proxy.sent[0].body_size, proxy.sent[0].body[:1]) == (1_070_004, b"\0")


def test_an_upload_is_passed_on_before_it_ends(proxy: Proxy, target: Target) -> None:
    with half_an_upload(proxy, b"Content-Length: 20\r\n\r\n0123456789") as client:
        sent = proxy.wait_for("PUT", PATTERN, body_size=10)
        client.sendall(b"0123456789")
        sent.answered.wait(30)

    assert (sent.body, sent.status) == (b"01234567890123456789", 200)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 20\r\n\r\n0123456789",
        b"Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n",
    ],
)
def test_an_upload_that_dies_is_cut_and_never_completed(
    proxy: Proxy, target: Target, head: bytes
) -> None:
    with half_an_upload(proxy, head):
        proxy.wait_for("PUT", PATTERN, body_size=10)

    assert target.cut.wait(30)
    assert proxy.sent[0].answered.wait(30)
    assert proxy.sent[0].status is None


def test_an_answer_that_comes_early_reaches_the_client(proxy: Proxy) -> None:
    status, body = ask(proxy, "PUT", "/images/early", bytes(LARGE_BYTES))

    assert (status, body) == (409, b"early")


@pytest.mark.filterwarnings("error")
def test_a_client_that_goes_on_after_its_answer_is_cut(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "LINGER_SECONDS", 0.01)
    proxy.on("PUT", PATTERN).answer(409)

    with half_an_upload(proxy, b"Content-Length: 20\r\n\r\n0123456789") as client:
        answer = client.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 409 ")
    assert proxy.sent[0].answered.wait(30)


def test_a_dead_target_is_a_closed_connection(target: Target, proxy: Proxy) -> None:
    target.shutdown()
    target.server_close()

    with pytest.raises(http.client.RemoteDisconnected):
        ask(proxy, "GET", "/images/x")


def test_drop_keeps_the_request_from_the_target(proxy: Proxy, target: Target) -> None:
    proxy.on("PATCH", PATTERN, nth=2).drop()

    first = ask(proxy, "PATCH", "/images/x", b"1")
    with pytest.raises(ConnectionError):
        ask(proxy, "PATCH", "/images/x", b"22")
    third = ask(proxy, "PATCH", "/images/x", b"333")

    assert (first, third) == ((200, b"1"), (200, b"3"))
    assert [size for _, _, size in target.done] == [1, 3]
    assert [sent.body for sent in proxy.sent] == [b"1", b"22", b"333"]


def test_drop_answer_lets_the_target_do_its_work(proxy: Proxy, target: Target) -> None:
    proxy.on("PATCH", PATTERN).drop_answer()

    with pytest.raises(ConnectionError):
        ask(proxy, "PATCH", "/images/x", b"1")

    assert target.done == [("PATCH", "/image/images/x", 1)]
    assert proxy.sent[0].status == 200


def test_answer_takes_the_target_s_place(proxy: Proxy, target: Target) -> None:
    proxy.on("PUT", PATTERN).answer(503, b"Busy", {"Retry-After": "1"})

    status, body = ask(proxy, "PUT", "/images/x", bytes(LARGE_BYTES))

    assert (status, body) == (503, b"Busy")
    assert target.done == []
    assert proxy.sent[0].status == 503


def test_delay_holds_the_request_back(proxy: Proxy, target: Target) -> None:
    go = threading.Event()
    proxy.on("GET", PATTERN).delay(until=go)
    client = threading.Thread(target=ask, args=(proxy, "GET", "/images/x"))

    client.start()
    sent = proxy.wait_for("GET", PATTERN)
    ask(proxy, "POST", "/images/x")
    go.set()
    client.join()

    assert [method for method, _, _ in target.done] == ["POST", "GET"]
    assert sent.answered.wait(30)


def test_delay_answer_holds_only_the_answer_back(proxy: Proxy, target: Target) -> None:
    go, answered = threading.Event(), threading.Event()
    proxy.on("GET", PATTERN).call_after(answered.set).delay_answer(until=go)
    client = threading.Thread(target=ask, args=(proxy, "GET", "/images/x"))

    client.start()
    assert answered.wait(30)
    held = proxy.sent[0].answered.is_set()
    go.set()
    client.join()

    assert not held
    assert len(target.done) == 1


def test_calls_come_before_and_after_the_target(proxy: Proxy, target: Target) -> None:
    seen: list[int] = []
    rule = proxy.on("GET", PATTERN)
    rule.call(lambda: seen.append(len(target.done)))
    rule.call_after(lambda: seen.append(len(target.done)))

    ask(proxy, "GET", "/images/x")

    assert seen == [0, 1]


def test_rules_apply_to_their_method_and_path_only(proxy: Proxy) -> None:
    proxy.on("GET", PATTERN).answer(500)

    statuses = [
        ask(proxy, "POST", "/images/x")[0],
        ask(proxy, "GET", "/images/x/file")[0],
        ask(proxy, "GET", "/images/x?a=b")[0],
    ]

    assert statuses == [200, 200, 500]
    assert len(proxy.matching("GET", PATTERN)) == 1


def test_waiting_in_vain_says_what_was_seen(proxy: Proxy) -> None:
    ask(proxy, "GET", "/images/x")

    with pytest.raises(TimeoutError, match="path='/image/images/x'"):
        proxy.wait_for("PUT", PATTERN, timeout=0.01)


def test_the_end_of_the_block_ends_its_connections(target: Target) -> None:
    with Proxy(target.url) as proxy:
        client = half_an_upload(proxy, b"Content-Length: 20\r\n\r\n0123456789")
        proxy.wait_for("PUT", PATTERN, body_size=10)

    with client:
        assert client.recv(1) == b""
    assert target.cut.wait(30)

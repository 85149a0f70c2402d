# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The real Glance, asked for a small history as the model is."""

from __future__ import annotations

import http.client
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.glance import STORES
from tests.cloud.source.faults import Stall
from tests.functional.purging import purge
from tests.simulation.glance.steps import BYTES, Ask, Begin, Hold, Settle

PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
MOVING = ("saving", "uploading")
IMPORT_SECONDS = 60.0


class RealGlance:
    """Four people, each with a project, and the bytes that Glance may fetch."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._people: Mapping[str, Account] = {
            **{who: cloud.account() for who in ("owner", "other", "third")},
            "admin": cloud.account(roles=["admin"]),
        }
        self.projects = {who: one.project_id for who, one in self._people.items()}
        self._source = cloud.source.folder()
        self.urls = {
            "url": self._source.put("disk", BYTES),
            "missing": self._source.url("missing"),
            "slow": self._source.put("slow", BYTES),
        }
        self._source.misbehave("slow", Stall(4))
        self._connection: http.client.HTTPConnection | None = None
        self._uploads: Begin | None = None

    def request(self, ask: Ask) -> requests.Response:
        options: dict[str, Any] = {"headers": dict(ask.headers), "params": ask.query}
        if isinstance(ask.body, bytes):
            options["data"] = iter([ask.body])
            options["headers"]["Content-Type"] = "application/octet-stream"
        elif ask.body is not None:
            options["json"] = ask.body
        if ask.method == "PATCH":
            options["headers"]["Content-Type"] = PATCH_TYPE
        path = ask.path if ask.path == "/versions" else f"/v2{ask.path}"
        if ask.who not in self._people:
            url = f"{self._cloud.glance_url}{path}"
            options["headers"]["X-Auth-Token"] = uuid.uuid4().hex
            return requests.request(ask.method, url, timeout=60, **options)
        return self._people[ask.who].glance(ask.method, path, **options)

    def begin(self, begin: Begin) -> None:
        account = self._people[begin.who]
        url = urllib.parse.urlsplit(account.glance_url)
        connection = http.client.HTTPConnection(url.netloc, timeout=60)
        connection.putrequest("PUT", f"{url.path}/v2{begin.path}")
        connection.putheader("X-Auth-Token", account.token)
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(_chunk(BYTES[:4]))
        self._connection, self._uploads = connection, begin
        self._wait(begin, lambda shown: bool(shown) and shown["status"] in MOVING)

    def finish(self) -> requests.Response:
        assert self._connection is not None
        self._connection.send(_chunk(BYTES[4:]) + _chunk(b""))
        told = self._connection.getresponse()
        answer = requests.Response()
        answer.status_code = told.status
        answer._content = told.read()
        self._connection.close()
        return answer

    def cut(self) -> None:
        assert self._connection is not None
        assert self._uploads is not None
        self._connection.close()
        self._wait(self._uploads, lambda shown: shown.get("status") not in MOVING)

    def settle(self, settle: Settle) -> None:
        def is_over(shown: Mapping[str, Any]) -> bool:
            return "os_glance_import_task" not in shown

        self._source.release("slow")
        self._wait(settle, is_over)
        self._source.misbehave("slow", Stall(4))

    def hold(self, hold: Hold) -> None:
        self._wait(hold, lambda shown: shown["status"] == "importing")

    def stores(self, image_id: str) -> list[str]:
        folders = self._cloud.folder.files / "images"
        return [name for name in STORES if (folders / name / image_id).exists()]

    def purge(self) -> None:
        purge(self._cloud, self.projects["owner"])

    def _wait(
        self, step: Begin | Hold | Settle, is_over: Callable[[Mapping[str, Any]], bool]
    ) -> None:
        path = "/".join(step.path.split("/")[:3])
        deadline = time.monotonic() + IMPORT_SECONDS
        for shown in self._shown(step.who, path):
            if is_over(shown):
                return
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)

    def _shown(self, who: str, path: str) -> Iterator[Mapping[str, Any]]:
        while True:
            answer = self._people[who].glance("GET", f"/v2{path}")
            yield answer.json() if answer.status_code == 200 else {}


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)

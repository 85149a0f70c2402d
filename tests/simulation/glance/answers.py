# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Answers of the model as those of ``requests`` that our code reads."""

from __future__ import annotations

import json
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from tests.simulation.glance.exchange import Answer


class Response(requests.Response):
    """An answer that came over no network: nothing is written as JSON to be read."""

    def __init__(self, answer: Answer, url: str = "") -> None:
        # The constructor of the class above costs more than the rest of a request.
        self.status_code = answer.status
        self.headers = CaseInsensitiveDict(answer.headers)
        self.url = url
        self.reason = ""
        self.encoding = "utf-8"
        self._body = answer.body

    def json(self, **kwargs: Any) -> Any:
        if isinstance(self._body, (dict, list)):
            return self._body
        return json.loads(self.text, **kwargs)

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def content(self) -> bytes:
        if self._body is None:
            return b""
        if isinstance(self._body, bytes):
            return self._body
        if isinstance(self._body, str):
            return self._body.encode()
        return json.dumps(self._body).encode()

    def iter_content(self, *args: Any, **kwargs: Any) -> Any:
        return iter([self.content] if self.content else [])

    def close(self) -> None:
        """Nothing is open."""

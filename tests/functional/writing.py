# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The requests of a run that change something, told apart, and met by a test."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.cloud.proxy import Proxy
from tests.cloud.proxy.sent import Sent

MARKS = (
    "/lifecycle_coming_",
    "/lifecycle_leaving_",
    "/lifecycle_listed_",
    "/lifecycle_numbering_",
)
"""Of what is under way."""

STATE = "/lifecycle_state"

WRITING = ("POST", "PUT", "PATCH", "DELETE")


def writes(proxy: Proxy) -> list[Sent]:
    """The requests so far that change something, in order."""
    return [sent for sent in proxy.sent if sent.method in WRITING]


def step(sent: Sent) -> str:
    """What a writing request does, in a word or two."""
    if sent.method != "PATCH":
        return f"{sent.method} {_noun(sent.path)}"
    operations = json.loads(sent.body)
    # What it only requires is set to what it is.
    said = {
        each["path"][1:]: each.get("value")
        for each in operations
        if each["op"] != "replace" and not each["path"].startswith(MARKS)
    }
    state = {each["path"]: each.get("value", "") for each in operations}.get(STATE)
    if not said and state is None:
        return "mark" if operations[0]["op"] == "add" else "settle"
    if said.keys() == {"os_hidden"}:
        return "hide" if said["os_hidden"] else "show"
    if said.get("os_hidden") is False:
        return "offer"
    if "lifecycle_promoted_from" in said:
        return "promote"
    if "lifecycle_retired_at" in said:
        return "announce"
    if state == "staged":
        return "stage"
    if state == "":
        return "withhold"
    if "lifecycle_published_at" in said:
        return "adopt"
    return "PATCH " + " ".join(sorted(said))


def _noun(path: str) -> str:
    behind_the_id = path.removeprefix("/v2/images").split("/")[2:]
    if not behind_the_id:
        return "record"
    first, *rest = behind_the_id
    return "member" if first == "members" and rest else behind_the_id[-1]


def on_write(
    proxy: Proxy, number: int, then: Callable[[], Any], *, answered: bool = False
) -> None:
    """Do *then* when the writing request of that number comes, or is answered."""
    arrived = count(1)

    def counted() -> Any:
        return then() if next(arrived) == number else None

    for method in WRITING:
        rule = proxy.on(method, "")
        (rule.after if answered else rule.before).append(counted)

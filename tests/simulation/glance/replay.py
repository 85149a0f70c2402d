# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A small history, told by a cloud: the model, or a real one."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import requests

from osc_imagetools.glance.api import reason
from tests.simulation.glance.steps import (
    Ask,
    Begin,
    Cut,
    Finish,
    History,
    Hold,
    Lies,
    Purge,
    Settle,
    Step,
)

PEOPLE = ("owner", "other", "third", "admin")
"""Each in a project of their own."""

Seen = tuple[int, Any]
"""The status of an answer, and what of it our code reads."""


class Cloud(Protocol):
    """Where a history takes place."""

    projects: Mapping[str, str]
    urls: Mapping[str, str]
    """``url`` has bytes for Glance to fetch, ``missing`` none, ``slow`` some later."""

    def request(self, ask: Ask) -> requests.Response:
        """The answer to what *ask* asks for, whose texts are whole."""

    def begin(self, begin: Begin) -> None:
        """Send the first bytes, and wait until Glance stores them."""

    def finish(self) -> requests.Response:
        """Send the last bytes."""

    def cut(self) -> None:
        """Close the connection, and wait until Glance has noticed."""

    def settle(self, settle: Settle) -> None:
        """Wait until Glance has let go of the image."""

    def hold(self, hold: Hold) -> None:
        """Wait until Glance waits for the bytes that it is to import."""

    def stores(self, image_id: str) -> list[str]:
        """Those in which there are bytes of an image."""

    def purge(self) -> None:
        """Take the rows of what the owner has deleted out of the database."""


class Names:
    """What the texts of one history stand for, in one cloud."""

    def __init__(self, cloud: Cloud) -> None:
        # Glance lists images of one second by their IDs: so each is above the last.
        self._run = uuid.uuid4().hex
        self._images: dict[str, str] = {}
        self._others = {**cloud.projects, **cloud.urls}

    def whole(self, said: Any) -> Any:
        """*said* with real names in all of its texts."""
        if isinstance(said, str):
            said = said.replace("NAME", f"n{self._run[:12]}")
            return re.sub(r"\{(\w+)\}", lambda found: self._of(found[1]), said)
        if isinstance(said, Mapping):
            return {name: self.whole(value) for name, value in said.items()}
        if isinstance(said, list):
            return [self.whole(value) for value in said]
        return said

    def told(self, said: Any) -> Any:
        """*said* with the names of the history in all of its texts."""
        text = json.dumps(said)
        for name, value in {**self._images, **self._others}.items():
            text = text.replace(value, f"{{{name}}}")
        return json.loads(text.replace(f"n{self._run[:12]}", "NAME"))

    def _of(self, name: str) -> str:
        if name in self._others:
            return self._others[name]
        number = len(self._images)
        first, run = self._run[:8], self._run
        made = f"{first}-{run[8:12]}-4{run[13:16]}-8{run[17:20]}-{number:012d}"
        return self._images.setdefault(name, made)


def replay(history: History, cloud: Cloud) -> list[Seen]:
    """What each step that has an answer was answered."""
    names = Names(cloud)
    answers = [_taken(step, cloud, names) for step in history.steps]
    return [answer for answer in answers if answer is not None]


def _taken(step: Step, cloud: Cloud, names: Names) -> Seen | None:
    match step:
        case Ask():
            return asked(step, cloud, names)
        case Finish():
            return seen(cloud.finish(), names)
        case Begin():
            cloud.begin(Begin(names.whole(step.path), step.who))
        case Cut():
            cloud.cut()
        case Settle():
            cloud.settle(Settle(names.whole(step.path), step.who))
        case Hold():
            cloud.hold(Hold(names.whole(step.path), step.who))
        case Lies():
            return 0, sorted(cloud.stores(names.whole(f"{{{step.image}}}")))
        case Purge():
            cloud.purge()
    return None


def asked(ask: Ask, cloud: Cloud, names: Names) -> Seen:
    """The answer to one request."""
    answer = cloud.request(named(ask, names))
    if ask.says:
        assert ask.says in reason(answer), reason(answer)
    return seen(answer, names)


def named(ask: Ask, names: Names) -> Ask:
    """*ask* as it is sent."""
    return Ask(
        ask.who,
        ask.method,
        names.whole(ask.path),
        names.whole(ask.body),
        ask.status,
        names.whole(ask.query),
        ask.headers,
    )


def expected(history: History) -> list[int | list[str]]:
    """The statuses that the table says, and in which stores there are bytes."""
    said: list[int | list[str]] = []
    for step in history.steps:
        if isinstance(step, Ask | Finish):
            said.append(step.status)
        elif isinstance(step, Lies):
            said.append(sorted(step.stores))
    return said


def statuses(answers: list[Seen]) -> list[int | list[str]]:
    """The same of what was answered."""
    return [status or said for status, said in answers]


def seen(answer: requests.Response, names: Names) -> Seen:
    """What our code reads of an answer; of a refusal its status alone."""
    if answer.status_code >= 400 or not answer.content:
        return answer.status_code, None
    try:
        said = answer.json()
    except ValueError:
        return answer.status_code, answer.content
    told = names.told(_read(said))
    if isinstance(said, dict) and "members" in said:
        told.sort(key=lambda one: one["member_id"])
    return answer.status_code, told


def _read(said: dict[str, Any]) -> Any:
    if "images" in said:
        return [[_image(one) for one in said["images"]], bool(said.get("next"))]
    if "members" in said:
        return [_member(one) for one in said["members"]]
    if "member_id" in said:
        return _member(said)
    if "tasks" in said:
        return [(one["status"], one["message"]) for one in said["tasks"]]
    if "stores" in said and "id" not in said:
        return [
            {name: one[name] for name in ("id", "default", "type") if name in one}
            for one in said["stores"]
        ]
    if "import-methods" in said:
        return said["import-methods"]["value"]
    if "versions" in said:
        return "v2.7" in [one["id"] for one in said["versions"]]
    return _image(said) if "id" in said else said


_TIMES = ("created_at", "updated_at")
_TASK = "os_glance_import_task"


def _image(shown: dict[str, Any]) -> dict[str, Any]:
    told = {name: said for name, said in shown.items() if name not in (*_TIMES, _TASK)}
    told["tags"] = sorted(shown["tags"])
    told["is locked"] = _TASK in shown
    for name in _TIMES:
        told[name] = bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown[name]))
    return told


def _member(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in ("member_id", "image_id", "status")}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The model: requests in, answers out, and what is stored between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from tests.simulation.glance import membership, records
from tests.simulation.glance.exchange import Answer, Handling, Request, ended
from tests.simulation.glance.imports import METHODS, Imports
from tests.simulation.glance.listing import MOST, page, seen_by
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.stores import STAGING, Stores
from tests.simulation.glance.table import (
    ConflictError,
    DeadlockError,
    DuplicateError,
    Table,
    Work,
    is_mutable,
)
from tests.simulation.glance.transfer import Transfers

VERSIONS = ("v2.17", "v2.7", "v2.0")


class Glance:
    """A Glance. *now* is its clock, *page* how many images it lists at the most."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        page: int = MOST,
        web: Mapping[str, bytes] | None = None,
        says_date: bool = True,
    ) -> None:
        self.table = Table(now)
        self.stores = Stores()
        self.later: list[Work] = []
        """What Glance has yet to do by itself: whoever schedules takes each on.

        Tasks of imports, and what follows an upload that was cut off. New work is
        appended; each is to be removed when it has ended.
        """
        self._page = page
        self._says_date = says_date
        self._transfers = Transfers(self.table, self.stores, self.later)
        self._imports = Imports(self.table, self.stores, self.later, web or {})

    def handle(self, request: Request) -> Handling:
        """Carry out *request*, giving way where the real one may do another's.

        What is closed before its end is a PUT whose client is gone: nothing else ends
        with its client, so whoever schedules takes it to its end. What the blocks of a
        PUT raise goes through.
        """
        try:
            answer = yield from self._handled(request)
        except RefusedError as refused:
            answer = Answer(refused.status, refused.words)
        except (ConflictError, DeadlockError, DuplicateError):
            answer = Answer(500, "Internal Server Error")
        if self._says_date:
            now = self.table.now().replace(microsecond=0)
            answer.headers = {**answer.headers, "Date": _date(now)}
        return answer

    def answer(self, request: Request) -> Answer:
        """The answer to a request that nothing comes between."""
        return ended(self.handle(request))

    def settle(self) -> None:
        """Let Glance do all that it has yet to do by itself."""
        while self.later:
            for _ in self.later.pop(0):
                pass

    def purge(self) -> None:
        """Forget what is deleted: its IDs may be used again."""
        self.table.purge()

    def _handled(self, request: Request) -> Handling:
        parts = _parts(request.path)
        if parts == ["versions"]:
            return Answer(200, {"versions": [{"id": one} for one in VERSIONS]})
        if not request.caller.has_token:
            raise RefusedError(401, "The request you have made requires authentication")
        match request.method, *parts:
            case "GET", "images":
                found = page(self.table, request.query, request.caller, self._page)
                return Answer(200, found)
            case "POST", "images":
                return (yield from self._create(request))
            case "GET", "images", image_id:
                shown = self.table.loaded(image_id, request.caller).shown
                return Answer(200, seen_by(shown, request.caller))
            case "PATCH", "images", image_id:
                return (yield from self._update(request, image_id))
            case "DELETE", "images", image_id:
                return (yield from self._delete(request, image_id))
            case "PUT", "images", image_id, "file":
                return (yield from self._transfers.upload(request, image_id))
            case "PUT", "images", image_id, "stage":
                return (yield from self._transfers.stage(request, image_id))
            case "POST", "images", image_id, "import":
                return (yield from self._imports.order(request, image_id))
            case "POST", "images", image_id, "actions", action:
                return (yield from self._act(request, image_id, action))
            case "PUT" | "DELETE", "images", image_id, "tags", tag:
                return (yield from self._tag(request, image_id, tag))
            case "GET", "images", image_id, "file":
                return self._download(request, image_id)
            case "GET", "images", image_id, "tasks":
                self.table.loaded(image_id, request.caller)
                return Answer(200, {"tasks": self._imports.tasks(image_id)})
            case _, "images", image_id, "members", *project:
                named = project[0] if project else ""
                answering = membership.answered(self.table, request, image_id, named)
                return (yield from answering)
            case "GET", "info", *what:
                return self._told(request, what)
        raise RefusedError(404, "The resource could not be found.")

    def _create(self, request: Request) -> Handling:
        moment = self.table.moment()
        shown, tags = records.made(
            request.body, request.caller, moment, self.table.new_id
        )
        yield
        self.table.insert(shown["id"], shown)
        if tags:
            yield
            yield from self._save_tags(shown["id"], tags)
        return Answer(201, {**shown, "tags": tags})

    def _update(self, request: Request, image_id: str) -> Handling:
        operations = records.read(request.body)
        loaded = self.table.loaded(image_id, request.caller).shown
        after = records.patched(loaded, operations, request.caller)
        if not operations:
            return Answer(200, seen_by(loaded, request.caller))
        for _, _, value in operations:
            records.refuse_unstorable(value)
        yield
        yield from self.table.save(image_id, after, request.caller)
        moment = self.table.moment()
        yield from self._save_tags(image_id, after["tags"])
        return Answer(200, seen_by({**after, "updated_at": moment}, request.caller))

    def _save_tags(self, image_id: str, tags: list[str]) -> Work:
        for tag in tags:
            records.refuse_unstorable(tag)
        yield from self.table.save_tags(image_id, tags)

    def _tag(self, request: Request, image_id: str, tag: str) -> Handling:
        loaded = self.table.loaded(image_id, request.caller).shown
        if not is_mutable(loaded, request.caller):
            raise RefusedError(403, "You are not permitted to modify this image.")
        others = [one for one in loaded["tags"] if one != tag]
        if request.method == "DELETE" and len(others) == len(loaded["tags"]):
            raise RefusedError(404, f"Tag {tag} not found")
        yield
        yield from self.table.save(image_id, loaded, request.caller)
        kept = [*others, tag] if request.method == "PUT" else others
        yield from self._save_tags(image_id, kept)
        return Answer(204)

    def _delete(self, request: Request, image_id: str) -> Handling:
        loaded = self.table.loaded(image_id, request.caller).shown
        if not is_mutable(loaded, request.caller):
            raise RefusedError(403, "You are not permitted to delete this image.")
        if loaded["protected"]:
            words = f"Image {image_id} is protected and cannot be deleted."
            raise RefusedError(403, words)
        if loaded["status"] == "deleted":
            words = "Image status transition from deleted to deleted is not allowed"
            raise RefusedError(400, words)
        self.stores.remove(STAGING, image_id)
        # Whoever is not told where the data lies can't have it removed.
        for store in _stores(seen_by(loaded, request.caller)):
            self.stores.remove(store, image_id)
        yield
        yield from self.table.delete(image_id, request.caller)
        return Answer(204)

    def _act(self, request: Request, image_id: str, action: str) -> Handling:
        before, after = {
            "deactivate": ("active", "deactivated"),
            "reactivate": ("deactivated", "active"),
        }[action]
        loaded = self.table.loaded(image_id, request.caller).shown
        if not is_mutable(loaded, request.caller):
            raise RefusedError(403, "You are not permitted to modify this image.")
        if loaded["status"] not in (before, after):
            words = f"Not allowed to {action} image in status '{loaded['status']}'"
            raise RefusedError(403, words)
        if loaded["status"] == before:
            yield
            values = {**loaded, "status": after}
            yield from self.table.save(image_id, values, request.caller, before)
            yield from self.table.save_tags(image_id, loaded["tags"])
        return Answer(204)

    def _download(self, request: Request, image_id: str) -> Answer:
        shown = self.table.loaded(image_id, request.caller).shown
        if shown["status"] == "deactivated" and not request.caller.is_admin:
            raise RefusedError(403, "The requested image has been deactivated.")
        for store in _stores(shown):
            data = self.stores.get(store, image_id)
            if data is not None:
                return Answer(200, data)
        return Answer(204)

    def _told(self, request: Request, what: list[str]) -> Answer:
        match what:
            case ["import"]:
                return Answer(200, {"import-methods": {"value": list(METHODS)}})
            case ["stores"]:
                listed = [self._store(name) for name in self.stores.names]
                return Answer(200, {"stores": listed})
            case ["stores", "detail"]:
                if not request.caller.is_admin:
                    words = "You are not authorized to complete stores_info_detail."
                    raise RefusedError(403, words)
                listed = [self._store(one) for one in self.stores.names]
                return Answer(
                    200, {"stores": [{**one, "type": "file"} for one in listed]}
                )
            case ["usage"]:
                return Answer(200, {"usage": {}})
        raise RefusedError(404, "The resource could not be found.")

    def _store(self, name: str) -> dict[str, str]:
        is_default = name == self.stores.default
        return {"id": name, **({"default": "true"} if is_default else {})}


@lru_cache(maxsize=64)
def _date(now: datetime) -> str:
    return format_datetime(now, usegmt=True)


def _parts(path: str) -> list[str]:
    if "://" in path:
        return path.rstrip("/").rsplit("/", 1)[-1:]
    parts = path.strip("/").split("/")
    return parts[1:] if parts[0] == "v2" else parts


def _stores(shown: Mapping[str, object]) -> Iterator[str]:
    return filter(None, str(shown.get("stores") or "").split(","))

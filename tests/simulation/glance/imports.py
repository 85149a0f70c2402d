# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Imports: an order that is answered at once, and a task that carries it out later."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.simulation.glance.exchange import Answer, Caller, Handling, Request
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.stores import STAGING, Stores
from tests.simulation.glance.table import (
    LOCK,
    ConflictError,
    Shown,
    Table,
    Work,
    is_mutable,
)
from tests.simulation.glance.transfer import described

METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
IMPORTING_TO = "os_glance_importing_to_stores"
FAILED_IN = "os_glance_failed_import"
NEEDED = {"web-download": "queued", "glance-direct": "uploading"}
"""The status in which an image has to be for each method that is modelled."""


class _FailedError(Exception):
    """The task ends here."""


@dataclass(slots=True)
class Order:
    """What was ordered, and what became of it."""

    id: str
    image_id: str
    method: str
    uri: str
    stores: tuple[str, ...]
    must_all_succeed: bool
    caller: Caller
    created_at: str
    status: str = "pending"
    message: str = ""

    def told(self) -> dict[str, Any]:
        """As the list of an image's tasks has it."""
        return {
            "id": self.id,
            "image_id": self.image_id,
            "type": "api_image_import",
            "status": self.status,
            "message": self.message,
            "created_at": self.created_at,
        }


class Imports:
    """Orders, and the tasks that carry them out."""

    def __init__(
        self,
        table: Table,
        stores: Stores,
        later: list[Work],
        web: Mapping[str, bytes],
    ) -> None:
        self._table = table
        self._stores = stores
        self._later = later
        self._web = web
        self._orders: list[Order] = []

    def tasks(self, image_id: str) -> list[dict[str, Any]]:
        """Those of an image, the newest first."""
        return [one.told() for one in self._orders[::-1] if one.image_id == image_id]

    def order(self, request: Request, image_id: str) -> Handling:
        """``POST /images/{id}/import``."""
        shown = self._table.loaded(image_id, request.caller).shown
        order = self._order(request, shown)
        yield
        if not (yield from self._table.set_lock(image_id, order.id)):
            raise RefusedError(
                409,
                f"New operation on image '{image_id}' is not permitted as prior "
                "operation is still in progress",
            )
        self._orders.append(order)
        self._later.append(self._carried_out(order))
        return Answer(202)

    def _order(self, request: Request, shown: Shown) -> Order:
        body, image_id = request.body, shown["id"]
        method = body["method"]["name"]
        if method not in METHODS:
            raise RefusedError(400, f"Unknown import method name '{method}'.")
        # Nobody here asks for the other two: better no answer than a wrong one.
        assert method in NEEDED, method
        if shown["status"] == "active":
            raise RefusedError(
                409, "Image with status active cannot be target for import"
            )
        if shown["status"] != NEEDED[method]:
            raise RefusedError(409, f"Image needs to be in '{NEEDED[method]}' state")
        if not (shown["container_format"] and shown["disk_format"]):
            raise RefusedError(409, "'disk_format' needs to be set before import")
        if not is_mutable(shown, request.caller):
            raise RefusedError(403, "You are not permitted to modify this image.")
        if LOCK in shown:
            raise RefusedError(409, "Image has active task")
        stores = self._asked_for(body)
        uri = body["method"].get("uri", "")
        if method == "web-download" and not uri.startswith(("http://", "https://")):
            words = f"URI for web-download does not pass filtering: {uri}"
            raise RefusedError(400, words)
        return Order(
            id=self._table.new_id(),
            image_id=image_id,
            method=method,
            uri=uri,
            stores=stores,
            must_all_succeed=body.get("all_stores_must_succeed", True),
            caller=request.caller,
            created_at=self._table.moment(),
        )

    def _asked_for(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        if body.get("all_stores"):
            return self._stores.names
        stores = tuple(body.get("stores") or (self._stores.default,))
        for store in stores:
            if store not in self._stores.names:
                raise RefusedError(409, f"Unknown scheme '{store}' found in URI")
        return stores

    def _carried_out(self, order: Order) -> Work:
        yield
        order.status = "processing"
        try:
            yield from self._imported(order)
            order.status = "success"
        except (_FailedError, ConflictError, RefusedError):
            order.status, order.message = "failure", "Task failed due to Internal Error"
            yield from self._reverted(order)
        yield
        self._table.drop_lock(order.image_id, order.id)

    def _imported(self, order: Order) -> Work:
        image, loaded = self._loaded(order)
        image["status"] = "importing"
        image[IMPORTING_TO] = ",".join(sorted(order.stores))
        image.setdefault(FAILED_IN, "")
        yield
        yield from self._save(order, image, loaded)
        if order.method == "web-download":
            yield
            data = self._web.get(order.uri)
            if data is None:
                raise _FailedError
            self._stores.put(STAGING, order.image_id, data)
        for number, store in enumerate(order.stores, 1):
            yield from self._stored(order, store, is_last=number == len(order.stores))
        self._stores.remove(STAGING, order.image_id)
        image, loaded = self._loaded(order)
        if image["status"] != "active":
            raise _FailedError
        yield
        yield from self._save(order, image, loaded)

    def _stored(self, order: Order, store: str, *, is_last: bool) -> Work:
        image, loaded = self._loaded(order)
        staged = self._stores.get(STAGING, order.image_id)
        if image["status"] == "deleted" or staged is None:
            raise _FailedError
        yield
        self._stores.put(store, order.image_id, staged)
        order.message = "Copied 0 MiB"
        image.update(described(image, staged))
        image["stores"] = _joined(image.get("stores"), store)
        image[IMPORTING_TO] = _without(image[IMPORTING_TO], store)
        if is_last or not order.must_all_succeed:
            image["status"] = "active"
        yield from self._save(order, image, loaded)

    def _reverted(self, order: Order) -> Work:
        for store in order.stores:
            yield
            self._stores.remove(store, order.image_id)
        with suppress(_FailedError, ConflictError, RefusedError):
            image, loaded = self._loaded(order)
            image["status"] = "queued"
            image[FAILED_IN] = ",".join(sorted(order.stores))
            image[IMPORTING_TO] = ""
            nothing = ("size", "virtual_size", "checksum", "os_hash_algo")
            image.update(dict.fromkeys((*nothing, "os_hash_value")))
            yield
            yield from self._save(order, image, loaded)

    def _loaded(self, order: Order) -> tuple[dict[str, Any], str]:
        """The image to be changed, and its status; only while it is ours."""
        shown = self._table.loaded(order.image_id, order.caller).shown
        if shown.get(LOCK) != order.id:
            raise _FailedError
        return dict(shown), shown["status"]

    def _save(self, order: Order, image: dict[str, Any], status: str) -> Work:
        self._loaded(order)
        yield from self._table.save(order.image_id, image, order.caller, status)
        yield from self._table.save_tags(order.image_id, image["tags"])


def _joined(stores: Any, store: str) -> str:
    return f"{stores},{store}" if stores else store


def _without(stores: str, store: str) -> str:
    return ",".join(one for one in stores.split(",") if one != store)

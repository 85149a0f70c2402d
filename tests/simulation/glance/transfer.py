# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes on their way into an image: what is loaded when they begin is saved at the end.

So whatever changes the row meanwhile is undone by that, or makes it fail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from tests.simulation.glance.exchange import Answer, Caller, Handling, Request
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.stores import STAGING, Stores
from tests.simulation.glance.table import (
    ConflictError,
    Shown,
    Table,
    Work,
    is_mutable,
)

MAGIC = {"qcow2": b"QFI\xfb", "vmdk": b"KDMV", "vhdx": b"vhdxfile"}
"""By which a format is told; what has none of these is raw."""


class Transfers:
    """Uploads, and what is put where imports are made from."""

    def __init__(self, table: Table, stores: Stores, later: list[Work]) -> None:
        self._table = table
        self._stores = stores
        self._later = later

    def upload(self, request: Request, image_id: str) -> Handling:
        """``PUT /images/{id}/file``."""
        store = request.headers.get("X-Image-Meta-Store") or self._stores.default
        if store not in self._stores.names:
            raise RefusedError(400, f"Unknown scheme '{store}' found in URI")
        loaded = self._begun(request, image_id, "saving")
        yield
        yield from self._save(loaded, "queued", request.caller, gone=410)
        data = yield from self._received(request, loaded)
        if self._stores.get(store, image_id) is not None:
            yield from self._restored(loaded, request.caller)
            raise RefusedError(500, "Internal Server Error")
        self._stores.put(store, image_id, data)
        # All the time that the data takes to be stored.
        yield
        stored = {**loaded, **described(loaded, data), "stores": store}
        if not _is_of_format(loaded, data):
            # The data stays where it is: another upload meets it.
            yield from self._restored(stored, request.caller)
            words = "Image disk_format %s does not match stream data raw"
            raise RefusedError(415, words % loaded["disk_format"])
        try:
            done = {**stored, "status": "active"}
            yield from self._save(done, "saving", request.caller, gone=410)
        except RefusedError:
            self._stores.remove(store, image_id)
            raise
        return Answer(204)

    def stage(self, request: Request, image_id: str) -> Handling:
        """``PUT /images/{id}/stage``."""
        loaded = self._begun(request, image_id, "uploading")
        yield
        yield from self._save(loaded, "queued", request.caller, gone=500)
        data = yield from self._received(request, loaded)
        self._stores.put(STAGING, image_id, data)
        yield
        done = {**loaded, "size": len(data)}
        yield from self._save(done, "uploading", request.caller, gone=500)
        return Answer(204)

    def _begun(self, request: Request, image_id: str, status: str) -> dict[str, Any]:
        shown = self._table.loaded(image_id, request.caller).shown
        if not is_mutable(shown, request.caller):
            raise RefusedError(
                403, f"Not allowed to upload image data for image {image_id}"
            )
        if shown["status"] != "queued":
            before = shown["status"]
            words = f"Image status transition from {before} to {status} is not allowed"
            raise RefusedError(409, words)
        if not (shown["disk_format"] and shown["container_format"]):
            raise RefusedError(400, "Properties must be set prior to saving data.")
        return {**shown, "status": status}

    def _received(
        self, request: Request, loaded: Shown
    ) -> Generator[None, None, bytes]:
        """All that is sent; a sender that breaks off leaves the image ``queued``."""
        blocks: Iterable[bytes] = request.body or ()
        data = b""
        try:
            for block in blocks:
                data += block
                yield
        except BaseException:
            # Also where nobody waits for the answer: the generator was closed.
            self._later.append(self._restored(loaded, request.caller))
            raise
        return data

    def _restored(self, loaded: Shown, caller: Caller) -> Work:
        yield
        before = {**loaded, "status": "queued", "size": None, "virtual_size": None}
        with suppress(RefusedError):
            yield from self._table.save(loaded["id"], before, caller)
            yield from self._table.save_tags(loaded["id"], loaded["tags"])

    def _save(self, values: Shown, from_status: str, caller: Caller, gone: int) -> Work:
        image_id = values["id"]
        try:
            yield from self._table.save(image_id, values, caller, from_status)
        except (ConflictError, RefusedError) as error:
            if gone == 500 and isinstance(error, RefusedError):
                raise
            words = f"Image {image_id} could not be found after upload."
            raise RefusedError(gone, words) from error
        yield from self._table.save_tags(image_id, values["tags"])


@lru_cache(maxsize=256)
def _digests(data: bytes) -> tuple[str, str]:
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return md5, hashlib.sha512(data).hexdigest()


def described(image: Shown, data: bytes) -> dict[str, Any]:
    """What Glance finds out of an image's *data*."""
    checksum, value = _digests(data)
    size = len(data)
    if image["disk_format"] == "qcow2":
        virtual_size = int.from_bytes(data[24:32], "big")
    else:
        virtual_size = size
    return {
        "size": size,
        "virtual_size": virtual_size,
        "checksum": checksum,
        "os_hash_algo": "sha512",
        "os_hash_value": value,
    }


def _is_of_format(image: Shown, data: bytes) -> bool:
    magic = MAGIC.get(image["disk_format"])
    return magic is None or data.startswith(magic)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Imports that Glance carries out by itself, and what became of them.

The client's own ``image import`` doesn't look at Glance's answer, nor at what happens
later. Here both count: a refused POST is an error, and so is a task that failed, which
shows as an image that is ``queued`` again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError, refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import STREAM, WEB_DOWNLOAD, Route
from osc_imagetools.lifecycle.image import Image

POLL_SECONDS = 0.2
POLL_MAX_SECONDS = 5.0
POLL_GROWTH = 1.5

FAILED_IN = "os_glance_failed_import"
"""Glance's own property: the stores, with commas, in which it failed."""

LOCK = "os_glance_import_task"
"""Glance's own property, as long as an import runs."""

BEGIN_SECONDS = 10

_UNDER_WAY = ("saving", "uploading", "importing", "active")

Stage = Callable[[str], None]
"""Told what Glance says that it does."""


class ImportFailedError(OperatorError):
    """Glance took the order, and failed at it."""


def start_import(images: Images, image: Image, route: Route, url: str = "") -> None:
    """Order the import; raises `GlanceError` with Glance's own words if it refuses."""
    method = {"name": route.method}
    if route.method == WEB_DOWNLOAD:
        method["uri"] = url
    body: dict[str, Any] = {"method": method}
    if route.all_stores:
        body["all_stores"] = True
    elif route.stores:
        body["stores"] = list(route.stores)
    if (route.all_stores or route.stores) and route.allow_failure:
        body["all_stores_must_succeed"] = False
    answer = images.api.post(f"/images/{image.id}/import", json=body)
    if answer.status_code == 202:
        return
    raise refusal(
        f"Glance refused to import image {image.id}",
        answer,
        _remedy(answer.status_code, route.method),
    )


def wait_for_import(
    images: Images, image: Image, route: Route, stage: Stage = lambda _: None
) -> Image:
    """The image, once it is ``active`` and Glance has let go of it.

    Glance writes to it after it is active: a change before would be undone, and a
    DELETE refused. There are 0.2 to 5 seconds between two looks.

    Raises `ImportFailedError` when Glance failed, gave the image another end, or goes
    on for longer than the route's timeout.
    """
    started = time.monotonic()
    for seconds in _pauses():
        found = images.get(image.id)
        if found is None:
            raise ImportFailedError(
                f"Image {image.id} was deleted while Glance imported it",
                do="Nothing was published. See who deletes images here.",
            )
        if found.status == "active" and LOCK not in found.fields:
            return found
        elapsed = time.monotonic() - started
        _refuse_end(images, found, route, elapsed)
        if elapsed > route.timeout_seconds:
            raise ImportFailedError(
                f"Glance has not imported image {image.id} in "
                f"{route.timeout_seconds:g} seconds",
                f"it is still '{found.status}'{_told(images, found)}",
                f"Give it longer with --timeout, or use --method {STREAM}.",
            )
        if said := task_message(images, found):
            stage(said)
        time.sleep(seconds)
    raise AssertionError("the pauses never end")


def failed_stores(image: Image) -> tuple[str, ...]:
    """The stores that have not got the image, of those that should."""
    return tuple(filter(None, (image.text(FAILED_IN) or "").split(",")))


def _refuse_end(images: Images, image: Image, route: Route, elapsed: float) -> None:
    if image.status in _UNDER_WAY:
        return
    if image.status == "queued" and not _has_failed(image, elapsed):
        return
    raise ImportFailedError(
        f"Glance failed to import image {image.id}",
        f"it is '{image.status}'{_told(images, image)}",
        _FAILED.get(route.method, ""),
    )


def _has_failed(image: Image, elapsed: float) -> bool:
    # Glance holds a lock on an image from its answer to the end of the import; one
    # older than Victoria holds none, and may only be about to begin.
    is_locked = LOCK in image.fields
    return bool(failed_stores(image)) or (not is_locked and elapsed > BEGIN_SECONDS)


def _told(images: Images, image: Image) -> str:
    stores = ", ".join(failed_stores(image))
    where = f" and not in {stores}" if stores else ""
    return f"{where}; its task says: {task_message(images, image) or 'nothing'}"


def task_message(images: Images, image: Image) -> str:
    """What the newest task of the image says, as far as we may read it."""
    try:
        answer = images.api.get(f"/images/{image.id}/tasks")
    except GlanceError:
        return ""
    if answer.status_code != 200:
        return "not readable with your rights" if answer.status_code == 403 else ""
    tasks: list[dict[str, Any]] = answer.json().get("tasks") or []
    newest = max(tasks, key=lambda task: str(task.get("created_at")), default={})
    return " ".join(str(newest.get("message") or "").split())


def _pauses() -> Iterator[float]:
    seconds = POLL_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * POLL_GROWTH, POLL_MAX_SECONDS)


def _remedy(status: int, method: str) -> str:
    if status == 400 and method == WEB_DOWNLOAD:
        return (
            "Glance fetches only from the hosts and ports that the cloud's "
            f"'import_filtering_opts' allow: use --method {STREAM}."
        )
    return _REMEDIES.get(status, "")


_REMEDIES = {
    404: f"This cloud has no such import: use --method {STREAM}.",
    409: "Another import holds its lock: it can be taken over an hour after it died.",
    413: "Free some of the quota, or ask for a larger one.",
}

_FAILED = {
    WEB_DOWNLOAD: (
        "Glance fetches over its own network, not over yours, and unpacks nothing "
        f"unless its plugins are on: --method {STREAM} does both here."
    ),
    "glance-direct": (
        "If it stays so: Glance's nodes may not share their staging folder. "
        f"Use --method {STREAM}."
    ),
}

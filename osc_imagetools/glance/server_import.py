# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Imports that Glance carries out by itself, and what became of them.

The client's own ``image import`` doesn't look at Glance's answer, nor at what happens
later. Here both count: a refused POST is an error, and so is a task that failed, which
shows as an image that is ``queued`` again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import requests

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError, refusal, told
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.ordered import ordered
from osc_imagetools.glance.route import STREAM, WEB_DOWNLOAD, Route
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.properties import FAILED_IN, IMPORT_TASK

POLL_SECONDS = 0.2
POLL_MAX_SECONDS = 5.0
POLL_GROWTH = 1.5

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

    def begun() -> Image | None:
        found = images.get(image.id)
        return found if found is not None and _has_begun(found) else None

    path = f"/images/{image.id}/import"
    # A query may be a signature: it stays out of the client's log.
    order = partial(images.api.post, path, json=body, log="?" not in url)
    answer = ordered(images.machine, order, begun)
    if isinstance(answer, Image) or answer.status_code == 202:
        return
    raise refusal(
        _("Glance refused to import image %s") % image.id,
        answer,
        _remedy(answer.status_code, answer.text),
    )


def wait_for_import(
    images: Images, image: Image, route: Route, stage: Stage = lambda _: None
) -> Image:
    """The image, once it is ``active`` and Glance no longer works on it.

    Glance writes to it after it is active: a change before would be undone, and a
    DELETE refused. There are 0.2 to 5 seconds between two looks, one listing for all
    the images that jobs of this process wait for.

    Raises `ImportFailedError` when Glance failed, gave the image another end, or goes
    on for longer than the route's timeout.
    """
    with images.watch.on(image):
        return _waited_for(images, image, route, stage)


def _waited_for(images: Images, image: Image, route: Route, stage: Stage) -> Image:
    started = images.machine.monotonic()
    for seconds in _pauses():
        found = images.watch.look(image)
        if found is None:
            raise ImportFailedError(
                _("Image %s was deleted while Glance imported it") % image.id,
                do=_("Nothing was published. Find out who deletes images here."),
            )
        if found.status == "active" and IMPORT_TASK not in found.fields:
            return found
        elapsed = images.machine.monotonic() - started
        _refuse_end(images, found, route, elapsed)
        if elapsed > route.timeout_seconds:
            raise ImportFailedError(
                _("Glance did not import image %(id)s in %(seconds)g seconds")
                % {"id": image.id, "seconds": route.timeout_seconds},
                _told(images, found, *_LATE),
                _("Allow more time with --timeout, or use --method %s.") % STREAM,
            )
        if not images.watch.is_shared and (said := task_message(images, found)):
            stage(said)
        images.machine.sleep(seconds)
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
        _("Glance failed to import image %s") % image.id,
        _told(images, image, *_OVER),
        _FAILED.get(route.method, ""),
    )


def _has_begun(image: Image) -> bool:
    is_there = image.status in ("importing", "active")
    return is_there or IMPORT_TASK in image.fields or bool(failed_stores(image))


def _has_failed(image: Image, elapsed: float) -> bool:
    # Glance holds a lock on an image from its answer to the end of the import; one
    # older than Victoria holds none, and may only be about to begin.
    is_locked = IMPORT_TASK in image.fields
    return bool(failed_stores(image)) or (not is_locked and elapsed > BEGIN_SECONDS)


_LATE = (
    _("it is still '%(status)s'; its task says: %(said)s"),
    _("it is still '%(status)s' and not in %(stores)s; its task says: %(said)s"),
)
_OVER = (
    _("it is '%(status)s'; its task says: %(said)s"),
    _("it is '%(status)s' and not in %(stores)s; its task says: %(said)s"),
)


def _told(images: Images, image: Image, everywhere: str, but_for_some: str) -> str:
    """One of two texts: the second where stores have not got it."""
    stores = ", ".join(failed_stores(image))
    text = but_for_some if stores else everywhere
    said = task_message(images, image) or _("nothing")
    return text % {"status": image.status, "stores": stores, "said": said}


def task_message(images: Images, image: Image) -> str:
    """What the newest task of the image says, as far as we may read it."""
    try:
        # It holds the URL, whose query may be a signature.
        answer = images.api.get(f"/images/{image.id}/tasks", log=False)
    except GlanceError:
        return ""
    if answer.status_code != 200:
        return (
            _("your roles do not allow you to read it")
            if answer.status_code == 403
            else ""
        )
    newest = max(
        _tasks(answer), key=lambda task: str(task.get("created_at")), default={}
    )
    return " ".join(str(newest.get("message") or "").split())


def _tasks(answer: requests.Response) -> list[dict[str, Any]]:
    """Those that *answer* lists: none if it is the page of something before Glance."""
    try:
        listed = told(_("The tasks can't be read"), answer, "tasks")["tasks"]
    except GlanceError:
        return []
    tasks = listed if isinstance(listed, list) else []
    return [task for task in tasks if isinstance(task, dict)]


def _pauses() -> Iterator[float]:
    seconds = POLL_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * POLL_GROWTH, POLL_MAX_SECONDS)


def _remedy(status: int, words: str) -> str:
    if status == 400 and "does not pass filtering" in words:
        do = _(
            "Glance fetches only from the hosts and ports that the cloud's "
            "'import_filtering_opts' allow: use --method %s."
        )
        return do % STREAM
    if status == 404 and "image" not in words.lower():
        return _("This cloud does not support this import: use --method %s.") % STREAM
    return ""


_FAILED = {
    WEB_DOWNLOAD: _(
        "Glance fetches over its own network, not over yours, and unpacks nothing "
        "unless its plugins are enabled: --method %s does both here."
    )
    % STREAM,
    "glance-direct": _(
        "If this persists, Glance's nodes may not share their staging folder. "
        "Use --method %s."
    )
    % STREAM,
}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images in Glance: listed, read, created, changed and deleted, each time truly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests

from osc_imagetools.glance.api import (
    Api,
    GlanceError,
    reason,
    refusal,
    told,
)
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.image import GONE, Image
from osc_imagetools.lifecycle.moments import format_time

PAGE = 1000
"""Images a page: the most that Glance gives at once."""

CHANGE_LOST_SECONDS = 60
"""Until a change that others keep undoing is given up."""

RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries of a change; the last one repeats."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""At most so far are those of a cloud's machines apart."""

HIDDEN_SINCE = (2, 7)
"""The version of the Image API that brought ``os_hidden``."""


class ImageExistsError(GlanceError):
    """The ID is taken: by an image, or by one that was deleted."""


class Images:
    """The images of one cloud, as the user of this session may see them."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def now(self) -> datetime:
        """The time on the cloud's clock."""
        return self.api.now()

    def require_hidden(self) -> None:
        """Raise `GlanceError` on a cloud whose Image API can't hide images."""
        versions = self.api.versions()
        if versions and max(versions) < HIDDEN_SINCE:
            newest = ".".join(str(part) for part in max(versions))
            raise GlanceError(
                "This cloud's Image API can't hide an image",
                f"it speaks version {newest}; 'os_hidden' came with 2.7 (Rocky)",
                "Nothing was changed. Images can't be managed on this cloud.",
            )

    def matching(self, **filters: str) -> Iterator[Image]:
        """Every image that matches Glance's own *filters*, in pages of 1,000."""
        params: dict[str, Any] = {"limit": PAGE, **filters}
        while True:
            answer = self.api.get("/images", params=params)
            if answer.status_code != 200:
                raise refusal("Images could not be listed", answer)
            page = told("Images could not be listed", answer, "images")["images"]
            yield from (Image.from_glance(shown) for shown in page)
            if len(page) < PAGE:
                return
            params["marker"] = page[-1]["id"]

    def named(self, name: str, project: str) -> list[Image]:
        """Images of exactly this name that aren't hidden, whoever owns them.

        Of other projects' shared images, which an admin sees all of, only those
        that *project* has accepted. Glance compares names as its database
        does: compared again here.
        """
        return [
            image
            for image in self.matching(name=f"eq:{name}", visibility="all")
            if image.name == name and self._is_offered(image, project)
        ]

    def of_family(self, owner: str, family: str) -> list[Image]:
        """What says that it belongs to the family, visible or hidden."""
        return self.whole(lifecycle_family=family, owner=owner)

    def whole(self, **filters: str) -> list[Image]:
        """Every image that matches Glance's own *filters*, visible or hidden.

        One request can't list both. An image that is published meanwhile would
        be in neither list, so the visible ones are listed twice; the newest
        reading of each counts.
        """
        visible = self._listed("false", filters)
        hidden = self._listed("true", filters)
        return list({**visible, **hidden, **self._listed("false", filters)}.values())

    def survey(self, **filters: str) -> list[Image]:
        """The same for whoever decides nothing by it, sooner.

        Of the visible ones only those that have changed since are listed twice.
        """
        begun = time.monotonic()
        visible = self._listed("false", filters)
        took = timedelta(seconds=time.monotonic() - begun)
        since = format_time(self.now() - took - CLOCKS_DIFFER)
        hidden = self._listed("true", filters)
        changed = self._listed("false", {**filters, "updated_at": f"gte:{since}"})
        return list({**visible, **hidden, **changed}.values())

    def get(self, image_id: str) -> Image | None:
        """The image of that ID; ``None`` if there is none, or not any more."""
        answer = self.api.get(f"/images/{image_id}")
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise refusal(f"Image {image_id} could not be read", answer)
        image = _image(f"Image {image_id} could not be read", answer)
        return None if image.status in GONE else image

    def create(self, record: Mapping[str, Any]) -> Image:
        """The record, created by the one POST that may fail for a missing right.

        Raises `ImageExistsError` when the ID is taken, `GlanceError` otherwise. After
        the latter there may be a record all the same: Glance refuses a tag
        after it has made the image.
        """
        answer = self.api.post("/images", json=dict(record))
        what = f"Image '{record['name']}' was not created"
        if answer.status_code == 201:
            return _image(what, answer)
        if answer.status_code == 409:
            raise ImageExistsError(what, reason(answer), status=409)
        raise refusal(what, answer, _remedy(answer.status_code, record))

    def change(
        self,
        image: Image,
        change: Change,
        gives_way: Callable[[Image], bool] = lambda image: False,
    ) -> Image:
        """The image, read back with all of *change* on it, by one PATCH a try.

        Glance saves whole rows, so of two PATCHes at once that it both answers
        200 one can vanish: what counts is what was read back. Another's change to the
        same image stays where *gives_way* says so of what was read back. Raises
        `GlanceError` when it is refused, or not seen after 60 s.
        """
        deadline = time.monotonic() + CHANGE_LOST_SECONDS
        delays = iter(RETRY_SECONDS)
        why = ""
        is_read = True
        while operations := change.patch(image):
            # What was read before an answer that failed may be outdated: never sent
            # again by that.
            if is_read:
                why = self._patch(image, operations) or why
            is_read = False
            try:
                read_back = self.get(image.id)
            except GlanceError as error:
                if error.is_final:
                    raise
                why = str(error)
            else:
                if read_back is None:
                    raise GlanceError(
                        f"Image {image.id} was deleted while it was changed"
                    )
                image, is_read = read_back, True
                if change.is_seen_on(image) or gives_way(image):
                    break
            if time.monotonic() > deadline:
                raise GlanceError(
                    f"A change to image {image.id} was not seen for "
                    f"{CHANGE_LOST_SECONDS} seconds",
                    why or "other changes keep undoing it",
                    "See who else writes to it, then run the command again.",
                )
            time.sleep(next(delays, RETRY_SECONDS[-1]))
        return image

    def delete(self, image_id: str) -> None:
        """Delete it; that it is gone already is success.

        A listed image of status ``deleted`` is answered 400 for ever.
        """
        answer = self.api.delete(f"/images/{image_id}")
        if answer.status_code in (204, 404):
            return
        if answer.status_code == 400 and self.get(image_id) is None:
            return
        raise refusal(f"Image {image_id} was not deleted", answer)

    def _listed(self, hidden: str, filters: Mapping[str, str]) -> dict[str, Image]:
        listing = self.matching(visibility="all", os_hidden=hidden, **filters)
        return {image.id: image for image in listing}

    def _is_offered(self, image: Image, project: str) -> bool:
        if image.visibility != "shared" or image.owner == project:
            return True
        answer = self.api.get(f"/images/{image.id}/members/{project}")
        if answer.status_code != 200:
            return False
        what = f"Whether image {image.id} was accepted can't be read"
        return bool(told(what, answer, "status")["status"] == "accepted")

    def _patch(self, image: Image, operations: list[dict[str, Any]]) -> str:
        """Send it; why it may not have been done, if it can be tried again."""
        try:
            answer = self.api.patch(f"/images/{image.id}", operations)
        except GlanceError as error:
            return str(error)
        if answer.status_code == 200:
            return ""
        do = needed_role(_policy(operations)) if answer.status_code == 403 else ""
        answered = refusal(f"Image {image.id} was not changed", answer, do)
        if answered.is_final:
            raise answered
        return answered.why


def _image(what: str, answer: requests.Response) -> Image:
    return Image.from_glance(told(what, answer, "id", "status", "visibility"))


def needed_role(policy: str) -> str:
    """What to do about a 403 that *policy* of Glance decided."""
    role = "admin" if policy == "publicize_image" else "member"
    return (
        f"The policy '{policy}' decides that: it asks for the role '{role}' unless "
        "this cloud says otherwise."
    )


def _policy(operations: list[dict[str, Any]]) -> str:
    values = {step["path"]: step.get("value") for step in operations}
    of_visibility = {"public": "publicize_image", "community": "communitize_image"}
    return of_visibility.get(str(values.get("/visibility")), "modify_image")


def _remedy(status: int, record: Mapping[str, Any]) -> str:
    if status == 403 and record.get("visibility") in ("public", "community"):
        return (
            f"Your roles don't allow a {record['visibility']} image here: ask for the "
            "role that the policy wants, or import with --private or --shared."
        )
    if status == 403:
        return "Ask for the role that the policy wants."
    return ""

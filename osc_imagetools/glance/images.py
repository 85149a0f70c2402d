# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images in Glance: listed, read, created, changed and deleted, each time truly."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests

from osc_imagetools.glance.api import (
    CONFLICTS,
    Api,
    GlanceError,
    reason,
    refusal,
    told,
)
from osc_imagetools.glance.journal import JOURNAL
from osc_imagetools.glance.listing import listing
from osc_imagetools.glance.ordered import ordered
from osc_imagetools.glance.patience import TOO_MANY, Patience
from osc_imagetools.glance.watch import Watch
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.image import GONE, Image

LOG = logging.getLogger(__name__)

CHANGE_LOST_SECONDS = 60
"""Until a change that others keep undoing is given up."""

CHANGE_SETTLES_SECONDS = 0.1
"""Until a change that another writer had begun before ours is through."""

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
        self.machine = api.machine
        self.watch = Watch(self)

    def now(self) -> datetime:
        """The time on the cloud's clock."""
        return self.api.now()

    def require_hidden(self) -> None:
        """Raise `GlanceError` on a cloud whose Image API can't hide images."""
        versions = self.api.versions()
        if versions and max(versions) < HIDDEN_SINCE:
            newest = ".".join(str(part) for part in max(versions))
            raise GlanceError(
                _("This cloud's Image API can't hide an image"),
                _("it is version %s; 'os_hidden' requires 2.7 (Rocky)") % newest,
                _("Nothing was changed. Images can't be managed on this cloud."),
            )

    def matching(self, **filters: str) -> Iterator[Image]:
        """Every image that matches Glance's own *filters*, in as few pages as it can.

        Raises `GlanceError`.
        """
        for shown in listing(self.api, "/images", "images", **filters):
            yield Image.from_glance(shown)

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
        return self.list_all(lifecycle_family=family, owner=owner)

    def list_all(self, **filters: str) -> list[Image]:
        """Every image that matches Glance's own *filters*, visible or hidden.

        One request can't list both. An image that is published meanwhile would
        be in neither list, so the visible ones are listed twice; the newest
        reading of each counts.
        """
        visible = self._listed("false", filters)
        hidden = self._listed("true", filters)
        return list({**visible, **hidden, **self._listed("false", filters)}.values())

    def list_fast(self, **filters: str) -> list[Image]:
        """Every image that matches Glance's own *filters*, faster, for display only.

        Of the visible ones only those that have changed since are listed twice.
        """
        begun = self.machine.monotonic()
        visible = self._listed("false", filters)
        took = timedelta(seconds=self.machine.monotonic() - begun)
        since = format_time(self.now() - took - CLOCKS_DIFFER)
        hidden = self._listed("true", filters)
        changed = self._listed("false", {**filters, "updated_at": f"gte:{since}"})
        return list({**visible, **hidden, **changed}.values())

    def get(self, image_id: str) -> Image | None:
        """The image of that ID; ``None`` if there is none, or not any more.

        Raises `GlanceError`.
        """
        answer = self.api.get(f"/images/{image_id}")
        if answer.status_code == 404:
            return None
        what = _("Image %s could not be read") % image_id
        if answer.status_code != 200:
            raise refusal(what, answer)
        image = _image(what, answer)
        return None if image.status in GONE else image

    def create(self, record: Mapping[str, Any]) -> Image:
        """The record, created by the one POST that may fail for a missing right.

        Also where the answer doesn't say so. Raises `ImageExistsError` when the ID is
        taken, `GlanceError` otherwise. After the latter there may be a record all the
        same: Glance refuses a tag after it has made the image.
        """
        answer = ordered(
            self.machine,
            lambda: self.api.post("/images", json=dict(record)),
            lambda: self._made(record),
        )
        if isinstance(answer, Image):
            JOURNAL.made(answer.id)
            return answer
        what = _("Image '%s' was not created") % record["name"]
        if answer.status_code == 201:
            JOURNAL.made(record["id"])
            told = {"id": record["id"], "name": record["name"]}
            LOG.info(_("Created image %(id)s, called '%(name)s'."), told)
            return _image(what, answer)
        if answer.status_code == 409:
            raise ImageExistsError(what, reason(answer), status=409)
        raise refusal(what, answer)

    def change(
        self,
        image: Image,
        change: Change,
        stop_if: Callable[[Image], bool] = lambda image: False,
    ) -> Image:
        """The image, read back with all of *change* on it, by one PATCH a try.

        Glance saves whole rows, so of two PATCHes at once that it both answers
        200 one can vanish: what counts is what was read back, also where *image* says
        that nothing is missing. Another's change to the same image stays where
        *stop_if* says so of what was read back, or where that has not got what the
        change requires: it isn't meant for that any more. Raises `GlanceError` when it
        is refused, or not seen after 60 s.
        """
        return self.try_change(image, change, stop_if)[0]

    def try_change(
        self,
        image: Image,
        change: Change,
        stop_if: Callable[[Image], bool],
    ) -> tuple[Image, bool]:
        """The image as `change` returns it, and whether Glance may have applied a try.

        Whatever was read back: others may have been at work since. Raises
        `GlanceError`.
        """
        may_be_done = False
        if change.is_empty:
            return image, may_be_done
        deadline = self.machine.monotonic() + CHANGE_LOST_SECONDS
        delays = iter(RETRY_SECONDS)
        failure: GlanceError | None = None
        is_read, is_asked = True, False
        patience = Patience(self.machine.sleep)
        while True:
            own = self.machine.new_id()[:8] if change.marks else ""
            operations = change.patch(image, own)
            # What was read before an answer that failed may be outdated: never sent
            # again by that.
            if is_read and operations and change.fits(image):
                is_asked = True
                failed = self._patch(image, operations, patience)
                may_be_done |= failed is None or failed.status not in CONFLICTS
                failure = failed or failure
            is_read = False
            try:
                read_back = self.get(image.id)
            except GlanceError as error:
                if error.is_final:
                    raise
                failure = error
            else:
                if read_back is None:
                    raise GlanceError(
                        _("Image %s was deleted while it was changed") % image.id
                    )
                image, is_read = read_back, True
                is_seen = change.is_seen_on(image)
                if is_seen and is_asked:
                    JOURNAL.answered(image.id, is_done=True)
                if is_seen or stop_if(image) or not change.fits(image):
                    return image, may_be_done
            if self.machine.monotonic() > deadline:
                what = _(
                    "A change to image %(id)s was not seen for %(seconds)d seconds"
                )
                told = {"id": image.id, "seconds": CHANGE_LOST_SECONDS}
                raise not_seen(what % told, failure)
            self.machine.sleep(next(delays, RETRY_SECONDS[-1]))

    def delete(self, image_id: str) -> None:
        """Delete it; that it is gone already is success.

        A listed image of status ``deleted`` is answered 400 for ever. Raises
        `GlanceError`.
        """
        answer = self.api.delete(f"/images/{image_id}")
        if answer.status_code in (204, 404):
            JOURNAL.deleted(image_id)
            LOG.info(_("Deleted image %s."), image_id)
            return
        if answer.status_code == 400 and self.get(image_id) is None:
            return
        raise refusal(_("Image %s was not deleted") % image_id, answer)

    def _made(self, record: Mapping[str, Any]) -> Image | None:
        """The image of *record*, if Glance has made it, and all of it."""
        found = self.get(record["id"])
        if found is None or found.run != record[properties.RUN]:
            return None
        fields = {name: said for name, said in record.items() if name != "tags"}
        whole = Change(set=fields, add_tags=frozenset(record["tags"]))
        return found if whole.is_seen_on(found) else None

    def _listed(self, hidden: str, filters: Mapping[str, str]) -> dict[str, Image]:
        listing = self.matching(visibility="all", os_hidden=hidden, **filters)
        return {image.id: image for image in listing}

    def _is_offered(self, image: Image, project: str) -> bool:
        if image.visibility != "shared" or image.owner == project:
            return True
        answer = self.api.get(f"/images/{image.id}/members/{project}")
        if answer.status_code != 200:
            return False
        what = _("Whether image %s was accepted can't be read") % image.id
        return bool(told(what, answer, "status")["status"] == "accepted")

    def _patch(
        self, image: Image, operations: list[dict[str, Any]], patience: Patience
    ) -> GlanceError | None:
        """Send it; why it may not have been done, if it can be tried again.

        A Glance that is busy was waited for by then.
        """
        JOURNAL.asked(image.id)
        try:
            answer = self.api.patch(f"/images/{image.id}", operations)
        except GlanceError as error:
            return error
        if answer.status_code < 500:
            JOURNAL.answered(image.id, is_done=answer.status_code == 200)
        if answer.status_code == 200:
            told = {"id": image.id, "what": _told(operations)}
            LOG.info(_("Changed image %(id)s: %(what)s."), told)
            return None
        answered = refusal(_("Image %s was not changed") % image.id, answer)
        is_told = "Retry-After" in answer.headers
        if answer.status_code == TOO_MANY or (answered.may_be_done and is_told):
            has_waited = patience.waits(answer)
            if answer.status_code == TOO_MANY and not has_waited:
                raise answered
        if answered.is_final:
            raise answered
        return answered


def not_seen(what: str, failure: GlanceError | None) -> GlanceError:
    """The error for *what* was tried until the end of its time, and last met *failure*.

    Without one, or with a conflict, others have undone it.
    """
    if failure is None or failure.status in CONFLICTS:
        why = failure.why if failure else _("other changes keep undoing it")
        do = _("Find out who else writes to it, then run the command again.")
        return GlanceError(what, why, do)
    do = failure.do or _("Run the command again when Glance works.")
    return GlanceError(what, failure.why or failure.what, do)


_TELLING = ("name", "os_hidden", "visibility", "lifecycle_state", "protected")
"""Whose values are told: what users of the image notice."""


def _told(operations: list[dict[str, Any]]) -> str:
    """What a patch does, in a line."""
    paths = [step["path"][1:] for step in operations]
    shown = [
        f"{path}={step.get('value')}"
        for path, step in zip(paths, operations, strict=True)
        if path in _TELLING
    ]
    others = [path for path in paths if path not in _TELLING]
    return ", ".join([*shown, *others])


def _image(what: str, answer: requests.Response) -> Image:
    return Image.from_glance(told(what, answer, "id", "status", "visibility"))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The model of Glance: our own code works on it, and what comes between shows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from osc_imagetools.glance.api import Api
from osc_imagetools.glance.images import ImageExistsError, Images
from osc_imagetools.glance.upload import stored, upload
from osc_imagetools.lifecycle.model.change import Change
from tests.simulation.glance.answers import Response
from tests.simulation.glance.exchange import Caller, Request
from tests.simulation.glance.model import Glance

OWNER, OTHER = Caller("owner"), Caller("other")
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


class Adapter:
    """Requests to a model, as our code sends them."""

    session = auth = None

    def __init__(self, glance: Glance, caller: Caller) -> None:
        self.glance, self.caller = glance, caller

    def request(self, path: str, method: str, **options: Any) -> Response:
        body = options.get("json", options.get("data"))
        query = options.get("params") or {}
        headers = options.get("headers") or {}
        asked = Request(method, path, self.caller, query, headers, body)
        return Response(self.glance.answer(asked))

    def get_endpoint(self) -> str:
        return "http://glance/v2"


@pytest.fixture
def glance() -> Glance:
    return Glance(lambda: NOW)


@pytest.fixture
def images(glance: Glance) -> Images:
    return images_of(glance, OWNER)


def images_of(glance: Glance, caller: Caller) -> Images:
    class OfThisProject(Api):
        def _renew_token(self) -> None:
            """There is no Keystone here."""

    return Images(OfThisProject(Adapter(glance, caller)))


def record(**fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "name": "debian",
        "disk_format": "raw",
        "container_format": "bare",
        "tags": ["lifecycle"],
        "lifecycle_run": "run",
        **fields,
    }


def test_our_own_code_makes_fills_changes_lists_and_deletes_an_image(
    images: Images,
) -> None:
    made = images.create(record(os_hidden=True))
    upload(images, made, iter([b"by", b"tes"]))
    assert stored(images, made, 5, {}).size == 5

    shown = images.change(made, Change(set={"os_hidden": False, "note": "x"}))
    assert (shown.hidden, shown.text("note")) == (False, "x")
    assert [one.id for one in images.list_all(name="debian")] == [made.id]
    assert images.now() == NOW
    images.require_hidden()

    images.delete(made.id)
    assert images.get(made.id) is None
    with pytest.raises(ImageExistsError):
        images.create(record(id=made.id))


def test_of_two_patches_that_were_loaded_alike_the_first_is_lost(
    glance: Glance, images: Images
) -> None:
    made = images.create(record())
    one, other = (
        glance.handle(
            Request(
                "PATCH",
                f"/images/{made.id}",
                OWNER,
                body=[{"op": "add", "path": f"/{name}", "value": "x"}],
            )
        )
        for name in ("one", "other")
    )
    next(one), next(other)
    assert not [*one, *other].count(True)
    found = images.get(made.id)
    assert found is not None
    assert (found.text("one"), found.text("other")) == (None, "x")


def test_an_upload_that_breaks_off_leaves_the_image_queued(
    glance: Glance, images: Images
) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"by"
        raise OSError("the source is gone")

    made = images.create(record())
    with pytest.raises(Exception, match="the source is gone"):
        upload(images, made, breaking())
    found = images.get(made.id)
    assert found is not None
    assert found.status == "saving"
    glance.settle()
    found = images.get(made.id)
    assert found is not None
    assert (found.status, found.size) == ("queued", None)


def test_another_project_sees_what_is_shared_once_it_has_accepted_it(
    glance: Glance, images: Images
) -> None:
    made = images.create(record(visibility="shared"))
    others = images_of(glance, OTHER)
    assert others.get(made.id) is None
    images.api.post(f"/images/{made.id}/members", json={"member": "other"})
    assert others.get(made.id) is not None
    assert others.named("debian", "other") == []
    answer = others.api.put(f"/images/{made.id}/members/other", {"status": "accepted"})
    assert answer.status_code == 200
    assert [one.id for one in others.named("debian", "other")] == [made.id]

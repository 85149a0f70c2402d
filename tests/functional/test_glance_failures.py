# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A Glance, or a proxy before it, that fails while an image is brought in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.cloud.source.client import Source
from tests.functional.families import (
    CONTENT,
    FILE,
    IMAGE,
    LISTING,
    import_url,
    the_image,
)
from tests.functional.outcomes import images, refused

NAME = "debian-13"
IMPORT = r"/v2/images/[0-9a-f-]{36}/import$"
TASKS = r"/v2/images/[0-9a-f-]{36}/tasks$"
JSON = {"Content-Type": "application/json"}
DIRECT = ("--method", "glance-direct")

QUOTA = b"<html><body><h1>413</h1>image_size_total is over limit of 1000</body></html>"


REFUSALS = {
    "F45-token": (401, b"", "doesn't accept the token"),
    "F46-proxy": (502, b"<html><h1>Bad Gateway</h1></html>", "Bad Gateway (502)"),
    "F46-overload": (503, b"<html><h1>Busy</h1></html>", "Busy (503)"),
    "F48-quota": (413, QUOTA, "image_size_total is over limit of 1000 (413)"),
}


NO_TASKS = {
    "html": b"<html><title>Log in</title></html>",
    "a-list": b"[]",
    "no-list": b'{"tasks": "none"}',
    "words": b'{"tasks": ["one", null]}',
    "too-deep": b'{"tasks":' + b"[" * 100_000,
}


class TestUpload:
    """The PUT of the bytes."""

    @pytest.mark.parametrize(
        "status", [502, 504, 409, 401], ids=["F46", "F46-504", "F47", "F45"]
    )
    def test_answer_that_is_wrong_is_no_failure_when_glance_has_it_all(
        self, status: int, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        before_glance.on("PUT", FILE).answer_instead(status)

        outcome = import_url(through, url, NAME)

        assert outcome.status == 0, outcome.stderr
        the_image(through, NAME)

    def test_F46_answer_that_is_lost_is_no_failure_when_glance_has_it_all(
        self, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        before_glance.on("PUT", FILE).drop_answer()

        outcome = import_url(through, url, NAME)

        assert outcome.status == 0, outcome.stderr
        the_image(through, NAME)

    @pytest.mark.parametrize(
        ("status", "body", "says"), REFUSALS.values(), ids=REFUSALS
    )
    def test_refusal_leaves_nothing(
        self,
        status: int,
        body: bytes,
        says: str,
        cloud: Cloud,
        through: Account,
        before_glance: Proxy,
        source: Source,
    ) -> None:
        url = source.put("disk.img", CONTENT)
        before_glance.on("PUT", FILE).answer(status, body)

        outcome = import_url(through, url, NAME)

        refused(cloud, through, outcome, says)
        assert len(before_glance.matching("PUT", FILE)) == 1


ORDERS = {
    "F53-lock": (409, b"Image has active task", "Image has active task (409)"),
    "F51-no-endpoint": (404, b"", "--method stream"),
    "F48-quota": (413, QUOTA, "image_size_total is over limit of 1000 (413)"),
}


class TestImport:
    """What Glance does by itself, after it has taken the order."""

    @pytest.fixture
    def refused_import(self, cloud: Cloud, through: Account, source: Source) -> Any:
        url = source.put("disk.img", CONTENT)

        def run(*says: str, options: tuple[str, ...] = ()) -> None:
            outcome = import_url(through, url, NAME, *DIRECT, *options)
            refused(cloud, through, outcome, *says)

        return run

    @pytest.mark.parametrize(("status", "body", "says"), ORDERS.values(), ids=ORDERS)
    def test_refused_order_is_told_in_glances_own_words(
        self,
        status: int,
        body: bytes,
        says: str,
        before_glance: Proxy,
        refused_import: Any,
    ) -> None:
        before_glance.on("POST", IMPORT).answer(status, body)

        refused_import(says)

        assert len(before_glance.matching("POST", IMPORT)) == 1

    def test_F52_import_that_never_begins_is_given_up_and_removed(
        self, before_glance: Proxy, refused_import: Any
    ) -> None:
        before_glance.on("POST", IMPORT).answer(202)

        refused_import("'uploading'", "--timeout", options=("--timeout", "1"))

    def test_F54_import_that_never_ends_is_given_up_and_removed(
        self, through: Account, before_glance: Proxy, refused_import: Any
    ) -> None:
        self._from_then_on(through, before_glance, status="importing")

        refused_import("'importing'", "--timeout", options=("--timeout", "1"))

    def test_F55_image_that_is_deleted_meanwhile_is_not_made_again(
        self, through: Account, before_glance: Proxy, refused_import: Any
    ) -> None:
        made = []

        def delete() -> None:
            [image] = images(through)
            made.append(len(before_glance.matching("POST", LISTING)))
            through.glance("DELETE", f"/v2/images/{image['id']}")

        before_glance.on("POST", IMPORT).call(delete).answer(202)

        refused_import("was deleted while Glance imported it")

        assert made == [len(before_glance.matching("POST", LISTING))]

    @pytest.mark.parametrize("status", ["killed", "deactivated"])
    def test_F56_other_end_is_an_end(
        self,
        status: str,
        through: Account,
        before_glance: Proxy,
        refused_import: Any,
    ) -> None:
        self._from_then_on(through, before_glance, status=status)

        refused_import(f"it is '{status}'")

    def test_F50_tasks_that_may_not_be_read_do_not_hide_the_failure(
        self, through: Account, before_glance: Proxy, refused_import: Any
    ) -> None:
        before_glance.on("GET", TASKS).answer(403)
        failed = {"status": "queued", "os_glance_failed_import": "fast"}
        self._from_then_on(through, before_glance, **failed)

        refused_import(
            "'queued' and not in fast", "your roles do not allow you to read it"
        )

    @pytest.mark.parametrize("body", NO_TASKS.values(), ids=NO_TASKS)
    def test_F50_page_instead_of_tasks_does_not_hide_the_failure(
        self, body: bytes, through: Account, before_glance: Proxy, refused_import: Any
    ) -> None:
        before_glance.on("GET", TASKS).answer(200, body)
        failed = {"status": "queued", "os_glance_failed_import": "fast"}
        self._from_then_on(through, before_glance, **failed)

        refused_import("'queued' and not in fast", "its task says: nothing")

    def test_F72_store_that_has_not_got_it_is_named_and_the_rest_done(
        self, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        missing = {"os_glance_failed_import": "slow"}

        def partly() -> Answer:
            [image] = images(through)
            shown = image if image["status"] != "active" else {**image, **missing}
            return Answer(200, json.dumps(shown).encode(), JSON)

        before_glance.on("GET", IMAGE).answer_with(partly)

        outcome = import_url(through, url, NAME, "--all-stores", "--allow-failure")

        assert outcome.status == 1
        assert "slow" in outcome.stderr
        assert outcome.json()["result"] == "imported"
        the_image(through, NAME)

    def test_F58_hash_that_the_cloud_does_not_tell_is_not_missed(
        self, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)

        def unhashed() -> Answer:
            [image] = images(through)
            image.update(os_hash_algo=None, os_hash_value=None)
            return Answer(200, json.dumps(image).encode(), JSON)

        before_glance.on("GET", IMAGE).answer_with(unhashed)

        outcome = import_url(through, url, NAME, "--method", "web-download")

        assert outcome.status == 0, outcome.stderr
        assert the_image(through, NAME)["lifecycle_verified"] == "sha256"

    def _from_then_on(
        self, account: Account, before_glance: Proxy, **fields: str
    ) -> None:
        """From the order on, Glance shows the image with these fields."""

        def shown() -> Answer:
            [image] = images(account)
            body = json.dumps({**image, **fields}).encode()
            return Answer(200, body, JSON)

        def begin() -> None:
            before_glance.on("GET", IMAGE).answer_with(shown)

        before_glance.on("POST", IMPORT).call(begin).answer(202)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ways of an image's bytes into Glance (``--method``), and its stores."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from tests.cloud.accounts import Account
from tests.cloud.archives import zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images.qcow import qcow2
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import CONTENT, FILE, import_url
from tests.functional.families import the_image as shown
from tests.functional.outcomes import digest_of, images, refused

NAME = "debian-13"
STAGE = r"/v2/images/[0-9a-f-]{36}/stage$"

WAYS = {
    "stream": ((), "fast"),
    "store": (("--store", "slow"), "slow"),
    "glance-direct": (("--method", "glance-direct"), "fast"),
    "stores": (("--store", "slow", "--store", "fast"), "fast,slow"),
    "all-stores": (("--all-stores",), "fast,slow"),
    "web-download": (("--method", "web-download"), "fast"),
    "web-download-store": (("--method", "web-download", "--store", "slow"), "slow"),
}


@pytest.mark.parametrize(("options", "stores"), WAYS.values(), ids=WAYS)
def test_image_gets_into_its_stores(
    options: tuple[str, ...], stores: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, *options)

    assert outcome.status == 0, outcome.stderr
    image = shown(member, NAME)
    assert ",".join(sorted(image["stores"].split(","))) == stores
    assert (image["visibility"], image["disk_format"]) == ("shared", "raw")
    assert image["lifecycle_verified"] == "sha256"
    assert image["lifecycle_published_digest"] == f"{digest_of(CONTENT)} wire"
    assert image["lifecycle_source_digest"] == digest_of(CONTENT)
    assert outcome.json()["source_size"] == len(CONTENT)


def test_several_stores_are_staged_once(
    through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(through, url, NAME, "--all-stores")

    assert outcome.status == 0, outcome.stderr
    assert len(before_glance.matching("PUT", STAGE)) == 1
    assert before_glance.matching("PUT", FILE) == []


class TestWebDownload:
    """Glance fetches the bytes itself."""

    WAY = ("--method", "web-download")

    def test_image_is_private_until_it_was_compared(
        self, cloud: Cloud, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        seen: list[int] = []
        stranger = cloud.account()

        def look() -> None:
            [image] = images(through)
            seen.append(stranger.glance("GET", f"/v2/images/{image['id']}").status_code)

        before_glance.on("GET", FILE).call(look)

        outcome = import_url(through, url, NAME, "--community", *self.WAY)

        assert outcome.status == 0, outcome.stderr
        assert seen == [404]
        [image] = images(through)
        answer = stranger.glance("GET", f"/v2/images/{image['id']}")
        assert (answer.status_code, image["visibility"]) == (200, "community")

    def test_glances_own_hash_is_enough_where_it_is_the_published_one(
        self, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        sha512 = digest_of(CONTENT, "sha512")

        outcome = import_url(through, url, NAME, "--checksum", sha512, *self.WAY)

        assert outcome.status == 0, outcome.stderr
        assert shown(through, NAME)["lifecycle_verified"] == "sha512"
        assert before_glance.matching("GET", FILE) == []

    @pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
    def test_F18_other_bytes_than_the_published_ones_are_never_offered(
        self, algorithm: str, cloud: Cloud, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        other = digest_of(b"other", algorithm)

        outcome = import_url(member, url, NAME, "--checksum", other, *self.WAY)

        published, had = other.split(":")[1], digest_of(CONTENT, algorithm)
        refused(cloud, member, outcome, published, had.split(":")[1])

    def test_unverified_image_is_imported_when_that_was_said(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)

        outcome = import_url(member, url, NAME, "--allow-unverified", *self.WAY)

        assert outcome.status == 0, outcome.stderr
        assert shown(member, NAME)["lifecycle_verified"] == "none"

    def test_failed_task_is_told_with_what_to_do(
        self, cloud: Cloud, member: Account, source: Source
    ) -> None:
        packed = gzip.compress(qcow2(CONTENT), 1)
        url = source.put("disk.qcow2.gz", packed)

        digest = ("--checksum", digest_of(packed))
        outcome = import_url(member, url, NAME, *digest, *self.WAY)

        refused(cloud, member, outcome, "'queued'", "its task says", "--method stream")

    @pytest.mark.parametrize("trust", ["sha256", "sha512", "none"])
    def test_packed_image_that_glance_has_not_unpacked_is_never_offered(
        self, trust: str, cloud: Cloud, member: Account, source: Source
    ) -> None:
        packed = gzip.compress(CONTENT, 1)
        url = source.put("disk.img.gz", packed)
        verified = ("--checksum", digest_of(packed, "sha512"))
        if trust == "sha256":
            verified = ("--checksum", digest_of(packed))
        options = ("--allow-unverified",) if trust == "none" else verified

        outcome = import_url(member, url, NAME, *options, *self.WAY)

        refused(cloud, member, outcome, "did not unpack", "stored as gzip")

    def test_zip_is_refused_unless_somebody_says_what_is_in_it(
        self, cloud: Cloud, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.zip", zipped(("disk.qcow2", qcow2(CONTENT))))

        outcome = import_url(through, url, NAME, "--allow-unverified", *self.WAY)

        refused(cloud, through, outcome, "--disk-format")
        assert before_glance.methods() == {"GET"}

    def test_F24_refused_port_is_told_in_glances_own_words(
        self,
        cloud: Cloud,
        member: Account,
        source: Source,
        proxy: Callable[[str], Proxy],
    ) -> None:
        served = source.put("disk.img", CONTENT)
        elsewhere = proxy(source.base_url)
        url = served.replace(source.base_url, elsewhere.url)

        outcome = import_url(member, url, NAME, *self.WAY)

        refused(cloud, member, outcome, "does not pass filtering", "--method stream")

    def test_F57_what_the_plugins_unpack_is_refused_unless_it_may_be_unverified(
        self, plugins_cloud: Cloud
    ) -> None:
        member = plugins_cloud.account()
        source = plugins_cloud.source.folder()
        packed = gzip.compress(qcow2(CONTENT), 1)
        url = source.put("disk.qcow2.gz", packed)

        digest = ("--checksum", digest_of(packed))
        refusal = import_url(member, url, NAME, *digest, *self.WAY)

        refused(plugins_cloud, member, refusal, "can't be compared", "--method stream")
        anyhow = (*digest, "--allow-unverified")
        outcome = import_url(member, url, NAME, *anyhow, *self.WAY)
        assert outcome.status == 0, outcome.stderr
        [image] = images(member)
        assert image["lifecycle_verified"] == "none"


class TestRefusedBeforeAnythingIsFetched:
    """A cloud that lacks what was asked for."""

    def test_unknown_store(self, cloud: Cloud, member: Account, source: Source) -> None:
        url = source.put("disk.img", CONTENT)

        outcome = import_url(member, url, NAME, "--store", "tape")

        refused(cloud, member, outcome, "'tape'", "does not exist", "fast, slow")
        assert source.requests("disk.img") == []

    def test_F51_cloud_without_the_method(
        self, cloud: Cloud, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        offered = json.dumps({"import-methods": {"value": ["web-download"]}}).encode()
        json_type = {"Content-Type": "application/json"}
        before_glance.on("GET", "/v2/info/import").answer(200, offered, json_type)

        outcome = import_url(through, url, NAME, "--method", "glance-direct")

        refused(cloud, through, outcome, "no import method 'glance-direct'")
        assert source.requests("disk.img") == []

    def test_password_in_the_url_is_not_given_to_glance(
        self, cloud: Cloud, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT).replace("//", "//joe:s3cret@")

        outcome = import_url(member, url, NAME, "--method", "web-download")

        refused(cloud, member, outcome, "--method stream")
        assert "s3cret" not in outcome.stderr

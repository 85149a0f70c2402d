# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that say they belong to a family and don't, and answers that are stale."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import (
    CONTENT,
    IMAGE,
    import_url,
    made,
    the_image,
    version,
)

NAME = "debian-13"
CACHE = """
cache:
  class: dogpile.cache.memory
  expiration_time: 3600
  expiration:
    image.image: 3600
    image.images: 3600
"""


def test_F97_snapshot_that_inherited_our_properties_is_no_version(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    original = ticket_id(member.project_id, NAME, 7)
    inherited = {**version(NAME, 7, original), "name": "snapshot", "os_hidden": False}
    snapshot = made(member, **{**inherited, "id": str(uuid.uuid4())})
    before = shown(member, snapshot)

    outcome = import_url(member, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)["lifecycle_generation"] == "1"
    assert shown(member, snapshot) == before


@pytest.mark.parametrize("run", [{}, {"lifecycle_run": "a:b:1:1"}], ids=["", "owned"])
def test_F98_image_of_another_project_that_claims_our_family_is_ignored(
    run: dict[str, str], admin: Account, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    own_id = str(uuid.uuid4())
    claims = {**version(NAME, 9, own_id), "visibility": "public", **run}
    stranger = made(admin, **claims)
    before = shown(admin, stranger)

    outcome = import_url(member, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)["lifecycle_generation"] == "1"
    assert shown(admin, stranger) == before


def test_F91_cache_of_the_client_does_not_answer_for_glance(
    through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    assert through.clouds_yaml
    cached = through.clouds_yaml.with_name("cached.yaml")
    cached.write_text(through.clouds_yaml.read_text() + CACHE)

    patient = replace(through, clouds_yaml=cached)
    # Whose end is seen only by looking at the image again and again.
    outcome = import_url(patient, url, NAME, "--method", "glance-direct")

    assert outcome.status == 0, outcome.stderr
    the_image(through, NAME)
    assert len(before_glance.matching("GET", IMAGE)) >= 2


WRONG: dict[str, Callable[[str], tuple[str, ...]]] = {
    "F23-ftp": lambda url: ("ftp://vendor.example/disk.img", NAME),
    "F23-oci": lambda url: ("oci://vendor.example/disk", NAME),
    "F90-reserved": lambda url: (url, NAME, "--property", "os_glance_x=y"),
    "F90-ours": lambda url: (url, NAME, "--property", "lifecycle_id=x"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_usage_is_told_before_anything_is_asked(
    words: Callable[[str], tuple[str, ...]],
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = through.openstack(
        "image", "import-url", "--allow-unverified", *words(url)
    )

    assert outcome.status == 2
    assert outcome.stdout == ""
    assert before_glance.methods() == set()
    assert source.requests("disk.img") == []


def shown(account: Account, image_id: str) -> dict[str, Any]:
    """An image as its owner's Glance shows it."""
    image: dict[str, Any] = account.glance("GET", f"/v2/images/{image_id}").json()
    return image

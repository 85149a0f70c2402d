# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Glance has forgotten what was deleted: no ID comes again, for other bytes.

Servers keep the bytes of an image by its ID.
"""

from __future__ import annotations

import json

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.source.client import Source
from tests.functional.families import found, import_url
from tests.functional.generations import (
    FAMILY,
    NEW,
    NEWER,
    OLD,
    current,
    done,
    rotate,
    shown,
    version,
)
from tests.functional.outcomes import digest_of, images
from tests.functional.purging import purge


def delete(account: Account, own_id: str) -> None:
    assert account.glance("DELETE", f"/v2/images/{own_id}").status_code == 204


def serve(source: Source, content: bytes) -> list[str]:
    url = source.put(f"{digest_of(content)[-8:]}.img", content)
    return ["--url", url, "--checksum", digest_of(content)]


def test_F142_version_that_was_deleted_and_purged_leaves_no_id_to_the_next(
    cloud: Cloud, member: Account, source: Source
) -> None:
    version(member)
    second = done(rotate(member, *serve(source, NEW)))
    # Users have it, and servers; then somebody deletes it.
    delete(member, second["new_id"])
    assert purge(cloud, member.project_id) > 0

    third = done(rotate(member, *serve(source, NEWER)))

    assert third["new_id"] != second["new_id"]
    assert current(member)["id"] == third["new_id"]


def test_F142_family_that_was_deleted_and_purged_begins_with_other_ids(
    cloud: Cloud, member: Account, source: Source
) -> None:
    ids = set()
    for seed in (21, 22):
        content = raw(64 << 10, seed=seed)
        url = source.put(f"{seed}.img", content)
        told = ["--checksum", digest_of(content)]

        outcome = import_url(member, url, FAMILY, *told)

        assert outcome.status == 0, outcome.stderr
        [image] = found(member, FAMILY)
        assert image["lifecycle_generation"] == "1"
        ids.add(image["id"])
        delete(member, image["id"])
        purge(cloud, member.project_id)

    assert len(ids) == 2


def test_F142_number_that_a_record_names_is_not_given_again(
    cloud: Cloud, member: Account, source: Source
) -> None:
    """Not even of families that were begun when a version's ID told its number."""
    history = [{"version": "v3", "generation": 3}]
    version(member, content=OLD, lifecycle_history=json.dumps(history))
    second = version(member, 2, content=NEW)
    delete(member, second)
    purge(cloud, member.project_id)
    told = done(rotate(member, *serve(source, NEWER)))

    assert told["generation"] == 4
    assert shown(member, told["new_id"])["lifecycle_history"] == json.dumps(history)
    assert len(images(member)) == 2

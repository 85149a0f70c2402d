# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import uuid
from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import withholding
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.properties import TABLE
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.rotation.new_version import (
    NewVersion,
    Verified,
    members_probe,
    offer,
    publication,
    staging,
    ticket,
)
from tests.unit.lifecycle.images import OWNER, shown

RUN = Run("11111111-2222-4333-8444-555555555555", "host", 1, 2)
NEW_ID = "0fa5b9d8-6d63-4d0b-9b58-6f2f7b21a9c3"
NOW = datetime(2026, 3, 1, 4, 5, 6, tzinfo=timezone.utc)
VERSION = NewVersion(
    owner=OWNER,
    family="debian-13",
    label="20260301",
    build_date=date(2026, 3, 1),
    visibility="public",
    disk_format="qcow2",
    min_disk=3,
    source="https://vendor.example/debian.qcow2",
    properties={"os_distro": "debian"},
    tags=("linux",),
)
VERIFIED = Verified("sha256:aa", "sha512", published="sha512:bb payload")


def published(version=VERSION, verified=VERIFIED):
    """The image as Glance shows it after POST and publication."""
    record = {"status": "active", **version.record(NEW_ID, 4, RUN)}
    change = publication(version, verified, min_disk=4, now=NOW)
    for operation in change.patch(Image.from_glance(record)):
        name = operation["path"][1:]
        if operation["op"] == "remove":
            del record[name]
        else:
            record[name] = operation["value"]
    return Image.from_glance(record)


def test_a_record_is_hidden_owned_and_bears_a_name_of_its_own():
    record = Image.from_glance({"status": "queued", **VERSION.record(NEW_ID, 4, RUN)})

    assert record.id == NEW_ID
    assert record.hidden
    assert record.name == f"debian-13.importing-{record.id[:8]}"
    assert record.visibility == "public"
    assert record.is_managed
    assert record.run == str(RUN)
    assert record.generation == 4
    assert record.tags == {"linux", "lifecycle"}
    assert record.text("lifecycle_state") == "importing"


def test_publication_names_shows_and_lets_go_of_it():
    image = published()

    assert (image.name, image.hidden, image.run) == ("debian-13", False, None)
    assert image.text("lifecycle_state") == "active"
    assert image.min_disk == 4
    assert image.text("lifecycle_source_digest") == "sha256:aa"
    assert image.text("lifecycle_published_at") == "2026-03-01T04:05:06Z"
    assert image.text("lifecycle_published_digest") == "sha512:bb payload"
    assert image.text("lifecycle_verified") == "sha512"
    assert image.text("image_build_date") == "2026-03-01"
    assert image.text("os_distro") == "debian"


@pytest.mark.parametrize("stays_hidden", [False, True])
def test_publication_comes_too_late_for_a_record_that_is_being_deleted(stays_hidden):
    version = replace(VERSION, stays_hidden=stays_hidden)
    made = {"status": "active", **version.record(NEW_ID, 4, RUN)}

    change = publication(version, VERIFIED, min_disk=4, now=NOW)

    record = Image.from_glance(made)
    assert change.fits(record)
    assert not change.fits(withholding().on(record))


def test_without_a_published_digest_etag_and_size_tell_the_source_apart():
    image = published(verified=Verified("sha256:aa", "none", etag='"x"', size=7))

    assert image.text("lifecycle_source_etag") == '"x"'
    assert image.text("lifecycle_source_size") == "7"
    assert image.text("lifecycle_published_digest") is None


def test_every_property_that_is_written_stands_in_the_table():
    written = {*published().fields, *VERSION.record(NEW_ID, 1, RUN)}
    written |= {*published(verified=Verified("sha256:aa", "none", "", "e", 7)).fields}
    ours = {name for name in written if name.startswith(("lifecycle_", "image_"))}

    assert ours <= {entry.name for entry in TABLE}


def test_a_probe_asks_for_the_same_rights_and_claims_no_number():
    probe, record = VERSION.probe(RUN), VERSION.record(NEW_ID, 4, RUN)

    assert uuid.UUID(probe["id"]) != uuid.UUID(record["id"])
    assert probe["lifecycle_run"] == str(RUN)
    assert probe["visibility"] == record["visibility"]
    assert probe["os_hidden"] is True
    assert probe["os_distro"] == "debian"
    assert "lifecycle_generation" not in probe


PROBES = {
    "probe": lambda: VERSION.probe(RUN),
    "members": lambda: members_probe(OWNER, "debian-13", RUN),
}


@pytest.mark.parametrize("made", PROBES.values(), ids=PROBES)
def test_a_probe_that_is_left_behind_belongs_to_the_family_and_its_run(made):
    left = Image.from_glance({"status": "queued", **made()})

    family = Family.of(OWNER, "debian-13", [left])

    assert family.owned == (left,)
    assert left.run == str(RUN)
    assert family.highest_generation == 0
    assert (left.hidden, left.name) == (True, f"debian-13.importing-{left.id[:8]}")
    assert left.text("lifecycle_state") == "importing"
    assert "lifecycle" in left.tags


def test_a_probe_for_members_takes_some_and_claims_no_number():
    first, second = (members_probe(OWNER, "debian-13", RUN) for _ in range(2))

    assert first["visibility"] == "shared"
    assert uuid.UUID(first["id"]) != uuid.UUID(second["id"])
    assert "lifecycle_generation" not in first


def test_a_ticket_uses_up_a_number_and_is_seen_by_nobody_else():
    left = Image.from_glance({"status": "queued", **ticket(OWNER, "debian-13", 4, RUN)})

    family = Family.of(OWNER, "debian-13", [left])

    assert left.id == ticket_id(OWNER, "debian-13", 4)
    assert family.owned == (left,)
    assert left.run == str(RUN)
    assert family.highest_generation == 4
    assert (left.hidden, left.visibility) == (True, "private")
    assert left.name == f"debian-13.importing-{left.id[:8]}"


def test_a_change_is_only_what_is_missing_and_nothing_once_it_is_there():
    image = shown(min_disk=3, name="old", note="x")
    change = Change(
        set={"name": "new", "min_disk": 3}, remove=frozenset({"note", "no"})
    )

    assert change.patch(image) == [
        {"op": "add", "path": "/name", "value": "new"},
        {"op": "remove", "path": "/note"},
    ]
    assert change.is_seen_on(shown(min_disk=3, name="new"))


def test_a_property_name_is_escaped_as_a_json_pointer():
    change = Change(set={"a/b~c": "x"})

    assert change.patch(shown()) == [{"op": "add", "path": "/a~1b~0c", "value": "x"}]


def test_a_version_that_stays_hidden_is_let_go_of_and_not_offered():
    image = published(replace(VERSION, stays_hidden=True))

    assert image.hidden
    assert image.name == f"debian-13.importing-{image.id[:8]}"
    assert (image.run, image.text("lifecycle_state")) == (None, "staged")
    assert image.text("lifecycle_published_at") is None


def test_protection_waits_until_nothing_can_have_to_be_removed():
    version = replace(VERSION, protected=True)

    assert "protected" not in version.record(NEW_ID, 4, RUN)
    assert published(version).fields["protected"] is True


def test_protection_comes_to_one_that_stays_hidden_too():
    version = replace(VERSION, protected=True, stays_hidden=True)

    assert published(version).fields["protected"] is True
    assert published(replace(version, protected=False)).fields["protected"] is False


def test_a_staged_version_is_verified_and_still_its_runs_own():
    record = Image.from_glance({"status": "active", **VERSION.record(NEW_ID, 4, RUN)})

    image = staging(VERSION, VERIFIED, min_disk=5).on(record)

    assert image.text("lifecycle_state") == "staged"
    assert image.text("lifecycle_verified") == "sha512"
    assert (image.run, image.min_disk) == (str(RUN), 5)
    assert (image.hidden, image.name) == (True, record.name)
    assert image.text("lifecycle_published_at") is None


@pytest.mark.parametrize("protected", [True, False])
def test_an_offer_shows_what_was_staged_and_no_run_owns_it_then(protected):
    record = Image.from_glance({"status": "active", **VERSION.record(NEW_ID, 4, RUN)})
    staged = staging(VERSION, VERIFIED, min_disk=5).on(record)

    image = offer("debian-13", protected=protected, now=NOW).on(staged)

    assert Family.of(OWNER, "debian-13", [image]).current == image
    assert image.text("lifecycle_state") == "active"
    assert image.text("lifecycle_published_at") == "2026-03-01T04:05:06Z"
    assert "lifecycle_run" not in image.fields
    assert image.protected is protected
    assert image.text("lifecycle_verified") == "sha512"


def test_a_record_that_was_private_meanwhile_gets_its_visibility_back():
    private = replace(VERSION, visibility="private").record(NEW_ID, 4, RUN)
    change = publication(VERSION, VERIFIED, min_disk=3, now=NOW)

    assert {"op": "add", "path": "/visibility", "value": "public"} in change.patch(
        Image.from_glance({"status": "active", **private})
    )


def test_what_is_not_known_of_the_source_is_not_said():
    image = published(verified=Verified("", "none"))

    assert image.text("lifecycle_verified") == "none"
    assert not [name for name in image.fields if name.startswith("lifecycle_source")]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import yaml

from osc_imagetools.catalog.definitions import read
from osc_imagetools.catalog.export import exported
from osc_imagetools.catalog.plan import Site, plan
from osc_imagetools.lifecycle.model.family import Family
from tests.unit.lifecycle.images import HERE, OWNER, managed

NAME = "debian-13"
FIELDS = {
    "lifecycle_published_at": "2026-03-01T00:00:00Z",
    "lifecycle_version": "20260301",
    "lifecycle_published_digest": f"sha256:{'a' * 64} wire",
    "lifecycle_keep": "3",
    "lifecycle_delete_after": "90d",
    "lifecycle_blocked": '["sha256:b"]',
    "lifecycle_tag": "amphora",
    "image_source": "https://a.example/debian.qcow2",
    "image_build_date": "2026-03-01",
    "image_original_user": "debian",
    "os_distro": "debian",
    "provided_until": "none",
    "min_ram": 512,
    "disk_format": "qcow2",
    "tags": ["lifecycle", "lts", "amphora"],
}


def definitions(tmp_path, **fields):
    image = managed("a", 1, **{**FIELDS, **fields})
    family = Family.of(OWNER, NAME, [image])
    told = exported([family], {"a": ["project-b", "project-a"]})
    path = tmp_path / "images.yml"
    path.write_text(yaml.safe_dump(told))
    return told["images"][0], read([str(path)]), Site(HERE, {NAME: family})


def test_what_is_exported_is_read_and_leaves_nothing_to_be_done(tmp_path):
    told, catalogue, site = definitions(tmp_path)

    [made] = plan(catalogue.families, site)

    assert made.reason == "it is the current version"
    assert (told["keep"], told["delete_after"]) == (3, "90d")
    assert told["tags"] == ["lts"]
    assert told["members"] == ["project-a", "project-b"]
    assert told["meta"] == {"os_distro": "debian", "provided_until": "none"}
    [version] = told["versions"]
    assert version["checksum"] == f"sha256:{'a' * 64}"
    assert version["build_date"] == "2026-03-01"


def test_what_came_from_no_url_is_named_and_left_alone(tmp_path):
    told, catalogue, site = definitions(tmp_path, image_source="private")

    assert (told["enable"], told["versions"]) == (False, [])
    assert catalogue.enabled == ()
    named = frozenset(one.name for one in catalogue.families)
    assert plan(catalogue.enabled, site, named=named) == ()

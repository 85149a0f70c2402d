# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which families an image is, by the rules of openstack-image-manager."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.catalog.definitions import SourceDefinition, read
from osc_imagetools.catalog.definitions.natural_order import natural_order
from osc_imagetools.lifecycle.model.duration import Duration
from tests.unit.catalog.definitions.files import DEBIAN, catalogue, written

MULTI = """\
images:
  - name: Ubuntu 24.04
    enable: true
    format: qcow2
    login: ubuntu
    password: known-to-all
    min_disk: 8
    min_ram: 512
    status: active
    visibility: public
    multi: true
    keep: true
    shortname: ubuntu-24.04
    latest_url: https://example.org/latest.img
    latest_checksum_url: https://example.org/SHA256SUMS
    tags: [lts]
    meta:
      architecture: x86_64
      hw_disk_bus: null
      hw_qemu_guest_agent: yes
      os_distro: ubuntu
      os_version: '24.04'
      provided_until: 2029-04-30
      replace_frequency: monthly
      uuid_validity: last-3
    versions:
      - version: '20260110'
        url: https://example.org/20260110.img
        checksum: sha256:{digest}
        hidden: true
      - version: '20260102'
        url: file:///srv/images/of-us/noble.img
        mirror_url: https://mirror.example.org/noble.img
        build_date: 2026-01-02
        visibility: private
        os_version: 24.04.1
        id: 0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3
        meta:
          patchlevel: 7
          os_distro: kubuntu
""".format(digest="0a" * 32)

SINGLE = """\
images:
  - name: Cirros
    multi: false
    meta: {os_distro: cirros, os_version: none of these}
    versions:
      - {version: 0.6.10, url: 'https://example.org/10.img'}
      - {version: 0.6.9, url: 'https://example.org/9.img', os_version: ignored}
"""


def test_with_multi_the_versions_are_one_family_whose_last_is_the_newest(tmp_path):
    [family] = catalogue(tmp_path, MULTI).families

    assert family.name == "Ubuntu 24.04"
    assert [version.label for version in family.versions] == ["20260102", "20260110"]
    assert family.newest is family.versions[1]
    assert [each.image_name for each in family.versions] == [
        "Ubuntu 24.04 (20260102)",
        "Ubuntu 24.04 (20260110)",
    ]


def test_without_multi_each_version_is_a_family_of_its_own(tmp_path):
    older, newer = catalogue(tmp_path, SINGLE).families

    assert (older.name, newer.name) == ("Cirros 0.6.9", "Cirros 0.6.10")
    assert [version.label for version in newer.versions] == ["0.6.10"]
    assert newer.versions[0].properties["os_version"] == "0.6.10"
    assert older.versions[0].properties["os_version"] == "0.6.9"
    assert newer.versions[0].properties["image_description"] == "Cirros"
    assert newer.place.line == 6


@pytest.mark.parametrize(
    ("separator", "multi", "name"),
    [
        ("'-'", "true", "Debian 13-(1)"),
        ("'-'", "false", "Debian 13-1"),
        ("''", "false", "Debian 131"),
    ],
)
def test_the_separator_stands_between_name_and_version(
    tmp_path, separator, multi, name
):
    text = f"""\
        images:
          - name: Debian 13
            separator: {separator}
            multi: {multi}
            versions: [{{version: 1, url: 'https://example.org/a'}}]
        """

    [family] = catalogue(tmp_path, text).families

    assert family.versions[0].image_name == name


def test_what_the_file_says_of_an_image(tmp_path):
    [family] = catalogue(tmp_path, MULTI).families

    assert family.is_enabled
    assert not family.is_deactivated
    assert family.visibility == "public"
    assert family.disk_format == "qcow2"
    assert (family.min_disk, family.min_ram) == (8, 512)
    assert family.tags == ("lts", "os:ubuntu")
    assert family.shortname == "ubuntu-24.04"
    assert family.latest_url == "https://example.org/latest.img"
    assert family.latest_checksum_url == "https://example.org/SHA256SUMS"
    assert family.properties == {
        "image_description": "Ubuntu 24.04",
        "image_original_user": "ubuntu",
        "architecture": "x86_64",
        "hw_qemu_guest_agent": "True",
        "os_distro": "ubuntu",
        "os_version": "24.04",
    }
    assert family.policy == {
        "lifecycle_keep": "999999",
        "provided_until": "2029-04-30",
        "replace_frequency": "monthly",
        "uuid_validity": "last-3",
    }


def test_a_published_password_is_not_kept(tmp_path):
    assert "known-to-all" not in repr(catalogue(tmp_path, MULTI))


def test_what_the_file_says_of_versions(tmp_path):
    [family] = catalogue(tmp_path, MULTI).families
    older, newer = family.versions

    assert older.urls == (
        "https://mirror.example.org/noble.img",
        "file:///srv/images/of-us/noble.img",
    )
    assert older.recorded_source == "file:noble.img"
    assert older.build_date == date(2026, 1, 2)
    assert older.image_id == "0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3"
    assert older.visibility == "private"
    assert older.properties == {
        **family.properties,
        "os_version": "24.04.1",
        "os_distro": "kubuntu",
        "patchlevel": "7",
    }
    assert older.is_hidden is None
    assert newer.urls == ("https://example.org/20260110.img",)
    assert newer.recorded_source == newer.url
    assert newer.checksum == f"sha256:{'0a' * 32}"
    assert newer.visibility == "public"
    assert newer.is_hidden is True
    assert newer.properties == family.properties


def test_the_policy_is_that_of_the_newest_version(tmp_path):
    text = """\
        images:
          - name: Debian 13
            meta: {uuid_validity: none, replace_frequency: monthly}
            versions:
              - version: 2
                url: https://example.org/2
                meta: {uuid_validity: last-2}
              - version: 1
                url: https://example.org/1
                meta: {uuid_validity: forever}
        """

    [family] = catalogue(tmp_path, text).families

    assert family.policy == {"uuid_validity": "last-2", "replace_frequency": "monthly"}
    assert all("uuid_validity" not in each.properties for each in family.versions)


def test_what_is_left_out_is_left_to_the_command(tmp_path):
    [family] = catalogue(tmp_path, DEBIAN).families

    assert family.is_enabled
    assert family.visibility is None
    assert family.disk_format is None
    assert (family.min_disk, family.min_ram) == (None, None)
    assert family.properties == {"image_description": "Debian 13"}
    assert family.policy == {}
    assert family.tags == family.stores == family.members == ()


def test_fields_of_ours(tmp_path):
    text = """\
        images:
          - name: ubuntu-24.04
            visibility: shared
            members: [tenants, 6f70656e737461636b]
            stores: [fast, slow]
            source: ubuntu/24.04
            checksum: auto
            keyring: keys/ubuntu.asc
            convert: raw
            keep: 2
            delete_after: 90d
            unused_for: 1y 6 months
            end_at: 2029-04-30
            candidate:
              name: ubuntu-24.04-rc
              promote_after: 3d
        """

    [family] = catalogue(tmp_path, text).families

    assert family.members == ("tenants", "6f70656e737461636b")
    assert family.stores == ("fast", "slow")
    assert family.source == SourceDefinition("ubuntu/24.04")
    assert family.newest is None
    assert family.checksum == "auto"
    assert family.keyring == str(tmp_path / "keys" / "ubuntu.asc")
    assert family.convert == "raw"
    assert family.policy == {
        "lifecycle_keep": "2",
        "lifecycle_delete_after": "90d",
        "lifecycle_unused_for": "1y 6 months",
        "lifecycle_end_at": "2029-04-30T00:00:00Z",
    }
    assert family.candidate is not None
    assert family.candidate.name == "ubuntu-24.04-rc"
    assert family.candidate.promote_after == Duration(rest=timedelta(days=3))


@pytest.mark.parametrize(
    ("source", "text", "index"),
    [
        ("flatcar/stable", "flatcar/stable", ""),
        (
            "{url: 'https://example.org/{date}/a.img', index: 'https://example.org/'}",
            "https://example.org/{date}/a.img",
            "https://example.org/",
        ),
        (
            "{simplestreams: 'https://example.org/index.sjson', product: 'a:b'}",
            "simplestreams:https://example.org/index.sjson#a:b",
            "",
        ),
        (
            "{simplestreams: 'https://a.b/i', product: 'a:b', item: disk1.img}",
            "simplestreams:https://a.b/i#a:b/disk1.img",
            "",
        ),
    ],
)
def test_a_source_is_what_rotate_takes(tmp_path, source, text, index):
    written_source = f"images:\n  - name: a\n    source: {source}\n"

    [family] = catalogue(tmp_path, written_source).families

    assert family.source == SourceDefinition(text, index)


@pytest.mark.parametrize(
    ("fields", "checksum", "url"),
    [
        ("{checksum: auto}", "auto", None),
        ("{checksum_url: 'https://a.b/c'}", None, "https://a.b/c"),
        ("{checksums_url: 'https://a.b/c'}", None, "https://a.b/c"),
        ("{version: latest, checksums_url: 'https://a.b/c'}", None, "https://a.b/c"),
        ("{checksum: '{md5}', checksums_url: 'https://a.b/c'}", "{md5}", None),
        (
            "{version: latest, checksum: '{md5}', checksum_url: 'https://a.b/c'}",
            None,
            "https://a.b/c",
        ),
        ("{}", None, None),
    ],
)
def test_the_checksum_of_what_changes_is_in_a_list(tmp_path, fields, checksum, url):
    md5 = f"md5:{'0' * 32}"
    told = {"version": "1", "url": "https://a.b/d"}
    told |= yaml.safe_load(fields.replace("{md5}", md5))
    text = yaml.safe_dump({"images": [{"name": "a", "versions": [told]}]})

    [family] = catalogue(tmp_path, text).families

    expected = checksum and checksum.replace("{md5}", md5)
    assert (family.versions[0].checksum, family.versions[0].checksum_url) == (
        expected,
        url,
    )
    assert family.versions[0].is_pointer == (told["version"] == "latest")


def test_a_checksum_of_an_image_is_for_versions_without_one(tmp_path):
    text = DEBIAN.replace("    versions:", "    checksum: auto\n    versions:")

    [family] = catalogue(tmp_path, text).families

    assert family.versions[0].checksum == "auto"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("20260301", "20260301"),
        ("1.10", "1.10"),
        ("1_0", "1_0"),
        ("010", "010"),
        ("12:30", "12:30"),
        ("2026-03-01", "2026-03-01"),
        ("1e3", "1e3"),
        ("'1.10'", "1.10"),
        ("=", "="),
    ],
)
def test_a_label_is_the_text_as_it_is_written(tmp_path, label, text):
    file = DEBIAN.replace("'20260301'", label)

    [family] = catalogue(tmp_path, file).families

    assert family.versions[0].label == text


@pytest.mark.parametrize(
    ("written_value", "flag"),
    [("yes", True), ("Off", False), ("true", True), ("NO", False)],
)
def test_truth_values_are_those_of_yaml_1_1(tmp_path, written_value, flag):
    file = DEBIAN.replace(
        "    versions:", f"    enable: {written_value}\n    versions:"
    )

    read_file = catalogue(tmp_path, file)

    assert read_file.families[0].is_enabled is flag
    assert len(read_file.enabled) == flag


def test_anchors_and_merges_mean_what_yaml_says_of_them(tmp_path):
    text = """\
        images:
          - &base
            name: first
            visibility: public
            meta: &meta {os_distro: debian, os_version: '12'}
            versions: [{version: '1', url: 'https://a.b/1'}]
          - <<: *base
            name: second
            meta:
              <<: [*meta, {os_distro: ubuntu, architecture: x86_64}]
              os_version: '13'
        """

    first, second = catalogue(tmp_path, text).families

    assert second.name == "second"
    assert second.visibility == "public"
    # Of several, the first that has a name counts.
    assert second.properties["os_distro"] == "debian"
    assert second.properties["os_version"] == "13"
    assert second.properties["architecture"] == "x86_64"
    assert second.versions[0].url == first.versions[0].url


def test_a_folder_is_read_in_the_order_of_names(tmp_path):
    written(tmp_path, DEBIAN.replace("Debian 13", "b"), "b.yaml")
    written(tmp_path, DEBIAN.replace("Debian 13", "a"), "a.yml")
    written(tmp_path, "no: catalogue", "notes.txt")
    (tmp_path / "folder.yml").mkdir()

    families = read([tmp_path, tmp_path / "a.yml"]).families

    assert [family.name for family in families] == ["a", "b"]


def test_a_family_may_be_defined_twice_if_one_is_disabled(tmp_path):
    twice = f"{DEBIAN}{DEBIAN.partition(chr(10))[2]}    enable: false\n"

    families = catalogue(tmp_path, twice).families

    assert [family.is_enabled for family in families] == [True, False]


ORDERED = [
    *("0.6.2", "0.6.9", "0.6.10", "1", "1.10", "1.10-rc", "9", "10", "010.1"),
    *("20240101", "20240101.1", "20240101.10", f"1{'0' * 5000}", "latest", "v2", "v10"),
]


def test_labels_are_in_the_order_in_which_people_read_them():
    assert sorted(reversed(ORDERED), key=natural_order) == ORDERED


@given(st.lists(st.text("0123456789.-ab", max_size=12), max_size=8))
def test_every_label_has_a_place_in_that_order(labels):
    ordered = sorted(labels, key=natural_order)

    assert sorted(ordered, key=natural_order) == ordered

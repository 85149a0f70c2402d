# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong in a file is said with its line and column, all of it at once."""

from __future__ import annotations

import pytest

from osc_imagetools.catalog.definitions import CatalogueError, read
from osc_imagetools.catalog.definitions.document import (
    MOST_BYTES,
    MOST_LEVELS,
    MOST_NODES,
)
from osc_imagetools.catalog.definitions.faults import MOST_SHOWN
from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.rotation.new_version import LONGEST_NAME
from tests.unit.catalog.definitions.files import DEBIAN, errors, written


def image(fields: str) -> str:
    """A file with one image, whose *fields* begin in line 3 and column 5."""
    lines = fields.strip("\n").split("\n")
    return "\n".join(["images:", "  - name: a", *(f"    {line}" for line in lines), ""])


def version(fields: str) -> str:
    """A file with one version, whose *fields* begin in line 6 and column 9."""
    versions = "versions:\n  - version: '1'\n    url: https://a.b/c\n"
    lines = fields.strip("\n").split("\n")
    return image(versions + "\n".join(f"    {line}" for line in lines))


ON_TOP = {
    "": "1:1: the file is empty: it needs 'images:'",
    "# nothing\n": "1:1: the file is empty: it needs 'images:'",
    "images\n": "1:1: a catalogue must be a mapping, not 'images'",
    "- images\n": "1:1: a catalogue must be a mapping, not a list",
    "{}\n": "1:1: a catalogue needs the field 'images'",
    "images:\n": "1:1: images has no value",
    "images: 7\n": "1:9: images must be a list, not the number 7",
    "images: [1]\n": "1:10: an entry of images must be a mapping, not the number 1",
    "images: [~]\n": "1:10: an entry of images must be a mapping, not nothing",
    "image: []\nimages: []\n": "1:1: a catalogue has no field 'image'; did you mean "
    "'images'?",
    "images: []\n---\nimages: []\n": "2:1: a second document: a file has one",
    "images: []\nimages: []\n": "2:1: 'images' stands twice, first in line 1",
    "? [a]\n: b\nimages: []\n": "1:3: the name of a field is a word, not a list",
}


@pytest.mark.parametrize("text", ON_TOP)
def test_a_file_that_is_no_catalogue(tmp_path, text):
    assert errors(tmp_path, text) == [ON_TOP[text]]


NOT_YAML = {
    "images: [\n": "2:1: not YAML: ",
    "images:\n\t- a\n": "2:1: not YAML: ",
    "images: 'a\n": "2:1: not YAML: ",
    "images: @a\n": "1:9: not YAML: ",
    "a: b: c\n": "1:5: not YAML: ",
    "images: [*gone]\n": "1:10: nothing has the anchor '&gone'",
    "images: &a [*a]\n": "1:13: '*a' stands within what it names",
    "images: &a {<<: *a}\n": "1:17: '*a' stands within what it names",
    "images: a\x07\n": "1:10: the character U+0007 is not allowed here",
}


@pytest.mark.parametrize("text", NOT_YAML)
def test_what_is_no_yaml_has_a_position(tmp_path, text):
    [error] = errors(tmp_path, text)

    assert error.startswith(NOT_YAML[text])
    assert error.isprintable()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"images:\n  - name: caf\xe9\n", "2:14: not UTF-8"),
        ("images: []".encode("utf-16"), "1:1: not UTF-8"),
        (b"\0", "1:1: the character U+0000 is not allowed here"),
        (b" " * (MOST_BYTES + 1), "1:1: more than 4 MiB"),
    ],
)
def test_bytes_that_are_no_text(tmp_path, content, error):
    assert errors(tmp_path, content) == [error]


def test_a_mark_of_byte_order_is_fine(tmp_path):
    assert errors(tmp_path, b"\xef\xbb\xbf" + DEBIAN.encode()) == []


def bomb(levels: int) -> str:
    """A list that names the one before it nine times, and so on."""
    lines = ["a0: &a0 [x]"]
    for level in range(1, levels):
        names = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{names}]")
    return "\n".join([*lines, f"images: *a{levels - 1}", ""])


def test_what_means_more_than_fits_in_memory_is_refused(tmp_path):
    [error] = errors(tmp_path, bomb(30))

    assert error.endswith(f"more than {MOST_NODES:,} entries")


@pytest.mark.parametrize(
    "text",
    [
        "images: " + "[" * 500 + "\n",
        "images: " + "{a: " * 100_000 + "\n",
        "images: " + "[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1) + "\n",
        "a0: &a0 [x]\n"
        + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 2_000))
        + "images: *a1999\n",
        "a0: &a0 {x: y}\n"
        + "".join(f"a{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 2_000))
        + "images: *a1999\n",
    ],
    ids=["lists", "mappings", "one too many", "by names", "by merges"],
)
def test_what_is_nested_too_deeply_is_refused(tmp_path, text):
    [error] = errors(tmp_path, text)

    assert error.endswith(f"nested more than {MOST_LEVELS} levels deep")


OF_AN_IMAGE = {
    "versions: []\nformatt: raw": "4:5: an image has no field 'formatt'; did you mean "
    "'format'?",
    "versions: []\npreset: linux": "4:5: an image has no field 'preset'",
    "versions: []\nname: b": "4:5: 'name' stands twice, first in line 2",
    "multi: true": "2:5: an image needs the field 'versions' or 'source'",
    "versions:": "2:5: an image needs the field 'versions' or 'source'",
    "versions: []\nenable: 'yes'": "4:13: enable must be true or false, not 'yes'",
    "versions: []\nenable: 1": "4:13: enable must be true or false, not the number 1",
    "versions: []\nmin_disk: 1.5": "4:15: min_disk must be a whole number from 0 to "
    "2147483647, not the number 1.5",
    "versions: []\nmin_disk: -1": "4:15: min_disk must be a whole number from 0 to "
    "2147483647, not the number -1",
    "versions: []\nmin_ram: 512M": "4:14: min_ram must be a whole number from 0 to "
    "2147483647, not '512M'",
    f"versions: []\nmin_ram: {'9' * 5000}": "4:14: min_ram must be a whole number from "
    f"0 to 2147483647, the number {'9' * 59}… does not exist",
    "versions: []\nformat: qcow": "4:13: format must be aki, ami, ari, iso, ploop, "
    "qcow2, raw, vdi, vhd, vhdx or vmdk, not 'qcow'; did you mean 'qcow2'?",
    "versions: []\nvisibility: [public]": "4:17: visibility must be public, private, "
    "community or shared, not a list",
    "versions: []\nstatus: off": "4:13: status must be active or deactivated, not the "
    "truth value off",
    "versions: []\nlogin: no": "4:12: login must be text, not the truth value no: "
    "write it in quotes",
    "versions: []\nlogin: ''": "4:12: login must be text, not an empty one",
    f"versions: []\nlogin: {'a' * 256}": "4:12: login must be text, of at most 255 "
    "characters",
    'versions: []\nlogin: "a\\x1b[2J"': "4:12: login must be text, of characters that "
    "can be printed, none above U+FFFF",
    "versions: []\ntags: lts": "4:11: tags must be a list, not 'lts'",
    "versions: []\ntags: [a, [b]]": "4:15: an entry of tags must be text, not a list",
    "versions: []\nkeep: 0": "4:11: keep must be true or false, or a whole number from "
    "1 to 999999, not the number 0",
    "versions: []\ndelete_after: 90": "4:19: delete_after must be a length of time, "
    "such as 90d, 6 months or 1y, not the number 90",
    "versions: []\nunused_for: 999999y": "4:17: unused_for must be a length of time, "
    "such as 90d, 6 months or 1y, not '999999y'",
    "versions: []\nend_at: 2026-02-30": "4:13: end_at must be a date, such as "
    "2026-03-01, the date 2026-02-30 does not exist",
    "versions: []\nend_at: soon": "4:13: end_at must be a date, such as 2026-03-01, "
    "not 'soon'",
    "versions: []\nconvert: vmdk": "4:14: convert must be raw, qcow2 or auto, not "
    "'vmdk'",
    "versions: []\nchecksum: none": "4:15: checksum must be auto, not 'none'",
    "versions: []\nmembers: [a]": "4:5: 'members' needs 'visibility: shared'",
    "versions: []\nmembers: [a]\nvisibility: public": "4:5: 'members' needs "
    "'visibility: shared'",
    "versions: []\nlogin: !!python/object:os.system x": "4:12: login has the tag "
    "!!python/object:os.system, which is not read",
    "versions: []\nlogin: !ruby x": "4:12: login has the tag !ruby, which is not read",
    "versions: []\nenable: !!bool perhaps": "4:13: enable must be true or false, the "
    "truth value perhaps does not exist",
    "versions: []\nmin_disk: !!int ''": "4:15: min_disk must be a whole number from 0 "
    "to 2147483647, the number  does not exist",
    "versions: []\n<<: {min_disc: 1}": "4:10: an image has no field 'min_disc'; did "
    "you mean 'min_disk'?",
    "versions: []\n<<: 1": "4:9: '<<' merges mappings, not the number 1",
    "versions: []\n<<: {}\n<<: {}": "5:5: '<<' stands twice: give it a list",
    "source: debian/13\nmulti: false": "3:5: 'source' is for one family: it needs "
    "'multi: true'",
    "versions: []\ncandidate: {name: a}": "4:17: a candidate needs a name of its own",
    "versions: []\ncandidate: {name: b}\nmulti: false": "4:5: 'candidate' is for one "
    "family: it needs 'multi: true'",
    "versions: []\ncandidate: {promote_after: 3d}": "4:16: a candidate needs the field "
    "'name'",
    "source: debian/13\nversions: [{version: 1, url: 'https://a.b/c'}]": "3:5: "
    "'source' finds the newest build by itself: remove it, or 'versions'",
    "source: two words": "3:13: source must be the name of a layout, such as "
    "ubuntu/24.04, a URL or a mapping, not a text that has no scheme",
    "source: {}": "3:13: a source needs the field 'url' or 'simplestreams', and not "
    "both",
    "source: {url: 'https://a.b', product: c}": "3:13: 'product' and 'item' belong to "
    "'simplestreams', not to 'url'",
    "source: {simplestreams: 'https://a.b'}": "3:13: a source of simplestreams needs "
    "the field 'product'",
    "source: {simplestreams: 'https://a.b', product: c, index: 'https://d'}": "3:13: "
    "'index' belongs to 'url', not to 'simplestreams'",
    "source: {url: 'ftp://a.b'}": "3:19: url must be a URL of http or https, not a "
    "text that begins with 'ftp:'",
}


@pytest.mark.parametrize("fields", OF_AN_IMAGE)
def test_what_is_wrong_with_an_image(tmp_path, fields):
    assert errors(tmp_path, image(fields)) == [OF_AN_IMAGE[fields]]


OF_META = {
    "os_verison: '1'": "4:7: no property is called 'os_verison'; did you mean "
    "'os_version'?",
    "lifecycle_keep: 3": "4:7: 'lifecycle_keep' is written by the commands, not by "
    "hand",
    "os_glance_import: a": "4:7: 'os_glance_import' is written by the commands, not by "
    "hand",
    "checksum: a": "4:7: 'checksum' is a field of every image, not a property",
    "min_disk: 1": "4:7: 'min_disk' is written from the field 'min_disk'",
    "image_source: a": "4:7: 'image_source' is written from the field 'url'",
    "image_build_date: a": "4:7: 'image_build_date' is written from the field "
    "'build_date'",
    "os_purpose: desktop": "4:19: os_purpose must be generic, minimal, k8snode, gpu, "
    "network, custom, not 'desktop'",
    "os_distro: Ubuntu": "4:18: os_distro must be in lower case, such as ubuntu, not "
    "'Ubuntu'",
    "uuid_validity: last-0": "4:22: uuid_validity must be YYYY-MM-DD, last-N, notice, "
    "forever, none, not 'last-0'",
    "provided_until: 2026-13-01": "4:23: provided_until must be YYYY-MM-DD, notice, "
    "none, not the date 2026-13-01",
    "hw_disk_bus: [scsi]": "4:20: hw_disk_bus must be scsi or virtio, or another of "
    "Glance's, not a list",
    "trait_a: {}": "4:16: trait_a must be a text, a number or a truth value, not a "
    "mapping",
    "site: a\nSITE: b": "3:11: 'site' and 'SITE' are the same to Glance",
}


@pytest.mark.parametrize("fields", OF_META)
def test_what_is_wrong_with_properties(tmp_path, fields):
    lines = fields.replace("\n", "\n      ")
    text = f"images:\n  - name: a\n    meta:\n      {lines}\n    versions: []\n"

    [error] = errors(tmp_path, text)

    # A mapping begins where its first field does.
    assert error == OF_META[fields].replace("3:11:", "4:7:")


def test_a_property_that_a_site_invents_is_fine(tmp_path):
    names = ["site_tier", "hw_numa_cpus.0", "trait:CUSTOM_GPU", "hw_video_model"]
    lines = "\n".join(f"  '{name}': x" for name in names)

    assert errors(tmp_path, image(f"versions: []\nmeta:\n{lines}")) == []


OF_A_VERSION = {
    "preset: a": "6:9: a version has no field 'preset'",
    "mirror_ulr: https://a.b": "6:9: a version has no field 'mirror_ulr'; did you mean "
    "'mirror_url'?",
    "mirror_url: htps://user:secret@a.b/": "6:21: mirror_url must be a URL of http, "
    "https, ftp or file, not a text that begins with 'htps:'",
    "mirror_url: secret": "6:21: mirror_url must be a URL of http, https, ftp or file, "
    "not a text that has no scheme",
    "checksum: sha256:0a": "6:19: checksum must be <algorithm>:<hexadecimal>, such as "
    "sha256:…, or auto, not 'sha256:0a'",
    f"checksum: crc:{'0' * 32}": "6:19: checksum must be <algorithm>:<hexadecimal>, "
    f"such as sha256:…, or auto, not 'crc:{'0' * 32}'",
    "build_date: yesterday": "6:21: build_date must be a date, such as 2026-03-01, not "
    "'yesterday'",
    "build_date: 20260301": "6:21: build_date must be a date, such as 2026-03-01, not "
    "the number 20260301",
    "id: 7": "6:13: id must be an ID, such as 0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3, "
    "not the number 7",
    "hidden: maybe": "6:17: hidden must be true or false, not 'maybe'",
    "checksum_url: https://a.b\nchecksums_url: https://a.b": "7:9: give 'checksum_url' "
    "or 'checksums_url', not both",
    "checksums_url: file:///a": "6:24: checksums_url must be a URL of http or https, "
    "not a text that begins with 'file:'",
}


@pytest.mark.parametrize("fields", OF_A_VERSION)
def test_what_is_wrong_with_a_version(tmp_path, fields):
    text = version(fields)

    found = errors(tmp_path, text)

    assert found == [OF_A_VERSION[fields]]
    assert "secret" not in "".join(found)


def test_a_version_needs_a_label_and_a_url(tmp_path):
    assert errors(tmp_path, image("versions: [{}]")) == [
        "3:16: a version needs the field 'url'",
        "3:16: a version needs the field 'version'",
    ]


def test_a_label_stands_once(tmp_path):
    text = image(
        "versions:\n"
        "  - {version: 1, url: 'https://a.b/1'}\n"
        "  - {version: '1', url: 'https://a.b/2'}"
    )

    assert errors(tmp_path, text) == ["5:10: version '1' stands twice, first in line 4"]


def test_a_keyring_is_for_lists(tmp_path):
    text = image(
        "keyring: a.asc\n"
        "versions:\n"
        f"  - {{version: 1, url: 'https://a.b/1', checksum: 'md5:{'0' * 32}'}}"
    )

    assert errors(tmp_path, text) == [
        "5:44: 'keyring' verifies a list, not a 'checksum' in the file"
    ]


def test_a_name_that_is_made_too_long_is_refused(tmp_path):
    text = image(
        "multi: false\n"
        f"versions: [{{version: {'1' * LONGEST_NAME}, url: 'https://a.b/1'}}]"
    )

    [error] = errors(tmp_path, text)

    assert error.startswith("4:17: the name 'a 111")


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    first = written(tmp_path, "images:\n  - nam: a\n    enable: 7\n", "a.yml")
    second = written(tmp_path, "images: [\n", "b.yml")

    with pytest.raises(CatalogueError) as caught:
        read([tmp_path])

    assert isinstance(caught.value, OperatorError)
    assert [fault.place.file for fault in caught.value.faults] == [
        *(str(first),) * 4,
        str(second),
    ]
    assert caught.value.lines[:4] == (
        f"{first}:2:5: an image has no field 'nam'; did you mean 'name'?",
        f"{first}:2:5: an image needs the field 'name'",
        f"{first}:2:5: an image needs the field 'versions' or 'source'",
        f"{first}:3:13: enable must be true or false, not the number 7",
    )
    assert str(caught.value).split("\n") == [
        *caught.value.lines,
        "The catalogue has 5 errors. Nothing was changed. Correct the files, and try "
        "again.",
    ]


def test_a_message_has_an_end(tmp_path):
    text = "images:\n" + "  - 1\n" * (MOST_SHOWN + 20)

    with pytest.raises(CatalogueError) as caught:
        read([written(tmp_path, text)])

    assert len(caught.value.lines) == MOST_SHOWN + 20
    assert str(caught.value).split("\n")[MOST_SHOWN] == "and 20 more"


def test_no_line_of_a_message_obeys_a_file(tmp_path):
    text = 'images:\n  - name: a\n    "x\\n\\e[2Jy": 1\n    versions: []\n'

    [error] = errors(tmp_path, text)

    assert error.isprintable()
    assert "\\x1b[2J" in error


def test_a_family_is_defined_once_in_all_files(tmp_path):
    first = written(tmp_path, DEBIAN, "a.yml")
    second = written(tmp_path, DEBIAN, "b.yml")

    with pytest.raises(CatalogueError) as caught:
        read([second, first])

    assert caught.value.lines == (
        f"{first}:2:5: 'Debian 13' is defined twice, first at {second}:2:5",
    )


def test_a_file_that_is_not_there_is_said_beside_the_others(tmp_path):
    gone, empty = tmp_path / "gone.yml", tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(CatalogueError) as caught:
        read([gone, empty, written(tmp_path, "")])

    assert caught.value.lines == (
        f"{empty}:1:1: the folder has no file that ends in .yml or .yaml",
        f"{gone}:1:1: can't be read: No such file or directory",
        f"{tmp_path / 'images.yml'}:1:1: the file is empty: it needs 'images:'",
    )

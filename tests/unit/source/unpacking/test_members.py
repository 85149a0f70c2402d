# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which member of an archive is the image (F32, F33, F35)."""

from __future__ import annotations

import pytest

from osc_imagetools.source.unpacking.members import (
    DIRECTORY,
    FILE,
    LONGEST_NAME,
    MOST_MEMBERS,
    SHOWN_NAMES,
    Member,
    MemberChoice,
    MemberError,
)


def chosen(*names: str, pattern: str | None = None) -> str:
    choice = MemberChoice(pattern)
    for name in names:
        choice.offer(Member(name, DIRECTORY if name.endswith("/") else FILE, 512))
    choice.refuse_several()
    return choice.refuse_none().name


@pytest.mark.parametrize(
    "companion",
    [
        *("disk.raw.sha256", "SHA256SUMS", "SHA512SUMS.gpg", "disk.raw.asc"),
        *("disk.raw.SIG", "MANIFEST", "disk.manifest", "box.mf", "README"),
        *("readme.md", "LICENSE.txt", "COPYING", "docs/notes.txt", "docs/"),
        *("__MACOSX/._disk.raw", "images/", ".DS_Store", "./", "manifest.json"),
    ],
)
def test_F32_a_companion_beside_the_image_does_not_count(companion: str) -> None:
    assert chosen(companion, "disk.raw") == "disk.raw"
    assert chosen("disk.raw", companion) == "disk.raw"


@pytest.mark.parametrize("other", ["other.raw", "vmlinuz", "Vagrantfile", "a/disk.raw"])
def test_F32_two_files_that_can_be_the_image_are_refused_by_name(other: str) -> None:
    with pytest.raises(MemberError) as refused:
        chosen("disk.raw", other)

    assert f"disk.raw, {other}. Select one with --member." in str(refused.value)


@pytest.mark.parametrize(
    "pattern", ["b.raw", "*b.raw", "images/b.raw", "images/b*", "./images/b.raw"]
)
def test_F32_a_glob_chooses_by_whole_or_base_name(pattern: str) -> None:
    taken = chosen("./images/a.raw", "./images/b.raw", pattern=pattern)

    assert taken == "./images/b.raw"


def test_F32_a_glob_may_choose_a_companion() -> None:
    assert chosen("disk.raw", "notes.txt", pattern="*.txt") == "notes.txt"


def test_F32_a_glob_that_matches_two_is_refused() -> None:
    with pytest.raises(MemberError, match=r"a\.raw, b\.raw"):
        chosen("a.raw", "b.raw", "c.img", pattern="*.raw")


def test_F32_a_glob_that_matches_none_is_answered_with_what_there_is() -> None:
    with pytest.raises(MemberError) as refused:
        chosen("a.raw", "b.raw", pattern="*.qcow2")

    assert "'*.qcow2': it contains a.raw, b.raw" in str(refused.value)


def test_F32_an_archive_without_an_image_is_refused() -> None:
    with pytest.raises(MemberError, match="it contains README"):
        chosen("README", "docs/")
    with pytest.raises(MemberError, match="it contains no files at all"):
        chosen()


def test_F32_an_empty_file_is_no_image() -> None:
    choice = MemberChoice()

    assert not choice.offer(Member("lock", FILE, 0))
    assert choice.offer(Member("disk.raw", FILE, 512))


def test_F32_at_most_twenty_names_are_shown_and_none_steers_the_terminal() -> None:
    names = [f"disk-\x1b[2J\n\u202e{number}.raw" for number in range(100)]

    with pytest.raises(MemberError) as refused:
        chosen(*names)

    assert str(refused.value).isprintable()
    assert str(refused.value).count(".raw") == SHOWN_NAMES
    assert "and 80 more" in str(refused.value)


@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "FIFO"])
@pytest.mark.parametrize("pattern", [None, "disk.raw"])
def test_F33_what_is_no_plain_file_is_refused_wherever_it_is(
    kind: str, pattern: str | None
) -> None:
    choice = MemberChoice(pattern)
    choice.offer(Member("disk.raw", FILE, 512))

    with pytest.raises(MemberError, match=f"'other' is a {kind}"):
        choice.offer(Member("other", kind, 0))


@pytest.mark.parametrize("again", ["disk.raw", "./disk.raw", "x/../disk.raw"])
def test_F33_the_same_name_twice_is_refused(again: str) -> None:
    with pytest.raises(MemberError, match=r"contains 'disk\.raw' twice"):
        chosen("disk.raw", again)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../disk.raw", "a/../../x"])
def test_F33_a_name_that_leads_elsewhere_is_only_a_name(name: str) -> None:
    assert chosen(name) == name


def test_F33_too_many_members_are_refused() -> None:
    choice = MemberChoice()
    for number in range(MOST_MEMBERS):
        choice.offer(Member(f"{number}/", DIRECTORY, 0))

    with pytest.raises(MemberError, match="more than 10000 members"):
        choice.offer(Member("disk.raw", FILE, 512))


def test_F33_an_overlong_name_is_refused() -> None:
    with pytest.raises(MemberError, match="more than 4096 characters"):
        chosen("x" * (LONGEST_NAME + 1))


def test_F35_an_ova_is_refused_with_what_to_do() -> None:
    with pytest.raises(MemberError) as refused:
        chosen("vm.ovf", "vm-disk1.vmdk")

    assert "is an OVA" in str(refused.value)
    assert "--member '*.vmdk'" in str(refused.value)


def test_F35_the_disk_of_an_ova_can_be_named() -> None:
    assert chosen("vm.ovf", "vm.mf", "vm.vmdk", pattern="*.vmdk") == "vm.vmdk"

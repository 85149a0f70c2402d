# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.rotation.continuity import (
    Difference,
    compared,
    differences_in_kind,
    lost_signatures,
)
from tests.unit.lifecycle.images import managed

KINDS = {
    "same": ({"architecture": "x86_64"}, {"architecture": "x86_64"}, (), None),
    "another-word": ({"architecture": "AMD64"}, {"architecture": "x86_64"}, (), None),
    "F121-other": (
        {"architecture": "amd64"},
        {"architecture": "aarch64"},
        (),
        ("architecture", "amd64", "aarch64"),
    ),
    "said": (
        {"architecture": "x86_64"},
        {"architecture": "arm64"},
        ("architecture",),
        None,
    ),
    "untold": ({"architecture": "x86_64"}, {}, (), None),
    "new": ({}, {"architecture": "x86_64"}, (), None),
    "os": (
        {"os_type": "linux"},
        {"os_type": "windows"},
        ("architecture",),
        ("os_type", "linux", "windows"),
    ),
    "firmware": (
        {"hw_firmware_type": "uefi"},
        {"hw_firmware_type": "bios"},
        (),
        ("hw_firmware_type", "uefi", "bios"),
    ),
    "distribution": ({"os_distro": "debian"}, {"os_distro": "ubuntu"}, (), None),
}


@pytest.mark.parametrize(("old", "new", "said", "other"), KINDS.values(), ids=KINDS)
def test_another_machine_is_told_unless_it_was_said(old, new, said, other):
    expected = (Difference(*other),) if other else ()

    assert differences_in_kind(old, new, said) == expected


def test_a_signature_is_lost_unless_there_is_a_new_one_or_none_is_meant():
    old = managed("one", 1, img_signature="a", img_signature_key_type="b")
    both = ("img_signature", "img_signature_key_type")

    assert lost_signatures(old, (), ()) == both
    assert lost_signatures(old, both[:1], ()) == both[1:]
    assert lost_signatures(old, both[:1], both[1:]) == ()
    assert lost_signatures(managed("one", 1), (), ()) == ()


def test_what_goes_on_changes_comes_and_stays_behind_is_told_apart():
    old = managed(
        "one",
        1,
        os_distro="debian",
        os_version="12",
        img_signature="a",
        image_build_date="2024-03-01",
        lifecycle_keep="3",
        lifecycle_hold="x",
    )
    new = {
        "id": "two",
        "name": "debian-13",
        "os_distro": "debian",
        "os_version": "13",
        "mine": "x",
        "image_build_date": "2024-04-01",
        "lifecycle_keep": "3",
        "lifecycle_generation": "2",
    }

    found = compared(old, new)

    assert found.carried == {"os_distro": "debian", "lifecycle_keep": "3"}
    assert found.changed == (Difference("os_version", "12", "13"),)
    assert found.added == {"mine": "x"}
    assert found.left == ("img_signature",)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the standard of the Sovereign Cloud Stack wants of an image's properties."""

from __future__ import annotations

import re

import pytest

from osc_imagetools.lifecycle.model.standards import (
    STANDARDS,
    Rule,
    StandardError,
    missing,
    refuse_missing,
)

SCS, V2 = "scs-0102", "scs-0102-v2"
COMPLETE = {
    "architecture": "x86_64",
    "os_distro": "ubuntu",
    "os_version": "24.04",
    "min_ram": 512,
    "hw_disk_bus": "scsi",
    "image_source": "https://cloud-images.ubuntu.com/noble/current/noble.img",
    "image_description": "https://ubuntu.com/server",
    "image_build_date": "2026-03-01",
    "image_original_user": "ubuntu",
    "replace_frequency": "monthly",
    "uuid_validity": "last-3",
    "provided_until": "2029-04-30",
}
"""Each mandatory one, and nothing else."""


def test_an_image_with_all_that_is_mandatory_meets_the_standard() -> None:
    assert missing(SCS, COMPLETE) == []
    refuse_missing(SCS, COMPLETE)


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("value", [None, ""])
def test_each_mandatory_property_is_missed(name: str, value: str | None) -> None:
    fields = {**COMPLETE, name: value}

    [finding] = missing(SCS, fields)

    assert (finding.name, finding.value) == (name, None)
    with pytest.raises(StandardError, match=f"{name} is missing"):
        refuse_missing(SCS, fields)


TAKEN = {
    "architecture": ["aarch64", "ppc64le", "s390x"],
    "os_distro": ["almalinux", "opensuse"],
    "min_ram": [1, "64"],
    "hw_disk_bus": ["virtio", "sata"],
    "image_source": ["private", "ftp://mirror.example/disk.img"],
    "image_description": ["An image of ours"],
    "image_build_date": ["2026-03-01 04:05", "2026-03-01 04:05:06"],
    "image_original_user": ["none"],
    "replace_frequency": ["never", "critical_bug", "yearly", "daily"],
    "uuid_validity": ["none", "notice", "forever", "last-12", "2030-12-31"],
    "provided_until": ["none", "notice"],
    "os_purpose": ["generic", "minimal", "k8snode", "custom", "oldgeneric"],
    "hypervisor_type": ["qemu", "kvm"],
    "hotfix_hours": ["0", "48"],
    "maintained_until": ["2034-04-25"],
    "license_included": ["true", "False"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in TAKEN for value in TAKEN[name]]
)
def test_the_standard_takes(name: str, value: object) -> None:
    assert missing(SCS, {**COMPLETE, name: value}) == []


REFUSED = {
    "architecture": ["amd64", "X86_64"],
    "os_distro": ["Ubuntu", "open suse"],
    "os_version": [" "],
    "min_ram": ["-1", "512 MiB"],
    "hw_disk_bus": ["VirtIO"],
    "image_source": ["file:///srv/disk.img", "/srv/disk.img", "Private"],
    "image_description": ["\n"],
    "image_build_date": ["2026-3-1", "01.03.2026", "2026-02-30", "2026-03-01T04:05"],
    "replace_frequency": ["annually", "Monthly"],
    "uuid_validity": ["last-", "last-0", "last-N", "2 years", "2026-13-01"],
    "provided_until": ["forever", "last-3", "2026"],
    "os_purpose": ["server"],
    "hypervisor_type": ["hyper-x"],
    "hotfix_hours": ["two", "-1", "\u0661"],
    "maintained_until": ["notice"],
    "subscription_required": ["yes"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in REFUSED for value in REFUSED[name]]
)
def test_the_standard_does_not_take(name: str, value: str) -> None:
    [finding] = missing(SCS, {**COMPLETE, name: value})

    assert (finding.name, finding.value) == (name, value)
    assert finding.wants == next(
        rule.wants for rule in STANDARDS[SCS] if rule.name == name
    )


NO_SUCH_DAY = ("2026-02-30", "2026-13-01")
"""Which a regular expression doesn't know."""


@pytest.mark.parametrize("rule", STANDARDS[SCS], ids=lambda rule: rule.name)
def test_the_form_of_a_value_is_what_is_taken(rule: Rule) -> None:
    told = [*map(str, TAKEN.get(rule.name, ())), *REFUSED.get(rule.name, ())]
    values = [*told, *rule.takes.choices, str(COMPLETE.get(rule.name, "none"))]

    for value in set(values) - set(NO_SUCH_DAY):
        fits = re.fullmatch(rule.takes.form, value, re.ASCII | re.DOTALL)
        assert bool(fits) == rule.takes(value), value


def test_all_that_is_wrong_is_said_at_once_and_on_one_line() -> None:
    fields = {**COMPLETE, "os_distro": "Ubuntu\x1b[2J" + "u" * 99, "min_ram": 0}

    with pytest.raises(StandardError) as refused:
        refuse_missing(SCS, fields)

    said = str(refused.value)
    assert said.startswith("The image does not meet scs-0102: ")
    assert "os_distro must not be 'Ubuntu\\x1b[2J" in said
    assert said.endswith(
        ", min_ram is missing (MiB, 1 or more). "
        "Set them with --property <name>=<value>, and min_ram with --min-ram."
    )
    assert said.isprintable()
    assert len(said) < 300


def test_without_a_standard_anything_goes() -> None:
    refuse_missing(None, {})


def test_a_standard_has_a_rule_for_each_property_once() -> None:
    names = [rule.name for rule in STANDARDS[SCS]]

    assert len(names) == len(set(names))
    assert {rule.name for rule in STANDARDS[SCS] if rule.is_mandatory} == set(COMPLETE)


def test_version_2_demands_a_purpose_and_else_the_same() -> None:
    assert missing(V2, {**COMPLETE, "os_purpose": "generic"}) == []
    [finding] = missing(V2, COMPLETE)
    assert (finding.name, finding.value) == ("os_purpose", None)
    for name in COMPLETE:
        bare = {**COMPLETE, "os_purpose": "custom", name: None}
        assert [one.name for one in missing(V2, bare)] == [name]

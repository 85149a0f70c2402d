# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.model.properties import (
    TABLE,
    alike,
    is_reserved,
    written_twice,
)


@pytest.mark.parametrize(
    "name", ["lifecycle_id", "lifecycle_x", "os_glance_failed_import", "os_glanced"]
)
def test_what_is_ours_or_glances_is_not_for_users(name):
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["os_distro", "image_source", "lifecycle", "my_life"])
def test_anything_else_is(name):
    assert not is_reserved(name)


def test_a_name_stands_once_in_the_table_and_ours_are_reserved():
    names = [row.name for row in TABLE]

    assert len(names) == len({*names})
    assert all(is_reserved(row.name) == (row.owner == "ours") for row in TABLE)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("OS_Distro", "os_distro"),
        ("gruß", "gruss"),
        ("é", "e"),
        ("a ", "a"),
        ("\N{KELVIN SIGN}", "k"),
    ],
)
def test_F120_names_that_a_database_takes_for_one_are_alike(name, same):
    assert alike(name) == alike(same)
    assert written_twice([name, "other", same]) == f"'{name}' and '{same}'"


def test_F120_names_that_differ_are_none_twice():
    assert written_twice(["os_distro", " os_distro", "os_distro"]) == ""

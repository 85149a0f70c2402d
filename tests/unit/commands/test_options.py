# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import argparse
from datetime import date

import pytest

from osc_imagetools.commands.options import types


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (types.size, "1", 1),
        (types.size, "10G", 10 << 30),
        (types.size, "10GB", 10 << 30),
        (types.size, "1T", 1 << 40),
        (types.day, "2026-03-01", date(2026, 3, 1)),
        (types.count, "0", 0),
        (types.seconds, "2.5", 2.5),
        (types.property_pair, "a=b=c", ("a", "b=c")),
        (types.property_pair, "a=", ("a", "")),
        (types.property_pair, "OS_Distro=x", ("OS_Distro", "x")),
        (types.unset_property, "lifecycle_keep", "lifecycle_keep"),
        (types.unset_property, "not there", "not there"),
        (types.image_name, "ubuntu:24.04", "ubuntu:24.04"),
        (types.url, "FILE:///a", "FILE:///a"),
        (types.url, "http://[::1]:8080/a", "http://[::1]:8080/a"),
        (types.tag, "ä", "ä"),
    ],
)
def test_a_value_is_read(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (types.size, "0", "at least one byte"),
        (types.size, "much", "much"),
        (types.day, "01.03.2026", "YYYY-MM-DD"),
        (types.count, "-1", "at least 0"),
        (types.count, "x", "whole number"),
        (types.seconds, "0", "from 1 to 604800"),
        (types.seconds, "nan", "from 1 to 604800"),
        (types.property_pair, "a", "<key>=<value>"),
        (types.property_pair, "=b", "<key>=<value>"),
        (types.property_pair, "lifecycle_state=active", "not by hand"),
        (types.property_pair, "os_glance_x=1", "not by hand"),
        (types.property_pair, "OS_Glance_x=1", "not by hand"),
        (types.property_pair, "Lifecycle_State=active", "not by hand"),
        (types.property_pair, "visibility=public", "--public, --private, --community"),
        (types.property_pair, "Visibility=public", "--public"),
        (types.property_pair, "os_hidden=true", "--hidden"),
        (types.property_pair, "min_disk=1", "--min-disk"),
        (types.property_pair, "min_ram=1", "--min-ram"),
        (types.property_pair, "name=x", "<name>"),
        (types.property_pair, "owner=x", "--project"),
        (types.property_pair, "disk_format=raw", "--disk-format"),
        (types.property_pair, "container_format=bare", "--container-format"),
        (types.property_pair, "protected=True", "--protected"),
        (types.property_pair, "tags=a", "--tag"),
        (types.property_pair, "stores=a", "--store"),
        (types.property_pair, "id=a", "written by Glance"),
        (types.property_pair, "status=active", "written by Glance"),
        (types.property_pair, "locations=[]", "written by Glance"),
        (types.property_pair, "os_hash_value=00", "written by Glance"),
        (types.property_pair, "Image_Build_Date=x", "is written 'image_build_date'"),
        (types.property_pair, "a=\udcff", "not UTF-8"),
        (types.property_pair, "\udcff=a", "not UTF-8"),
        (types.property_pair, "a=\N{PILE OF POO}" + "b" * 60_000, "U\\+FFFF"),
        (types.unset_property, "visibility", "--public"),
        (types.unset_property, "min_disk", "--min-disk"),
        (types.unset_property, "checksum", "no version carries it over"),
        (types.unset_property, "Lifecycle_Keep", "is written 'lifecycle_keep'"),
        (types.unset_property, "\udcff", "not UTF-8"),
        (types.tag, "\udcff", "not UTF-8"),
        (types.property_pair, "a" * 256 + "=b", "255"),
        (types.property_pair, "a=" + "b" * 60_001, "60000"),
        (types.property_pair, "a=\N{PILE OF POO}", "U\\+FFFF"),
        (types.image_name, "", "printable"),
        (types.image_name, "two\nlines", "printable"),
        (types.image_name, "a" * 256, "characters"),
        (types.image_name, "\N{PILE OF POO}", "U\\+FFFF"),
        (types.tag, "", "1 to 255"),
        (types.tag, "\N{PILE OF POO}", "U\\+FFFF"),
        (types.url, "ftp://h/x", "http:, https:, file:"),
        (types.url, "oci://h/x", "http:, https:, file:"),
        (types.url, "/a/path", "http:, https:, file:"),
        (types.url, "http:///x", "no host"),
        (types.url, "http://[::1/x", "URL"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(parse, text, why):
    with pytest.raises(argparse.ArgumentTypeError, match=why):
        parse(text)


def test_the_longest_name_leaves_room_for_the_importing_name():
    name = "a" * 232

    assert types.image_name(name) == name


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (types.size, "9" * 5000),
        (types.size, "9" * 30),
        (types.size, f"{1 << 53}K"),
        (types.size, "9999999999P"),
        (types.count, "9" * 5000),
        (types.count, str(1 << 31)),
        (types.count, "\N{ARABIC-INDIC DIGIT ONE}"),
        (types.seconds, "1e300"),
        (types.seconds, "9" * 5000),
        (types.kept, "9" * 5000),
        (types.kept, "000001" + "0" * 20),
        (types.day, "10000-01-01"),
        (types.moment, "99999-01-01T00:00:00Z"),
        (types.moment, "9999-12-31T23:59:59-23:59"),
        (types.duration, "999999y"),
        (types.duration, "999999w " * 200),
        (types.written_duration, "999999y"),
        (types.written_moment, "9" * 5000),
        (types.image, "a\x1b[31m\u202e"),
    ],
)
def test_F133_value_that_no_library_can_hold_is_wrong_usage(parse, text):
    with pytest.raises(argparse.ArgumentTypeError) as error:
        parse(text)

    assert str(error.value).isprintable()

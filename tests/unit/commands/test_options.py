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
        (types.count, "x", "x"),
        (types.seconds, "0", "at least 1"),
        (types.seconds, "nan", "at least 1"),
        (types.property_pair, "a", "<key>=<value>"),
        (types.property_pair, "=b", "<key>=<value>"),
        (types.property_pair, "lifecycle_state=active", "not by hand"),
        (types.property_pair, "os_glance_x=1", "not by hand"),
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

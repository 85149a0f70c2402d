# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import argparse
from datetime import date

import pytest

from osc_imagetools.commands import options


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (options.size, "1", 1),
        (options.size, "10G", 10 << 30),
        (options.size, "10GB", 10 << 30),
        (options.size, "1T", 1 << 40),
        (options.day, "2026-03-01", date(2026, 3, 1)),
        (options.gib, "0", 0),
        (options.seconds, "2.5", 2.5),
        (options.property_pair, "a=b=c", ("a", "b=c")),
        (options.property_pair, "a=", ("a", "")),
        (options.image_name, "ubuntu:24.04", "ubuntu:24.04"),
        (options.url, "FILE:///a", "FILE:///a"),
        (options.url, "http://[::1]:8080/a", "http://[::1]:8080/a"),
        (options.tag, "ä", "ä"),
    ],
)
def test_a_value_is_read(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (options.size, "0", "at least one byte"),
        (options.size, "much", "much"),
        (options.day, "01.03.2026", "YYYY-MM-DD"),
        (options.gib, "-1", "at least 0"),
        (options.gib, "x", "x"),
        (options.seconds, "0", "at least 1"),
        (options.seconds, "nan", "at least 1"),
        (options.property_pair, "a", "<key>=<value>"),
        (options.property_pair, "=b", "<key>=<value>"),
        (options.property_pair, "lifecycle_state=active", "not by hand"),
        (options.property_pair, "os_glance_x=1", "not by hand"),
        (options.property_pair, "a" * 256 + "=b", "255"),
        (options.property_pair, "a=" + "b" * 60_001, "60000"),
        (options.property_pair, "a=\N{PILE OF POO}", "U\\+FFFF"),
        (options.image_name, "", "printable"),
        (options.image_name, "two\nlines", "printable"),
        (options.image_name, "a" * 256, "characters"),
        (options.image_name, "\N{PILE OF POO}", "U\\+FFFF"),
        (options.tag, "", "1 to 255"),
        (options.tag, "\N{PILE OF POO}", "U\\+FFFF"),
        (options.url, "ftp://h/x", "http:, https:, file:"),
        (options.url, "oci://h/x", "http:, https:, file:"),
        (options.url, "/a/path", "http:, https:, file:"),
        (options.url, "http:///x", "no host"),
        (options.url, "http://[::1/x", "URL"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(parse, text, why):
    with pytest.raises(argparse.ArgumentTypeError, match=why):
        parse(text)


def test_the_longest_name_leaves_room_for_the_importing_name():
    name = "a" * 232

    assert options.image_name(name) == name

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from tests.unit import plugin

COMMANDS = [
    pytest.param(entry_point, id=plugin.words(entry_point))
    for entry_point in plugin.entry_points()
]
USAGES = {
    "image deprecate": "[<image> ...]",
    "image import-url": "<url> <name>",
    "image lifecycle check": "[<family> ...]",
    "image lifecycle list": "",
    "image lifecycle show": "<family>",
    "image reinstate": "<image> [<image> ...]",
    "image rotate": "<name>",
}


def refused(entry_point, argv, capsys):
    """The lines that a command line is answered with which can't be meant."""
    parser = plugin.parser(entry_point.load(), f"openstack {plugin.words(entry_point)}")
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(argv)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.splitlines()


@pytest.mark.parametrize("entry_point", COMMANDS)
def test_a_wrong_option_is_named_below_one_line_of_usage(entry_point, capsys):
    name = plugin.words(entry_point)

    usage, error = refused(entry_point, ["file:a", "b", "--no-such-option"], capsys)

    assert usage.startswith(f"usage: openstack {name} [options]")
    if name in USAGES:
        assert usage == f"usage: openstack {name} [options] {USAGES[name]}".rstrip()
    assert error.startswith(f"openstack {name}: error: ")
    assert "--no-such-option" in error
    assert error.endswith(f"'openstack {name} --help' lists the options.")


def test_what_was_typed_is_one_line_that_no_terminal_obeys(capsys):
    [rotate] = [one for one in plugin.entry_points() if one.name == "image_rotate"]

    _, error = refused(rotate, ["a", "--x\x1b[31m\n--y"], capsys)

    assert "--x\\x1b[31m --y" in error


def test_F134_a_closed_standard_error_changes_nothing_of_the_status(monkeypatch):
    [rotate] = [one for one in plugin.entry_points() if one.name == "image_rotate"]
    monkeypatch.setattr("sys.stderr", None)

    with pytest.raises(SystemExit) as ended:
        plugin.parser(rotate.load(), "image rotate").parse_args(["--x"])

    assert ended.value.code == 2


def test_help_has_all_of_it():
    [rotate] = [one for one in plugin.entry_points() if one.name == "image_rotate"]

    parser = plugin.parser(rotate.load(), "rotate")

    assert parser.format_usage() == "usage: rotate [options] <name>\n"
    assert "--checksum-url" in parser.format_help()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``--help`` shows: groups in order, lines that fit, defaults at their ends."""

from __future__ import annotations

import argparse
import re

import pytest
from cliff.display import DisplayCommandBase

from osc_imagetools.commands.options import groups
from tests.unit import plugin

COMMANDS = [
    pytest.param(entry_point, id=plugin.words(entry_point))
    for entry_point in plugin.entry_points()
]
ARGUMENTS = [
    pytest.param(action, id=f"{plugin.words(entry_point)} {action.dest}")
    for entry_point in plugin.entry_points()
    for action in plugin.own_actions(entry_point)
]
ROTATE = (
    *(groups.SOURCE, groups.VERIFICATION, groups.UNPACKING, groups.NEW_VERSION),
    *(groups.OLD_VERSION, groups.POLICY, groups.STORAGE, groups.SAFETY, groups.PROJECT),
    groups.OUTPUT,
)
LEFT_BEHIND = re.compile(
    r"\b(mend(s|ed)?|bear(s|er)?|give(s)? up|the same, so|is said|was said)\b", re.I
)
"""Words that people stumbled over."""


def parser_of(entry_point) -> argparse.ArgumentParser:
    name = f"openstack {plugin.words(entry_point)}"
    return plugin.parser(entry_point.load(), name)


def shown(entry_point, columns: int, monkeypatch) -> list[str]:
    """The lines of ``--help`` on a terminal of so many *columns*."""
    monkeypatch.setenv("COLUMNS", str(columns))
    return parser_of(entry_point).format_help().splitlines()


def own_groups(parser: argparse.ArgumentParser) -> list[groups.Group]:
    return [each for each in parser._action_groups if each.title in groups.ORDER]


@pytest.mark.parametrize("entry_point", COMMANDS)
class TestHelp:
    def test_begins_with_the_everyday_form(self, entry_point, monkeypatch):
        usage, blank, *_ = shown(entry_point, 80, monkeypatch)

        name = f"usage: openstack {plugin.words(entry_point)} [options]"
        assert usage.startswith(name)
        assert usage.count("[") < 4
        assert blank == ""

    @pytest.mark.parametrize("columns", [80, 120])
    def test_fits_the_terminal(self, entry_point, columns, monkeypatch):
        lines = shown(entry_point, columns, monkeypatch)

        assert [line for line in lines if len(line) > columns] == []

    def test_breaks_no_name_of_an_option(self, entry_point, monkeypatch):
        lines = shown(entry_point, 80, monkeypatch)

        assert [line for line in lines if re.search(r"--[\w-]*-$", line)] == []

    def test_has_groups_in_the_order_in_which_a_person_thinks(self, entry_point):
        parser = parser_of(entry_point)

        titles = [each.title for each in own_groups(parser)]

        others = [each.title for each in parser._action_groups if each.title]
        assert titles == sorted(titles, key=groups.ORDER.index)
        assert others.index(titles[0]) <= 2
        # Behind them stand those of the client's formats, where it has rows.
        has_rows = issubclass(entry_point.load(), DisplayCommandBase)
        assert (others[-1] not in titles) == has_rows

    def test_has_each_option_of_ours_in_a_group_in_the_order_of_the_pages(
        self, entry_point
    ):
        ours = [
            action.dest
            for action in plugin.own_actions(entry_point)
            if action.option_strings
        ]

        grouped = [
            action.dest
            for each in own_groups(parser_of(entry_point))
            for action in each._group_actions
        ]

        assert grouped == ours

    def test_ends_with_three_examples_of_the_command(self, entry_point):
        examples = entry_point.load().examples

        name = f"openstack {plugin.words(entry_point)} "
        assert len(examples) == 3
        assert all(name in f"{line} " for _, line in examples)


def test_rotate_has_the_groups_that_a_person_thinks_of():
    [rotate] = [one for one in plugin.entry_points() if one.name == "image_rotate"]

    titles = [each.title for each in own_groups(parser_of(rotate))]

    assert titles == [*ROTATE]


@pytest.mark.parametrize("action", ARGUMENTS)
class TestLine:
    def test_says_what_it_does_first_and_its_default_last(self, action):
        first, default, last = action.help.partition("default")

        assert action.help[0].isupper()
        assert not action.help.endswith(".")
        assert not default or last.endswith(")")
        assert "default" not in last.partition(")")[2]
        assert first

    def test_has_no_word_that_we_left_behind(self, action):
        assert not LEFT_BEHIND.search(action.help)

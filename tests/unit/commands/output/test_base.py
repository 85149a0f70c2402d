# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import io
import json

import pytest
from cliff.app import App
from cliff.commandmanager import CommandManager

from osc_imagetools.commands.output.base import Lister


class Parts(Lister):
    """Two parts, of which one was not done."""

    def take_action(self, parsed_args):
        self.status = 1
        return ("part", "result"), [("one", "done"), ("two", "failed: no right")]


@pytest.fixture
def app():
    commands = CommandManager("osc_imagetools.tests")
    commands.add_command("parts", Parts)
    return App("test", "0", commands, stdout=io.StringIO())


def test_a_part_that_failed_gives_its_row_and_the_status(app):
    status = app.run(["parts", "-f", "json"])

    assert status == 1
    assert json.loads(app.stdout.getvalue()) == [
        {"part": "one", "result": "done"},
        {"part": "two", "result": "failed: no right"},
    ]


class Work(Lister):
    """A command that knows its columns."""

    headings = ("part", "result")
    has_begun = False

    def take_action(self, parsed_args):
        Work.has_begun = True
        return self.headings, [("one", "done")]


@pytest.mark.parametrize(
    ("columns", "status"), [(["part"], 0), (["Part", "nothing"], 0), (["nothing"], 2)]
)
def test_columns_that_there_are_not_are_refused_before_the_work(app, columns, status):
    Work.has_begun = False
    app.command_manager.add_command("work", Work)
    named = [word for column in columns for word in ("-c", column)]

    try:
        ended = app.run(["work", *named])
    except SystemExit as wrong_usage:
        ended = wrong_usage.code

    assert (ended, Work.has_begun) == (status, status == 0)

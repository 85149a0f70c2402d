# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import io
import json

import pytest
from cliff.app import App
from cliff.commandmanager import CommandManager

from osc_imagetools.commands.rows import Lister


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

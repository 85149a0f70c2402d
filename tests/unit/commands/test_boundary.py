# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How a command may end, and what is said then."""

from __future__ import annotations

import io
import logging
import os
import signal

import pytest
from cliff.app import App
from cliff.commandmanager import CommandManager
from osc_lib import exceptions

from osc_imagetools.commands.boundary import _Printable
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.journal import JOURNAL
from osc_imagetools.subject import subject_is

LOG = logging.getLogger("osc_imagetools.operations.tests")
OTHERS = logging.getLogger("urllib3.connection")


def ran(act, *options: str, stdout: str = "") -> tuple[object, str, str]:
    """The status of a command that does *act*; what it shows, and what it says."""

    class Parts(Lister):
        """Parts, of which something may be wrong."""

        headings = ("part",)

        def take_action(self, parsed_args):
            parsed_args.dry_run = False
            return self.told(parsed_args, act(), lambda outcome: (outcome.wanted,))

    commands = CommandManager("osc_imagetools.tests")
    commands.add_command("parts", Parts)
    shown, said = io.StringIO(), io.StringIO()
    app = App("test", "0", commands, stdout=shown, stderr=said)
    if stdout:
        app.stdout = None if stdout == "closed" else open(stdout, "w")  # noqa: SIM115
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        status = app.run([*options, "parts", "-f", "value"])
    except SystemExit as end:
        status = end.code
    finally:
        root.handlers = before
    return status, shown.getvalue(), said.getvalue()


def outcome(wanted: str):
    from osc_imagetools.operations.session import Outcome

    return Outcome("done", None, wanted)


def broken():
    """One part is done; at the next one something breaks."""
    JOURNAL.made("aaaa")
    JOURNAL.deleted("aaaa")
    JOURNAL.asked("bbbb")
    yield outcome("one")
    raise ValueError("https://host/?signature=SECRET\x1b[31m")


def test_F133_fault_of_ours_says_so_and_how_things_stand() -> None:
    status, shown, said = ran(broken)

    assert (status, shown) == (1, "one\n")
    [line] = said.splitlines()
    assert "'openstack parts' failed because of a bug in osc-imagetools" in line
    assert "ValueError" in line
    assert "Image aaaa was created and has been deleted again." in line
    assert "Image bbbb was being changed" in line
    assert "--debug" in line
    assert "SECRET" not in said


def test_F133_debugging_shows_where_it_broke() -> None:
    status, _, said = ran(broken, "--debug")

    assert status == 1
    assert "Traceback" in said
    assert 'raise ValueError("https' in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "error", [OperatorError("No"), exceptions.CommandError("No."), BrokenPipeError()]
)
def test_F133_error_that_has_words_for_people_is_not_called_a_fault(error) -> None:
    def act():
        yield outcome("one")
        raise error

    status, shown, said = ran(act)

    assert status in (1, 141)
    assert shown == "one\n"
    assert "fault" not in said


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_ended_by_a_signal_shows_what_was_done_and_says_what_is_left(
    number: signal.Signals, expected: int
) -> None:
    def act():
        JOURNAL.asked("aaaa")
        JOURNAL.answered("aaaa", is_done=True)
        yield outcome("one")
        os.kill(os.getpid(), number)
        yield outcome("two")

    status, shown, said = ran(act)

    assert (status, shown) == (expected, "one\n")
    assert said == "Interrupted. Image aaaa was changed.\n"


def test_F112_messages_of_ours_and_of_libraries_hold_nothing_that_is_obeyed() -> None:
    def act():
        LOG.warning("It says '%s'", "a\x1b[31m\nERROR: forged\u202e")
        OTHERS.warning("First\n\tsecond %s", "\x9b31m\x07")
        OTHERS.warning("100 %")
        return []

    status, _, said = ran(act)

    assert status == 0
    assert said.splitlines() == [
        r"It says 'a\x1b[31m\nERROR: forged\u202e'",
        "First",
        "\tsecond \\x9b31m\\x07",
        "100 %",
    ]


def test_messages_say_what_they_are_about_where_that_does_not_go_without_saying() -> (
    None
):
    def act():
        with subject_is("debian\n13"):
            LOG.warning("It is slow.")
            OTHERS.warning("Retrying")
        LOG.warning("All was done.")
        return []

    _, _, said = ran(act)

    assert said.splitlines() == [
        r"debian\n13: It is slow.",
        "Retrying",
        "All was done.",
    ]


def test_message_to_a_terminal_and_to_a_file_is_named_once() -> None:
    record = logging.LogRecord("osc_imagetools.x", 30, "", 0, "Slow.", None, None)

    with subject_is("debian-13"):
        for handler_filter in (_Printable(), _Printable()):
            handler_filter.filter(record)

    assert record.getMessage() == "debian-13: Slow."


@pytest.mark.parametrize("stdout", ["closed", "/dev/full"])
def test_F134_result_that_can_not_be_written_is_an_error_and_the_work_is_done(
    stdout: str,
) -> None:
    status, _, said = ran(lambda: [outcome("one")], stdout=stdout)

    assert status == 1
    assert "The result can't be shown: standard output" in said
    assert "The command itself has completed." in said


def test_column_that_there_is_none_of_is_said_in_the_clients_words() -> None:
    class Empty(Lister):
        """No part."""

        def take_action(self, parsed_args):
            return ("part",), []

    commands = CommandManager("osc_imagetools.tests")
    app = App("test", "0", commands, stdout=io.StringIO())

    command = Empty(app, None, cmd_name="parts")
    parsed_args = command.get_parser("parts").parse_args(["-c", "other"])

    with pytest.raises(exceptions.CommandError, match="No recognized column names"):
        command.run(parsed_args)


def test_name_in_an_error_can_be_copied_and_a_servers_lines_are_one() -> None:
    error = OperatorError("No image is called 'a  b'", "<p>\n    none\n</p>", "List: x")

    assert str(error) == "No image is called 'a  b': <p> none </p>. List: x."

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from osc_imagetools.commands.output import findings
from osc_imagetools.commands.output.columns import CommandLines
from osc_imagetools.lifecycle.checks.checkup import Checkup
from osc_imagetools.lifecycle.checks.finding import Finding
from osc_imagetools.lifecycle.checks.severity import Check

STUCK = Finding(Check.STUCK, "", "one", "it is so", "do that")


def test_rows_are_plain_for_machines():
    headings, rows = findings.rows(Checkup((STUCK,), 1, 0))

    [row] = rows
    plain = [
        getattr(each, "machine_readable", lambda each=each: each)() for each in row
    ]
    assert tuple(headings) == findings.HEADINGS
    said = ["warning", "stuck", None, "one", "it is so", "do that"]
    assert plain == [*said, None]


def test_command_lines_are_one_for_a_shell_and_several_for_people():
    lines = ("openstack image set --tag 'a b' one", "openstack image delete two")

    shown = CommandLines(lines)

    assert shown.machine_readable() == " && ".join(lines)
    assert shown.human_readable() == " &&\n".join(lines)
    assert CommandLines(()).machine_readable() is None

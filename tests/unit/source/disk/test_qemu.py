# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""QEMU's programs on their leash; here others that say what they find there."""

from __future__ import annotations

import io
import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import closing, suppress

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.disk.qemu import LONGEST_WORDS_BYTES, Program, QemuError
from tests.unit.source.builders import children

GIB = 1 << 30
NOTHING = io.FileIO(os.devnull)


def may_lose_the_network() -> bool:
    """Whether this user may start something in a network of its own, here."""
    unshare = shutil.which("unshare")
    command = [str(unshare), "--net", *(["--user"] if os.geteuid() else []), "true"]
    return bool(unshare) and not subprocess.run(command).returncode


def test_a_program_is_on_a_leash() -> None:
    script = (
        "grep NoNewPrivs: /proc/self/status; ulimit -f; ulimit -c; ulimit -v;"
        " cat /proc/self/net/dev | wc -l; env"
    )

    with closing(Program("sh", "-c", script, image=NOTHING)) as program:
        said = program.finished()

    no_new_rights, file_blocks, core, memory, devices, *environment = said.split()[1:]
    assert no_new_rights == "1"
    assert (int(file_blocks) * 512, core) == (1 << 16, "0")
    assert int(memory) << 10 == 4 * GIB
    # Two lines of heading, and the loopback device
    assert devices == "3" or not may_lose_the_network()
    assert "HOME=" not in " ".join(environment)


def test_a_program_that_says_too_much_is_not_heard() -> None:
    endless = "while echo 'The same again and again, and never an end.'; do :; done"

    with closing(Program("sh", "-c", endless, image=NOTHING)) as program:
        said = program.finished()

    assert len(said) == LONGEST_WORDS_BYTES


def test_a_program_that_does_not_end_is_ended() -> None:
    before = children()

    with (
        closing(Program("sleep", "600", image=NOTHING)) as program,
        pytest.raises(QemuError, match="sleep: it does not end"),
    ):
        program.finished(0.01)

    assert children() == before


def test_what_a_program_says_is_printable() -> None:
    rude = "printf 'some\\033[2J thing\\n' >&2; exit 3"

    with (
        closing(Program("sh", "-c", rude, image=NOTHING)) as program,
        pytest.raises(OperatorError) as failed,
    ):
        program.finished()

    assert str(failed.value).isprintable()
    assert "some\\x1b[2J thing" in str(failed.value)


KILLED = """
import os, signal
from osc_imagetools.source.disk.qemu import Program
started, says_so = os.pipe()
lasting = f"echo >&{says_so}; exec sleep 600"
program = Program("sh", "-c", lasting, image=open(os.devnull, "rb"), also=[says_so])
os.read(started, 1)
print(program.pid, flush=True)
signal.pause()
"""


def test_a_program_ends_when_we_are_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True
    ) as we:
        assert we.stdout is not None
        program = os.pidfd_open(int(we.stdout.readline()))

        we.kill()

        ended, _, _ = select.select([program], [], [], 60)
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(program, signal.SIGKILL)
    os.close(program)
    assert ended == [program]

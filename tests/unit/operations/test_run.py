# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from dataclasses import replace

from osc_imagetools.operations.run import host, lives, this_run


def test_this_process_lives_and_a_later_one_of_its_number_would_not():
    run = this_run()

    assert run.host == host()
    assert lives(run)
    assert not lives(replace(run, started=run.started + 1))


def test_a_process_that_ended_is_dead_even_before_its_parent_looked():
    code = "from osc_imagetools.operations.run import this_run; print(this_run())"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        _, _, pid, started = child.stdout.read().strip().split(":")
        run = replace(this_run(), pid=int(pid), started=int(started))

        assert child.pid == run.pid
    assert not lives(run)

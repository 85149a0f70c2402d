# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from dataclasses import replace

from osc_imagetools.glance.machine import THIS_MACHINE


def test_this_process_lives_and_a_later_one_of_its_number_would_not():
    run = THIS_MACHINE.new_run()

    assert run.host == THIS_MACHINE.host()
    assert THIS_MACHINE.lives(run)
    assert not THIS_MACHINE.lives(replace(run, started=run.started + 1))


def test_a_process_that_ended_is_dead_even_before_its_parent_looked():
    module = "osc_imagetools.glance.machine"
    code = f"from {module} import THIS_MACHINE; print(THIS_MACHINE.new_run())"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        _, _, pid, started = child.stdout.read().strip().split(":")
        run = replace(THIS_MACHINE.new_run(), pid=int(pid), started=int(started))

        assert child.pid == run.pid
    assert not THIS_MACHINE.lives(run)

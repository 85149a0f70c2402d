# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import threading

import pytest

from osc_imagetools.glance.machine import Machine
from osc_imagetools.operations.runs.signals import (
    NotMainThreadError,
    signals_end_the_run,
    signals_wait,
)


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_unwinds_the_run_and_says_its_number(number, status):
    undone = []

    def run():
        with signals_end_the_run():
            try:
                send(number)
            finally:
                undone.append(True)

    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == status
    assert undone


def test_a_break_stays_a_break():
    with pytest.raises(KeyboardInterrupt), signals_end_the_run():
        send(signal.SIGINT)


def test_a_signal_waits_until_the_step_is_done_and_then_takes_effect():
    steps = []

    def run():
        with signals_wait():
            send(signal.SIGTERM)
            steps.append("published")

    with pytest.raises(SystemExit) as ended:
        run()
    assert steps == ["published"]
    assert ended.value.code == 143


def test_an_error_of_the_step_itself_is_not_hidden_by_a_signal_that_waited():
    def run():
        with signals_wait():
            send(signal.SIGTERM)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run()


def test_what_was_ignored_stays_ignored_as_nohup_wants_it():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_end_the_run():
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_afterwards_the_handlers_are_those_of_before():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    with signals_end_the_run(), signals_wait():
        pass

    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert after == before


@pytest.mark.parametrize("context", [signals_wait, signals_end_the_run])
def test_outside_the_main_thread_no_step_begins_that_a_signal_could_break(context):
    begun, raised = [], []

    def work():
        try:
            with context():
                begun.append(True)
        except NotMainThreadError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert len(raised) == 1
    assert not begun


def test_on_a_simulated_machine_nothing_waits_in_whatever_thread():
    class Simulated(Machine):
        has_signals = False

    begun = []

    def work():
        with signals_wait(Simulated()):
            begun.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert begun

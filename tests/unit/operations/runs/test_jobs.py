# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import threading

import pytest

from osc_imagetools.glance.machine import Machine
from osc_imagetools.operations.runs import jobs as jobs_module
from osc_imagetools.operations.runs.jobs import elsewhere, run_jobs
from osc_imagetools.operations.runs.signals import signals_wait

SECONDS = 60
MACHINE = Machine()


def test_each_job_is_done_and_told_with_its_place():
    jobs = [lambda number=number: number * 2 for number in range(7)]

    assert sorted(run_jobs(jobs, 3)) == [(n, n * 2) for n in range(7)]
    assert [*run_jobs(jobs, 1)] == [(n, n * 2) for n in range(7)]
    assert [*run_jobs([], 3)] == []


def test_as_many_as_allowed_are_done_at_a_time_and_no_more():
    together = threading.Barrier(3)
    now, most = [0], [0]
    lock = threading.Lock()

    def job():
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(SECONDS)
        with lock:
            now[0] -= 1

    assert len([*run_jobs([job] * 6, 3)]) == 6
    assert most == [3]


def test_job_that_waits_elsewhere_makes_room_and_takes_it_again():
    all_wait = threading.Barrier(4)
    now, most = [0], [0]
    lock = threading.Lock()

    def count(change):
        with lock:
            now[0] += change
            most[0] = max(most[0], now[0])

    def job():
        count(1)
        count(-1)
        with elsewhere():
            all_wait.wait(SECONDS)
        count(1)
        count(-1)

    assert len([*run_jobs([job] * 4, 1, wait_elsewhere=True)]) == 4
    assert most == [1]


def test_fault_of_one_that_waits_elsewhere_keeps_no_room_for_itself():
    def broken():
        with elsewhere():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        [*run_jobs([broken] * 3, 1, wait_elsewhere=True)]
    with pytest.raises(ZeroDivisionError):
        broken()


def test_no_more_threads_wait_than_a_process_may_have(monkeypatch):
    monkeypatch.setattr(jobs_module, "MOST_THREADS", 3)
    three = threading.Barrier(3)
    seen = set()

    def job():
        seen.add(threading.get_ident())
        with elsewhere():
            three.wait(SECONDS)

    assert len([*run_jobs([job] * 6, 1, wait_elsewhere=True)]) == 6
    assert len(seen) == 3


def test_thread_that_can_not_start_ends_those_that_did(monkeypatch):
    start, begun = threading.Thread.start, []

    def starts_one(thread):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        start(thread)

    def endless():
        while True:
            MACHINE.sleep(0.001)

    monkeypatch.setattr(threading.Thread, "start", starts_one)

    with pytest.raises(RuntimeError, match="can't start"):
        [*run_jobs([endless] * 2, 2)]

    assert not begun[0].is_alive()
    monkeypatch.undo()
    assert sorted(run_jobs([lambda: 1, lambda: 2], 2)) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_jobs_where_they_may_be_ended_and_lets_others_finish(number):
    """One is in the middle of a swap, one before a request, and one waits."""
    swapping, sent = threading.Event(), threading.Event()
    told = []

    def swap():
        try:
            with signals_wait(MACHINE):
                swapping.set()
                assert sent.wait(SECONDS)
                # A request of the swap.
                MACHINE.go_on()
                told.append("swapped")
        finally:
            told.append("undone")

    def fetch():
        assert swapping.wait(SECONDS)
        os.kill(os.getpid(), number)
        while True:
            MACHINE.sleep(0.001)
            sent.set()

    def never():
        told.append("begun")

    def run():
        done = []
        done.extend(run_jobs([swap, fetch, never], 2))

    # Until the main thread has taken the signal, the one that sleeps goes on.
    expected = KeyboardInterrupt if number == signal.SIGINT else SystemExit
    with pytest.raises(expected) as ended:
        run()

    assert told == ["swapped", "undone"]
    if number == signal.SIGTERM:
        assert ended.value.code == 143


def test_what_was_done_before_a_signal_is_told():
    first = threading.Event()

    def quick():
        return "done"

    def slow():
        assert first.wait(SECONDS)
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            MACHINE.sleep(0.001)

    told = []

    def run():
        for one in run_jobs([quick, slow], 2):
            told.append(one)
            first.set()

    with pytest.raises(KeyboardInterrupt):
        run()
    assert told == [(0, "done")]


def test_fault_in_a_job_ends_the_others_and_is_raised():
    begun = threading.Event()

    def broken():
        assert begun.wait(SECONDS)
        raise ZeroDivisionError

    def other():
        begun.set()
        while True:
            MACHINE.sleep(0.001)

    with pytest.raises(ZeroDivisionError):
        [*run_jobs([broken, other], 2)]
    # What ended them is over.
    assert sorted(run_jobs([lambda: 1, lambda: 2], 2)) == [(0, 1), (1, 2)]


def test_whoever_takes_no_more_ends_the_jobs():
    begun = threading.Event()

    def endless():
        begun.set()
        while True:
            MACHINE.sleep(0.001)

    def quick():
        assert begun.wait(SECONDS)
        return "quick"

    told = run_jobs([endless, quick], 2)
    assert next(told) == (1, "quick")
    told.close()

    assert sorted(run_jobs([lambda: 1, lambda: 2], 2)) == [(0, 1), (1, 2)]


def test_a_thread_that_does_no_job_is_never_ended():
    MACHINE.go_on()
    with signals_wait(MACHINE):
        MACHINE.sleep(0)

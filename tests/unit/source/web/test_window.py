# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import threading
import weakref

import pytest

from osc_imagetools.source.web.window import Window

PART = 4
LENGTH = 4 * PART - 1


class Hand:
    """A worker that a test moves."""

    def __init__(self, window):
        self.window = window
        self.is_closed = False
        window.employ(self)

    def close(self):
        self.is_closed = True

    def bring(self, part, text):
        return self.window.add(self, part, text)


@pytest.fixture
def window():
    return Window(LENGTH, PART, width=3)


def taken(window):
    """What the reader can have now."""
    blocks = []
    while block := window.take(0):
        blocks.append(block)
    return blocks


def test_parts_are_claimed_from_the_first_on_and_the_last_is_shorter():
    window = Window(LENGTH, PART, width=4)
    one, other = Hand(window), Hand(window)

    claimed = [window.claim(worker) for worker in (one, other, one, other)]

    assert [(part.start, part.stop) for part in claimed] == [
        (0, 4),
        (4, 8),
        (8, 12),
        (12, 15),
    ]


def test_blocks_come_in_order_whoever_brings_them_first(window):
    one, other = Hand(window), Hand(window)
    first, second = window.claim(one), window.claim(other)

    other.bring(second, b"efgh")
    before = taken(window)
    one.bring(first, b"ab")
    half = taken(window)
    one.bring(first, b"cd")

    assert (before, half, taken(window)) == ([], [b"ab"], [b"cd", b"efgh"])


def test_the_window_moves_only_with_the_reader(window):
    worker = Hand(window)
    for text in (b"abcd", b"efgh", b"ijkl"):
        worker.bring(window.claim(worker), text)
    claimed = []
    waiting = threading.Thread(target=lambda: claimed.append(window.claim(worker)))
    waiting.start()

    waiting.join(0.05)
    before = list(claimed)
    taken(window)
    waiting.join(30)

    assert before == []
    assert claimed[0].number == 3


def test_when_all_has_come_there_is_nothing_to_claim_and_then_nothing_to_take(window):
    worker = Hand(window)
    for text in (b"abcd", b"efgh", b"ijkl"):
        worker.bring(window.claim(worker), text)
    taken(window)
    worker.bring(window.claim(worker), b"mno")

    assert window.claim(worker) is None
    assert taken(window) == [b"mno"]
    assert window.take(0) == b""


def test_what_a_worker_leaves_another_goes_on_with(window):
    one, other = Hand(window), Hand(window)
    part = window.claim(one)
    one.bring(part, b"ab")

    left = window.retire(one, part)
    again = window.claim(other)

    assert (left, again.number, again.at) == (1, 0, 2)
    assert one.bring(part, b"xx") is False
    assert window.claim(one) is None
    assert window.has_shrunk
    assert other.bring(again, b"cd")
    assert taken(window) == [b"abcd"]


def test_the_last_worker_stays(window):
    worker = Hand(window)
    part = window.claim(worker)

    assert window.is_alone(worker)
    assert window.retire(worker, part) == 0
    assert worker.bring(part, b"ab")
    assert not window.has_shrunk


def test_all_can_be_dismissed_for_one_that_begins_anew(window):
    workers = [Hand(window), Hand(window)]
    parts = [window.claim(worker) for worker in workers]
    workers[0].bring(parts[0], b"ab")

    window.dismiss()
    fresh = Hand(window)
    part = window.claim(fresh)

    assert all(worker.is_closed for worker in workers)
    assert workers[0].bring(parts[0], b"xx") is False
    assert (window.crew, part.number, part.at) == (1, 0, 2)


def test_a_failure_comes_after_what_came_before_it(window):
    one, other = Hand(window), Hand(window)
    first = window.claim(one)
    window.claim(other)
    one.bring(first, b"abcd")

    window.fail(ValueError("first"))
    window.fail(ValueError("second"))

    assert window.take(0) == b"abcd"
    with pytest.raises(ValueError, match="first"):
        window.take(0)
    assert window.claim(one) is None


def test_a_closed_window_lets_go_of_all_that_it_held(window):
    worker = Hand(window)
    part = window.claim(worker)
    worker.bring(part, b"ab")
    buffer = weakref.ref(part)
    del part

    window.close(ValueError("closed"))

    assert (worker.is_closed, buffer()) == (True, None)
    assert window.claim(worker) is None
    with pytest.raises(ValueError, match="closed"):
        window.take(0)


def test_time_without_anything_to_read_is_counted(window):
    Hand(window)

    assert window.take(0.01) is None

    assert window.waited_seconds >= 0.01

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from osc_imagetools.source.web.pace import Pace, Position

MIB = 1 << 20


class Reader:
    """Reads at a rate for a while, and shows where it is every tenth of a second."""

    def __init__(self, pace):
        self.pace = pace
        self.at = Position(0.0, 0, 0.0)
        self.pace.look(self.at)

    def read(self, seconds, rate, waiting=1.0):
        """Whether it was told to go back; *waiting* is the share of its time."""
        told = []
        for _ in range(round(seconds * 10)):
            self.at = Position(
                self.at.now + 0.1,
                self.at.got + rate // 10,
                self.at.waited + waiting / 10,
            )
            told.append(self.pace.look(self.at))
        return any(told)


def test_a_reader_that_never_waits_needs_one_connection():
    pace = Pace(4)

    went_back = Reader(pace).read(60, 500 * MIB, waiting=0.0)

    assert (pace.wanted, went_back) == (1, False)


def test_a_reader_that_waits_gets_connections_one_by_one():
    pace = Pace(4)
    reader = Reader(pace)

    wanted = []
    for _ in range(6):
        reader.read(0.1, 20 * MIB)
        wanted.append(pace.wanted)

    assert wanted == [1, 2, 3, 4, 4, 4]


def test_a_reader_that_waits_now_and_then_needs_one_connection():
    pace = Pace(4)

    went_back = Reader(pace).read(60, 100 * MIB, waiting=0.2)

    assert (pace.wanted, went_back) == (1, False)


def test_connections_that_bring_more_stay():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, 20 * MIB)

    went_back = reader.read(60, 80 * MIB)

    assert (pace.wanted, went_back) == (4, False)


def test_connections_that_bring_as_much_as_one_stay():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, 20 * MIB)

    assert not reader.read(60, 18 * MIB)


def test_a_server_that_slows_down_gets_one_connection_for_good():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, 20 * MIB)

    went_back = reader.read(3, 2 * MIB)
    afterwards = reader.read(60, 2 * MIB)

    assert (pace.wanted, went_back, afterwards) == (1, True, False)


def test_a_server_that_stops_sending_over_several_counts_as_slow():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, 20 * MIB)

    assert reader.read(3, 0)


def test_a_reader_that_has_other_things_to_do_proves_nothing():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, 20 * MIB)

    assert not reader.read(60, 2 * MIB, waiting=0.1)


def test_a_slow_source_is_given_time_for_some_blocks():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.9, MIB // 10)

    assert not reader.read(15, 0)


def test_what_was_in_the_buffers_says_nothing_of_the_source():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(1, 500 * MIB, waiting=0.0)
    reader.read(0.5, 2 * MIB)

    assert not reader.read(60, 6 * MIB)


def test_who_is_not_welcome_is_not_asked_for_again():
    pace = Pace(4)
    reader = Reader(pace)
    reader.read(0.5, 20 * MIB)

    pace.settle(2)
    reader.read(60, 20 * MIB)

    assert pace.wanted == 2

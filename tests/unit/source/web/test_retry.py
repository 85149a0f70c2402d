# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import email.utils
import time

import pytest

from osc_imagetools.source.web.retry import (
    LONGEST_PAUSE_SECONDS,
    PROGRESS_BYTES,
    RETRY_AFTER_MAX_SECONDS,
    SourcePatience,
    asked_for_seconds,
    backoff_seconds,
)


@pytest.fixture
def pauses():
    """The seconds that were to be waited; nobody waits."""
    return []


def test_pauses_double_up_to_a_limit_and_half_of_each_is_chance():
    longest = [min(LONGEST_PAUSE_SECONDS, 2**tried) for tried in range(8)]

    for tried, most in enumerate(longest, 1):
        drawn = {backoff_seconds(tried) for _ in range(50)}
        assert all(most / 2 <= seconds <= most for seconds in drawn)
        assert len(drawn) > 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("99999", RETRY_AFTER_MAX_SECONDS),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_F3_retry_after_is_honoured_and_capped(said, seconds):
    assert asked_for_seconds(said) == seconds


def test_F3_a_retry_after_of_thousands_of_digits_is_none_to_wait_for():
    # Python 3.10 reads it, later ones refuse to.
    assert asked_for_seconds("9" * 5000) in (None, RETRY_AFTER_MAX_SECONDS)


def test_F3_retry_after_may_be_a_date():
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)

    assert 50 < asked_for_seconds(in_a_minute) <= 60


def test_tries_in_vain_end(pauses):
    patience = SourcePatience(3, pauses.append)

    allowed = [patience.allows_another("why") for _ in range(5)]

    assert allowed == [True] * 3 + [False] * 2
    assert len(pauses) == 3


def test_progress_gives_all_tries_back(pauses):
    patience = SourcePatience(2, pauses.append)

    allowed = []
    for _ in range(10):
        allowed.append(patience.allows_another("why"))
        patience.got(PROGRESS_BYTES)

    assert allowed == [True] * 10


def test_a_few_bytes_each_time_are_no_progress(pauses):
    patience = SourcePatience(2, pauses.append)

    allowed = []
    for _ in range(3):
        allowed.append(patience.allows_another("why"))
        patience.got(PROGRESS_BYTES - 1)

    assert allowed == [True, True, False]


def test_after_progress_the_first_try_comes_at_once(pauses):
    patience = SourcePatience(3, pauses.append)

    patience.allows_another("why", at_once=True)
    first = list(pauses)
    patience.allows_another("why", at_once=True)

    assert first == []
    assert len(pauses) == 1


def test_what_the_server_asks_for_is_waited_for_however_often(pauses):
    patience = SourcePatience(3, pauses.append)

    for _ in range(3):
        patience.allows_another("why", retry_after="42", at_once=True)

    assert pauses == [42, 42, 42]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest
import requests

from osc_imagetools.glance.patience import (
    PATIENCE_SECONDS,
    PAUSES_SECONDS,
    Patience,
    asked_for_seconds,
)


def busy(retry_after=None, status=429, **headers):
    answer = requests.Response()
    answer.status_code = status
    if retry_after is not None:
        answer.headers["Retry-After"] = retry_after
    answer.headers.update(headers)
    return answer


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("٣", None),
        ("0", 0),
        (" 7 ", 7),
        ("9" * 5000, 999_999_999),
        ("Thu, 26 Nov 2026 12:00:30 GMT", 30),
        ("Thu, 26 Nov 2026 11:00:00 GMT", -3600),
        ("Thu, 26 Nov 20269999 11:00:00 GMT", None),
    ],
)
def test_what_an_answer_asks_for_is_counted_by_its_own_clock(told, seconds):
    answer = busy(told, Date="Thu, 26 Nov 2026 12:00:00 GMT")

    assert asked_for_seconds(answer) == seconds


@pytest.mark.parametrize(
    ("answers", "waited"),
    [
        ([busy("3")], [3]),
        ([busy("0"), busy("-5")], [1, PAUSES_SECONDS[0]]),
        ([busy("3600")], []),
        ([busy("40"), busy("30")], [40]),
        ([busy(status=503)] * 9, [*PAUSES_SECONDS]),
    ],
)
def test_it_is_waited_as_long_as_asked_for_and_a_minute_at_most(answers, waited):
    pauses = []
    patience = Patience(pauses.append)

    allowed = [patience.waits(answer) for answer in answers]

    assert pauses == waited
    assert allowed.count(True) == len(waited)
    assert sum(pauses) <= PATIENCE_SECONDS

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.source.opened import StartOverError
from osc_imagetools.source.web.ranges import (
    Edition,
    RangeError,
    Span,
    check_span,
    check_unchanged,
)

MARCH, APRIL = "Sun, 01 Mar 2026 00:00:00 GMT", "Wed, 01 Apr 2026 00:00:00 GMT"


def edition(etag="", last_modified="", length=None):
    return Edition(etag, last_modified, length)


@pytest.mark.parametrize(
    ("known", "condition"),
    [
        (edition('"a"', MARCH), '"a"'),
        (edition('W/"a"', MARCH), MARCH),
        (edition("", MARCH), MARCH),
        (edition('W/"a"'), ""),
        (edition(), ""),
    ],
)
def test_if_range_takes_a_strong_tag_or_a_date(known, condition):
    assert known.condition == condition


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (edition('"a"', MARCH, 5), edition('"a"', MARCH, 5)),
        (edition('"a"', MARCH, 5), edition("", "", None)),
        # Mirrors that share a tag have copied the file at different times.
        (edition('"a"', MARCH), edition('"a"', APRIL)),
        (edition('W/"a"', MARCH), edition('"a"', MARCH)),
        (edition(), edition('"a"', MARCH, 5)),
    ],
)
def test_it_is_the_same_file_while_nothing_says_otherwise(before, now):
    check_unchanged("where", before, now)

    assert before.difference(now) == ""


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (edition('"a"'), edition('"b"'), 'ETag was "a" and is "b"'),
        (edition('W/"a"'), edition('W/"b"'), "ETag was"),
        (edition('W/"a"', MARCH), edition('W/"a"', APRIL), "Last-Modified was"),
        (edition("", MARCH), edition("", APRIL), "Last-Modified was"),
        (edition('"a"', MARCH, 5), edition('"a"', MARCH, 6), "had 5 bytes and has 6"),
        (
            Edition.of({"ETag": '"a"', "Content-Encoding": "Identity"}),
            Edition.of({"ETag": '"a"', "Content-Encoding": "gzip"}),
            "Content-Encoding was identity and is gzip",
        ),
    ],
)
def test_F13_a_changed_file_is_begun_anew(before, now, why):
    with pytest.raises(StartOverError, match=why) as error:
        check_unchanged("where", before, now)

    assert not isinstance(error.value, RangeError)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Span(5), "bytes 5-99/100"),
        (Span(5, 10), "bytes 5-9/100"),
        (Span(99), " bytes 99-99/100 "),
    ],
)
def test_the_range_that_was_asked_for_is_taken(asked, told):
    assert check_span("where", asked, edition(length=100), told) == 100
    assert check_span("where", asked, edition(), told) == 100


@pytest.mark.parametrize(
    "told",
    [
        "bytes 4-99/100",
        "bytes 6-99/100",
        "bytes 5-98/100",
        "bytes 5-99/101",
        "bytes 5-99/*",
        "bytes */100",
        "5-99/100",
        "",
        None,
    ],
)
def test_F5_no_other_range_is_appended(told):
    with pytest.raises(RangeError):
        check_span("where", Span(5), edition(length=100), told)


@pytest.mark.parametrize(
    ("span", "header"),
    [(Span(0), "bytes=0-"), (Span(7), "bytes=7-"), (Span(7, 9), "bytes=7-8")],
)
def test_a_span_is_asked_for_as_http_counts(span, header):
    assert span.header == header

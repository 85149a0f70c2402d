# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from osc_imagetools.lifecycle.retention import EnforceRequest
from tests.unit.lifecycle.retention.situations import days


def test_who_says_nothing_allows_little():
    request = EnforceRequest()

    assert (request.min_age, request.max_delete) == (days(7), 10)
    assert (request.unprotect, request.break_promise) == (False, False)
    assert (request.keep, request.older_than, request.unused_for) == (None, None, None)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.storable import storable_etag, storable_url


@pytest.mark.parametrize(
    ("etag", "stored"),
    [
        ('"1"', '"1"'),
        ('"\x1b[31m\x9b\u202e"', r'"\x1b[31m\x9b\u202e"'),
        ('"\U0001f600"', r'"\U0001f600"'),
        ("x" * 1024, "x" * 1024),
    ],
)
def test_F112_etag_is_stored_as_a_property_can_hold_it(etag: str, stored: str) -> None:
    assert storable_etag(etag) == stored
    assert storable_etag(stored) == stored


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_F112_url_is_stored_printable_and_means_the_same(path: str) -> None:
    url = f"https://host/{path}"

    stored = storable_url(url)

    assert stored.isprintable()
    assert max(stored) <= "\uffff"
    assert urllib.parse.unquote(stored) == urllib.parse.unquote(url)

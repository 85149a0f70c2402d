# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.source.opened import masked

SIGNED = "https://u:p@host/disk.img?sig=SECRET&e=1"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (f"'{SIGNED}' is refused", "'https://host/disk.img?…' is refused"),
        ("/disk.img?sig=SECRET&e=1: no", "/disk.img?…: no"),
        ("refused: sig", "refused: sig"),
    ],
)
def test_F114_query_is_masked_where_it_stands(words: str, shown: str) -> None:
    assert masked(words, SIGNED) == shown
    assert masked(words, "https://host/disk.img") == words

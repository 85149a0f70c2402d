# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A checksum that a definition may have is one that an import understands."""

from __future__ import annotations

import hashlib

import pytest

from osc_imagetools.source.checksums import STRONGEST_FIRST, Checksum
from tests.unit.catalog.definitions.files import DEBIAN, errors


def digest(algorithm: str) -> str:
    return hashlib.new(algorithm, b"an image").hexdigest()


FINE = [
    *(f"{name}:{digest(name)}" for name in STRONGEST_FIRST),
    *(digest(name) for name in STRONGEST_FIRST),
    f"sha256:{digest('sha256').upper()}",
]
WRONG = [
    *("", "sha256:", "sha256:0a", "crc32:00000000", f"sha512:{digest('sha256')}"),
    *(f"sha256:{digest('sha256')}0", f"{digest('md5')}0", f"sha256:{'g' * 64}"),
]


@pytest.mark.parametrize("checksum", FINE)
def test_a_checksum_is_understood(tmp_path, checksum):
    assert errors(tmp_path, f"{DEBIAN}        checksum: '{checksum}'\n") == []
    assert Checksum.parse(checksum).algorithm in STRONGEST_FIRST


@pytest.mark.parametrize("checksum", WRONG)
def test_what_is_no_checksum_is_refused(tmp_path, checksum):
    assert errors(tmp_path, f"{DEBIAN}        checksum: '{checksum}'\n") != []
    with pytest.raises(ValueError, match=r"\S"):
        Checksum.parse(checksum)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which images can be a family's next version."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.enlistment import Enlistment
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from tests.unit.lifecycle.images import OWNER, managed, shown

CURRENT = managed("two", 2, lifecycle_published_at="2026-03-02T00:00:00Z", size=7)
EARLIER = managed(
    "one", 1, lifecycle_published_at="2026-03-01T00:00:00Z", size=7, os_hidden=True
)
STAGED = managed("three", 3, lifecycle_state="staged", size=7, os_hidden=True)


def enlisted(image: Image) -> Enlistment:
    versions = (EARLIER, CURRENT, image)
    return Enlistment(
        image,
        Family.of(OWNER, "debian-13", versions),
        visibility="public",
        properties={},
        said={},
        tags=frozenset(),
        min_disk=0,
        min_ram=0,
    )


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (shown("other", size=7), None),
        (STAGED, None),
        # Said again when its run has ended, or has died after it was shown.
        (CURRENT, None),
        (EARLIER, "rollback --to"),
        (shown("other", size=0), "no bytes of its own"),
        (shown("other", size=7, status="queued"), "queued"),
        (managed("x", 4, size=7, lifecycle_family="else"), "version of 'else'"),
    ],
)
def test_what_was_current_before_and_is_not_now_is_for_a_rollback(
    image: Image, words: str | None
) -> None:
    fault = enlisted(image).fault

    assert (fault is None) == (words is None)
    assert (words or "") in (fault or "")

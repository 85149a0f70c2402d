# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version that was made is still wanted, as its family is by now."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.supersession import superseded, verdict
from tests.unit.lifecycle.images import OWNER, managed

PUBLISHED = {"lifecycle_published_at": "2026-03-01T00:00:00Z", "os_hidden": True}
DEPRECATED = {
    **PUBLISHED,
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": "2026-03-20T00:00:00Z",
}
RETIRED = {**DEPRECATED, "lifecycle_retired_at": "2026-03-20T00:00:00Z"}


def version(number: int, content: str, **fields: object) -> Image:
    digest = f"sha256:{content} wire"
    return managed(str(number), number, lifecycle_published_digest=digest, **fields)


def said(last: Image, new: Image, *, force: bool = False) -> str | None:
    found = verdict(Family.of(OWNER, "debian-13", [last, new]), new, force=force)
    return found and found.result


@pytest.mark.parametrize(
    ("fields", "content", "result"),
    [
        # It was deprecated by a person, perhaps in an emergency, and a job that runs
        # every night must not bring it back.
        (DEPRECATED, "old", "unchanged"),
        ({**PUBLISHED, "status": "deactivated"}, "old", "unchanged"),
        (DEPRECATED, "new", None),
        # A swap retired it, and its successor was deleted.
        (RETIRED, "old", None),
    ],
    ids=["deprecated", "deactivated", "other bytes", "retired by a swap"],
)
def test_bytes_that_somebody_took_out_do_not_come_back_by_themselves(
    fields: dict[str, object], content: str, result: str | None
) -> None:
    last = version(1, "old", **fields)
    new = version(2, content, lifecycle_state="staged", os_hidden=True)

    assert said(last, new) == result
    assert said(last, new, force=True) is None


@pytest.mark.parametrize(
    ("fields", "built", "is_done"),
    [
        # It was shown, and the next one has retired it since: nothing is lost.
        (RETIRED, "2026-03-01", True),
        (RETIRED, "2026-01-01", False),
        # It never was, and whoever made it takes it away again.
        ({"os_hidden": True}, "2026-03-01", False),
    ],
    ids=["was current", "was current, and is newer", "never was"],
)
def test_run_that_was_overtaken_is_done_if_its_bytes_stay_and_none_older_are_current(
    fields: dict[str, object], built: str, is_done: bool
) -> None:
    new = version(2, "new", image_build_date="2026-02-01", **fields)
    current = version(3, "other", image_build_date=built)
    family = Family.of(OWNER, "debian-13", [new, current])

    assert superseded(family, current, new).is_done is is_done

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Properties that strangers wrote: whatever they hold, reading them raises nothing."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.commands.output.timeline import drawn
from osc_imagetools.lifecycle.checks.checkup import findings
from osc_imagetools.lifecycle.checks.finding import Observed
from osc_imagetools.lifecycle.deprecation.reinstate import reinstatement
from osc_imagetools.lifecycle.history import current_periods
from osc_imagetools.lifecycle.inventory import Choice
from osc_imagetools.lifecycle.model.dead_run import is_dead
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import Policy
from osc_imagetools.lifecycle.model.properties import TABLE
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.model.state import derive, due, schedule_faults
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.repair import repairs
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.rollback import target
from osc_imagetools.lifecycle.rotation.skip import rolled_back
from osc_imagetools.lifecycle.suggestions import likenesses, pattern, proposals
from tests.unit.lifecycle.images import HERE, OWNER, managed, shown

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)

NAMES = sorted({one.name for one in TABLE} | {"created_at", "updated_at", "os_purpose"})
DIGITS = "9" * 5000
VALUES = (
    "",
    DIGITS,
    f"-{DIGITS}",
    "99999-01-01T00:00:00Z",
    "9999-12-31",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    "0001-01-01T00:00:00+23:59",
    f"{DIGITS}d",
    "999999y",
    "999999w " * 200,
    "[" * 60_000,
    f"[{DIGITS}]",
    f'{{"os_hidden": {DIGITS}}}',
    '{"os_hidden": [], "visibility": {}, "os_purpose": 1}',
    '[1, null, {"a": "b"}]',
    "\x1b]0;x\x07\u202e\u2028\U000e0041\ud800",
    f"a:b:{DIGITS}:1",
    "a:b:\u0661:\u0661",
    "family:",
    "family:\n",
    "{name!r:>9}",
    "NaN",
    "1e300",
)
hostile = st.sampled_from(VALUES) | st.text(max_size=20) | st.none() | st.integers()
fields = st.dictionaries(st.sampled_from(NAMES), hostile, max_size=8)


def everything_read(images: list[Image]) -> None:
    """Each reader of properties, over what its command hands to it."""
    family = Family.of(OWNER, "debian-13", images)
    for image in images:
        Policy.on(image)
        rolled_back(image)
        fingerprints(image)
        schedule_faults(image)
        derive(image)
        due(image, NOW)
        Run.parse(image.run or "")
        is_dead(image, host="a", lives=lambda run: False, now=NOW)
        Retirement().announced(image, images[0], NOW)
        reinstatement(image, [], HERE)
    target(family, None)
    drawn(current_periods(family), NOW)
    repairs(family, lambda image: False, NOW)
    Choice(due_until=NOW, current_at=NOW).of(family)
    likenesses(images, (family,))
    proposals(images, pattern("(?P<family>.+?)-?(?P<version>.*)"), OWNER)
    findings(Observed(OWNER, tuple(images), NOW, standard="scs-0102"))


@given(fields, fields)
def test_F133_no_property_makes_a_reader_raise(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    everything_read(
        [managed("one", 1, **first), managed("two", 2, **second), shown("three")]
    )


@given(st.sampled_from(NAMES), st.sampled_from(VALUES))
def test_F133_no_hostile_value_of_a_single_property_does(name: str, value: str) -> None:
    everything_read([managed("one", 1, **{name: value})])

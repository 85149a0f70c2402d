# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the checks look for, and how bad each of it is."""

from __future__ import annotations

from enum import Enum


class Severity(str, Enum):
    """How bad a finding is, in this order."""

    WARNING = "warning"
    """Something is due, doubtful or untidy; users get what they ask for."""
    ERROR = "error"
    """Users get nothing, or the wrong thing; or an image is broken."""

    def __str__(self) -> str:
        return self.value

    @property
    def and_worse(self) -> frozenset[Severity]:
        """This one and those above it."""
        order = list(Severity)
        return frozenset(order[order.index(self) :])


class Check(str, Enum):
    """What is looked for. The values are an interface: scripts look for them."""

    TWO_VISIBLE = "two-visible"
    NONE_VISIBLE = "none-visible"
    SAME_NAME = "same-name"
    OTHER_NAME = "other-name"
    DEAD_RUN = "dead-run"
    FAILED_IMPORT = "failed-import"
    REPLACEMENT_MISSING = "replacement-missing"
    REPLACEMENT_UNFIT = "replacement-unfit"
    STANDARD = "standard"
    TAG = "tag"
    STUCK = "stuck"
    PAST_DUE = "past-due"
    PAST_KEEP = "past-keep"
    PAST_PROVIDED_UNTIL = "past-provided-until"
    TOO_OLD = "too-old"
    CONTRADICTION = "contradiction"
    SCHEDULE = "schedule"
    GENERATION = "generation"
    SIGNATURE = "signature"
    UNREADABLE = "unreadable"
    NO_MIN_DISK = "no-min-disk"
    INHERITED = "inherited"
    CLAIMED = "claimed"

    def __str__(self) -> str:
        return self.value

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity.ERROR if self in _ERRORS else Severity.WARNING


_ERRORS = frozenset(
    {
        *(Check.TWO_VISIBLE, Check.NONE_VISIBLE, Check.DEAD_RUN, Check.FAILED_IMPORT),
        *(Check.REPLACEMENT_MISSING, Check.REPLACEMENT_UNFIT, Check.STANDARD),
        Check.TAG,
    }
)

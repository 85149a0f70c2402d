# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody allows an enforcement to do, beside what the families say."""

from __future__ import annotations

from dataclasses import dataclass, field

from osc_imagetools.lifecycle.model.duration import Duration

MIN_AGE = "7d"

MAX_DELETE = 10


@dataclass(frozen=True)
class EnforceRequest:
    """What one enforcement may do, within what the policy of each family allows."""

    keep: int | None = None
    """How many previous versions to keep, 1 or more; the family may want more."""
    older_than: Duration | None = None
    """Only what Glance created longer ago than this is deleted."""
    unused_for: Duration | None = None
    """Only what no server was started from for so long is deleted, or for longer."""
    min_age: Duration = field(default_factory=lambda: Duration.parse(MIN_AGE))
    """What was deprecated, or staged, later than this long ago is not deleted."""
    max_delete: int = MAX_DELETE
    """At most so many images are deleted."""
    unprotect: bool = False
    """Whether protected images are deleted, too."""
    break_promise: bool = False
    """Whether images are deleted whose IDs ``uuid_validity`` promises to stay valid."""

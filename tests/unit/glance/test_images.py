# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import not_seen

WHAT = "A change was not seen for 60 seconds"


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (None, "other changes keep undoing it. Find out who else writes to it"),
        (
            GlanceError("x", "Conflict (409)", status=409),
            "(409). Find out who else writes",
        ),
        (
            GlanceError("x", "Busy (503)", "Wait for Glance.", 503),
            "60 seconds: Busy (503). Wait for Glance.",
        ),
        (GlanceError("x", "It fell (500)", status=500), "when Glance works"),
        (GlanceError("Glance did not answer"), "did not answer. Run the command again"),
    ],
)
def test_F132_change_that_was_not_seen_is_anothers_doing_only_where_glance_worked(
    failure, says
):
    error = not_seen(WHAT, failure)

    assert says in str(error)
    assert ("who else" in str(error)) == (failure is None or failure.status == 409)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How Hypothesis tries its examples here."""

from __future__ import annotations

import hypothesis

# No time is asserted: a machine may be busy with other tests
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

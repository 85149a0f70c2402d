# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How the decisions are tested: no example fails for being slow on a busy machine."""

from __future__ import annotations

import hypothesis

hypothesis.settings.register_profile("unhurried", deadline=None)
if hypothesis.settings.get_current_profile_name() != "nightly":
    hypothesis.settings.load_profile("unhurried")

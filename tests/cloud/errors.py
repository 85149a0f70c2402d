# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a person who starts a cloud is told."""

from __future__ import annotations


class CloudError(Exception):
    """What did not work, and what to do now, in a few lines."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How many bytes go from hand to hand at once, from the source to the upload."""

from __future__ import annotations

BLOCK_BYTES = 1 << 18
"""The largest block that is handed on: 1 MiB is too much for uWSGI, as measured."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A Glance in memory, as plain data: what the real one was seen to do."""

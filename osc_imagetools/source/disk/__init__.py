# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Disk images: what they are, whether they are safe, and in another format."""

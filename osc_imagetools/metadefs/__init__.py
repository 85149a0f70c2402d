# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Metadata definitions for Glance's catalogue, as the JSON files beside this one."""

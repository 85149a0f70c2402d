# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The real operations, run against a model of Glance under a scheduler."""

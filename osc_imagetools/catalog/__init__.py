# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A whole catalogue of families, defined in files."""

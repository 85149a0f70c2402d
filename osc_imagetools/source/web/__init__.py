# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Sources that web servers serve: asked, resumed, and read in parts."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The services that make things from images, asked what they have made. Reads only."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who still needs an image: what the services told, and what follows from it."""

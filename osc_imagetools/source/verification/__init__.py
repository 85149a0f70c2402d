# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a vendor has published about the bytes, and who signed it."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The main job, shown to whoever types ``tox -e demo``, on a cloud of its own."""

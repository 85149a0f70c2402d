# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How much our commands cost, as ratios to what they replace.

``python -m tests.benchmarks`` measures the rows of `tests.benchmarks.rows` on a
loopback cloud, prints a table, and writes bench.json.
"""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The rows. A new one is a new entry here, and what it measures a module beside it."""

from __future__ import annotations

from tests.benchmarks import imports, memory, start
from tests.benchmarks.row import Row

ROWS = (
    Row(
        "gzip",
        "import-url of the image as .gz, sha256 verified",
        "curl | gzip -d | curl -T -, which verifies nothing",
        at_most=1.15,
        contest=imports.gzip_against_pipe,
    ),
    Row(
        "recipe",
        "import-url of the image as .gz, sha256 verified",
        "curl -o, sha256sum -c, gunzip, image create --file",
        at_most=0.45,
        contest=imports.gzip_against_recipe,
    ),
    Row(
        "plain",
        "import-url of the image itself, sha256 verified",
        "curl | curl -T -, which verifies nothing",
        at_most=1.15,
        contest=imports.plain_against_pipe,
    ),
    Row(
        "memory",
        "peak memory of import-url, image of four times the size",
        "peak memory of import-url, the image as .gz",
        at_most=1.05,
        contest=memory.large_against_small,
        unit="MB",
        rounds=1,
        ceiling=160,
    ),
    Row(
        "start",
        "CPU time of openstack --version with the plugin",
        "without it",
        at_most=1.02,
        contest=start.with_against_without,
        rounds=20,
        choose=min,
    ),
)

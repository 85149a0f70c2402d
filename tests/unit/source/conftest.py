# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The source server for who needs one; how Hypothesis tries its examples here."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from tests.cloud.source.client import Source, running_source

# No time is asserted: a machine may be busy with other tests
hypothesis.settings.register_profile("unhurried", deadline=None)
if hypothesis.settings.get_current_profile_name() != "nightly":
    hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def source_server() -> Iterator[Source]:
    with running_source() as source:
        yield source


@pytest.fixture
def source(source_server: Source) -> Source:
    """The source server, with a folder of the test's own."""
    return source_server.folder()

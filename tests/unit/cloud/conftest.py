# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator

import pytest

from tests.cloud.source.client import Source, running_source


@pytest.fixture(scope="session")
def source_server() -> Iterator[Source]:
    with running_source() as source:
        yield source


@pytest.fixture
def source(source_server: Source) -> Source:
    return source_server.folder()

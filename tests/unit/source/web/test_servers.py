# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The servers that images lie on: as they are, or as they once answered."""

from __future__ import annotations

import gzip
import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from osc_imagetools.source.fetch import head, open_source
from osc_imagetools.source.opened import StartOverError
from tests.cloud.relay import Relay
from tests.cloud.servers import (
    CHUNKED,
    ENCODED,
    SERVERS,
    STATIC,
    replaying,
    serving,
)
from tests.unit.source.reading import access, everything

CONTENT = os.urandom(600_000)
PACKED = gzip.compress(CONTENT, 1)
CHANGED_SECONDS = 1_700_000_000
"""Of the files: a server has doubts about what was changed just now."""

REPLAYED = "replayed"


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        files = path / "files"
        files.mkdir()
        # Apache reads as nobody, if root starts it
        for each in (path, files):
            each.chmod(0o755)
        for file, content in (("disk.img", CONTENT), ("disk.img.gz", PACKED)):
            (files / file).write_bytes(content)
            os.utime(files / file, (CHANGED_SECONDS, CHANGED_SECONDS))
        yield path


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((server, how), id=f"{server.name}-{how}")
        for server in SERVERS
        for how in ("real", REPLAYED)
    ],
)
def server(request, folder, source_server):
    """A server and where it serves the files."""
    told, how = request.param
    if how == REPLAYED:
        yield told, replaying(told, folder, source_server.folder())
    elif told.path is None:
        pytest.skip(f"{told.program} isn't there")
    else:
        with serving(told, folder) as url:
            yield told, url


@pytest.mark.parametrize(
    ("name", "content"), [("disk.img", CONTENT), ("disk.img.gz", PACKED)]
)
def test_a_file_comes_as_it_lies_there(server, name, content):
    url = server[1] + name

    assert head(url, access()).length == len(content)
    assert everything(url) == content


OTHER_WAYS = {
    ENCODED: ("disk.img.gz", PACKED),
    CHUNKED: ("disk.img.gz", PACKED),
    STATIC: ("disk.img", CONTENT),
}


def test_F9_F123_what_is_said_of_a_file_does_not_change_it(server):
    told, url = server

    for way in told.ways[1:]:
        name, content = OTHER_WAYS[way]
        length = len(content) if way == ENCODED else None
        assert head(url + way + name, access()).length in (None, length)
        assert everything(url + way + name) == content


def test_F4_what_breaks_off_is_gone_on_with_where_the_server_can(server):
    told, url = server

    with Relay(url) as relay:
        relay.cut_after = 300_000
        with closing(open_source(f"{relay.url}disk.img.gz", access())) as opened:
            if told.has_ranges:
                assert b"".join(opened.blocks()) == PACKED
            else:
                with pytest.raises(StartOverError, match="the whole file instead"):
                    b"".join(opened.blocks())
        assert relay.cut_after is None

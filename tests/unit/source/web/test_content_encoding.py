# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import gzip
import os
from contextlib import closing

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.fetch import head, open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from tests.cloud.source.faults import Drop, Encoded, Headers, Only
from tests.unit.source.reading import CONTENT, access, everything

PACKED = gzip.compress(CONTENT, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("image.qcow2", CONTENT),
        ("image.qcow2.gz", PACKED),
        ("image.tgz", PACKED),
        ("empty.raw", b""),
    ],
)
def test_F9_what_was_added_on_the_way_is_taken_off(source, name, content):
    url = source.put(name, content)
    source.misbehave(name, Encoded())

    with closing(open_source(url, access())) as opened:
        assert opened.length is None
        assert not opened.accepts_ranges
        assert b"".join(opened.blocks()) == content


@pytest.mark.parametrize("name", ["image.qcow2.gz", "IMAGE.TGZ"])
def test_F9_a_gz_that_is_only_called_encoded_is_the_file_itself(source, name):
    url = source.put(name, PACKED)
    source.misbehave(name, Encoded(only_said=True))

    with closing(open_source(url, access())) as opened:
        assert opened.length == len(PACKED)
        assert b"".join(opened.blocks()) == PACKED


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("identity", CONTENT), ("", CONTENT), ("x-gzip", PACKED), ("GZIP", PACKED)],
)
def test_F9_an_encoding_has_several_names(source, encoding, content):
    url = source.put("image.raw", content)
    source.misbehave("image.raw", Headers({"Content-Encoding": encoding}))

    assert everything(url) == CONTENT


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_F9_another_encoding_is_refused(source, encoding):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Headers({"Content-Encoding": encoding}))

    with pytest.raises(SourceError, match=f"Content-Encoding: {encoding}"):
        everything(url)


@pytest.mark.parametrize("content", [CONTENT, PACKED[:-9], PACKED + b"more"])
def test_F9_what_is_not_what_it_says_is_an_error(source, content):
    url = source.put("image.raw", content)
    source.misbehave("image.raw", Encoded(only_said=True))

    with pytest.raises(OperatorError, match="gzip"):
        everything(url)


def test_F9_an_encoded_file_that_breaks_off_is_begun_anew(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Encoded(), Only(Drop(3000), last=1))

    with pytest.raises(StartOverError, match="broke off"):
        everything(url)


def test_F9_a_gz_that_is_only_called_encoded_is_gone_on_with(source):
    packed = gzip.compress(os.urandom(1 << 19), 1)
    url = source.put("image.gz", packed)
    said = Headers({"Content-Encoding": "gzip"})
    source.misbehave("image.gz", said, Only(Drop(len(packed) // 2), last=1))

    assert everything(url) == packed


@pytest.mark.parametrize(
    ("name", "length"), [("image.raw", None), ("image.gz", len(PACKED))]
)
def test_a_look_at_the_headers_tells_the_length_of_the_file_alone(source, name, length):
    url = source.put(name, PACKED)
    source.misbehave(name, Encoded(only_said=True))

    assert head(url, access()).length == length

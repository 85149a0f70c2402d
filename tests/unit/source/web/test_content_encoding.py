# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import bz2
import gzip
import lzma
import os
import sys
import zlib
from contextlib import closing

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.fetch import head, open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from tests.cloud.source.faults import Drop, Encoded, Headers, Only
from tests.unit.source.reading import CONTENT, access, everything

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKED = gzip.compress(CONTENT, 1)
RANDOM = os.urandom(1 << 19)
ZSTD = zstd.compress(CONTENT)


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


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, deflate", "gzip, gzip"])
def test_F9_another_encoding_is_refused(source, encoding):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Headers({"Content-Encoding": encoding}))

    with pytest.raises(SourceError, match=f"Content-Encoding: {encoding}") as error:
        everything(url)

    assert "--mirror" in error.value.do


OF_THE_FILE = {
    "xz": ("xz", "image.raw.xz", lzma.compress(CONTENT)),
    "xz-without-a-name": ("x-xz", "image", lzma.compress(CONTENT)),
    "xz-that-is-none": ("xz", "image.raw", CONTENT),
    "bzip2": ("x-bzip2", "image.bz2", bz2.compress(CONTENT)),
    "zstd": ("zstd", "image.raw.zst", ZSTD),
    "zstd-of-random-bytes": ("zstd", "image.zst", zstd.compress(RANDOM)),
    "gzip": ("gzip", "image.tar.gz", PACKED),
    "none": ("none", "image.raw", CONTENT),
    "aws-chunked": ("aws-chunked", "image.gz", PACKED),
    "identities": ("identity, identity", "image.raw", CONTENT),
    "aws-chunked-and-gzip": ("aws-chunked,gzip", "image.gz", PACKED),
}


@pytest.mark.parametrize(
    ("encoding", "name", "content"), OF_THE_FILE.values(), ids=OF_THE_FILE
)
def test_F123_an_encoding_that_tells_what_the_file_is_leaves_it_as_it_is(
    source, encoding, name, content
):
    url = source.put(name, content)
    source.misbehave(name, Headers({"Content-Encoding": encoding}))

    assert head(url, access()).length == len(content)
    with closing(open_source(url, access())) as opened:
        assert opened.length == len(content)
        assert b"".join(opened.blocks()) == content


ADDED = {
    "to-a-raw": ("image.raw", CONTENT),
    "to-a-zst": ("image.raw.zst", ZSTD),
    "to-a-zst-of-random-bytes": ("image.zst", zstd.compress(RANDOM)),
    "to-a-gz": ("image.raw.gz", PACKED),
}


@pytest.mark.parametrize(("name", "content"), ADDED.values(), ids=ADDED)
def test_F123_zstd_that_was_added_on_the_way_is_taken_off(source, name, content):
    url = source.put(name, zstd.compress(content))
    source.misbehave(name, Headers({"Content-Encoding": "zstd"}))

    assert everything(url) == content


@pytest.mark.parametrize("window", [9, 15])
@pytest.mark.parametrize(("name", "content"), ADDED.values(), ids=ADDED)
def test_F9_deflate_that_was_added_on_the_way_is_taken_off(
    source, name, content, window
):
    squeeze = zlib.compressobj(9, wbits=window)
    url = source.put(name, squeeze.compress(content) + squeeze.flush())
    source.misbehave(name, Headers({"Content-Encoding": "deflate"}))

    assert everything(url) == content


DEFLATED = zlib.compress(CONTENT)
NO_DEFLATE = {
    "plain": CONTENT,
    "cut": DEFLATED[:-1],
    "changed": DEFLATED[:-1] + bytes([DEFLATED[-1] ^ 1]),
    "longer": DEFLATED + b"more",
    # As some servers of old sent it: without its head and its sum.
    "bare": DEFLATED[2:-4],
    "gzip": PACKED,
}


@pytest.mark.parametrize("content", NO_DEFLATE.values(), ids=NO_DEFLATE)
def test_F9_what_is_called_deflate_and_is_not_is_an_error(source, content):
    url = source.put("image.raw", content)
    source.misbehave("image.raw", Headers({"Content-Encoding": "deflate"}))

    with pytest.raises(OperatorError, match="can't be unpacked as deflate"):
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

    with pytest.raises(StartOverError, match="was interrupted"):
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

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A stream of blocks against the same bytes in a file."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks

sources = st.lists(st.binary(max_size=40))
steps = st.lists(
    st.tuples(st.sampled_from(["take", "peek", "piece", "pieces"]), st.integers(0, 50))
)


@given(sources, steps)
def test_what_is_taken_and_looked_at_is_what_a_file_would_give(source, steps) -> None:
    blocks, file = Blocks(iter(source)), io.BytesIO(b"".join(source))

    for step, size in steps:
        if step == "take":
            assert blocks.take(size) == file.read(size)
        elif step == "peek":
            assert blocks.peek(size) == file.getvalue()[file.tell() :][:size]
        elif step == "piece":
            piece = blocks.piece(size or 1)
            assert piece == file.read(len(piece))
            assert bool(piece) == (file.tell() < len(file.getvalue()) or bool(piece))
        else:
            assert b"".join(blocks.pieces(size)) == file.read(size)
    assert b"".join(blocks) == file.read()


@given(sources, st.integers(0, 50))
def test_what_is_given_back_comes_again(source, size) -> None:
    blocks = Blocks(iter(source))

    piece = blocks.piece()
    back = min(size, len(piece))
    blocks.give_back(back)

    assert b"".join([piece[: len(piece) - back], *blocks]) == b"".join(source)


@given(st.lists(st.sampled_from([b"", b"\0", b"\0\0\0", b"\0x", b"x\0"])))
def test_zeros_are_skipped_up_to_anything_else(source) -> None:
    content = b"".join(source)
    blocks = Blocks(iter(source))

    skipped = blocks.skip_zeros()

    assert skipped == len(content) - len(content.lstrip(b"\0"))
    assert b"".join(blocks) == content[skipped:]


def test_whole_blocks_pass_uncopied_and_large_ones_are_cut() -> None:
    small, large = b"s" * BLOCK_BYTES, b"l" * (2 * BLOCK_BYTES + 1)

    first, *others = Blocks(iter([small, large]))

    assert first is small
    assert [len(block) for block in others] == [BLOCK_BYTES, BLOCK_BYTES, 1]

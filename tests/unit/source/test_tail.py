# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.tail import TAIL_BYTES, Tail

BLOCKS = st.lists(st.integers(1, TAIL_BYTES), max_size=12)


def drained(tail):
    parts = []
    while (block := tail.release()) is not None:
        parts.append(block)
    return b"".join(parts)


def spared(tail):
    parts = []
    while (block := tail.spare()) is not None:
        parts.append(block)
    return b"".join(parts)


@given(BLOCKS, st.integers(0, 5))
def test_all_bytes_come_out_in_order_and_the_last_ones_only_on_release(sizes, trickles):
    blocks = [bytes([number]) * size for number, size in enumerate(sizes)]
    tail, out = Tail(), b""

    for block in blocks:
        tail.hold(block)
        out += spared(tail)
    for _ in range(trickles):
        out += tail.trickle() or b""

    kept = sum(sizes) - len(out)
    out += drained(tail)
    assert out == b"".join(blocks)
    assert kept >= max(min(sum(sizes), 1), min(sum(sizes), TAIL_BYTES) - trickles)


def test_it_never_trickles_its_last_byte():
    tail = Tail()
    tail.hold(b"ab")

    assert tail.trickle() == b"a"
    assert tail.trickle() is None
    assert tail.release() == b"b"


def test_it_is_full_when_it_holds_what_it_must():
    tail = Tail()
    tail.hold(bytes(TAIL_BYTES - 1))

    assert not tail.is_full
    tail.hold(b"x")
    assert tail.is_full

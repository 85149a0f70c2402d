# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What looks like a disk, and what is named for what it is (F111, F115, F117)."""

from __future__ import annotations

import lzma
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.disk import known
from osc_imagetools.source.disk.inspect import HEAD_BYTES, FormatError, Inspected
from osc_imagetools.source.disk.raw_disk import Evidence
from tests.cloud.images import vmdk_descriptor
from tests.unit.source.builders import in_blocks, mbr, qcow2

MIB = 1 << 20
NOISE = random.Random(115).randbytes(MIB)
CONTENT = b"what is packed " * 9_999

ANYHOW, AS_RAW = Evidence.LOOKS, Evidence.WORD


def passed(image: bytes, evidence: Evidence = ANYHOW) -> Inspected:
    """*image* after all checks; raises what they raise."""
    declared = "raw" if evidence is AS_RAW else None
    inspected = Inspected(in_blocks(image), disk_format=declared, evidence=evidence)
    for _ in inspected:
        inspected.check()
    inspected.finish()
    return inspected


@pytest.mark.parametrize("mark", known.DISKS, ids=lambda mark: f"{mark[0]}-{mark[1]}")
@pytest.mark.parametrize("filling", [bytes(MIB), NOISE], ids=["zeros", "noise"])
def test_F115_what_has_a_mark_of_a_disk_is_raw(
    mark: known.Mark, filling: bytes
) -> None:
    end = mark.offset + len(mark.magic)
    image = filling[: mark.offset] + mark.magic + filling[end:]

    inspected = passed(image)

    assert end <= HEAD_BYTES
    assert (inspected.disk_format, inspected.virtual_size) == ("raw", MIB)


def lzma_alone() -> bytes:
    return lzma.compress(CONTENT, format=lzma.FORMAT_ALONE)


FOREIGN = {
    "compress": (b"\x1f\x9d\x90" + NOISE, "compress"),
    "LZMA": (lzma_alone(), "lzma"),
    "LZMA of known size": (
        lzma_alone()[:5] + len(CONTENT).to_bytes(8, "little") + lzma_alone()[13:],
        "lzma",
    ),
    "lzop": (b"\x89LZO\0\r\n\x1a\n" + NOISE, "lzop"),
    "old lz4": (b"\x02\x21\x4c\x18" + NOISE, "lz4 of the old format"),
    "zlib": (zlib.compress(CONTENT), "zlib"),
    "cpio": (b"070701" + b"0" * 104 + NOISE, "cpio"),
    "old cpio": (b"\xc7\x71" + NOISE, "cpio"),
    "xar": (b"xar!\0\x1c\0\1" + NOISE, "xar"),
    "self-extracting zip": (b"MZ\x90\0" + NOISE, "self-extracting"),
    "deb": (b"!<arch>\ndebian-binary   1\n" + NOISE, "a Debian package"),
    "ar": (b"!<arch>\nx.o/ " + NOISE, "an ar archive"),
    "rpm": (b"\xed\xab\xee\xdb\3\0" + NOISE, "an RPM package"),
    "ELF": (b"\x7fELF\2\1\1" + NOISE, "ELF"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\n" + NOISE, "a PDF"),
    "kernel": (b"MZ" + mbr()[2:] + b"\xeb\x66HdrS" + NOISE, "a Linux kernel"),
}


@pytest.mark.parametrize(("content", "name"), FOREIGN.values(), ids=FOREIGN)
def test_F115_what_is_no_disk_is_named_and_raw_by_a_person_s_word_only(
    content: bytes, name: str
) -> None:
    with pytest.raises(FormatError, match="is not a disk") as refused:
        passed(content)
    said = passed(content, AS_RAW)

    assert name in refused.value.why
    assert "--disk-format raw" in refused.value.do
    assert said.disk_format == "raw"
    assert any(name in warning for warning in said.warnings)


@pytest.mark.parametrize(
    ("content", "why"),
    [(NOISE, "no partition table"), (b"\xff", "no partition"), (bytes(9), "is blank")],
)
def test_F115_what_looks_like_nothing_is_raw_by_a_person_s_word_only(
    content: bytes, why: str
) -> None:
    with pytest.raises(FormatError, match=why) as refused:
        passed(content)

    assert "use --disk-format raw" in refused.value.do
    assert passed(content, AS_RAW).warnings == []
    assert passed(content, Evidence.NONE).disk_format == "raw"


TEXTS = {
    "short": (b"404 page not found\n", "'404 page not found'"),
    "one letter": (b"x", "'x'"),
    "blank": (b" \n", "'blank'"),
    "BOM": (b"\xef\xbb\xbfgone", "'gone'"),
    "with NULs": (b"gone\n" + bytes(MIB), "'gone'"),
    "long, cut within a character": (b"x" + "ö".encode() * MIB, "xöö"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid x\n", "Git LFS"),
    "script": (b"#!/bin/sh\nsed '1,/^END$/d' $0 | tar x\nEND\n", "#!/bin/sh"),
}


@pytest.mark.parametrize("evidence", [ANYHOW, AS_RAW])
@pytest.mark.parametrize(("content", "said"), TEXTS.values(), ids=TEXTS)
def test_F115_text_is_refused_whatever_it_is_said_to_be(
    content: bytes, said: str, evidence: Evidence
) -> None:
    with pytest.raises(FormatError) as refused:
        passed(content, evidence)

    assert said in refused.value.why
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("declared", ["aki", "ari", "ploop"])
def test_what_is_stored_as_declared_needs_no_mark_of_a_disk(declared: str) -> None:
    inspected = Inspected(in_blocks(FOREIGN["cpio"][0]), disk_format=declared)

    for _ in inspected:
        inspected.check()

    assert (inspected.disk_format, inspected.warnings) == (declared, [])


OTHER_IMAGES = {
    "QCOW1": (qcow2(version=1), "qcow"),
    "QED": (b"QED\0" + NOISE, "qed"),
    "Parallels": (b"WithoutFreeSpace\2\0\0\0" + bytes(MIB), "parallels"),
    "Parallels, new": (b"WithouFreSpacExt\2\0\0\0" + bytes(MIB), "parallels"),
    "Bochs": (b"Bochs Virtual HD Image\0" + bytes(MIB), "bochs"),
    "cloop": (b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 " + NOISE, "cloop"),
    "COWD": (b"COWD\1\0\0\0" + bytes(MIB), "vmdk"),
    "DMG": (mbr() + NOISE + b"koly".ljust(512, b"\0"), "dmg"),
}


@pytest.mark.parametrize("evidence", Evidence, ids=lambda one: one.name)
@pytest.mark.parametrize(("image", "driver"), OTHER_IMAGES.values(), ids=OTHER_IMAGES)
def test_F117_an_image_that_glance_has_no_name_for_is_never_raw(
    image: bytes, driver: str, evidence: Evidence
) -> None:
    with pytest.raises(FormatError, match=f"The image is {driver}") as refused:
        passed(image, evidence)

    assert f"'qemu-img convert -f {driver} -O qcow2'" in refused.value.do


@pytest.mark.parametrize("evidence", Evidence, ids=lambda one: one.name)
@given(
    before=st.text(" \t\r\n\0", max_size=9),
    after=st.sampled_from([b"", bytes(600), NOISE[:600], b"\n" * 600]),
)
def test_F111_a_vmdk_descriptor_is_one_whatever_stands_around_it(
    evidence: Evidence, before: str, after: bytes
) -> None:
    extents = ('RW 1 FLAT "/etc/passwd" 0',)
    image = before.encode() + vmdk_descriptor("monolithicFlat", extents) + after

    with pytest.raises(Exception, match="not safe as vmdk"):
        passed(image, evidence)

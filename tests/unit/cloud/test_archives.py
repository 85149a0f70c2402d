# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import bz2
import gzip
import io
import itertools
import lzma
import sys
import tarfile
import zipfile
import zlib

import pytest

from tests.cloud import archives

if sys.version_info >= (3, 14):
    from compression.zstd import decompress as zst_decompressed
else:
    from backports.zstd import decompress as zst_decompressed

MIB = 1024 * 1024
ZST_MAGIC = b"\x28\xb5\x2f\xfd"
CONTENT = bytes(range(256)) * 5000


def listed(archive: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.getmembers()


def opened(archive: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(archive))


@pytest.mark.parametrize("members", [1, 3])
def test_gz_unpacks_to_its_content(members: int) -> None:
    archive = archives.gz(CONTENT, members)

    assert gzip.decompress(archive) == CONTENT
    assert archive.count(b"\x1f\x8b\x08\0\0\0\0\0") == members
    assert archive == archives.gz(CONTENT, members)


@pytest.mark.parametrize("streams", [1, 3])
def test_xz_unpacks_to_its_content(streams: int) -> None:
    archive = archives.xz(CONTENT, streams)

    assert lzma.decompress(archive) == CONTENT
    assert archive.count(b"\xfd7zXZ\0") == streams


@pytest.mark.parametrize("streams", [1, 3])
def test_bz2_unpacks_to_its_content(streams: int) -> None:
    archive = archives.bz2(CONTENT, streams)

    assert bz2.decompress(archive) == CONTENT
    assert archive.count(b"1AY&SY") == streams


@pytest.mark.parametrize("frames", [1, 3])
def test_zst_unpacks_to_its_content(frames: int) -> None:
    archive, parallel = archives.zst(CONTENT, frames), archives.pzst(CONTENT, frames)

    assert zst_decompressed(archive) == zst_decompressed(parallel) == CONTENT
    assert archive.count(ZST_MAGIC) == frames
    assert parallel.startswith(b"\x50\x2a\x4d\x18")


def test_bz2_and_zst_can_be_wrong_in_each_way() -> None:
    with pytest.raises(OSError, match="Invalid data stream"):
        bz2.decompress(archives.with_wrong_bz2_crc(archives.bz2(CONTENT)))
    with pytest.raises(Exception, match="doesn't match checksum"):
        zst_decompressed(archives.with_wrong_zst_checksum(archives.zst(CONTENT)))
    with pytest.raises(Exception, match="too much memory"):
        zst_decompressed(archives.zst(CONTENT, window_log=28))


def test_gz_can_be_wrong_in_each_way() -> None:
    archive = archives.gz(CONTENT, members=2)

    with pytest.raises(EOFError):
        gzip.decompress(archives.truncated(archive))
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(archives.with_wrong_gz_crc(archive))
    with pytest.raises(gzip.BadGzipFile, match="Not a gzipped file"):
        gzip.decompress(archives.with_trailing_garbage(archive))


def test_xz_can_be_wrong_in_each_way() -> None:
    archive = archives.xz(CONTENT)

    with pytest.raises(lzma.LZMAError, match="ended before"):
        lzma.decompress(archives.truncated(archive))
    with pytest.raises(lzma.LZMAError, match="Corrupt"):
        lzma.decompress(archives.with_wrong_xz_check(archive))
    unpacker = lzma.LZMADecompressor()
    unpacker.decompress(archives.with_trailing_garbage(archive))
    assert unpacker.unused_data.startswith(b"This is not")


def test_a_large_window_needs_more_memory_than_a_limit_allows() -> None:
    archive = archives.xz(CONTENT)
    limited = lzma.LZMADecompressor(memlimit=128 * MIB)

    with pytest.raises(lzma.LZMAError, match="Memory usage limit"):
        limited.decompress(archives.with_large_window(archive))

    sound = lzma.LZMADecompressor(memlimit=128 * MIB)
    assert sound.decompress(archive) == CONTENT


def test_tar_keeps_names_as_they_are() -> None:
    names = ["/etc/passwd", "../../up", "same", "same", "größe " * 30]

    members = listed(archives.tar(*(archives.regular(n, b"x") for n in names)))

    assert [(member.name, member.size) for member in members] == [
        (name, 1) for name in names
    ]


def test_tar_holds_every_kind_of_member() -> None:
    archive = archives.tar(
        archives.folder("folder"),
        archives.symlink("symlink", "/etc/passwd"),
        archives.hardlink("hardlink", "symlink"),
        archives.device("device"),
        archives.fifo("fifo"),
        archives.regular("disk.img", CONTENT),
    )

    folder, symlink, hardlink, device, fifo, regular = listed(archive)
    assert folder.isdir()
    assert symlink.issym()
    assert hardlink.islnk()
    assert device.isblk()
    assert fifo.isfifo()
    assert regular.isfile()
    assert [symlink.linkname, hardlink.linkname] == ["/etc/passwd", "symlink"]


HOLED = b"boot" + bytes(MIB) + b"disk" * 9_999 + bytes(MIB + 99)
PACKED = archives.without_holes(HOLED)


@pytest.mark.parametrize(
    "archive",
    [
        archives.gnu_sparse("disk.img", PACKED),
        *(archives.pax_sparse("disk.img", PACKED, v) for v in ("0.1", "1.0")),
    ],
    ids=["gnu", "pax 0.1", "pax 1.0"],
)
def test_sparse_members_unpack_to_their_whole_length(archive: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        [member] = tar.getmembers()
        stream = tar.extractfile(member)
        content = stream.read() if stream else b""

    assert member.issparse()
    assert member.name == "disk.img"
    assert content == HOLED
    assert len(archive) < 60_000


def test_many_members_come_one_by_one() -> None:
    first = b"".join(itertools.islice(archives.many_members(10**9), 3))
    whole = b"".join(archives.many_members(1000))

    assert len(first) == 3 * 512
    assert len(listed(whole)) == 1000


def test_a_giant_pax_header_claims_what_it_is_told() -> None:
    header = tarfile.TarInfo.frombuf(
        archives.giant_pax_header(3 * 1024**3), "utf-8", "strict"
    )

    assert (header.type, header.size) == (tarfile.XHDTYPE, 3 * 1024**3)


@pytest.mark.parametrize(
    ("options", "method"),
    [
        ({}, zipfile.ZIP_DEFLATED),
        ({"stored": True}, zipfile.ZIP_STORED),
        ({"streamed": True}, zipfile.ZIP_DEFLATED),
        ({"streamed": True, "zip64": True}, zipfile.ZIP_DEFLATED),
        ({"zip64": True}, zipfile.ZIP_DEFLATED),
    ],
)
def test_zip_unpacks_to_its_members(options: dict[str, bool], method: int) -> None:
    archive = opened(archives.zipped(("a", b"A"), ("b/disk.img", CONTENT), **options))

    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "a": b"A",
        "b/disk.img": CONTENT,
    }
    assert [entry.compress_type for entry in archive.infolist()] == [method] * 2


def test_zip_streamed_has_data_descriptors() -> None:
    archive = archives.zipped(("a", b"A"), streamed=True)

    has_descriptor = 1 << 3
    assert opened(archive).infolist()[0].flag_bits & has_descriptor
    assert archive[14:26] == bytes(12)
    assert b"PK\x07\x08" in archive


def test_zip64_has_its_field_in_the_local_header() -> None:
    archive = archives.zipped(("a", b"A"), zip64=True)

    zip64_field_of_16_bytes = b"\1\0\x10\0"
    assert archive[31:35] == zip64_field_of_16_bytes


def test_zip_can_be_wrong_in_each_way() -> None:
    archive = archives.zipped(("disk.img", CONTENT))

    with pytest.raises(RuntimeError, match="encrypted"):
        opened(archives.encrypted(archive)).read("disk.img")
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        opened(archives.with_wrong_zip_crc(archive)).read("disk.img")
    with pytest.raises(zipfile.BadZipFile, match="differ"):
        opened(archives.with_other_name_in_directory(archive)).read("Xisk.img")
    other_size = opened(archives.with_other_size_in_directory(archive, 5))
    assert other_size.infolist()[0].file_size == 5


def test_the_xz_bomb_is_a_hundred_gigabytes_in_fifteen_megabytes() -> None:
    bomb = archives.xz_bomb()

    streams = bomb.count(b"\xfd7zXZ\0")
    first = lzma.LZMADecompressor()
    size = len(first.decompress(bomb))
    assert first.eof
    assert size * streams >= 100 * 10**9
    assert len(bomb) < 15 * 10**6


def test_the_bz2_and_the_zst_bomb_are_a_hundred_gigabytes_in_little() -> None:
    unpacked = 32 * MIB

    for bomb, magic, most in [
        (archives.bz2_bomb(), b"BZh9", 200_000),
        (archives.zst_bomb(), ZST_MAGIC, 4_000_000),
    ]:
        assert bomb.count(magic) * unpacked >= 100 * 10**9
        assert len(bomb) < most


def test_an_ova_is_a_tar_whose_first_member_describes_it() -> None:
    members = listed(archives.ova(b"disk"))

    assert [member.name for member in members] == [
        "machine.ovf",
        "machine.mf",
        "machine-disk1.vmdk",
    ]


def test_the_gzip_bomb_is_as_dense_as_deflate_can_be() -> None:
    bomb = archives.gzip_bomb(unpacked=10**9)

    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    size = len(unpacker.decompress(bomb))
    member = len(bomb) - len(unpacker.unused_data)
    assert size * (len(bomb) // member) >= 10**9
    assert len(bomb) * 1000 < 10**9


def test_the_zip_bomb_unpacks_as_far_as_anybody_reads() -> None:
    archive = opened(archives.zip_bomb())

    [entry] = archive.infolist()
    with archive.open(entry) as member:
        start = member.read(40 * MIB)

    assert start == bytes(40 * MIB)
    assert entry.file_size >= 10 * 10**9
    assert entry.compress_size < 10**7


def test_a_small_zip_bomb_is_an_archive_of_the_size_it_says() -> None:
    archive = opened(archives.zip_bomb(unpacked=1, name="x"))

    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        archive.read("x")
    assert archive.infolist()[0].file_size == 16 * MIB

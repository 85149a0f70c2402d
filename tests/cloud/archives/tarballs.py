# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Tar archives with members of every kind, above all those that nobody wants."""

import io
import tarfile
from collections.abc import Iterator
from typing import NamedTuple


class Member(NamedTuple):
    """A header with the content that belongs to it."""

    header: tarfile.TarInfo
    content: bytes = b""


def tar(*members: Member) -> bytes:
    """The members in that order, under names that nobody has checked."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for header, content in members:
            archive.addfile(header, io.BytesIO(content))
    return stream.getvalue()


def regular(name: str, content: bytes = b"") -> Member:
    """A file; ``name`` may be absolute or climb with ``..``."""
    return Member(_header(name, size=len(content)), content)


def folder(name: str) -> Member:
    """A directory."""
    return Member(_header(name, type=tarfile.DIRTYPE, mode=0o755))


def symlink(name: str, target: str) -> Member:
    """A symbolic link."""
    return Member(_header(name, type=tarfile.SYMTYPE, linkname=target))


def hardlink(name: str, target: str) -> Member:
    """Another name for an earlier member."""
    return Member(_header(name, type=tarfile.LNKTYPE, linkname=target))


def device(name: str) -> Member:
    """The block device of the first disk."""
    return Member(_header(name, type=tarfile.BLKTYPE, devmajor=8, devminor=0))


def fifo(name: str) -> Member:
    """A named pipe, which blocks whoever opens it."""
    return Member(_header(name, type=tarfile.FIFOTYPE))


def ova(disk: bytes, name: str = "machine") -> bytes:
    """A virtual machine as VMware and VirtualBox export it: about it, then its disk."""
    described = b'<?xml version="1.0"?><Envelope><References/></Envelope>'
    sums = f"SHA1({name}.ovf)= 00\n".encode()
    return tar(
        regular(f"{name}.ovf", described),
        regular(f"{name}.mf", sums),
        regular(f"{name}-disk1.vmdk", disk),
    )


def many_members(count: int) -> Iterator[bytes]:
    """An archive of so many empty files, a header at a time."""
    for number in range(count):
        yield _block(_header(f"file-{number}"))
    yield bytes(2 * tarfile.BLOCKSIZE)


def giant_pax_header(claimed: int = 8 * 1024**3 - 1) -> bytes:
    """The start of an archive whose first extended header says it has such a size.

    What follows is for the caller: nothing, or gigabytes (``gz(giant_pax_header()) +
    gzip_bomb()`` is small).
    """
    return _block(_header("extended", type=tarfile.XHDTYPE, size=claimed))


def _header(name: str, **fields: object) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(header, field, value)
    return header


def _block(header: tarfile.TarInfo) -> bytes:
    return header.tobuf(tarfile.GNU_FORMAT)

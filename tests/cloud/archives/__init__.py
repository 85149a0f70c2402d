# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Archives made by code, sound ones and every hostile kind. None touches the disk.

They nest: ``gz(tar(regular("disk.img", content)))`` is a ``.tar.gz``.
"""

from tests.cloud.archives.bombs import (
    bz2_bomb,
    gzip_bomb,
    xz_bomb,
    zip_bomb,
    zst_bomb,
)
from tests.cloud.archives.compressed import (
    bz2,
    gz,
    pzst,
    truncated,
    with_large_window,
    with_trailing_garbage,
    with_wrong_bz2_crc,
    with_wrong_gz_crc,
    with_wrong_xz_check,
    with_wrong_zst_checksum,
    xz,
    zst,
)
from tests.cloud.archives.tarballs import (
    Member,
    device,
    fifo,
    folder,
    giant_pax_header,
    hardlink,
    many_members,
    ova,
    regular,
    sparse,
    sparse_by_pax,
    symlink,
    tar,
)
from tests.cloud.archives.zips import (
    encrypted,
    with_other_name_in_directory,
    with_other_size_in_directory,
    with_wrong_zip_crc,
    zipped,
)

__all__ = [
    "Member",
    "bz2",
    "bz2_bomb",
    "device",
    "encrypted",
    "fifo",
    "folder",
    "giant_pax_header",
    "gz",
    "gzip_bomb",
    "hardlink",
    "many_members",
    "ova",
    "pzst",
    "regular",
    "sparse",
    "sparse_by_pax",
    "symlink",
    "tar",
    "truncated",
    "with_large_window",
    "with_other_name_in_directory",
    "with_other_size_in_directory",
    "with_trailing_garbage",
    "with_wrong_bz2_crc",
    "with_wrong_gz_crc",
    "with_wrong_xz_check",
    "with_wrong_zip_crc",
    "with_wrong_zst_checksum",
    "xz",
    "xz_bomb",
    "zip_bomb",
    "zipped",
    "zst",
    "zst_bomb",
]

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
from tests.cloud.archives.sparse import (
    PAX_VERSIONS,
    Sparse,
    gnu_sparse,
    pax_sparse,
    without_holes,
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
    symlink,
    tar,
)
from tests.cloud.archives.zips import (
    encrypted,
    lzma_of_zip,
    with_other_name_in_directory,
    with_other_size_in_directory,
    with_wrong_zip_crc,
    zip_by,
    zipped,
)

__all__ = [
    "PAX_VERSIONS",
    "Member",
    "Sparse",
    "bz2",
    "bz2_bomb",
    "device",
    "encrypted",
    "fifo",
    "folder",
    "giant_pax_header",
    "gnu_sparse",
    "gz",
    "gzip_bomb",
    "hardlink",
    "lzma_of_zip",
    "many_members",
    "ova",
    "pax_sparse",
    "pzst",
    "regular",
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
    "without_holes",
    "xz",
    "xz_bomb",
    "zip_bomb",
    "zip_by",
    "zipped",
    "zst",
    "zst_bomb",
]

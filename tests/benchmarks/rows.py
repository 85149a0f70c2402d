# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The rows. A new one is a new entry here, and what it measures a module beside it."""

from __future__ import annotations

from functools import partial

from tests.benchmarks import (
    convert,
    image_manager,
    imports,
    listing,
    memory,
    sources,
    start,
    swap,
    tenancy,
    web_download,
)
from tests.benchmarks.packings import BZIP2, GZIP, PACKINGS, TAR_GZIP, XZ, ZIP, ZSTD
from tests.benchmarks.row import Row

ROWS = (
    Row(
        "gzip",
        "import-url of the image as .gz, sha256 verified",
        "curl | gzip -d | curl -T -, which verifies nothing",
        at_most=1.15,
        contest=partial(imports.packed_against_pipe, packing=GZIP),
    ),
    Row(
        "recipe",
        "import-url of the image as .gz, sha256 verified",
        "curl -o, sha256sum -c, gunzip, image create --file",
        at_most=0.45,
        contest=imports.gzip_against_recipe,
    ),
    Row(
        "plain",
        "import-url of the image itself, sha256 verified",
        "curl | curl -T -, which verifies nothing",
        at_most=1.15,
        contest=imports.plain_against_pipe,
    ),
    Row(
        "memory",
        "peak memory of import-url, image of four times the size",
        "peak memory of import-url, the image as .gz",
        at_most=1.05,
        contest=memory.large_against_small,
        unit="MB",
        rounds=1,
        ceiling=160,
    ),
    Row(
        "start",
        "CPU time of openstack --version with the plugin",
        "without it",
        at_most=1.02,
        contest=start.with_against_without,
        rounds=20,
        choose=min,
    ),
    Row(
        "web-download",
        "import-url of the image itself, sha256 verified",
        "image import --method web-download until active, which verifies nothing",
        at_most=0.6,
        contest=web_download.plain_against_web_download,
    ),
    Row(
        "image-manager",
        "import-url of the image itself, sha256 verified",
        "openstack-image-manager --verify-checksum",
        at_most=0.4,
        contest=image_manager.plain_against_image_manager,
    ),
    *(
        Row(
            packing.ending,
            f"import-url of the image as .{packing.ending}, sha256 verified",
            f"curl | {' '.join(packing.unpack)} | curl -T -, which verifies nothing",
            at_most=1.15,
            contest=partial(imports.packed_against_pipe, packing=packing),
        )
        for packing in (XZ, ZSTD, BZIP2, TAR_GZIP)
    ),
    Row(
        "zip",
        "import-url of the image as .zip, sha256 verified",
        "curl -o, unzip -p | curl -T -, which verifies nothing",
        at_most=1.15,
        contest=partial(imports.packed_against_pipe, packing=ZIP),
    ),
    Row(
        "slow",
        "import-url of half the size, from a source of 20 MB/s a connection",
        "curl | curl -T -, which verifies nothing",
        at_most=0.35,
        contest=sources.slow_against_pipe,
    ),
    Row(
        "slow-aria2c",
        "import-url of half the size, from a source of 20 MB/s a connection",
        "aria2c -x4 -s4, image create --file, which verify nothing",
        at_most=0.85,
        contest=sources.slow_against_aria2c,
    ),
    Row(
        "convert",
        "import-url --convert raw of the image in a disk of four times its size",
        "curl -o, sha256sum -c, qemu-img convert, image create --file",
        at_most=1.05,
        contest=convert.raw_against_recipe,
    ),
    Row(
        "convert-disk",
        "temporary disk of import-url --convert raw at its most",
        "what is downloaded",
        at_most=1.0,
        contest=convert.disk_against_download,
        unit="MB",
        rounds=1,
    ),
    Row(
        "dropped",
        "import-url from a source that drops the connection three times",
        "import-url from the same source undisturbed",
        at_most=1.2,
        contest=sources.dropping_against_undisturbed,
    ),
    *(
        Row(
            f"memory-{packing.ending}",
            "peak memory of import-url over four connections, four times the size",
            f"the same, the image as .{packing.ending}",
            at_most=1.05,
            contest=partial(memory.over_connections, packing=packing),
            unit="MB",
            rounds=1,
            ceiling=200,
        )
        for packing in PACKINGS
    ),
    Row(
        "list-few",
        "lifecycle list on a cloud of 10,000 images of which 50 are managed",
        "image show of one of them",
        at_most=1.2,
        contest=listing.few_against_show,
        rounds=11,
    ),
    Row(
        "list-many",
        "lifecycle list of 10,000 managed images, 990 of them visible",
        "image list and image list --hidden, which list the same images",
        at_most=0.6,
        contest=listing.many_against_stock,
        rounds=3,
    ),
    Row(
        "list-requests",
        "list requests of lifecycle list, 10,000 managed images, 990 of them visible",
        "pages of 1,000 that they fill",
        at_most=1.2,
        contest=listing.requests_against_pages,
        unit="requests",
        rounds=1,
    ),
    Row(
        "list-memory",
        "peak memory of lifecycle list --long, 10,000 managed images",
        "peak memory of image list --hidden, 9,010 of them",
        at_most=1.0,
        contest=listing.memory_against_stock,
        unit="MB",
        rounds=1,
        ceiling=200,
    ),
    Row(
        "enforce-requests",
        "list requests of lifecycle enforce --dry-run, 10,000 managed images",
        "pages of 1,000 that they fill",
        at_most=1.3,
        contest=tenancy.enforce_against_pages,
        unit="requests",
        rounds=1,
    ),
    Row(
        "enforce-memory",
        "peak memory of lifecycle enforce --dry-run, 10,000 managed images",
        "peak memory of lifecycle list --long",
        at_most=1.5,
        contest=tenancy.enforce_memory,
        unit="MB",
        rounds=1,
        ceiling=250,
    ),
    Row(
        "usage-time",
        "usage list of 500 images, 2,400 servers and 2,400 volumes",
        "listing those with plain requests of 1,000",
        at_most=1.3,
        contest=tenancy.usage_against_pages,
        rounds=3,
    ),
    Row(
        "usage-memory",
        "peak memory of usage list of 500 images, 2,400 servers and 2,400 volumes",
        "peak memory of usage list of one image",
        at_most=1.3,
        contest=tenancy.usage_memory,
        unit="MB",
        rounds=1,
        ceiling=200,
    ),
    Row(
        "swap",
        "moment of a rotation in which a lookup of the name finds two",
        "a PATCH of os_hidden alone, beside the same lookups",
        at_most=1.5,
        contest=swap.two_against_hide,
        unit="ms",
        rounds=25,
    ),
    Row(
        "rollback",
        "image rollback",
        "image show of the same name",
        at_most=3.0,
        contest=swap.rollback_against_show,
    ),
)

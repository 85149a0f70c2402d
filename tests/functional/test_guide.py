# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The guide, followed: each page on a cloud that nobody else uses, in order.

With ``OSC_IMAGETOOLS_WRITE_GUIDE`` in the environment what is printed is written into
the pages, for whoever writes them to read.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cloud.archives import regular, tar
from tests.cloud.archives.compressed import gz, xz
from tests.cloud.archives.zips import zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images import qcow2, raw
from tests.cloud.source.client import Source
from tests.functional.guide import (
    Command,
    Output,
    Publication,
    Telling,
    is_as_shown,
    steps_of,
    with_outputs,
)
from tests.functional.shell import Shell

GUIDE = Path(__file__).parents[2] / "doc" / "source" / "guide"
WRITE_VARIABLE = "OSC_IMAGETOOLS_WRITE_GUIDE"

VENDORS = re.compile(
    r"https://(cloud-images\.ubuntu\.com|cloud\.debian\.org|images\.example\.com)"
    r"(/[\w.-]+(?=/))*"
)
"""Whose files the pages name: here they are on the source server."""

EXAMPLE = "https://images.example.com"

LISTS = {"SHA256SUMS": hashlib.sha256, "SHA512SUMS": hashlib.sha512}

PAGES = [
    page
    for page in sorted(GUIDE.rglob("*.rst"))
    if any(isinstance(step, Command) for step in steps_of(page))
]


class Vendor:
    """Files that change, with lists of what they are now."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._files: dict[str, bytes] = {}
        self._builds = 0

    @property
    def base(self) -> str:
        """The address of the folder with all of them."""
        return self._source.url("x").removesuffix("/x")

    def publish(self, name: str) -> None:
        """A new build under that *name*."""
        self._builds += 1
        disk = raw(1 << 20, seed=self._builds)
        self._files[name] = packed(name, disk)
        self._source.put(name, self._files[name])
        for listing, digest in LISTS.items():
            told = (f"{digest(data).hexdigest()}  {name}\n" for name, data in self._all)
            self._source.put(listing, "".join(told).encode())

    @property
    def _all(self) -> list[tuple[str, bytes]]:
        return sorted(self._files.items())


def packed(name: str, disk: bytes) -> bytes:
    """The bytes of a file of that *name* with the *disk* in it."""
    inner = name.partition(".")[0]
    if name.endswith(".tar.gz"):
        return gz(tar(regular("README"), regular(f"{inner}.qcow2", qcow2(disk))))
    if name.endswith(".zip"):
        return zipped((f"{inner}.raw", disk))
    if name.endswith(".xz"):
        return xz(disk)
    is_qcow2 = name.endswith((".qcow2", ".img"))
    return qcow2(disk) if is_qcow2 else disk


@pytest.fixture
def guide_cloud(started: Callable[[str], Cloud]) -> Iterator[Cloud]:
    """A cloud that one page has for itself: it is left without images."""
    cloud = started("guide")
    with open(cloud.folder.files / "one-page", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cloud
        admin = cloud.admin()
        for hidden in ("false", "true"):
            for image in admin.listed(visibility="all", os_hidden=hidden):
                path = f"/v2/images/{image['id']}"
                if image["protected"]:
                    patch = [{"op": "replace", "path": "/protected", "value": False}]
                    kind = "application/openstack-images-v2.1-json-patch"
                    headers = {"Content-Type": kind}
                    admin.glance("PATCH", path, json=patch, headers=headers)
                admin.glance("DELETE", path)


@pytest.fixture
def shells(guide_cloud: Cloud) -> Iterator[dict[str, Shell]]:
    """The operator's, and a user's."""
    roles = {"operator": ("member", "admin"), "user": ("member",)}
    accounts = {who: guide_cloud.account(has) for who, has in roles.items()}
    opened = {who: Shell(one.home, one.env) for who, one in accounts.items()}
    for shell in opened.values():
        shell.types(f"USER_PROJECT={accounts['user'].project_id}; export COLUMNS=120")
    yield opened
    for shell in opened.values():
        shell.end()


@pytest.mark.parametrize(
    "page", PAGES, ids=[page.relative_to(GUIDE).as_posix() for page in PAGES]
)
def test_page_works_as_printed(
    page: Path, guide_cloud: Cloud, shells: dict[str, Shell]
) -> None:
    vendor = Vendor(guide_cloud.source.folder())
    printed: dict[int, Output] = {}
    wrong: list[str] = []
    address = EXAMPLE
    for step in steps_of(page):
        if isinstance(step, Publication):
            vendor.publish(step.name)
            continue
        if isinstance(step, Telling):
            for name in step.names:
                value = shells["operator"].types(f'echo "${name}"').text
                shells["user"].types(f"{name}={value}")
            continue
        if found := VENDORS.search(step.typed):
            address = found[0]
        typed = VENDORS.sub(vendor.base, step.typed)
        output = shells[step.who].types(typed)
        printed[step.line] = _as_public(output, vendor.base, address)
        if fault := _fault(step, output, vendor.base):
            wrong.append(f"{page.name}:{step.line}: {fault}")
    if os.environ.get(WRITE_VARIABLE):
        page.write_text(with_outputs(page, printed))

    assert not wrong, "\n\n".join(wrong)


def _fault(step: Command, output: Output, base: str) -> str:
    shown = tuple(VENDORS.sub(base, line) for line in step.shown)
    if output.status != step.status:
        return f"{step.typed}\nends with {output.status}:\n{output.text}"
    if not is_as_shown(shown, output.text):
        wanted = "\n".join(shown)
        return f"{step.typed}\nprints:\n{output.text}\nand not:\n{wanted}"
    return ""


def _as_public(output: Output, base: str, address: str) -> Output:
    """*output* with the vendor's *address* that was typed last, as a reader sees it."""
    return Output(output.text.replace(base, address), output.status)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A cloud with the Dashboard, ready for a reader of the page about it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from tests.cloud import folders
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import qcow2, raw
from tests.cloud.source.client import Source
from tests.dashboard.browser import Browser, browser
from tests.dashboard.page import Step, sections
from tests.dashboard.steps import VENDOR, Reader
from tests.functional.outcomes import digest_of

SOURCES = folders.CHECKOUT / "doc" / "source"
PAGE = SOURCES / "managing" / "dashboard.rst"
PICTURES = SOURCES / "images"
PICTURES_VARIABLE = "OSC_IMAGETOOLS_SCREENSHOTS"
"""Set where the pictures of the page are taken anew, in ``tox -e screenshots``."""
BYTES_AT_MOST = 100_000

NAMESPACES = "/v2/metadefs/namespaces"

# Of less than 1 MiB: the Dashboard sends it in one chunk, and uWSGI, in which the
# loopback cloud's Glance runs without a proxy before it, takes no larger one.
SIZE = 128 << 10
UPLOADED, BUILT = (qcow2(raw(SIZE, seed=seed)) for seed in (131, 132))


def steps_of(title: str) -> Sequence[Step]:
    """What a section of the page tells its reader to do."""
    return sections(PAGE.read_text())[title]


@contextmanager
def opened(cloud: Cloud, service: str = "dashboard") -> Iterator[Browser]:
    """A window before one of the cloud's Dashboards."""
    url = cloud.state.services[service].url.removesuffix("/auth/login/")
    with (
        tempfile.TemporaryDirectory() as profile,
        browser(url, Path(profile)) as window,
    ):
        yield window


def define(admin: Account) -> None:
    """Load our definitions, if that has not been done."""
    for path in Path(str(resources.files("osc_imagetools.metadefs"))).glob("*.json"):
        answer = admin.glance("POST", NAMESPACES, json=json.loads(path.read_text()))
        assert answer.status_code in (201, 409), answer.text


def offer(source: Source) -> None:
    """Let the vendor of the page publish its builds, and the list of their digests."""
    name = "debian-13-20260401.qcow2"
    source.put(name, BUILT)
    line = f"{digest_of(BUILT).removeprefix('sha256:')}  {name}\n"
    source.put("SHA256SUMS", line.encode())


@dataclass
class Camera:
    """Takes the pictures of the page: for it, or to see that it can."""

    folder: Path
    taken: dict[str, Path] = field(default_factory=dict)

    def take(self, window: Browser, name: str, vendor: str) -> None:
        """What the page calls ``../images/…``, with the vendor's address in it."""
        folder = PICTURES if os.environ.get(PICTURES_VARIABLE) else self.folder
        self.taken[name] = folder / Path(name).name
        window.picture(self.taken[name], instead={vendor: VENDOR})

    def assert_taken(self) -> None:
        """And that the page's are small: one taken here shows other tests' images."""
        assert self.taken
        for path in self.taken.values():
            assert path.stat().st_size > 0, path
            assert (PICTURES / path.name).stat().st_size < BYTES_AT_MOST, path


def reader_of(cloud: Cloud, window: Browser, files: Path, camera: Camera) -> Reader:
    """Somebody who has what the page names."""
    admin, source = cloud.admin(), cloud.source.folder()
    define(admin)
    offer(source)
    (files / "debian-13.qcow2").write_bytes(UPLOADED)
    people = {"an admin": admin, "an ordinary user": cloud.account()}
    vendor = source.url("")
    return Reader(
        window, people, files, vendor, lambda name: camera.take(window, name, vendor)
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Twelve vendors' ways to publish images, which a source can serve in miniature."""

from tests.cloud.images import qcow2, raw
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Headers, Status
from tests.cloud.vendors.layouts import LAYOUTS, Layout
from tests.cloud.vendors.openpgp import Key, armoured

__all__ = ["LAYOUTS", "Key", "Layout", "armoured", "image_of", "publish"]

DISK_BYTES = 2 << 20


def image_of(layout: Layout) -> bytes:
    """The image in the folder, unpacked: its virtual disk has 2 MiB."""
    disk = raw(DISK_BYTES, seed=LAYOUTS.index(layout))
    return qcow2(disk) if layout.is_qcow2 else disk


def publish(source: Source, layout: Layout, key: Key) -> str:
    """Fill *source* as the vendor does, its lists signed by *key*; the image's URL."""
    folder = {name: f"another file, {name}".encode() for name in layout.others}
    folder[layout.file] = layout.packed(image_of(layout))
    stored = layout.store or layout.path
    url = source.put(stored, folder[layout.file])
    if layout.headers:
        source.misbehave(stored, Headers(layout.headers))
    if layout.store:
        # The query is a signature there, and not for others to see.
        location = {"Location": f"{url}?sig=S3cret"}
        source.misbehave(layout.path, Status(302, "", location))
    for listing in layout.listings:
        for name, content in listing.files(layout.file, folder, key):
            source.put(layout.folder + name, content)
    return source.url(layout.path)

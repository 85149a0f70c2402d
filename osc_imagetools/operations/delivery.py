# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that we send: into a store at once, or to where Glance imports them from."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import GLANCE_DIRECT, Route
from osc_imagetools.glance.server_import import Stage, start_import, wait_for_import
from osc_imagetools.glance.upload import stage, stored, upload
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.operations.claim import Notice
from osc_imagetools.source.pipeline import Arrived, Pipeline


@dataclass(frozen=True)
class Delivered:
    """The image as Glance has it, and what arrived there."""

    image: Image
    arrived: Arrived


def send(
    images: Images,
    image: Image,
    pipeline: Pipeline,
    route: Route,
    notice: Notice,
    said: Stage,
) -> Delivered:
    """*image*, read back ``active`` with the verified bytes of *pipeline*."""
    if route.method == GLANCE_DIRECT:
        stage(images, image, pipeline.blocks())
        start_import(images, image, route)
        found = wait_for_import(images, image, route, said)
        if found.disk_format != image.disk_format:
            notice(
                f"Glance has converted the image to {found.disk_format}, "
                "after its bytes were verified."
            )
            return Delivered(found, pipeline.arrived)
    else:
        [store] = route.stores or ("",)
        upload(images, image, pipeline.blocks(), store)
    arrived = pipeline.arrived
    found = stored(images, image, arrived.size, arrived.payload_digests)
    return Delivered(found, arrived)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that we send: into a store at once, or to where Glance imports them from."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from osc_imagetools.glance.route import GLANCE_DIRECT, Route
from osc_imagetools.glance.server_import import start_import, wait_for_import
from osc_imagetools.glance.upload import stage, stored, upload
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.session import Session
from osc_imagetools.source.pipeline import Arrived, Pipeline

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """The image as Glance has it, and what arrived there."""

    image: Image
    arrived: Arrived


def send(session: Session, image: Image, pipeline: Pipeline, route: Route) -> Delivered:
    """*image*, read back ``active`` with the verified bytes of *pipeline*."""
    images = session.images
    if route.method == GLANCE_DIRECT:
        stage(images, image, pipeline.blocks())
        _tell(pipeline.arrived)
        start_import(images, image, route)
        # It keeps its place: what is staged fills a disk of Glance's.
        found = wait_for_import(images, image, route, session.progress.say)
        if found.disk_format != image.disk_format:
            LOG.warning(
                _("Glance converted the image to %s after its bytes were verified."),
                found.disk_format,
            )
            return Delivered(found, pipeline.arrived)
    else:
        [store] = route.stores or ("",)
        upload(images, image, pipeline.blocks(), store)
        _tell(pipeline.arrived)
    arrived = pipeline.arrived
    found = stored(images, image, arrived.size, arrived.payload_digests)
    return Delivered(found, arrived)


def _tell(arrived: Arrived) -> None:
    for warning in arrived.warnings:
        LOG.warning("%s", warning)

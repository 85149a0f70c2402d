# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A project as a report shows it: read once, checked, and its use asked for."""

from __future__ import annotations

from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.report import Report
from osc_imagetools.lifecycle.report import report as reported
from osc_imagetools.operations.check import Order, examined
from osc_imagetools.operations.usage import Asked


def report(images: Images, order: Order, asked: Asked | None = None) -> Report:
    """The report on the project of *order*; ``None`` for *asked*: no service is asked.

    Only GET requests are sent. Raises `GlanceError` if images can't be listed.
    """
    observed, checkup = examined(images, order)
    if asked is None:
        return reported(observed, checkup)
    versions = [one for family in observed.families for one in family.versions]
    return reported(observed, checkup, asked.of(versions))

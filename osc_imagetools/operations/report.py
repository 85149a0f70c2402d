# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What there is to report of a project's images, read from the cloud."""

from __future__ import annotations

from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.report import Story, story
from osc_imagetools.lifecycle.usage.verdict import Needs
from osc_imagetools.operations.check import Order, check
from osc_imagetools.operations.inventory import families


def told(images: Images, project: Project, needs: Needs | None = None) -> Story:
    """The families of *project*, and what is wrong with them.

    *needs* asks who needs each version; ``None``: nobody is asked. Only reads. Raises
    `GlanceError` if images can't be listed.
    """
    found = families(images, Scope.of(project))
    checkup = check(images, Order(project))
    versions = [version for family in found for version in family.versions]
    needed = needs(versions) if needs else None
    return story(project.id, found, checkup, images.now(), needed)

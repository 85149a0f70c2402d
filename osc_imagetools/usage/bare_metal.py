# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that were deployed with images, as Ironic tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.usage.uses import How, Kind, Use
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.asking import Asking
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import Service, ServiceError

TYPE = "baremetal"
NAME = "bare metal"

VERSION = "1.50"
"""The microversion that tells the owner of a node (Stein)."""

NOBODY = "osc-imagetools"
"""The ID of no project: only who may list the nodes of all may ask for its nodes."""

FIELDS = "uuid,name,owner,provision_state,instance_info,driver_info"


def ask(service: Service, question: Question) -> Told:
    """What Ironic tells of *question*; what it can't tell is a gap, never an error."""
    return _Asking(service, question).told()


class _Asking(Asking):
    def look(self) -> None:
        if why := self._partial():
            self.lacks_other_projects(why)
        self.count_anew(self._count)

    @property
    def _path(self) -> str:
        return self.service.versioned("/nodes", "v1")

    def _partial(self) -> str:
        """Why not all nodes are listed; empty where they are."""
        if self.question.all_projects is False:
            return _("only this project's nodes were asked for")
        query = {"owner": NOBODY, "limit": "1", "fields": "uuid"}
        try:
            self.service.get(self._path, query, VERSION)
        except ServiceError as error:
            if error.status != 403 or self.question.all_projects:
                raise
            return _("it lists only this project's nodes: %s") % error
        return ""

    def _count(self) -> None:
        query = {"fields": FIELDS}
        for page in self.service.pages(self._path, "nodes", query, VERSION):
            for node in page:
                for image in _images_of(node, self.question):
                    self.add(image, _use(node))


def _images_of(node: Mapping[str, Any], question: Question) -> Iterator[str]:
    """The images that it was deployed with, or is deployed by, each once."""
    told = [
        value
        for place in ("instance_info", "driver_info")
        for value in (node.get(place) or {}).values()
        if isinstance(value, str)
    ]
    named = (value.removeprefix("glance://") for value in told)
    yield from sorted({image for value in named for image in question.meant_by(value)})


def _use(node: Mapping[str, Any]) -> Use:
    return Use(
        Kind.NODE,
        str(node.get("uuid")),
        How.DEPLOYED,
        name=node.get("name") or None,
        project=node.get("owner") or None,
        status=node.get("provision_state"),
    )

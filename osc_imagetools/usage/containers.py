# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Templates of clusters that name images, as Magnum tells."""

from __future__ import annotations

from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.usage.uses import How, Kind, Use
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.asking import Asking
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import Service, ServiceError

TYPE = "container-infrastructure-management"
NAME = "container clusters"


def ask(service: Service, question: Question) -> Told:
    """What Magnum tells of *question*; what it can't tell is a gap, never an error."""
    return _Asking(service, question).told()


class _Asking(Asking):
    def look(self) -> None:
        if why := self._partial():
            self.lacks_other_projects(why)
        self.count_anew(self._count)

    def _partial(self) -> str:
        """Why not all projects' templates are listed; empty where they are.

        To an admin Magnum lists all, to others their own and the public ones; it tells
        which of them one is only by what else it answers.
        """
        if self.question.all_projects is False:
            return _("only this project's cluster templates were asked for")
        try:
            self.service.get(self.service.versioned("/mservices", "v1"), {})
        except ServiceError as error:
            if error.status != 403 or self.question.all_projects:
                raise
            return _("it lists only this project's cluster templates: %s") % error
        return ""

    def _count(self) -> None:
        path = self.service.versioned("/clustertemplates", "v1")
        for page in self.service.pages(path, "clustertemplates", {}):
            for template in page:
                for image in self.question.meant_by(template.get("image_id")):
                    self.add(image, _use(template))


def _use(template: dict[str, Any]) -> Use:
    return Use(
        Kind.CLUSTER_TEMPLATE,
        str(template.get("uuid")),
        How.NAMED,
        name=template.get("name") or None,
        project=template.get("project_id"),
        user=template.get("user_id"),
    )

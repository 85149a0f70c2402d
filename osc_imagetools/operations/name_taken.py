# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The name of a new image: refused where a lookup of it would find two."""

from __future__ import annotations

import logging

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family, is_looked_up, name_taken
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import ours

LOG = logging.getLogger(__name__)


class NameIsTakenError(OperatorError):
    """A visible image has the name: a second one would make lookups fail."""


def refuse_taken_name(
    images: Images,
    project: Project,
    name: str,
    *,
    allow_others: bool,
    except_id: str = "",
) -> None:
    """Raise `NameIsTakenError` where a lookup of *name* finds an image already."""
    named = images.named(name, project.id)
    taken = name_taken(name, project.id, named, except_id=except_id)
    if taken is None or (allow_others and not taken.is_own):
        return
    image = taken.image
    if taken.is_own:
        raise NameIsTakenError(
            _("The name '%s' is taken") % name,
            _("image %s of this project has it and is visible") % image.id,
            _("To replace it, use '%s'; else choose another name.")
            % ours(project, "rotate"),
        )
    raise NameIsTakenError(
        _("The name '%s' is taken") % name,
        _(
            "the %(visibility)s image %(id)s of project %(owner)s has it; "
            "users who see both could look up neither by its name"
        )
        % {"visibility": image.visibility, "id": image.id, "owner": image.owner},
        _(
            "Work for that project with --project, choose another name, "
            "or use --allow-duplicate."
        ),
    )


def warn_of_name(family: Family) -> None:
    """Say that the stock client finds nothing by the name of a *family* that begins."""
    if not family.versions and not is_looked_up(family.name):
        LOG.warning(
            _(
                "The stock client finds no image by the name '%s': Glance reads the "
                "text before a colon as an operator. Users need the ID then; choose a "
                "name without a colon."
            ),
            family.name,
        )


def refuse_incumbent(project: Project, family: Family) -> None:
    """Raise `NameIsTakenError` where *family*, of *project*, has a version to replace.

    One that was adopted under a name of its own: beside it a new one would carry over
    nothing and retire nothing.
    """
    newest = family.incumbent
    if newest is not None and newest.name != family.name:
        raise NameIsTakenError(
            _("The family '%s' has versions") % family.name,
            _("the newest visible one is image %(id)s, called '%(name)s'")
            % {"id": newest.id, "name": newest.name},
            _("Replace it with '%s'; or choose another name, or --hidden.")
            % ours(project, "rotate"),
        )

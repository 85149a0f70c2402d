# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The errors for names that mean nothing: whose they are, and what may be meant.

Read only once a name was not found, so that a name that is right costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.listing import PAGE
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle import inventory
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.nearest import nearest
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, of_family, option, ours, said


class MissingFamilyError(OperatorError):
    """A family was named, and no image is a version of it."""


class MissingImageError(OperatorError):
    """An image was named, and this project has none of that name or ID."""


def missing_family(
    images: Images, scope: Scope, name: str, otherwise: str = ""
) -> MissingFamilyError:
    """The error for a family of *scope* that isn't there.

    It names what the operator may have meant: the same name in another project, an
    image of that name that is in no family, or a family of nearly that name.
    *otherwise* is what else there is to do; by default, to list families.
    """
    what = _("There is no family '%s'") % name
    everybodys = inventory.families(
        images.list_fast(tag=properties.TAG), Scope(scope.own, everything=True)
    )
    for family in everybodys:
        if family.name == name:
            why = _("project %s has a family of that name") % family.owner
            return MissingFamilyError(
                what, why, _("Work for that project with --project %s") % family.owner
            )
    for image in images.named(name, scope.own):
        if image.owner == scope.own and not image.is_managed:
            why = _("image %s has that name but is not in a family") % image.id
            return MissingFamilyError(what, why, _adopt(scope.project, image))
    covered = (family.name for family in everybodys if scope.only in ("", family.owner))
    why = _("no image of those that you may see is a version of it")
    if scope.only:
        why = _("no image of this project is a version of it")
    return MissingFamilyError(
        what,
        why,
        _did_you_mean(name, covered, otherwise or _list_families(scope.project)),
    )


def refuse_no_family(
    images: Images, project: Project, family: Family, otherwise: str = ""
) -> None:
    """Raise `MissingFamilyError` where nothing is a version of *family*, of *project*.

    *otherwise* is what else there is to do; by default, to list families.
    """
    if not family.versions:
        raise missing_family(images, Scope.of(project), family.name, otherwise)


def missing_image(images: Images, project: Project, wanted: str) -> MissingImageError:
    """The error for an image of *project* that isn't there by that name or ID.

    It names another project's visible image of that name, a family of that name, or
    an image of nearly that name.
    """
    what = _("No image of this project has the name or ID '%s'") % wanted
    if others := images.named(wanted, project.id):
        return MissingImageError(what, _owners(others), _with_project(others[0]))
    if images.of_family(project.id, wanted):
        return MissingImageError(
            what,
            _("a family has that name, and its versions have other names"),
            _("Name a version by its ID; list them with: %s")
            % of_family(project, "lifecycle show", wanted),
        )
    mine = islice(images.matching(owner=project.id), PAGE)
    names = {image.name for image in mine if image.status not in GONE}
    otherwise = _list_images(project)
    return MissingImageError(what, do=_did_you_mean(wanted, names, otherwise))


def another_projects_image(image: Image) -> MissingImageError:
    """The error for an ID that is an image's of another project."""
    return MissingImageError(
        _("Image %s does not belong to this project") % image.id,
        _("it belongs to project %s") % image.owner,
        _with_project(image),
    )


def _list_families(project: Project) -> str:
    return _("List them with: %s") % ours(project, "lifecycle list")


def _list_images(project: Project) -> str:
    how = command("list", *said(project))
    return _("List them, hidden ones with --hidden: %s") % how


def _adopt(project: Project, image: Image) -> str:
    how = ours(project, "lifecycle set", *option("family", image.name), image.id)
    return _("Make it the first version of one with: %s") % how


def _owners(images: Iterable[Image]) -> str:
    return ", ".join(
        _("project %(owner)s has a %(visibility)s one, %(id)s")
        % {"owner": image.owner, "visibility": image.visibility, "id": image.id}
        for image in images
    )


def _with_project(image: Image) -> str:
    do = _("If you may change it, work for that project with --project %s")
    return do % image.owner


def _did_you_mean(name: str, names: Iterable[str], otherwise: str) -> str:
    found = nearest(name, names)
    if not found:
        return otherwise
    told = {"name": found, "otherwise": otherwise}
    return _("Did you mean '%(name)s'? %(otherwise)s") % told

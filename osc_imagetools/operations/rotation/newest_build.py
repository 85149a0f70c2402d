# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A rotation to the newest build of the family's source becomes one to a URL.

What finds builds is loaded where there is such a source: most rotations have none.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import option, ours
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.new_version import Description
from osc_imagetools.lifecycle.rotation.skip import SkipReason
from osc_imagetools.operations.rotation.request import RotateRequest
from osc_imagetools.source.opened import public
from osc_imagetools.source.trust import Trust
from osc_imagetools.source.verification.vendors import architecture_in

if TYPE_CHECKING:
    from osc_imagetools.source.builds import Build, BuildSource

LOG = logging.getLogger(__name__)

ARCHITECTURE = "architecture"


def with_newest_build(
    request: RotateRequest, family: Family
) -> tuple[RotateRequest, tuple[Step, ...]]:
    """*request* with the URL of the newest build, and the step that found it.

    As it is, without a step, where it names a URL, a file or an image, or *family*
    has no source. What is said of label, date and digest counts more than what the
    build tells. Raises `OperatorError` where no build is found.
    """
    if request.urls or request.image is not None:
        return request, ()
    source = request.source or recorded_source(family)
    if source is None:
        return request, ()
    from osc_imagetools.source.builds import find_build

    latest = family.latest
    build = find_build(
        source,
        _architecture(request, family),
        request.access,
        request.trust.keyring,
        (latest.text(properties.IMAGE_SOURCE) if latest else None) or "",
    )
    shown = public(build.url)
    told = {"source": source.public, "build": shown}
    LOG.info(_("The newest build of %(source)s is %(build)s."), told)
    found = replace(
        request,
        urls=(build.url,),
        description=_description(request.description, build, family),
        trust=_trust(request.trust, build),
    )
    return found, (Step("find", shown, _("the newest build of %s") % source.public),)


def recorded_source(family: Family) -> BuildSource | None:
    """Where the builds of *family* are, if that is recorded.

    Raises `OperatorError` for what is recorded and can't be used.
    """
    holder = policy_holder(family)
    text = holder.text(properties.FAMILY_SOURCE) if holder else None
    if not text:
        return None
    from osc_imagetools.source.builds import BuildSource

    try:
        return BuildSource.recorded(text)
    except ValueError as error:
        raise OperatorError(
            _("The recorded source of '%s' can't be used") % family.name,
            _("%(property)s is '%(text).60s': %(error)s")
            % {"property": properties.FAMILY_SOURCE, "text": text, "error": error},
            _("Use --source or --url."),
        ) from None


def unrecorded(
    why: SkipReason, project: Project, request: RotateRequest, family: Family
) -> SkipReason:
    """*why* nothing is done, and that the source which was said is not recorded so.

    As it is where there is none, or *family* of *project* has it.
    """
    holder, source = policy_holder(family), request.source
    if source is None or holder is None:
        return why
    if holder.text(properties.FAMILY_SOURCE) == source.public:
        return why
    said, _blank, index = source.public.partition(" ")
    words = [*option("family", family.name), *option("source", said)]
    words += option("source-index", index) if index else []
    how = ours(project, "lifecycle set", *words)
    told = {"why": why.why, "how": how}
    return replace(why, why=_("%(why)s; to record its source: %(how)s") % told)


def _architecture(request: RotateRequest, family: Family) -> str:
    """What was said, else that of the latest version."""
    from osc_imagetools.source.builds.layouts import DEFAULT_ARCHITECTURE

    said = request.description.properties.get(ARCHITECTURE)
    latest = family.latest
    known = latest.text(ARCHITECTURE) if latest else None
    wanted = said or known or DEFAULT_ARCHITECTURE
    # People also write amd64.
    return architecture_in(wanted) or wanted


def _description(wanted: Description, build: Build, family: Family) -> Description:
    label = family.free_label(build.label) if build.label else None
    return replace(
        wanted,
        label=wanted.label or label,
        build_date=wanted.build_date or build.built,
    )


def _trust(said: Trust, build: Build) -> Trust:
    """What was said; else the digest that is published where the build was found."""
    if build.checksum is None or said.checksum or said.checksum_url:
        return said
    return replace(
        said,
        checksum=build.checksum,
        is_signed=build.is_signed,
        list_url=build.list_url,
    )

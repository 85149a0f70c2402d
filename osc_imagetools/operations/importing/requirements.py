# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What has to be there before anything is fetched."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.discovery import require_route
from osc_imagetools.glance.route import WEB_DOWNLOAD, Route
from osc_imagetools.i18n import _
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.importing.web_download import refuse_private_source
from osc_imagetools.operations.session import Session
from osc_imagetools.source.access import Access
from osc_imagetools.source.disk.convert import require_tools
from osc_imagetools.source.pipeline import Pipeline
from osc_imagetools.source.verification.published import require_keyring


def require(session: Session, request: ImportRequest) -> None:
    """Raise `OperatorError` for what this cloud or this machine lacks."""
    require_keyring(request.download.trust)
    session.images.require_hidden()
    require_route(session.images, request.route)
    if request.route.method == WEB_DOWNLOAD:
        refuse_private_source(request.url)
    else:
        require_tools(request.packing.convert)
    refuse_limit(request.download.access, request.route)


def refuse_limit(access: Access, route: Route) -> None:
    """Raise `OperatorError` for a limit on bytes that Glance fetches."""
    if access.limit is not None and route.method == WEB_DOWNLOAD:
        raise OperatorError(
            _("--limit-rate can't be used with --method web-download"),
            _("Glance fetches the image itself, as fast as it can"),
            _("Use --method stream, or leave the limit out."),
        )


def stored_format(pipeline: Pipeline) -> str | None:
    """The disk format of what *pipeline* would store; ``None``: that shows later."""
    return None if pipeline.converts else pipeline.disk_format


def require_conversion(pipeline: Pipeline, target: str | None) -> None:
    """Raise `QemuError` if what is to be converted couldn't be, on this machine."""
    if pipeline.converts:
        require_tools(target)

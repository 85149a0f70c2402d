# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A listing of Glance, whole: page after page, however small Glance makes them."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from osc_imagetools.glance.api import Api, GlanceError, reason, refusal, told
from osc_imagetools.glance.remedies import CHECK_ENDPOINT
from osc_imagetools.i18n import _

PAGE = 1000
"""Rows that are asked for at once. Glance gives fewer where its ``api_limit_max`` says
so, and tells only by a link to the next page."""

MOST_RESTARTS = 10
"""While each time the row goes away behind which a page was to begin."""

MARKER_GONE = frozenset({400, 403, 404})
"""What Glance answers for a page behind an image that is deleted by now, or that this
user may see no more: Glance 33 says 400 to most, and to an admin nothing of it."""

NOT_LISTED = _("Images could not be listed")


def listing(api: Api, path: str, rows: str, **filters: str) -> Iterator[dict[str, Any]]:
    """Each of the *rows* at *path* that match Glance's own *filters*, once.

    A page begins behind the last image of the one before. Where that was deleted
    meanwhile Glance knows no such page, and the listing begins anew. Raises
    `GlanceError`.
    """
    first = {"limit": str(PAGE), **filters}
    listed: set[str] = set()
    why = ""
    for _restart in range(MOST_RESTARTS):
        asked: list[Mapping[str, str]] = []
        query: Mapping[str, str] | None = first
        while query is not None:
            if query in asked:
                raise GlanceError(
                    NOT_LISTED, _("the last page links to an earlier one")
                )
            asked.append(query)
            answer = api.get(path, params=query)
            if answer.status_code in MARKER_GONE and query is not first:
                why = reason(answer)
                break
            if answer.status_code != 200:
                is_elsewhere = answer.status_code in (300, 404)
                do = CHECK_ENDPOINT if is_elsewhere else ""
                raise refusal(NOT_LISTED, answer, do)
            page = told(NOT_LISTED, answer, rows)
            for row in page[rows]:
                if row["id"] not in listed:
                    listed.add(row["id"])
                    yield row
            query = _next_query(page, first)
        else:
            return
    raise GlanceError(
        NOT_LISTED,
        _("%(times)d times Glance did not return the next page: %(why)s")
        % {"times": MOST_RESTARTS, "why": why},
        _("Run the command again when fewer images are being deleted."),
    )


def _next_query(
    page: Mapping[str, Any], first: Mapping[str, str]
) -> Mapping[str, str] | None:
    """The query of the page after *page*; ``None`` if that is the last.

    Of the link nothing else is followed: Glance doesn't know the host and the path
    under which it is reached.
    """
    link = page.get("next")
    if not link:
        return None
    query = urllib.parse.urlsplit(str(link)).query
    return {**first, **dict(urllib.parse.parse_qsl(query))}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of what is due. The headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import Lines, Size, Text, Time
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.enforcement import Enforced

HEADINGS = (
    *("Family", "Version", "Action", "Result", "Reason", "Note"),
    *("Verdict", "Why", "Last Used", "Size", "Stores", "ID", "Name", "State"),
)
SHORT = ("Family", "Version", "Action", "Result", "Reason", "Note", "Verdict", "Size")


def row(enforced: Enforced) -> tuple[Any, ...]:
    """What was planned for an image, why, and what became of that."""
    from osc_imagetools.lifecycle.model.state import derive

    item, image = enforced.item, enforced.item.image
    usage = item.usage
    why = usage.why if usage else ()
    return (
        Text(image.family),
        Text(image.version),
        str(item.action),
        str(enforced.result),
        Text(item.reason),
        Text(enforced.note or None),
        Text(str(usage.verdict) if usage else None),
        Lines(why, why),
        Time(usage.tally.last_used if usage else None),
        Size(image.size),
        Text(image.text("stores")),
        image.id,
        Text(image.name or None),
        str(derive(image).state),
    )


def total(rows: Iterable[Enforced]) -> str:
    """What is deleted, in a line; empty where nothing is."""
    from osc_imagetools.operations.enforcement import Result

    rows = [one for one in rows if one.item.deletes]
    done = [one for one in rows if one.result is Result.DONE]
    planned = [one for one in rows if one.result is Result.PLANNED]
    if not (done or planned):
        return ""
    count = len(done or planned)
    size = Size(sum(one.item.image.size or 0 for one in done or planned))
    told = _("1 image of %(size)s") if count == 1 else _("%(count)d images of %(size)s")
    told %= {"count": count, "size": size.human_readable()}
    if done:
        return _("Deleted in Glance: %s. Its store may free the space later.") % told
    return _("To be deleted in Glance: %s") % told

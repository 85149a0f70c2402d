# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a dry run shows: a row a step. The headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import Text
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.image import Image
    from osc_imagetools.lifecycle.model.step import Step
    from osc_imagetools.operations.session import Outcome

Rows = tuple[Sequence[str], Iterable[Any]]

HEADINGS = ("Step", "Image", "What", "Reason")

_STEPS = {
    "adopted": "adopt",
    "deprecated": "deprecate",
    "failed": "refuse",
    "obsolete": "make obsolete",
    "refused": "refuse",
    "reinstated": "reinstate",
    "renamed": "rename",
    "renumbered": "renumber",
    "scheduled": "schedule",
    "set": "set",
    "unchanged": "keep",
    "unset": "unset",
}
"""What would be done, by the result that it would have."""

_REASONS = {"keep": _("it already has that value")}
_ASKED_FOR = _("set on the command line")


def planned(steps: Iterable[Step]) -> Rows:
    """The rows of a plan."""
    return HEADINGS, [_row(step) for step in steps]


def outcome(one: Outcome) -> tuple[Any, ...]:
    """The row of what would become of one image."""
    from osc_imagetools.lifecycle.model.step import Step

    step = _STEPS.get(one.result, one.result)
    reason = one.note or _REASONS.get(step, _ASKED_FOR)
    if one.image is None:
        return _row(Step(step, one.wanted, reason))
    changes = ", ".join(_change(one.image, name) for name in one.changes)
    more = f": {changes}" if changes else ""
    return _row(Step(step, f"{one.image.name}{more}", reason, one.image.id))


def _row(step: Step) -> tuple[Any, ...]:
    return step.step, Text(step.image), Text(step.what), Text(step.reason)


def _change(image: Image, name: str) -> str:
    """One field or property of *image* as it would be; some are too long to tell."""
    from osc_imagetools.lifecycle.model import properties

    if name in ("status", "tags", properties.BEFORE):
        return name
    if name not in image.fields:
        return f"no {name}"
    return f"{name}={image.fields[name]}"

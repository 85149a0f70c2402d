# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A plan that somebody has read, held against what is to be done now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from osc_imagetools.catalog.family_plan import PENDING, FamilyPlan
from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

MOST_BYTES = 16 << 20
"""Of a plan: one of 10,000 families has 4 MiB."""

ANEW = _("Make a new plan, read it, and apply that.")

Step = tuple[str, "str | None", str]
"""A family, a version, an action."""


def refuse_other_plan(
    path: str, items: Iterable[FamilyPlan], cloud: str | None = None
) -> None:
    """Raise `OperatorError` where *items* change other things than the plan at *path*.

    That is what ``catalog plan -f json`` has printed. What is left as it is doesn't
    count. Of a plan for several clouds, the rows of *cloud*.
    """
    then = _read(path, cloud)
    now = {
        (item.family, item.version, str(item.action))
        for item in items
        if item.is_pending
    }
    if then == now:
        return
    gone = [_("no longer %s") % _words(step) for step in sorted(then - now, key=str)]
    come = [f"{_words(step)}" for step in sorted(now - then, key=str)]
    what = _("Nothing was changed: the plan is no longer what is to be done")
    if cloud:
        what = _("Nothing was changed: the plan is no longer what is to be done in %s")
        what %= cloud
    raise OperatorError(what, "; ".join([*come, *gone][:10]), ANEW)


def _words(step: Step) -> str:
    family, version, action = step
    return f"{action} {family} {version or ''}".strip()


def _read(path: str, cloud: str | None) -> set[Step]:
    try:
        with open(path, encoding="utf-8") as file:
            told = json.loads(file.read(MOST_BYTES))
        return {
            _step(row)
            for row in told
            if row["Action"] in _ACTIONS and row.get("Cloud") == cloud
        }
    except (OSError, ValueError, RecursionError, TypeError, KeyError) as error:
        why = getattr(error, "strerror", None) or _("it is no plan in JSON")
        raise OperatorError(
            _("%s can't be used as a plan") % path, why, ANEW
        ) from error


_ACTIONS = frozenset(map(str, PENDING))


def _step(row: Any) -> Step:
    return str(row["Family"]), row["Version"], str(row["Action"])

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of a catalogue's plan, and of what became of it. The headings stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import Size, Text

if TYPE_CHECKING:
    from osc_imagetools.catalog import Applied, CloudApplied, CloudPlan, FamilyPlan

PLANNED = ("Family", "Version", "Action", "Reason", "Size", "Current", "ID")
PLANNED_SHORT = ("Family", "Version", "Action", "Reason", "Size")

APPLIED = ("Family", "Version", "Action", "Result", "Note", "Reason", "Size", "ID")
APPLIED_SHORT = ("Family", "Version", "Action", "Result", "Note", "Size")

CLOUD = "Cloud"
"""The first column where clouds are named, be it one; else there is none."""


def planned(item: FamilyPlan) -> tuple[Any, ...]:
    """What a family gets, and what is current in it."""
    current = item.current
    return (
        Text(item.family),
        Text(item.version),
        str(item.action),
        Text(item.reason),
        Size(item.size),
        Text(current.version if current else None),
        current.id if current else None,
    )


def applied(done: Applied) -> tuple[Any, ...]:
    """What a family got, and what is current in it."""
    item, image = done.item, done.image
    return (
        Text(item.family),
        Text(image.version if image else item.version),
        str(item.action),
        str(done.result),
        Text(done.note or None),
        Text(item.reason),
        Size(item.size),
        image.id if image else None,
    )


def planned_in(plan: CloudPlan) -> list[tuple[Any, ...]]:
    """What each family gets in one cloud; one row if that can't be said."""
    if plan.fault:
        told = {"Action": "refused", "Reason": Text(plan.fault)}
        return [(plan.cloud, *(told.get(name) for name in PLANNED))]
    return [(plan.cloud, *planned(item)) for item in plan.items]


def applied_in(done: CloudApplied) -> tuple[Any, ...]:
    """What a family got in one cloud; or why the whole cloud got nothing."""
    if done.applied is None:
        told = {"Result": "failed", "Note": Text(done.fault)}
        return (done.cloud, *(told.get(name) for name in APPLIED))
    return (done.cloud, *applied(done.applied))

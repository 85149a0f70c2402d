# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rotation or a rollback shows. The keys are an interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.output.imports import PlanColumn, Row

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.image import Image
    from osc_imagetools.operations.rotation import Rotated

HEADINGS = (
    *("result", "name", "new_id", "new_version", "generation", "build_date"),
    *("visibility", "disk_format", "size", "verified", "digest", "published_digest"),
    *("source", "old_id", "old_version", "old_state", "old_delete_at", "carried_over"),
    *("members", "repaired", "note"),
)

SHORT = (
    *("result", "name", "new_id", "new_version", "visibility"),
    *("old_id", "old_version", "old_state", "old_delete_at", "repaired", "note"),
)


def rotated(done: Rotated) -> Row:
    """What became of the family: who is current, who was, what was done besides."""
    from osc_imagetools.lifecycle.model import properties

    new, old = done.new, done.old
    row: dict[str, Any] = {
        "result": done.result,
        "name": new.family if new else None,
        "new_id": new.id if new else None,
        "new_version": new.version if new else None,
        "generation": new.generation if new else None,
        "build_date": new.text(properties.BUILD_DATE) if new else None,
        "visibility": new.visibility if new else None,
        "disk_format": new.disk_format if new else None,
        "size": new.size if new else None,
        "verified": new.text(properties.VERIFIED) if new else None,
        "digest": _digest(new) if new else None,
        "published_digest": new.text(properties.PUBLISHED_DIGEST) if new else None,
        "source": new.text(properties.IMAGE_SOURCE) if new else None,
        "old_id": old.id if old else None,
        "old_version": old.version if old else None,
        "old_state": old.text(properties.STATE) if old else None,
        "old_delete_at": old.text(properties.DELETE_AT) if old else None,
        "carried_over": format_columns.ListColumn(list(done.carried)),
        "members": format_columns.DictColumn(dict(done.members)),
        "repaired": PlanColumn([repair.as_step() for repair in done.repaired]),
        "note": done.note or None,
    }
    return tuple(row), tuple(row.values())


def _digest(image: Image) -> str | None:
    """Glance's own, of the bytes that it has stored."""
    if not image.hash_value:
        return None
    return f"{image.hash_algorithm}:{image.hash_value}"

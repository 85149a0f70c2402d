# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Changes that can be undone: each tells what it found before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import undo_record

_BOOKKEEPING = frozenset({properties.BEFORE})

_TRANSIENT = frozenset({"status"})
"""What no PATCH can change."""


LONGEST_RECORD_BYTES = 60_000
"""As long as any property of ours may be; JSON writes it in ASCII."""


@dataclass(frozen=True)
class UndoRecord:
    """The values that an image shall have, with a record of those that it had."""

    image: Image
    wanted: Mapping[str, Any]
    """By field or property. ``status`` is told in the record, but no PATCH sets it."""

    @property
    def change(self) -> Change:
        """All of it in one PATCH; what was written for another image goes."""
        values = {n: v for n, v in self.wanted.items() if n not in _TRANSIENT}
        values[properties.BEFORE] = json.dumps(self._told, sort_keys=True)
        return Change(
            set=values,
            remove=self._inherited,
            add_tags=frozenset({properties.TAG}),
        )

    @property
    def is_too_long(self) -> bool:
        """Whether Glance could not store the record: it would answer 500."""
        record: str = self.change.set.get(properties.BEFORE, "")
        return len(record) > LONGEST_RECORD_BYTES

    @property
    def deactivates(self) -> bool:
        """Whether its bytes can be used now and shall not be."""
        return "status" in self.wanted and self.image.status == "active"

    @property
    def changes(self) -> tuple[str, ...]:
        """The names of what changes, but for the record."""
        paths = [
            step["path"].removeprefix("/") for step in self.change.patch(self.image)
        ]
        status = ["status"] if self.deactivates else []
        return tuple(sorted({*paths, *status} - _BOOKKEEPING))

    @property
    def _inherited(self) -> frozenset[str]:
        """Properties of ours that were written for another image."""
        if self.image.is_managed:
            return frozenset()
        kept = {*self.wanted, properties.BEFORE}
        return frozenset(
            name
            for name in self.image.fields
            if name.startswith(properties.PREFIX) and name not in kept
        )

    @property
    def _told(self) -> dict[str, Any]:
        """What it had before all deprecations that nobody undid."""
        image = self.image
        known = (undo_record(image) if image.is_managed else None) or {}
        names = {*self.wanted, *self._inherited}
        if not image.is_managed and properties.BEFORE in image.fields:
            names.add(properties.BEFORE)
        told = {name: image.fields.get(name) for name in names}
        if properties.TAG not in image.tags:
            told["tags"] = sorted(image.tags)
        told |= known
        after = {name: image.fields.get(name) for name in told} | dict(self.wanted)
        after |= dict.fromkeys(self._inherited)
        return {
            name: value
            for name, value in told.items()
            if name in ("tags", properties.BEFORE) or value != after.get(name)
        }

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a command has written to the cloud so far: how things stand if it ends early.

A command that is interrupted, or breaks by a fault of ours, has no rows that tell it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import remedy

_UNANSWERED = _("Image %s was being changed.")
_MADE = _("Image %s was created and still exists: the next run finishes or removes it.")
_MADE_WHOLE = _("Image %s was made.")
_UNMADE = _("Image %s was created and has been deleted again.")
_CHANGED = _("Image %s was changed.")
_DELETED = _("Image %s was deleted.")


@dataclass
class Journal:
    """What became of each image, by its ID, in the order in which they were touched."""

    _fates: dict[str, str] = field(default_factory=dict)
    _unanswered: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Nothing was done yet."""
        self._fates.clear()
        self._unanswered.clear()

    def made(self, image_id: str) -> None:
        """A record was created, without data."""
        self._fates[image_id] = _MADE

    def asked(self, image_id: str) -> None:
        """A change is on its way, and takes place even if nobody waits for it."""
        self._unanswered.add(image_id)

    def answered(self, image_id: str, *, is_done: bool) -> None:
        """What was asked for was done, or refused."""
        self._unanswered.discard(image_id)
        if is_done:
            is_new = self._fates.get(image_id) in (_MADE, _MADE_WHOLE)
            self._fates[image_id] = _MADE_WHOLE if is_new else _CHANGED

    def deleted(self, image_id: str) -> None:
        """It is gone."""
        is_new = self._fates.get(image_id) in (_MADE, _MADE_WHOLE)
        self._fates[image_id] = _UNMADE if is_new else _DELETED
        self._unanswered.discard(image_id)

    def forgotten(self, image_id: str) -> None:
        """It was nothing that anybody needs to know of, and it is gone."""
        self._fates.pop(image_id, None)

    def __str__(self) -> str:
        """A sentence for each image; at the end what shows those that nobody knows."""
        unanswered = sorted(self._unanswered)
        fates = self._fates | dict.fromkeys(unanswered, _UNANSWERED)
        told = [fate % one for one, fate in fates.items()]
        if unanswered:
            told.append(_("To see the result: %s") % _showing(unanswered))
        return " ".join(told) or _("Nothing was changed.")


def _showing(image_ids: Iterable[str]) -> str:
    return remedy.chained(remedy.command("show", one) for one in image_ids)


JOURNAL = Journal()
"""This process's: it runs one command at a time."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The database: rows that are saved whole, and who sees which of them.

What is loaded is the row as it was at that moment, and what is saved replaces it: of
two changes that were loaded alike the one that is saved first is lost. Properties are
rows of their own: where two transactions overlap, one writes only those that differ
from what it has read, and the other's stay beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from tests.simulation.glance.exchange import Caller
from tests.simulation.glance.refused import RefusedError, not_found

LOCK = "os_glance_import_task"
"""The one property that Glance sets and removes by itself, never with a row."""

Shown = Mapping[str, Any]
"""An image as it is answered. It is replaced when it changes, never changed itself."""


Work = Generator[None, None, None]
"""What is done, giving way wherever something else may be done in between."""


class ConflictError(Exception):
    """The row isn't in the status that a save was conditional on."""


class DuplicateError(Exception):
    """Two have added a property of the same name at once."""


class DeadlockError(Exception):
    """The database had to refuse one of two."""


@dataclass(slots=True)
class Row:
    """One image, deleted or not."""

    shown: Shown
    members: dict[str, str] = field(default_factory=dict)
    """What each has said: ``pending``, ``accepted`` or ``rejected``."""
    is_deleted: bool = False
    once_there: set[str] = field(default_factory=set)
    """Properties that it has had, and may have again."""


@dataclass(slots=True)
class Table:
    """Every image that there ever was, by ID, until it is purged."""

    now: Callable[[], datetime]
    rows: dict[str, Row] = field(default_factory=dict)
    changes: int = 0
    """How often something was changed: what was read before is as it was, or not."""
    _given_out: int = field(default=0, init=False)
    _locking: dict[str, set[str]] = field(default_factory=dict, init=False)

    def moment(self) -> str:
        """The time, to the second, as answers tell it."""
        return _moment(self.now().replace(microsecond=0))

    def new_id(self) -> str:
        """One that nobody has: the same in every run."""
        self._given_out += 1
        return f"00000000-0000-4000-8000-{self._given_out:012d}"

    def loaded(self, image_id: str, caller: Caller) -> Row:
        """The row that *caller* may see; raises `RefusedError` (404)."""
        row = self.rows.get(image_id)
        if row is None or row.is_deleted or not is_visible(row, caller):
            raise not_found(image_id)
        return row

    def insert(self, image_id: str, shown: Shown) -> None:
        """A new row; raises `RefusedError` (409) if there is or was one of that ID."""
        if image_id in self.rows:
            raise RefusedError(409, f"Image ID {image_id} already exists!")
        self.rows[image_id] = Row(shown)
        self.changes += 1

    def save(
        self, image_id: str, values: Shown, caller: Caller, from_status: str = ""
    ) -> Work:
        """Replace the row by *values*, all but its tags.

        An admin's goes to a deleted row too, and brings nothing back. Raises
        `RefusedError` (404), `ConflictError` where it isn't in *from_status*, and
        `DuplicateError`.
        """
        row = self._found(image_id, caller)
        read = row.shown
        # The transaction has read the row, and waits for the lock on it.
        yield
        before = row.shown
        if from_status and before["status"] != from_status:
            raise ConflictError(f"{image_id}: {before['status']}, not {from_status}")
        after = dict(values) if before is read else _merged(row, read, values)
        after["tags"], after["updated_at"] = before["tags"], self.moment()
        after.pop(LOCK, None)
        if LOCK in before:
            after[LOCK] = before[LOCK]
        if "stores" not in after and "stores" in before:
            after["stores"] = before["stores"]
        self._replace(row, after)

    def save_tags(self, image_id: str, tags: list[str]) -> Work:
        """Set the tags to *tags*, which Glance does on its own, after the rest."""
        row = self.rows.get(image_id)
        if row is None:
            return
        read = row.shown["tags"]
        if set(read) == set(tags):
            return
        yield
        before = row.shown["tags"]
        kept = [tag for tag in before if tag in tags or tag not in read]
        added = [tag for tag in tags if tag not in read and tag not in kept]
        self._replace(row, {**row.shown, "tags": [*kept, *added]})

    def set_lock(self, image_id: str, task_id: str) -> Generator[None, None, bool]:
        """Whether *task_id* holds the image now: one does, for an import.

        Raises `DeadlockError` where two try at once.
        """
        row = self.rows[image_id]
        if LOCK in row.shown:
            return False
        trying = self._locking.setdefault(image_id, set())
        trying.add(task_id)
        yield
        trying.remove(task_id)
        if LOCK in row.shown:
            return False
        if trying:
            raise DeadlockError(image_id)
        self._replace(row, {**row.shown, LOCK: task_id})
        return True

    def drop_lock(self, image_id: str, task_id: str) -> None:
        """Let go of the image, if *task_id* holds it."""
        row = self.rows.get(image_id)
        if row is not None and row.shown.get(LOCK) == task_id:
            shown = dict(row.shown)
            del shown[LOCK]
            self._replace(row, shown)

    def delete(self, image_id: str, caller: Caller) -> Work:
        """Its status first, and its properties; then nobody sees it any more.

        The ID stays taken. Raises `RefusedError` (404).
        """
        row = self._found(image_id, caller)
        yield
        kept = {name: said for name, said in row.shown.items() if name in COLUMNS}
        moment = self.moment()
        self._replace(row, {**kept, "status": "deleted", "updated_at": moment})
        yield
        self._found(image_id, caller)
        yield
        row.is_deleted = True
        row.members.clear()
        self.changes += 1

    def say(self, image_id: str, project: str, status: str | None) -> None:
        """What a member says; ``None`` for one that is a member no more."""
        members = self.rows[image_id].members
        if status is None:
            members.pop(project, None)
        else:
            members[project] = status
        self.changes += 1

    def purge(self) -> None:
        """Forget what is deleted (``glance-manage db purge``): its IDs are free."""
        gone = [one for one, row in self.rows.items() if row.is_deleted]
        for image_id in gone:
            del self.rows[image_id]
        self.changes += bool(gone)

    def _found(self, image_id: str, caller: Caller) -> Row:
        row = self.rows.get(image_id)
        if row is None or (row.is_deleted and not caller.is_admin):
            raise not_found(image_id)
        if not is_visible(row, caller):
            raise not_found(image_id)
        return row

    def _replace(self, row: Row, shown: Shown) -> None:
        row.once_there |= row.shown.keys() - shown.keys()
        row.shown = shown
        self.changes += 1


@lru_cache(maxsize=64)
def _moment(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _merged(row: Row, read: Shown, values: Shown) -> dict[str, Any]:
    """The row where it was changed since it was *read*, by who had the lock before."""
    before = row.shown
    after = {name: said for name, said in values.items() if name in COLUMNS}
    kept = {name: said for name, said in before.items() if name not in COLUMNS}
    for name, said in values.items():
        if name in COLUMNS or name == LOCK:
            continue
        if name in read:
            # What another has removed stays so, and what is as it was isn't written.
            if said != read[name] and name in kept:
                kept[name] = said
        elif name not in before and name in row.once_there:
            kept[name] = said
        elif name in before:
            raise DuplicateError(name)
        else:
            kept[name] = said
    for name in read:
        if name not in values:
            kept.pop(name, None)
    return {**after, **kept}


def is_visible(row: Row, caller: Caller) -> bool:
    """Whether *caller* may see the image by its ID, hidden or not."""
    shown = row.shown
    if caller.is_admin or shown["owner"] == caller.project:
        return True
    if shown["visibility"] in ("public", "community"):
        return True
    return shown["visibility"] == "shared" and caller.project in row.members


def is_mutable(shown: Shown, caller: Caller) -> bool:
    """Whether *caller* may change or delete it."""
    return caller.is_admin or bool(shown["owner"] == caller.project)


COLUMNS = frozenset(
    (
        "name",
        "disk_format",
        "container_format",
        "visibility",
        "size",
        "virtual_size",
        "status",
        "checksum",
        "protected",
        "min_ram",
        "min_disk",
        "owner",
        "os_hidden",
        "os_hash_algo",
        "os_hash_value",
        "id",
        "created_at",
        "updated_at",
        "tags",
        "self",
        "file",
        "schema",
        "stores",
    )
)
"""What every image has; the rest are properties."""

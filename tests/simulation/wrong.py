# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Wrong protocols, put in place of ours one at a time: each has to be found.

A simulation that finds nothing shows something only if it finds what is known to be
wrong. Here alone code of ours is replaced, and only as long as a variant lasts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.patience import Patience
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.rotation.retirement import HIDE

OURS = "osc_imagetools."


class MissingError(Exception):
    """What a variant replaces isn't there."""


@dataclass(frozen=True)
class Wrong:
    """One way to be wrong."""

    name: str
    what: str
    place: str
    """What is replaced: a module, and a name in it."""
    made: Callable[[Any], Any]
    """What is put in place of it."""
    everywhere: bool = True
    """Whether each module that imports it gets the wrong one."""
    enforces: bool = False
    """Whether it is found beside what is due, carried out."""
    most: int = 4_000
    """Schedules, of which one finds it."""

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within, our code is wrong in this way; raises `MissingError`."""
        module_name, _, path = self.place.partition(":")
        try:
            owner: Any = import_module(OURS + module_name)
            *outer, name = path.split(".")
            for each in outer:
                owner = getattr(owner, each)
            right = vars(owner)[name]
        except (ImportError, AttributeError, KeyError) as error:
            raise MissingError(self.place) from error
        wrong = self.made(right)
        is_alone = bool(outer) or not self.everywhere
        owners = [owner] if is_alone else _bearing(name, right)
        for each in owners:
            setattr(each, name, wrong)
        try:
            yield
        finally:
            for each in owners:
                setattr(each, name, right)


def _bearing(name: str, value: Any) -> list[Any]:
    """Our modules that know *value* by that name: they import it."""
    return [
        module
        for module_name, module in [*sys.modules.items()]
        if module_name.startswith(OURS) and vars(module).get(name) is value
    ]


def _hidden_first(announced: Any) -> Any:
    def wrong(self: Any, old: Any, *args: Any) -> Any:
        old = announced(self, old, *args)
        return old and self.images.change(old, HIDE)

    return wrong


def _by_an_old_reading(_change: Any) -> Any:
    def wrong(
        self: Any, image: Any, change: Change, stop_if: Any = lambda image: False
    ) -> Any:
        change = replace(change, requires=frozenset())
        operations, found = change.patch(image), image
        for _ in range(5 if operations else 0):
            self._patch(image, operations, Patience(self.machine.sleep))
            found = self.get(image.id)
            if found is None:
                raise GlanceError(f"Image {image.id} was deleted")
            if change.is_seen_on(found):
                break
        return found

    return wrong


def _put_back(_doubtful: Any) -> Any:
    def wrong(session: Any, item: Any, error: Any) -> Any:
        raise error

    return wrong


def _unread(_change: Any) -> Any:
    def wrong(self: Any, image: Any, change: Change, stop_if: Any = None) -> Any:
        if operations := change.patch(image):
            self._patch(image, operations, Patience(self.machine.sleep))
        return change.on(image)

    return wrong


def _unrequired(patch: Any) -> Any:
    return lambda self, image, own="": patch(
        replace(self, requires=frozenset()), image, own
    )


def _deleted_at_once(hidden: Any) -> Any:
    def wrong(self: Any, image: Any, *args: Any, **options: Any) -> Any:
        image = hidden(self, image, *args, **options)
        self.images.delete(image.id)
        return image

    return wrong


def _visible_once(_whole: Any) -> Any:
    def wrong(self: Any, **filters: str) -> Any:
        visible = self._listed("false", filters)
        return list({**visible, **self._listed("true", filters)}.values())

    return wrong


def _discarded(_discard: Any) -> Any:
    def wrong(images: Any, image_id: str, run: Any) -> None:
        if images.get(image_id) is not None:
            images.delete(image_id)

    return wrong


def _without_marks(_fenced: Any) -> Any:
    return lambda change, *args, **options: change


def _under_its_name(record: Any) -> Any:
    def wrong(self: Any, *args: Any) -> Any:
        return {**record(self, *args), "name": self.family, "os_hidden": False}

    return wrong


def _with_number(brought_back: Any) -> Any:
    def wrong(version: Any, old: Any, *args: Any) -> Any:
        change = brought_back(version, old, *args)
        number = version.text("lifecycle_generation")
        return replace(change, set={**change.set, "lifecycle_generation": number})

    return wrong


PROTOCOLS = (
    Wrong(
        "hidden before the new one is seen",
        "the old version is hidden, then the new one shown",
        "operations.rotation.swap:Swap._announce",
        _hidden_first,
    ),
    Wrong(
        "a PATCH repeated by an old reading",
        "what was read once decides until the change is seen",
        "glance.images:Images.change",
        _by_an_old_reading,
    ),
    Wrong(
        "a change that is not read back",
        "an answer of 200 is taken for done",
        "glance.images:Images.change",
        _unread,
    ),
    Wrong(
        "a number without the POST",
        "the next generation comes from the listing alone",
        "operations.runs.reservation:reserve_generation",
        lambda taken: lambda images, owner, family, highest, run: highest + 1,
    ),
    Wrong(
        "a taken number counts as ours",
        "409 to the ticket is no reason to take the next",
        "operations.runs.reservation:_create_ticket",
        lambda is_ours: lambda *args, **options: is_ours(*args, **options) or True,
    ),
    Wrong(
        "the tail not held",
        "the upload ends before its digest is compared",
        "operations.importing.prepare:Expected",
        lambda expected: lambda packing, checksum: expected(packing, None),
        everywhere=False,
    ),
    Wrong(
        "bytes offered as they come",
        "the record has its name, and is visible, from the POST on",
        "lifecycle.rotation.new_version:NewVersion.record",
        _under_its_name,
    ),
    Wrong(
        "a living run ignored",
        "every record of a run is taken for a dead one's",
        "operations.runs.reaper:is_record_dead",
        lambda is_dead: lambda *_: True,
    ),
    Wrong(
        "an offered record reaped",
        "whatever names a dead run is deleted, also what users had",
        "lifecycle.model.image:Image.is_owned",
        lambda is_owned: property(lambda self: bool(self.run)),
    ),
    Wrong(
        "a run's own record discarded unread",
        "what a run has made it deletes, whoever has it by now",
        "operations.runs.reservation:discard",
        _discarded,
    ),
    Wrong(
        "no fences",
        "no request has a precondition",
        "lifecycle.model.change:Change.patch",
        _unrequired,
    ),
    Wrong(
        "no fence of the show",
        "a showing can be carried out twice",
        "lifecycle.model.fences:showing",
        _without_marks,
        # It is read before each showing: only one that is held and arrives late, and
        # of a rollback (a rotation's removes what owns its record), is found by chance.
        most=16_000,
    ),
    Wrong(
        "no fence of the hide",
        "a hiding is carried out however late it arrives",
        "lifecycle.model.fences:hiding",
        _without_marks,
    ),
    Wrong(
        "a number however late",
        "a version gets its new number, whatever was done with it meanwhile",
        "lifecycle.model.fences:numbered",
        _without_marks,
    ),
    Wrong(
        "the new one not looked at",
        "the old version is hidden without a reading of its successor",
        "operations.rotation.repair:Repairer.is_found",
        lambda is_found: lambda self, image: True,
    ),
    Wrong(
        "what was withdrawn comes back",
        "a person's word is taken for what a dead run left",
        "lifecycle.rotation.repair:is_taken_out",
        lambda is_taken_out: lambda image: False,
    ),
    Wrong(
        "the lowest number wins",
        "the current version is the oldest of those that are visible",
        "lifecycle.model.family:Family.current",
        lambda current: property(
            lambda self: self.offered[0] if self.offered else None
        ),
    ),
    Wrong(
        "a rollback under the old number",
        "the version that comes back ranks where it did",
        "lifecycle.rotation.rollback:brought_back",
        _with_number,
    ),
    Wrong(
        "no repair",
        "what others have left stays",
        "operations.rotation.repair:Repairer.repair",
        lambda repair: lambda self, listed=None: self.listed(),
    ),
    Wrong(
        "members not carried over",
        "the new version is nobody's who had accepted the old one",
        "operations.rotation.members:carry_members",
        lambda carry: lambda *args, **options: {},
    ),
    Wrong(
        "shown beside a stranger",
        "a rollback asks nobody who bears the name",
        "operations.rotation.name_holder:refuse_unmanaged",
        lambda refuse: lambda *args, **options: (),
    ),
    Wrong(
        "retired by a DELETE",
        "the old version is deleted once it is hidden",
        "operations.rotation.repair:Repairer.hide",
        _deleted_at_once,
    ),
    Wrong(
        "what is being deleted comes back",
        "a rollback looks for no mark of a run that deletes",
        "lifecycle.model.decision:being_deleted",
        lambda being_deleted: lambda image: None,
        enforces=True,
    ),
    Wrong(
        "a DELETE taken for undone",
        "what had no answer is put back, and may be gone any time",
        "operations.enforcement.delete:_doubtful",
        _put_back,
        enforces=True,
    ),
    Wrong(
        "what is about to be shown deleted",
        "a staged version goes by its age alone",
        "lifecycle.retention.plan:to_be_shown",
        lambda to_be_shown: lambda image: frozenset(),
        everywhere=False,
        enforces=True,
        most=16_000,
    ),
    Wrong(
        "visible ones listed once",
        "a version that is shown meanwhile is in neither listing",
        "glance.images:Images.list_all",
        _visible_once,
        # Only where a version is shown between the two listings.
        most=16_000,
    ),
)

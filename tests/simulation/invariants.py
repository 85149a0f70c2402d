# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What must never be, looked at after each change; and what must be in the end.

Who did it counts: a person may hide, deactivate or delete what there is, and that word
stands. What one of our requests does is ours to answer for, whenever it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.rotation.taken_out import has_lost_its_name, is_retired
from osc_imagetools.operations.rotation.request import ROLLED_BACK, ROTATED, Rotated
from tests.simulation import sight
from tests.simulation.families import BAD, CANDIDATE, NAME, OWNER, sha512
from tests.simulation.glance.exchange import Request
from tests.simulation.glance.model import Glance
from tests.simulation.glance.table import Row, Shown
from tests.simulation.history import image_of, told
from tests.simulation.scheduler import Call, Process, role

GONE = ("deleted", "pending_delete")
MOVING = ("saving", "importing")
UNVERIFIED = ("importing", "staged")


@dataclass(frozen=True)
class Violation:
    """What must not be, and when it was seen."""

    kind: str
    what: str
    step: int
    by: str = ""
    """The verb of whoever did it."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what} (step {self.step})"


class ViolationError(Exception):
    """An invariant doesn't hold: the schedule ends."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(str(violation))
        self.violation = violation


@dataclass(frozen=True)
class Word:
    """The last that a person did to an image."""

    kind: str
    step: int
    by: str


@dataclass
class Watch:
    """Looks at all that changes; raises `ViolationError`."""

    glance: Glance
    kinds: frozenset[str] = frozenset()
    """If any: violations of other kinds are passed by."""
    found: frozenset[str] = frozenset()
    """What a user of another project finds by the family's name."""
    listed: frozenset[str] = frozenset()
    """The versions that others can use, under whatever name."""
    offered: set[str] = field(default_factory=set)
    """All that was ever found."""
    words: dict[str, Word] = field(default_factory=dict)
    left: dict[str, tuple[int, str]] = field(default_factory=dict)
    """What a rollback has left, at which step, and what is current since."""
    is_tried: bool = False
    """Whether anything is found by the candidates' name."""
    is_owed: bool = False
    """Whether nothing is found by what one of ours did last."""
    let_go: set[str] = field(default_factory=set)
    """What a person has taken out of its family, in whatever swap that was."""
    _made_private: set[str] = field(default_factory=set)
    """What a person has made private, whether it was found or not."""
    _spoken: int = -1
    """The step of the last change by a person."""
    _undone: int = -1
    """The step in which Glance has lost a showing last, to a change at that instant."""
    _shown_by: dict[str, Process] = field(default_factory=dict)
    """Which of ours has shown an image last."""
    _shown_by_hand: dict[str, int] = field(default_factory=dict)
    """The step in which a person has shown an image last."""
    _touched: dict[str, int] = field(default_factory=dict)
    """The step in which an image was changed last."""
    _touched_before: int = -1
    """The same of the image that was changed last, before that change."""
    _seen: dict[str, Shown] = field(default_factory=dict)
    _changes: int = -1
    _offered_first: frozenset[str] = frozenset()
    """What the last change has shown, and nothing had before."""
    _found_before: frozenset[str] = frozenset()
    """What was found before the last change."""

    def begin(self) -> None:
        """What is there before anybody is at work."""
        table = self.glance.table
        self._seen = {one: row.shown for one, row in table.rows.items()}
        self.found, self.listed = sight.found(self.glance), sight.listed(self.glance)
        self.is_tried = sight.is_named(self.glance, CANDIDATE)
        published = {
            own_id
            for own_id, shown in self._seen.items()
            if "lifecycle_published_at" in shown
        }
        self.offered = published | self.found
        self._changes = table.changes

    def changed(self, call: Call) -> None:
        """After a piece of work of Glance's that may have changed something."""
        table, own_id = self.glance.table, image_of(call.request)
        row, before = table.rows.get(own_id), self._seen.get(own_id)
        if row is None:
            return
        if table.changes == self._changes:
            self._refuse_touching(call, row)
            return
        self._changes = table.changes
        self._seen[own_id] = row.shown
        if before is not None:
            if call.sender.is_person:
                self._hear(call, own_id, before, row)
            else:
                self._look_at(call, own_id, before, row)
        is_fresh = call.loaded_at > self._touched.get(own_id, -1)
        self._touched_before = self._touched.get(own_id, -1)
        self._touched[own_id] = call.sender.world.step
        was_found, was_listed = self.found, self.listed
        self.found, self.listed = sight.found(self.glance), sight.listed(self.glance)
        if own_id in was_found - self.found and not is_fresh:
            self._lose(call, row)
            # In that instant alone it was to be seen.
            self.offered -= self._offered_first & {own_id}
        self._offered_first = self.found - was_found - self.offered
        if new := self.found - was_found:
            self.offered |= new
            if not call.sender.is_person:
                self._are_verified(call.sender, new)
                self._are_no_strangers(call.sender, new)
        if self.found:
            self.is_owed = False
        elif was_found:
            is_kept = sight.is_named(self.glance)
            kind = "empty-for-others" if is_kept else "name-empty"
            self._emptied(call, kind, f"nothing is found by '{NAME}'")
            if not is_fresh and not self._found_before:
                # As it was before the showing that Glance has lost at once.
                self.is_owed = False
        elif was_listed and not self.listed:
            self._emptied(call, "family-empty", f"no version of '{NAME}' is listed")
        elif call.sender.verb == "deprecate" and role(call.request) == "hide":
            # A person's word, on what was hidden already: nobody is owed it any more.
            self.is_owed = False
        self._found_before = was_found
        was_tried, self.is_tried = self.is_tried, sight.is_named(self.glance, CANDIDATE)
        if was_tried and not self.is_tried:
            self._lose_candidate(call)

    def ended(self, process: Process) -> None:
        """One of ours has come to its end: what it says has to be true."""
        result = process.result
        if not isinstance(result, Rotated) or not result.is_done:
            return
        if process.verb.endswith("-candidate"):
            return
        new, old = result.new, result.old
        if result.result == ROLLED_BACK and old and new and old.id != new.id:
            self.left[old.id] = (process.world.step, new.id)
        is_new = result.result in (ROTATED, ROLLED_BACK)
        # What came after all that it has read it can't know.
        knows_all = self._spoken < _listed_at(process)
        if is_new and knows_all and not sight.is_named(self.glance):
            what = f"{process} says '{result.result}', and nothing is found"
            self._tell("success-with-nothing", process, what)

    def in_the_end(self, family: Family, step: int, second_writes: int) -> None:
        """After all, and one more run, and a second one that sent so many writes."""
        if second_writes:
            what = f"a second run after all sends {second_writes} writes"
            self._tell_end("second-run-changes", what, step)
        are_versions = self.found <= {one.id for one in family.versions}
        if len(self.found) > 1 and are_versions and not self._is_name_left():
            what = f"{len(self.found)} are found: {', '.join(sorted(self.found))}"
            self._tell_end("two-in-the-end", what, step)
        is_excused = self._is_kept_private() or self._is_imported(family)
        if not self.found and self.is_owed and not is_excused:
            what = f"nothing is found by '{NAME}', and the next run doesn't heal that"
            self._tell_end("not-healed", what, step)
        unnamed = [one.id for one in family.versions if has_lost_its_name(one)]
        if unnamed:
            what = f"{unnamed[0]} was promoted, and has the candidate's name"
            self._tell_end("name-lost", what, step)
        ranks = [one.generation for one in family.versions if one.id in self.found]
        replaced = [one.generation for one in family.versions if is_retired(one)]
        # A person may show an older one.
        if self._spoken < 0 and ranks and max(replaced, default=0) > max(ranks):
            what = f"{max(ranks)} is current, and {max(replaced)} was replaced"
            self._tell_end("older-current", what, step)
        # A run that has died may have left its ticket beside its version.
        kept = [one for one in family.versions if one.generation and not one.is_owned]
        numbers = [one.generation for one in kept]
        if len({*numbers}) != len(numbers):
            self._tell_end("generation-twice", f"generations are {numbers}", step)
        for own_id, (since, new_id) in self.left.items():
            if own_id in self.found and new_id not in self.words:
                what = f"{own_id} is current, which was rolled back at step {since}"
                self._tell_end("rolled-back-current", what, step)

    def _refuse_touching(self, call: Call, row: Row) -> None:
        """Nobody of ours touches an image whose bytes are moving."""
        request = call.request
        is_change = request.method == "PATCH" or "/tags/" in request.path
        is_begun = call.answer is None and not call.sender.is_person
        if is_change and is_begun and row.shown["status"] in MOVING:
            what = f"{call.sender} changes {row.shown['id']}, whose bytes are moving"
            self._tell("touched-while-moving", call.sender, what)

    def _hear(self, call: Call, own_id: str, before: Shown, row: Row) -> None:
        """What a person did to an image is that person's word on it.

        Not what an old row has brought back that was saved with it.
        """
        person, shown = call.sender, row.shown
        step = person.world.step
        self._spoken = step
        kind = ""
        if row.is_deleted or shown["status"] in GONE:
            kind = "deleted"
        elif own_id in self.offered and self._hides(call, before):
            # Of what a swap has announced nobody can tell who has hidden it.
            is_announced = "lifecycle_retired_at" in before
            kind = "hidden while announced" if is_announced else "hidden"
        elif before["status"] == "active" and shown["status"] == "deactivated":
            kind = "deactivated"
        elif own_id in self.found and shown["visibility"] == "private":
            kind = "private"
        elif before["os_hidden"] and not shown["os_hidden"]:
            kind = "shown"
            self._shown_by_hand[own_id] = step
            self.left.pop(own_id, None)
        if before["visibility"] != "private" == shown["visibility"]:
            self._made_private.add(own_id)
        if "lifecycle_id" in before and "lifecycle_id" not in shown:
            self.let_go.add(own_id)
        # Else the row that was saved had been loaded before another one's change.
        is_fresh = call.loaded_at > self._touched.get(own_id, -1)
        if kind and (is_fresh or kind != "hidden"):
            self.words[own_id] = Word(kind, step, person.name)

    def _lose(self, call: Call, row: Row) -> None:
        """Whoever has shown an image just now, and read that back, can't know of this.

        Glance saves the row that a PATCH has loaded before: of two PATCHes at once of
        one image, such as the marks of two rollbacks to it, the later one takes the
        showing back, and says nothing of it. No protocol on Glance keeps that from
        being so until the next reading. That it is found then, and healed, is asked
        all the same.
        """
        told = _told_fields(call.request)
        is_hidden = row.shown["os_hidden"] and "os_hidden" not in told
        if is_hidden or (row.shown["name"] == CANDIDATE and "name" not in told):
            self._undone = call.sender.world.step

    @staticmethod
    def _hides(call: Call, before: Shown) -> bool:
        return role(call.request) == "hide" and not before["os_hidden"]

    def _look_at(self, call: Call, own_id: str, before: Shown, row: Row) -> None:
        """What one of ours did to an image."""
        shown, process = row.shown, call.sender
        is_gone = row.is_deleted or shown["status"] in GONE
        if is_gone and before["status"] not in GONE:
            self._may_be_deleted(process, own_id, before)
        if own_id in self.offered:
            if row.is_deleted or shown["status"] in GONE:
                is_due = process.verb == "enforce" and not self._is_wanted(own_id)
                if before["status"] in GONE or is_due:
                    return
                if not self._is_shown_since(call):
                    what = f"{process} deletes {own_id}, which was offered"
                    self._tell("offered-deleted", process, what)
                return
            if before["status"] == "active" != shown["status"]:
                what = f"{process} makes {own_id} {shown['status']}: it was offered"
                self._tell("offered-deactivated", process, what)
            is_renamed = before["name"] == NAME != shown["name"]
            # Else Glance has saved the name of a row that was loaded before.
            is_told = "name" in _told_fields(call.request)
            if is_renamed and is_told and process.verb != "reinstate":
                what = f"{process} renames {own_id}, which was offered"
                self._tell("offered-renamed", process, what)
        if before["os_hidden"] and not shown["os_hidden"] and not row.is_deleted:
            self._may_be_shown(call, own_id, before)
            self._shown_by[own_id] = process

    def _is_wanted(self, own_id: str) -> bool:
        """Whether users find an image: what is due is never one that they do."""
        return own_id in self.found

    def _is_shown_since(self, call: Call) -> bool:
        """Whether a person has shown what *call* deletes since its sender has read it.

        A DELETE has no precondition in Glance. What we delete is read right before; a
        process that is stopped, or a request that is held, between these two can't
        know of what was shown then.
        """
        shown_at = self._shown_by_hand.get(image_of(call.request), -1)
        return call.request.method == "DELETE" and shown_at > call.read_before

    def _may_be_deleted(self, process: Process, own_id: str, before: Shown) -> None:
        """No record of another run that lives."""
        owner = Run.parse(before.get("lifecycle_run") or "")
        # Elsewhere only age tells that a run is dead.
        is_near = owner is not None and owner.host == process.host
        if owner and is_near and owner.pid != process.pid and own_id not in self.words:
            processes = process.world.processes
            at = owner.pid - 1
            if at < len(processes) and processes[at].is_alive:
                what = f"{process} deletes {own_id}, on which {processes[at]} works"
                self._tell("living-deleted", process, what)

    def _may_be_shown(self, call: Call, own_id: str, before: Shown) -> None:
        """Neither what a person has withdrawn nor what was rolled back."""
        process, word = call.sender, self.words.get(own_id)
        if word is not None and word.kind == "hidden":
            is_raced = word.step >= call.loaded_at
            # Told so by a person, who knew: what was so before the command has read
            # anything it can't tell from what was so when it was typed.
            is_told = process.target == own_id and _first_listed(process) > word.step
            if process.verb == "reinstate":
                # A person's word as well: of what it has read withdrawn, whatever name
                # was typed.
                is_told = call.read_before > word.step
            if is_raced or is_told or _is_as_it_was(call, word, before):
                del self.words[own_id]
            else:
                is_again = self._shown_by.get(own_id) is process
                what = f"{process} shows {own_id}, which {word.by} has hidden by hand"
                kind = "shown-twice" if is_again else "word-undone"
                self._tell(kind, process, what)
        left = self.left.get(own_id)
        if left is not None and process.target == own_id:
            del self.left[own_id]
        elif left is not None and self._is_deleted_by_hand(left[1]):
            # What was gone back to is gone: it is the one that was current before that.
            del self.left[own_id]
        elif left is not None and left[0] < call.loaded_at:
            what = f"{process} shows {own_id} again, which was rolled back"
            self._tell("rolled-back-shown", process, what)

    def _is_deleted_by_hand(self, own_id: str) -> bool:
        word = self.words.get(own_id)
        return word is not None and word.kind == "deleted"

    def _are_verified(self, process: Process, new: frozenset[str]) -> None:
        for own_id in new:
            shown = self._seen[own_id]
            state = shown.get("lifecycle_state")
            is_owned = "lifecycle_run" in shown
            # A person may have given it a name and shown it before.
            is_by_hand = own_id in self.words or process.verb == "set"
            is_bad = shown["os_hash_value"] == sha512(BAD)
            if is_bad or ((is_owned or state in UNVERIFIED) and not is_by_hand):
                owned = ", owned by a run" if is_owned else ""
                bad = ", of bytes that nobody has published" if is_bad else ""
                what = f"{process} offers {own_id}, whose state is {state}{owned}{bad}"
                self._tell("unverified-offered", process, what)

    def _are_no_strangers(self, process: Process, new: frozenset[str]) -> None:
        """Nothing is shown beside an image of that name that is no version."""
        there = [Image.from_glance(self._seen[one]) for one in self.found]
        versions = {one.id for one in Family.of(OWNER, NAME, there).versions}
        strangers = self.found - versions - new
        if strangers and self._spoken < process.begun_at:
            what = (
                f"{process} shows {min(new)} beside {min(strangers)}, which bears the "
                "name and is no version"
            )
            self._tell("shown-beside-stranger", process, what)

    def _lose_candidate(self, call: Call) -> None:
        """A candidate's name finds an image until one of them is promoted."""
        process = call.sender
        knew = max(_listed_at(process), process.read_at)
        if process.is_person or max(self._spoken, self._undone) > knew:
            return
        if self._is_let_go(call) or self._is_not_called_back(call):
            return
        if sight.is_promoted(self.glance):
            return
        late = "-late" if call.is_left else ""
        what = f"nothing is found by '{CANDIDATE}' once {process} has sent it"
        self._tell(f"candidate-empty{late}", process, what)

    def _emptied(self, call: Call, kind: str, what: str) -> None:
        process = call.sender
        if kind != "name-empty" and self._is_private_by_hand():
            return
        if kind != "family-empty":
            # Nor do bytes come back that were deleted so.
            is_excused = self._is_let_go(call) or self._is_shown_since(call)
            self.is_owed = not (process.is_person or is_excused)
        # A person's change that came after all that it has read it can't know.
        knew = max(_listed_at(process), process.read_at)
        if process.is_person or max(self._spoken, self._undone) > knew:
            return
        if self._is_let_go(call) or self._is_not_called_back(call):
            return
        if call.is_left and self._is_shown_since(call):
            return
        late = "-late" if call.is_left else ""
        what = f"{what} once {process} has sent {told(call.request)}"
        self._tell(f"{kind}{late}", process, what)

    def _is_not_called_back(self, call: Call) -> bool:
        """Whether a person's change came once *call* was sent, and no change since.

        Its sender may have read that by now. It then takes away the mark that *call*
        requires, and *call* arrives before that change does. That it is healed is
        asked all the same.
        """
        touched = self._touched_before
        return call.is_left and self._spoken > max(call.read_before, touched)

    def _is_let_go(self, call: Call) -> bool:
        """Whether it hides what a person has taken out of its family in mid-swap.

        That hiding is fenced by its mark alone: each property more in it makes the
        moment in which two are found longer, in each rotation. So one that arrives late
        hides what nobody manages any more, and no run shows that again.
        """
        is_hiding = role(call.request) == "hide"
        return is_hiding and image_of(call.request) in self.let_go

    def _is_name_left(self) -> bool:
        """Whether a person has left the name to what is no version any more.

        Each run refuses that, and so heals nothing, until a person has seen to it.
        """
        rows = self.glance.table.rows
        return any(
            not row.is_deleted and not row.shown["os_hidden"]
            for own_id in self.let_go
            if (row := rows[own_id]).shown["name"] == NAME
        )

    def _is_private_by_hand(self) -> bool:
        """Whether a person has kept what others found for its owner alone."""
        rows = self.glance.table.rows
        return any(
            word.kind == "private" and sight.is_offered(rows[own_id])
            for own_id, word in self.words.items()
        )

    def _is_kept_private(self) -> bool:
        """Whether its owner finds what a person has kept for the owner while hidden."""
        rows = self.glance.table.rows
        return any(sight.is_offered(rows[one]) for one in self._made_private)

    def _is_imported(self, family: Family) -> bool:
        """Whether the current version was imported since, for those who were named.

        ``import-url`` takes nobody's place: it asks nobody whom others were for.
        """
        shown_by = self._shown_by.get(family.current.id) if family.current else None
        return shown_by is not None and shown_by.verb == "import"

    def _tell(self, kind: str, process: Process, what: str) -> None:
        if not self.kinds or kind in self.kinds:
            step = process.world.step
            raise ViolationError(Violation(kind, what, step, process.verb))

    def _tell_end(self, kind: str, what: str, step: int) -> None:
        if not self.kinds or kind in self.kinds:
            raise ViolationError(Violation(kind, what, step))


def _listed_at(process: Process) -> int:
    """The step since which a process knows of the family what it has listed last."""
    return process.listings[0] if process.listings else 0


def _first_listed(process: Process) -> int:
    """The step since which a process may know what is hidden of the family."""
    first = process.first_listed_at
    return process.begun_at if first is None else first


def _told_fields(request: Request) -> frozenset[str]:
    """What a PATCH says of an image, by name."""
    body = request.body if request.method == "PATCH" else ()
    return frozenset(one["path"][1:] for one in body)


def _is_as_it_was(call: Call, word: Word, before: Shown) -> bool:
    """Whether *call*, which shows an image, was sent before a person had hidden that.

    And before any run had shown it: only the person had, in between. The mark that
    *call* takes away is there still, as it was when that was sent. A request's
    precondition in Glance is that a property is there, and the stock client adds and
    removes none.
    """
    marks = {
        one["path"][1:]
        for one in call.request.body
        if one["op"] == "remove"
        and one["path"].startswith(("/lifecycle_run", "/lifecycle_coming_"))
    }
    return not marks.isdisjoint(before) and call.read_before < word.step

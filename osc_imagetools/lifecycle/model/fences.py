# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps a request from taking place when it is no longer meant.

A process can be stopped between any two requests, and a request held on its way, for
minutes; what was decided before may be wrong by then. So each version that a swap
touches has a mark of that swap, by the number of the new version, and the request
that acts on the mark requires it. A request that sets a mark may be held as well, and
arrive when the swap is over: so each gives it a name of its own, and what acts requires
the one that was read back.

1. What is to be shown is *coming*: the showing removes that, so it happens once.
2. What is to be hidden is *listed*: the hiding removes that, and so do a rollback to it
   and a repair that takes the announcement back. It is *leaving*, too, until the new
   version was seen once more: that tells that the old one comes back if the new one is
   gone, and, once it isn't listed any more, that the swap itself has hidden it.
3. What is to rank elsewhere is *numbering*: its new number removes that, and so does
   whatever shows it or gives it another number.
"""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import replace
from datetime import timedelta

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import MOST_DIGITS, VISIBILITIES, Image
from osc_imagetools.lifecycle.model.run import Run

AT_ONCE = timedelta(seconds=10)
"""Two changes that may have met, read to the second on clocks that hardly differ."""

OWNED = frozenset({properties.RUN, properties.STATE})
"""What a record has as long as the run that has made it may show it."""


def coming(generation: int) -> str:
    """How the mark begins of what the swap to *generation* is about to show."""
    return f"{properties.COMING}{generation}_"


def leaving(generation: int) -> str:
    """How the mark begins of what the swap to *generation* is about to hide."""
    return f"{properties.LEAVING}{generation}_"


def listed(generation: int) -> str:
    """How the mark begins of what the swap to *generation* has not hidden yet."""
    return f"{properties.LISTED}{generation}_"


def numbering(generation: int) -> Change:
    """What lets an image get the number *generation* once."""
    return Change(marks={f"{properties.NUMBERING}{generation}_": properties.GENERATION})


def numbered(change: Change, image: Image, generation: int) -> Change:
    """*change*, by which *image* ranks there, only as long as nobody has acted since.

    What others were about to do with it is decided anew: it ranked elsewhere then.
    """
    mark = _mark(image, f"{properties.NUMBERING}{generation}_")
    others = _marks(image, properties.NUMBERING, properties.COMING)
    return replace(
        change, remove=change.remove | others | {mark}, requires=frozenset({mark})
    )


def overruling(change: Change, image: Image) -> Change:
    """*change*, after which *image* gets no number, and no family, of others any more.

    They were about to give it that when it was another one's current version.
    """
    return replace(change, remove=change.remove | _marks(image, *_OF_OTHERS))


def show_mark(image: Image, run: Run, generation: int) -> str:
    """The property that *image* has until *run* has shown it.

    One that it can't have, if it may not be shown.
    """
    is_own = image.run == str(run)
    return properties.RUN if is_own else _mark(image, coming(generation))


def marked_coming(generation: int) -> Change:
    """What lets an image be shown once."""
    return Change(marks={coming(generation): properties.RUN})


def promoted(generation: int) -> str:
    """How the mark begins of a candidate that another family's swap is to show."""
    return f"{properties.PROMOTED}{generation}_"


def marked_promoted(generation: int) -> Change:
    """What lets a candidate become the version of that number, once."""
    return Change(marks={promoted(generation): properties.RUN})


def promotion_mark(image: Image, generation: int) -> str:
    """The property that *image* has until it has become that version."""
    return _mark(image, promoted(generation))


def promotion_marks(image: Image) -> frozenset[str]:
    """The properties by which *image* may still become another family's."""
    return _marks(image, properties.PROMOTED)


def marked_leaving(
    generation: int, audience: str, known: Set[str] = frozenset()
) -> Change:
    """What lets an image be hidden for a version whose bytes are *known* by that.

    And which is for that *audience*: its visibility.
    """
    told = json.dumps(sorted(known))
    return Change(marks={leaving(generation): told, listed(generation): audience})


def least_told(announcement: Change) -> Change:
    """Of an *announcement* what a swap can't do without."""
    needed = (properties.STATE, properties.RETIRED_AT)
    return Change(
        {name: announcement.set[name] for name in needed},
        remove=announcement.remove & {properties.RUN},
        marks=announcement.marks,
    )


def showing(change: Change, image: Image, mark: str) -> Change:
    """*change*, which shows *image*, carried out once, and only while it has *mark*."""
    gone = {mark, *_marks(image, *_ALL)}
    needed = OWNED if mark == properties.RUN else {mark}
    return replace(
        change, remove=change.remove | gone, requires=change.requires | needed
    )


def withholding() -> Change:
    """What keeps a record from being shown by what its run may have sent before."""
    return Change(remove=frozenset({properties.STATE}), requires=OWNED)


def hiding(change: Change, image: Image, generation: int, *, at_once: bool) -> Change:
    """*change*, which hides *image* only while the swap to *generation* has not.

    That it is leaving stays, and tells that it was hidden by it. If it is to take place
    *at_once* it asks for nothing else: Glance validates each value of a patch, which
    makes the moment of two longer by a quarter of a request, but not what is removed.
    """
    mark = _mark(image, listed(generation))
    kept = _mark(image, leaving(generation))
    marks = _marks(image, *_OLD, *_OF_OTHERS) - {kept}
    # What nobody manages any more is left alone.
    told = {properties.ID, properties.RETIRED_AT} & image.fields.keys()
    return replace(
        change,
        remove=change.remove | marks | {mark},
        requires=frozenset({mark} if at_once else {mark, *told}),
    )


def settling(change: Change, image: Image) -> Change:
    """*change*, the last one of a retirement, which *image* has left behind then."""
    marks = _marks(image, *_OLD)
    return replace(
        change,
        remove=change.remove | marks,
        requires=marks | {properties.ID, properties.RETIRED_AT},
    )


def taking_back(change: Change, image: Image) -> Change:
    """*change*, which takes an announcement back, only while *image* isn't hidden."""
    marks = _marks(image, *_OLD)
    return replace(change, remove=change.remove | marks, requires=marks)


def staying(change: Change, image: Image) -> Change:
    """*change*, by which somebody wants *image*, whatever swap was to hide it."""
    return replace(change, remove=change.remove | _marks(image, *_OLD))


def outdated(image: Image, generation: int) -> Change:
    """What takes the marks from *image* of swaps that came up to *generation*."""
    marks = _marks(image, *_ALL)
    if not image.hidden:
        # Another family's swap may be about to take it over.
        marks -= _marks(image, properties.PROMOTED)
    gone = frozenset(mark for mark in marks if _number(mark) <= generation)
    untrue = frozenset({properties.RETIRED_AT} & image.fields.keys())
    is_untrue = bool(gone) and is_hidden_by_hand(image)
    return Change(remove=gone | (untrue if is_untrue else frozenset()), requires=gone)


def to_be_shown(image: Image) -> frozenset[str]:
    """The properties of *image* by which a run may show it still."""
    return _marks(image, properties.COMING) | ({properties.RUN} & image.fields.keys())


def is_coming_otherwise(image: Image, generation: int) -> bool:
    """Whether another swap than that to *generation* is about to show *image*."""
    others = _marks(image, properties.COMING) - _marks(image, coming(generation))
    return bool(others)


def was_undone_by_a_mark(image: Image) -> bool:
    """Whether a run that has marked *image*, to show it, has undone a showing so."""
    is_coming = bool(_marks(image, properties.COMING))
    # What no swap has shown a person has shown, and hidden.
    is_undone = image.hidden and image.was_offered
    return is_undone and is_coming and was_changed_as_shown(image)


def was_undone(before: Image, after: Image) -> bool:
    """Whether a change of ours, between the two readings, has undone a showing.

    Glance writes all columns of the row that a PATCH has loaded, and of its properties
    only those that differ: so what another run has told stays, and the hiding comes
    back. In that moment alone: whatever was hidden later, a person has hidden.
    """
    told = after.generation > before.generation and after.was_offered
    is_on_its_way_out = properties.RETIRED_AT in after.fields
    is_undone = after.hidden and told and not is_on_its_way_out
    return is_undone and was_changed_as_shown(after)


def was_shown(image: Image, generation: int) -> bool:
    """Whether the swap to *generation* has shown *image*, whatever came after it."""
    return image.was_offered and image.generation >= generation


def was_changed_as_shown(image: Image) -> bool:
    """Whether the last change to *image* was in the moment that it was shown last in.

    By the cloud's clock, as far as it tells.
    """
    shown_at, changed_at = image.moment(properties.PUBLISHED_AT), image.updated_at
    if shown_at is None or changed_at is None:
        return True
    return changed_at - shown_at <= AT_ONCE


def is_leaving(image: Image) -> bool:
    """Whether the swap that *image* was retired by isn't known to have ended."""
    return bool(_marks(image, properties.LEAVING))


def is_left_for(image: Image, successor: Image) -> bool:
    """Whether *image* is leaving in the swap that has shown *successor*.

    That may have got a higher number since, to make room for an adopted image.
    """
    marks = _marks(image, properties.LEAVING)
    return any(0 < _number(mark) <= successor.generation for mark in marks)


def is_left_above(image: Image, generation: int) -> bool:
    """Whether *image* is leaving in a swap to a higher number than that."""
    marks = _marks(image, properties.LEAVING)
    return any(_number(mark) > generation for mark in marks)


def is_marked_for(image: Image, successor: Image) -> bool:
    """Whether *image* has the mark of the swap to exactly *successor*'s number."""
    return bool(_marks(image, leaving(successor.generation)))


def is_told_otherwise(image: Image, before: Image) -> bool:
    """Whether a swap has said of *image* what it hadn't *before*, or the reverse."""

    def told(one: Image) -> tuple[frozenset[str], str | None]:
        return _marks(one, *_OLD), one.text(properties.RETIRED_AT)

    return told(image) != told(before)


def is_marked_listed(image: Image, generation: int) -> bool:
    """Whether *image* has a mark by which the swap to *generation* may hide it."""
    return bool(_marks(image, listed(generation)))


def is_meant_for(image: Image, successor: Image) -> bool:
    """Whether a swap was to hide *image* for one of the visibility of *successor*.

    Else somebody has changed that since, and what users find is wanted.
    """
    marks = _marks(image, properties.LISTED)
    return any(
        0 < _number(mark) <= successor.generation
        and image.text(mark) == successor.visibility
        for mark in marks
    )


def audience_of_swap(image: Image, generation: int) -> str | None:
    """For whom the version of that number is meant that *image* is to be hidden for."""
    told = {image.text(mark) for mark in _marks(image, listed(generation))}
    # Strangers write it, too.
    return next((one for one in VISIBILITIES if one in told), None)


def is_withdrawn(image: Image) -> bool:
    """Whether a swap itself has hidden *image*, or given it another name."""
    marks = _marks(image, properties.LEAVING)
    return any(_while_listed(mark) not in image.fields for mark in marks)


def is_hidden_by_hand(image: Image) -> bool:
    """Whether *image* was to be hidden by a swap, and a person was sooner."""
    return image.hidden and is_leaving(image) and not is_withdrawn(image)


def left_for(image: Image) -> frozenset[str]:
    """By what the bytes are known that *image* was to be replaced by."""
    return frozenset(
        each
        for mark in _marks(image, properties.LEAVING)
        for each in _told(image.text(mark))
    )


def _told(text: str | None) -> list[str]:
    try:
        told = json.loads(text or "[]")
    # Strangers write it, too: brackets in brackets end Python's recursion.
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, list):
        return []
    return [each for each in told if isinstance(each, str)]


_OLD = (properties.LEAVING, properties.LISTED)
_OF_OTHERS = (properties.NUMBERING, properties.PROMOTED)
_ALL = (properties.COMING, properties.NUMBERING, *_OLD)


def _while_listed(mark: str) -> str:
    """The other one that was made with this *mark* of what is leaving."""
    return properties.LISTED + mark.removeprefix(properties.LEAVING)


def _marks(image: Image, *prefixes: str) -> frozenset[str]:
    return frozenset(name for name in image.fields if name.startswith(prefixes))


def _mark(image: Image, begin: str) -> str:
    """The mark of *image* that begins so; a name that none has if it has none."""
    return min(_marks(image, begin), default=begin)


def _number(mark: str) -> int:
    prefix = next((each for each in _ALL if mark.startswith(each)), "")
    number = mark.removeprefix(prefix).partition("_")[0]
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    return int(number) if is_number else 0

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Give a version another number, only as long as nobody else acts on it.

It is marked before the family is listed: what is read there is true until the mark is
gone, and the change that gives the number requires it, however late it arrives.
"""

from __future__ import annotations

from dataclasses import replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.adoption import renumbered
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import Decision, moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import is_leaving, numbered, numbering
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.session import Outcome, Session

HAS_ANOTHER = _("another run changed its number in the meantime")


def renumber(session: Session, family: Family, version: Image, number: int) -> Outcome:
    """What became of *version* of *family*, as known, which is to get that *number*.

    Refused where the family is another one by now.
    """
    is_current = family.current is not None and family.current.id == version.id

    def decided(image: Image) -> Decision:
        return renumbered(image, number, is_current=is_current)

    if session.is_dry_run:
        return session.apply(version, decided, status_first=False)
    try:
        version, why = _marked(session, family, version, number)
    except OperatorError as error:
        return Outcome("failed", version, version.id, note=str(error))
    if why:
        return Outcome("refused", version, version.id, note=why)
    session.remember(version)
    outcome = session.apply(version, decided, status_first=False)
    image, is_done = outcome.image, outcome.result == "renumbered"
    if is_done and image is not None and image.generation != number:
        return replace(outcome, result="refused", changes=(), note=HAS_ANOTHER)
    return outcome


def placed_again(images: Images, wanted: Image, found: Image) -> Image:
    """*found*, with the label and number of *wanted*: they were lost to another change.

    Unless it ranks above that. Raises `OperatorError`.
    """
    number = wanted.generation
    is_below = found.generation < number
    if is_below:
        found = images.change(found, numbering(number))
    if found.generation > number:
        # Another run has given it a place above: a rollback has made it current.
        return found
    place = (properties.VERSION, properties.GENERATION)
    change = Change(set={name: wanted.text(name) for name in place})
    return images.change(found, numbered(change, found, number) if is_below else change)


def _marked(
    session: Session, family: Family, version: Image, number: int
) -> tuple[Image, str]:
    """*version*, marked, as it is listed then; and why it can't get that number."""
    seen = session.images.get(version.id)
    if seen is not None and (why := moving(seen)):
        return seen, why
    if seen is not None and seen.generation == version.generation:
        session.images.change(seen, numbering(number))
    there = session.family(family.name)
    found = there.version(version.id)
    if found is None or found.generation != version.generation:
        return version, HAS_ANOTHER
    if _ranks_of(there) != _ranks_of(family):
        # It ranks by what the others were: one of them may be current now.
        return found, _("another run changed the family in the meantime")
    if why := moving(found):
        return found, why
    if is_leaving(found) and not found.hidden:
        # What replaces it has a lower number than it would get.
        return found, _("a run is about to replace it, or has died over that")
    return found, ""


def _ranks_of(family: Family) -> dict[str, tuple[int, bool]]:
    """The number of each version, and whether that counts: whether it was offered."""
    return {one.id: (one.generation, one.was_offered) for one in family.versions}

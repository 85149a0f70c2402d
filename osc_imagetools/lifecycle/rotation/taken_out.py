# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a swap or a person has taken a version from those who were offered it."""

from __future__ import annotations

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.fences import is_hidden_by_hand
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.state import State, derive


def is_retired(image: Image) -> bool:
    """Whether a swap, not a person, has put *image* on its way out.

    Whenever that was: the clocks of a cloud's machines differ.
    """
    return image.moment(properties.RETIRED_AT) is not None


def has_lost_its_name(image: Image) -> bool:
    """Whether Glance has lost the name of *image*, promoted, to another writer.

    Of two changes at once it saves the row that the later one has loaded, and of its
    properties only those that differ.
    """
    was_called = image.text(properties.PROMOTED_FROM)
    is_called = image.name == was_called != image.family
    return is_called and image.is_usable and derive(image).state is State.ACTIVE


def is_taken_out(image: Image) -> bool:
    """Whether a person, not a swap, has taken *image* from those who were offered it.

    Deprecated or deactivated it, or hidden it with the stock client: a swap says what
    becomes of a version before it hides that. Where Glance has lost the showing of one
    to another writer, it has its importing name again.
    """
    state = derive(image).state
    is_told = is_retired(image) and not (
        # That swap would have hidden it: somebody was sooner.
        is_hidden_by_hand(image) and state.is_on_its_way_out
    )
    if is_told or not image.was_offered:
        return False
    is_lost = image.name == importing_name(image.family or "", image.id)
    is_hidden = state is State.ACTIVE and image.hidden and not is_lost
    return is_hidden or state.is_on_its_way_out


def is_taken_out_since(image: Image, known: Image) -> bool:
    """Whether a person has taken *image* out since it was read as *known*.

    Also where that was taken out before: somebody has offered it, and another one, who
    may be the same, has taken it out again.
    """
    is_known = _is_out(known) and image.generation == known.generation
    return _is_out(image) and not is_known


def was_shown_by_hand(image: Image, new: Image) -> bool:
    """Whether a person has given *new* its family's name, and hidden it since.

    It may have got another one by then: nobody else takes its importing name away.
    """
    was_unnamed = new.name == importing_name(new.family or "", new.id)
    was_named = image.name != new.name and (was_unnamed or image.name == new.family)
    return image.hidden and was_named and not image.was_offered


def _is_out(image: Image) -> bool:
    """Whether a person has taken *image* out: also what no swap has shown yet."""
    is_told = derive(image).state.is_on_its_way_out and not is_retired(image)
    return is_told or is_taken_out(image)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a command says of each image when it ends early."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from osc_imagetools.glance.journal import Journal

Act = Callable[[Journal], None]


def made(journal: Journal) -> None:
    journal.made("a")


def asked(journal: Journal) -> None:
    journal.asked("a")


def done(journal: Journal) -> None:
    journal.answered("a", is_done=True)


def refused(journal: Journal) -> None:
    journal.answered("a", is_done=False)


def deleted(journal: Journal) -> None:
    journal.deleted("a")


LEFT = "was created and still exists: the next run finishes or removes it"
UNANSWERED = "was being changed. To see the result: openstack image show a"


@pytest.mark.parametrize(
    ("acts", "fate"),
    [
        ((made,), LEFT),
        ((made, asked, refused), LEFT),
        ((made, asked), UNANSWERED),
        ((made, asked, done), "was made"),
        ((made, asked, done, asked, done), "was made"),
        ((made, deleted), "was created and has been deleted again"),
        ((made, asked, deleted), "was created and has been deleted again"),
        ((asked,), UNANSWERED),
        ((asked, done), "was changed"),
        ((asked, done, asked), UNANSWERED),
        ((asked, done, asked, refused), "was changed"),
        ((deleted,), "was deleted"),
    ],
)
def test_image_has_the_fate_that_follows_from_what_was_done(
    acts: tuple[Act, ...], fate: str
) -> None:
    journal = Journal()

    for act in acts:
        act(journal)

    stop = "" if fate == UNANSWERED else "."
    assert str(journal) == f"Image a {fate}{stop}"


def test_what_was_refused_or_not_begun_is_nothing() -> None:
    journal = Journal()
    made(journal)

    journal.begin()
    asked(journal)
    refused(journal)

    assert str(journal) == "Nothing was changed."


def test_images_are_told_in_the_order_in_which_they_were_touched() -> None:
    journal = Journal()

    journal.made("b")
    journal.answered("a", is_done=True)
    journal.deleted("b")

    assert str(journal) == (
        "Image b was created and has been deleted again. Image a was changed."
    )

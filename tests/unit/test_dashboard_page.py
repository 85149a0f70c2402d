# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The page about the Dashboard is one that a browser can follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dashboard.page import DO, PICTURE, RUN, Step, sections
from tests.dashboard.steps import meaning

SOURCES = Path(__file__).parents[2] / "doc" / "source"
PAGE = SOURCES / "managing" / "dashboard.rst"

STEPS = [step for steps in sections(PAGE.read_text()).values() for step in steps]


@pytest.mark.parametrize(
    "sentence", sorted({step.text for step in STEPS if step.kind == DO})
)
def test_each_item_of_a_list_says_something_to_do(sentence: str) -> None:
    _, words = meaning(sentence)

    assert all(word in sentence for word in words)


def test_each_picture_is_there_and_each_is_shown() -> None:
    shown = {Path(step.text).name for step in STEPS if step.kind == PICTURE}

    assert shown == {path.name for path in (SOURCES / "images").glob("dashboard-*")}


def test_steps_are_read_in_their_order_by_section() -> None:
    page = """\
Title
=====

Text, which no one does.

First
-----

#. Click
   :guilabel:`Here`.

   .. image:: ../images/here.png
      :alt: Here.

.. code-block:: console

   $ openstack image rotate \\
       debian-13
   the output
"""

    found = sections(page)

    assert found == {
        "First": [
            Step(DO, "Click :guilabel:`Here`."),
            Step(PICTURE, "../images/here.png"),
            Step(RUN, "openstack image rotate debian-13"),
        ]
    }


def test_sentence_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="Press any key"):
        meaning("Press any key.")

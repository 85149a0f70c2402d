# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from osc_imagetools.lifecycle.plan import Step


def test_a_step_is_a_sentence_for_people_and_a_row_for_machines():
    step = Step("hide", "image one", "image two has its name now")

    assert str(step) == "hide image one: image two has its name now"
    assert step.as_row() == {
        "step": "hide",
        "what": "image one",
        "reason": "image two has its name now",
    }

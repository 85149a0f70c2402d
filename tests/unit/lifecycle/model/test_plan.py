# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step


def image(**fields):
    shown = {"id": "one", "name": "debian-13", "status": "active"}
    return Image.from_glance({**shown, "visibility": "private", **fields})


def test_a_step_is_a_sentence_for_people_and_a_row_for_machines():
    step = Step.on("hide", image(lifecycle_version="v1"), "two has its name now")

    assert str(step) == "hide version v1 (one): two has its name now"
    assert step.as_row() == {
        "step": "hide",
        "what": "version v1",
        "reason": "two has its name now",
        "image": "one",
    }


def test_an_image_without_a_version_is_called_by_its_name():
    step = Step.on("rename", image(), "it was said", " to old")

    assert str(step) == "rename debian-13 to old (one): it was said"

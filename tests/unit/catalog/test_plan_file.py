# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from osc_imagetools.catalog.family_plan import FamilyAction, FamilyPlan
from osc_imagetools.catalog.plan_file import refuse_other_plan
from osc_imagetools.errors import OperatorError

ROW = {"Family": "debian-13", "Version": "2", "Action": "rotate", "Reason": "why"}
ROTATE = FamilyPlan("debian-13", FamilyAction.ROTATE, "why", "2")
UNCHANGED = FamilyPlan("alma", FamilyAction.UNCHANGED, "it is current", "9")


def kept(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text)
    return str(path)


def test_plan_is_the_same_whatever_is_left_as_it_is(tmp_path):
    path = kept(tmp_path, json.dumps([ROW, {**ROW, "Action": "orphan"}]))

    refuse_other_plan(path, [ROTATE, UNCHANGED])


def test_what_has_come_and_what_has_gone_is_said(tmp_path):
    path = kept(tmp_path, json.dumps([{**ROW, "Version": "1"}]))

    with pytest.raises(OperatorError) as refused:
        refuse_other_plan(path, [ROTATE])

    assert "rotate debian-13 2; no longer rotate debian-13 1" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "{}", "null", "[1]", "[{}]", "[" * 100_000, '[{"Action": []}]']
)
def test_what_is_no_plan_is_refused(text, tmp_path):
    with pytest.raises(OperatorError):
        refuse_other_plan(kept(tmp_path, text), [ROTATE])

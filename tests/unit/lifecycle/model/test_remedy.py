# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Commands that are advised name the project where the session is for another one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import get_args

import pytest

from osc_imagetools.lifecycle.adoption import Adoption, Wish
from osc_imagetools.lifecycle.checks.checkup import findings
from osc_imagetools.lifecycle.checks.finding import Observed
from osc_imagetools.lifecycle.deprecation.deprecate import deprecation
from osc_imagetools.lifecycle.deprecation.reinstate import reinstatement
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model import remedy
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.lifecycle.rotation.rollback import fault, how_to_offer
from osc_imagetools.lifecycle.rotation.skip import skip_reason_by_bytes, unchanged
from osc_imagetools.lifecycle.settings import setting, unsetting
from tests.unit.lifecycle.images import ELSEWHERE, HERE, OWNER, managed, shown

NOW = datetime(2026, 3, 9, tzinfo=timezone.utc)
OFFERED = {"lifecycle_published_at": "2026-03-01T00:00:00Z", "size": 7}
OUT = {**OFFERED, "os_hidden": True, "lifecycle_state": "deprecated"}

ONE = managed("one", 1, **OUT)
TWO = managed("two", 2, **OFFERED)


def family(*versions: Image) -> Family:
    return Family.of(OWNER, "debian-13", versions)


def why(verdict: object) -> str:
    return str(getattr(verdict, "why", ""))


def existing(project: Project) -> str | None:
    none = frozenset[str]()
    wanted = ExistingImage(ONE, family(ONE, TWO), "public", {}, {}, none, 0, 0)
    return wanted.fault(project)


def too_long(project: Project) -> str:
    image = shown(lifecycle_id="other", lifecycle_history="x" * 60_000)
    request = DeprecateRequest(is_confirmed=True)
    return deprecation(image, request, [], NOW, project).note


def shown_beside(project: Project) -> str:
    request = DeprecateRequest(is_confirmed=True)
    out = deprecation(managed("one", 1, **OFFERED), request, [], NOW, project)
    listed = DeprecateRequest(is_confirmed=True, hidden=False)
    image = out.change.on(managed("one", 1, **OFFERED))
    return deprecation(image, listed, [TWO], NOW, project).note


def renamed(project: Project) -> str:
    other = managed("two", 2, name="another", **OFFERED)
    return why(unchanged(project, family(other), other, "is current"))


def went_out(project: Project) -> str:
    return why(unchanged(project, family(ONE), ONE, "was current"))


def rolled_back(project: Project) -> str:
    digest = {"lifecycle_published_digest": "sha256:x wire"}
    out = managed("three", 3, **OUT, **digest)
    new = managed("four", 4, os_hidden=True, lifecycle_state="staged", **digest)
    found = skip_reason_by_bytes(
        family(TWO, out, new), new, project=project, force=False
    )
    return why(found)


def of_another(project: Project) -> str | None:
    return Adoption(TWO, Wish("two", "ubuntu-24.04")).fault(project)


def found(project: Project) -> str:
    images = (managed("one", 1, **OFFERED), TWO)
    observed = Observed(OWNER, images, NOW, is_elsewhere=project.is_elsewhere)
    return "\n".join(each for one in findings(observed) for each in one.commands)


NEVER = managed("never", 1, os_hidden=True, lifecycle_state="staged")

ADVICE: dict[str, Callable[[Project], str | None]] = {
    "adoption": of_another,
    "deprecation": too_long,
    "two-visible": shown_beside,
    "existing image": existing,
    "findings": found,
    "offer": lambda project: how_to_offer(NEVER, family(NEVER, TWO), project),
    "reinstatement": lambda project: reinstatement(ONE, [], project).note,
    "rollback": lambda project: fault(NEVER, family(NEVER, TWO), project),
    "setting": lambda project: setting(shown(), {"x": "y"}, project).note,
    "unsetting": lambda project: unsetting(shown(), ["x"], project).note,
    "unchanged-renamed": renamed,
    "unchanged-out": went_out,
    "redundant bytes": rolled_back,
}


def verbs(text: str | None) -> list[str]:
    """What follows a command of ours in *text*, for each of them."""
    own = "|".join(map(re.escape, get_args(remedy.Own)))
    return re.findall(rf"openstack image (?:{own}) (.*)", text or "")


@pytest.mark.parametrize("advice", ADVICE.values(), ids=ADVICE)
def test_command_of_ours_names_the_project_only_where_one_works_for_another(
    advice: Callable[[Project], str | None],
) -> None:
    here, elsewhere = verbs(advice(HERE)), verbs(advice(ELSEWHERE))

    assert here
    assert elsewhere == [f"--project {OWNER} {words}" for words in here]

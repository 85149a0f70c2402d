# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which version a rollback goes back to, and what is said where there is none."""

from __future__ import annotations

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.operations.rotation.request import RollbackRequest
from osc_imagetools.operations.rotation.rollback import chosen
from tests.unit.lifecycle.images import OWNER, managed

NAME = "debian-13"
URL = "https://vendor.example/disk.img"


@pytest.mark.parametrize(
    ("fields", "verb"),
    [
        ({}, "lifecycle show"),
        ({"image_source": URL}, "rotate"),
        ({"image_source": "private"}, "lifecycle show"),
        ({"image_source": "private", "lifecycle_source": "debian/13"}, "rotate"),
    ],
    ids=["unknown", "url", "file", "recorded"],
)
def test_only_version_has_a_rotation_advised_that_needs_no_source(
    fields: dict[str, str], verb: str
) -> None:
    family = Family.of(OWNER, NAME, [managed("one", 1, **fields)])

    with pytest.raises(OperatorError) as refused:
        chosen(Project(OWNER), RollbackRequest(NAME), family)

    assert refused.value.do.endswith(f": openstack image {verb} -- {NAME}")

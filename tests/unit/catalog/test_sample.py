# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The catalogue that the documentation shows is one that can be applied."""

from pathlib import Path

from osc_imagetools.catalog.definitions import read
from osc_imagetools.catalog.requests import Manner, build_source, rotation
from osc_imagetools.glance.route import Route
from osc_imagetools.source.access import Access
from osc_imagetools.source.limits import Limits
from osc_imagetools.source.packing import Packing

SAMPLE = Path(__file__).parents[3] / "doc/source/reference/sample-catalogue.yml"
MANNER = Manner(Access(60), Packing(Limits(1 << 40)), Route())


def test_sample_has_ten_families_that_find_their_builds_by_themselves():
    families = read([str(SAMPLE)]).enabled

    assert len(families) == 10
    for family in families:
        source = build_source(family)
        assert source is not None
        assert source.url().startswith("https://")
        asked = rotation(family, MANNER)
        assert (asked.source, asked.urls) == (source, ())
        assert asked.trust.looks_for_lists
        assert asked.policy["lifecycle_keep"]

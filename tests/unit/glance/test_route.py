# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.glance.route import Route


@pytest.mark.parametrize(
    ("route", "method", "is_import"),
    [
        (Route(), "stream", False),
        (Route(stores=("a",)), "stream", False),
        (Route(stores=("a", "b")), "glance-direct", True),
        (Route(all_stores=True), "glance-direct", True),
        (Route("web-download", all_stores=True), "web-download", True),
        (Route("glance-direct"), "glance-direct", True),
    ],
)
def test_several_stores_are_staged_once(route, method, is_import):
    assert (route.method, route.is_import) == (method, is_import)

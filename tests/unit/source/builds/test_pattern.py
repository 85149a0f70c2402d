# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which names are builds of a URL with placeholders, and which one is the newest."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.builds.pattern import UrlPattern
from osc_imagetools.source.builds.placeholders import day_of, label_of, rank

HOST = "https://vendor.example"
TODAY = date(2026, 6, 1)


def newest(path: str, *names: str) -> str | None:
    """The URL of the newest build among *names*, without its host."""
    pattern = UrlPattern.parse(HOST + path)
    place = pattern.next_place({})
    assert place is not None
    parts = [tuple(name.removesuffix("/").split("/")) for name in names]
    found = pattern.candidates(place, {}, parts, TODAY)
    return pattern.url(found[0].values).removeprefix(HOST) if found else None


UBUNTU = "/noble/{date}/noble-server-cloudimg-amd64.img"
DEBIAN = "/trixie/{date}/debian-13-genericcloud-amd64-{date}.qcow2"
FEDORA = "/42/Fedora-Cloud-Base-Generic-42-{version}.x86_64.qcow2"
ROCKY = "/9/Rocky-9-GenericCloud-Base-{version}-{date}.x86_64.qcow2"
CENTOS = "/CentOS-Stream-GenericCloud-9-{date}.x86_64.qcow2"
ARCH = "/images/v{date}/Arch-Linux-x86_64-cloudimg-{date}.qcow2"
FLATCAR = "/amd64-usr/{version}/flatcar_production_openstack_image.img.gz"


class TestNewest:
    @pytest.mark.parametrize(
        ("pattern", "names", "wanted"),
        [
            pytest.param(
                UBUNTU,
                ["20260301/", "20260401/", "20260401.1/", "current/", "20251231/"],
                "/noble/20260401.1/noble-server-cloudimg-amd64.img",
                id="several-a-day",
            ),
            pytest.param(
                UBUNTU,
                ["20260401.9/", "20260401.10/"],
                "/noble/20260401.10/noble-server-cloudimg-amd64.img",
                id="by-number-not-by-letter",
            ),
            pytest.param(
                DEBIAN,
                ["20240211-1654/", "20260211-2385/", "daily/", "latest/"],
                "/trixie/20260211-2385/debian-13-genericcloud-amd64-20260211-2385.qcow2",
                id="same-value-in-the-file-name",
            ),
            pytest.param(
                FEDORA,
                [
                    "Fedora-Cloud-42-1.1-x86_64-CHECKSUM",
                    "Fedora-Cloud-Base-AmazonEC2-42-1.3.x86_64.raw.xz",
                    "Fedora-Cloud-Base-Generic-42-1.1.x86_64.qcow2",
                    "Fedora-Cloud-Base-Generic-42-1.2.x86_64.qcow2",
                    "Fedora-Cloud-Base-Generic-42_Beta-1.4.x86_64.qcow2",
                ],
                "/42/Fedora-Cloud-Base-Generic-42-1.2.x86_64.qcow2",
                id="compose",
            ),
            pytest.param(
                ROCKY,
                [
                    "Rocky-9-GenericCloud-Base-9.10-20241118.0.x86_64.qcow2",
                    "Rocky-9-GenericCloud-Base-9.9-20241118.0.x86_64.qcow2",
                    "Rocky-9-GenericCloud-Base-9.9-20241117.5.x86_64.qcow2",
                    "Rocky-9-GenericCloud-Base-9.10-20241118.0.x86_64.qcow2.CHECKSUM",
                    "Rocky-9-GenericCloud-Base.latest.x86_64.qcow2",
                    "Rocky-9-GenericCloud-LVM-9.11-20251118.0.x86_64.qcow2",
                ],
                "/9/Rocky-9-GenericCloud-Base-9.10-20241118.0.x86_64.qcow2",
                id="date-then-version",
            ),
            pytest.param(
                CENTOS,
                [
                    "CentOS-Stream-GenericCloud-9-20260101.0.x86_64.qcow2",
                    "CentOS-Stream-GenericCloud-9-20251231.0.x86_64.qcow2",
                    "CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2",
                    "CentOS-Stream-GenericCloud-x86_64-9-20260301.0.x86_64.qcow2",
                ],
                "/CentOS-Stream-GenericCloud-9-20260101.0.x86_64.qcow2",
                id="beside-latest",
            ),
            pytest.param(
                ARCH,
                ["v20260101.1234/", "v20260115.1299/", "latest/"],
                "/images/v20260115.1299/Arch-Linux-x86_64-cloudimg-20260115.1299.qcow2",
                id="with-a-letter-before",
            ),
            pytest.param(
                FLATCAR,
                ["4230.2.4/", "4593.0.0/", "4230.10.0/", "current/", "4999.0.0-rc1/"],
                "/amd64-usr/4593.0.0/flatcar_production_openstack_image.img.gz",
                id="versions-and-no-preview",
            ),
            pytest.param(
                "/x/{date}.img",
                ["2026-03-01.img", "20260228.img"],
                "/x/2026-03-01.img",
                id="with-hyphens",
            ),
            pytest.param(
                "/a%20b/{date}/c+d.img",
                ["20260301/"],
                "/a%20b/20260301/c+d.img",
                id="literal-text-as-it-is",
            ),
            pytest.param(
                "/x/a%20b-{date}.img",
                ["a b-20260301.img", "a%20b-20260401.img"],
                "/x/a%20b-20260301.img",
                id="names-are-compared-decoded",
            ),
        ],
    )
    def test_build_is_found(self, pattern, names, wanted):
        assert newest(pattern, *names) == wanted
        assert newest(pattern, *reversed(names)) == wanted

    @pytest.mark.parametrize(
        "name",
        [
            "20269999/",
            "20260230/",
            "20260603/",
            "99991231/",
            "2026030/",
            "20260301/other-file.img",
            "20260301/noble-server-cloudimg-amd64.img/more",
            "20260301\u0660/",
            "x20260301/",
            f"{'2' * 5000}/",
        ],
    )
    def test_what_is_no_build_is_passed_over(self, name):
        assert newest(UBUNTU, name) is None

    def test_in_the_file_name_another_date_is_another_file(self):
        listed = "20260301/debian-13-genericcloud-amd64-20260302.qcow2"

        assert newest(DEBIAN, listed) is None

    def test_file_that_is_listed_itself_is_known_to_be_there(self):
        pattern = UrlPattern.parse(HOST + UBUNTU)
        names = [("20260301", "noble-server-cloudimg-amd64.img"), ("20260401",)]

        found = pattern.candidates(2, {}, [*names, ("20260301",)], TODAY)

        assert [one.is_listed for one in found] == [False, True]


days = st.dates(date(1990, 1, 1), TODAY).map(lambda day: f"{day:%Y%m%d}")
suffixes = st.sampled_from(["", ".0", ".1", ".2", ".10", "-7", "-1654"])
dates = st.tuples(days, suffixes).map("".join)
numbers = st.lists(st.integers(0, 10**18 - 1), min_size=1, max_size=5)


class TestOrder:
    @given(st.lists(dates, min_size=1, max_size=8, unique=True))
    def test_the_newest_is_of_no_earlier_day_than_any_other(self, listed):
        url = newest(UBUNTU, *listed)

        assert url is not None
        chosen = url.split("/")[2]
        assert all(rank({"date": chosen}) >= rank({"date": one}) for one in listed)
        assert day_of(chosen) == max(filter(None, map(day_of, listed)))

    @given(numbers, numbers)
    def test_versions_are_compared_number_by_number(self, one, other):
        texts = [".".join(map(str, version)) for version in (one, other)]

        ranks = [rank({"version": text})[:3] for text in texts]

        assert (ranks[0] < ranks[1]) == (one < other)

    @given(st.text(max_size=40))
    def test_any_name_is_a_build_or_none(self, name):
        assert newest(UBUNTU, name) is None or day_of(name) is not None

    @given(st.dates(TODAY + timedelta(days=1)))
    def test_nothing_was_built_after_today(self, day):
        assert newest(UBUNTU, f"{day:%Y%m%d}" if day.year > 999 else "0") is None


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"date": "20260211-1654"}, "20260211-1654"),
        ({"version": "4230.2.4"}, "4230.2.4"),
        ({"date": "20241118.0", "version": "9.5"}, "9.5-20241118.0"),
    ],
)
def test_label_is_what_stands_in_the_place_of_the_placeholders(values, label):
    assert label_of(values) == label


class TestParse:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (f"{HOST}/current/x.img", "use --url"),
            (f"{HOST}/{{when}}/x.img", r"\{when\} is not a placeholder"),
            (f"{HOST}/{{}}/x.img", "not a placeholder"),
            (f"{HOST}/{{date}}{{version}}.img", "put text between"),
            (f"{HOST}/{{date/x.img", "neither"),
            (f"{HOST}/{{date}}/{{x.img", "%7B"),
            (f"{HOST}/{{date}}/", "folder"),
            (f"{HOST}/x.img?d={{date}}", "path"),
            ("https://{date}.example/x.img", "path"),
            ("https://a:{date}@vendor.example/{date}.img", "path"),
        ],
    )
    def test_what_cannot_be_meant_is_said(self, text, why):
        with pytest.raises(ValueError, match=why):
            UrlPattern.parse(text)

    def test_folder_of_the_first_placeholder_lists_the_builds(self):
        pattern = UrlPattern.parse("https://u:p@vendor.example/a/{date}/b?sig=S3cret")

        assert pattern.folder(2, {}) == "https://u:p@vendor.example/a/"
        assert pattern.url({"date": "20260301"}) == (
            "https://u:p@vendor.example/a/20260301/b?sig=S3cret"
        )
        assert pattern.public == "https://vendor.example/a/{date}/b"

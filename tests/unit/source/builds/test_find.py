# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build, found at a web server: by which requests, and why there is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.access import Access
from osc_imagetools.source.builds import Build, BuildSource, find_build
from osc_imagetools.source.builds.find import LONGEST_INDEX_BYTES, MOST_TRIES
from osc_imagetools.source.builds.no_build import NoBuildError
from osc_imagetools.source.opened import AbsentError
from tests.cloud.source.client import Source
from tests.cloud.source.faults import BasicAuth, Page, Redirect, Status
from tests.cloud.vendors.folders import FORMS, apache, bucket, nginx

ACCESS = Access(stall_seconds=5, retries=0)


def lists(source: Source, folder: str, *names: str, form: Any = apache) -> str:
    """Make a *folder* list these names; its URL."""
    source.misbehave(folder, Page(form(names)))
    return source.url(folder)


def found(url: str, index: str = "", **more: Any) -> Build:
    return find_build(BuildSource.parse(url, index), "x86_64", ACCESS, **more)


def refusal(kind: type[OperatorError], url: str, index: str = "") -> str:
    with pytest.raises(kind) as refused:
        found(url, index)
    error = refused.value
    assert str(error).isprintable()
    assert all((error.what, error.why, error.do)), error
    return str(error)


def counted(source: Source, *names: str) -> int:
    return sum(len(source.requests(name)) for name in names)


def pattern(source: Source, path: str) -> str:
    return source.url("") + path


@pytest.mark.parametrize("form", FORMS, ids=FORMS)
def test_file_that_a_page_lists_takes_one_request(form: str, source: Source) -> None:
    folder = f"{source.prefix}/images/"
    more = {"absolute": [folder], "bucket": [folder.lstrip("/")]}.get(form, [])
    page = FORMS[form](["disk-1.9.img", "disk-1.10.img", "other.img"], *more)
    source.misbehave("images/", Page(page))

    build = found(pattern(source, "images/disk-{version}.img"))

    assert build == Build(source.url("images/disk-1.10.img"), "1.10")
    assert counted(source, "images/") == 1
    assert counted(source, "images/disk-1.10.img") == 0


def test_folder_without_its_file_yet_is_passed_over(
    source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    lists(source, "noble/", "20260401/", "20260301/", "current/")
    older = source.put("noble/20260301/disk.img", b"x")

    build = found(pattern(source, "noble/{date}/disk.img"))

    assert (build.url, build.label, str(build.built)) == (
        *(older, "20260301", "2026-03-01"),
    )
    assert "noble/20260401/disk.img" in caplog.text
    assert "404" in caplog.text


def test_file_that_was_had_before_is_not_asked_for(source: Source) -> None:
    lists(source, "noble/", "20260301/")
    url = source.url("noble/20260301/disk.img")

    build = found(pattern(source, "noble/{date}/disk.img"), fetched=url)

    assert build.url == url
    assert counted(source, "noble/20260301/disk.img") == 0


def test_several_folders_are_tried_and_then_no_more(source: Source) -> None:
    lists(source, "noble/", *(f"202603{day:02}/" for day in range(1, 29)))

    said = refusal(NoBuildError, pattern(source, "noble/{date}/disk.img"))

    assert "20260328/disk.img" in said
    tried = [counted(source, f"noble/202603{d:02}/disk.img") for d in range(1, 29)]
    assert sum(tried) == MOST_TRIES


def test_placeholders_of_two_folders_take_a_page_each(source: Source) -> None:
    lists(source, "pub/", "9.8/", "9.10/", "9.11/")
    lists(source, "pub/9.11/", "disk-9.10-20260101.img")
    lists(source, "pub/9.10/", "disk-9.10-20260301.0.img", "disk-9.10-20260201.0.img")

    build = found(pattern(source, "pub/{version}/disk-{version}-{date}.img"))

    assert build.url == source.url("pub/9.10/disk-9.10-20260301.0.img")
    assert build.label == "9.10-20260301.0"
    assert counted(source, "pub/", "pub/9.11/", "pub/9.10/", "pub/9.8/") == 3


def test_redirect_to_a_mirror_lists_the_mirror_s_folder(source: Source) -> None:
    mirror = lists(source.by_name(), "m/f/", "disk-1.1.img", form=nginx)
    source.misbehave("images/", Redirect(mirror))

    build = found(pattern(source, "images/disk-{version}.img"))

    assert build.url == source.url("images/disk-1.1.img")


def test_checksum_list_elsewhere_can_be_the_index(source: Source) -> None:
    listed = f"{'0a' * 32}  disk-1.1.img\n{'0b' * 32}  disk-1.2.img\n"
    index = source.put("sums/SHA256SUMS", listed.encode())

    build = found(pattern(source, "images/disk-{version}.img"), index)

    assert build.url == source.url("images/disk-1.2.img")


def test_page_elsewhere_can_be_the_index_by_its_links(source: Source) -> None:
    link = source.url("images/disk-1.2.img")
    source.misbehave("news.html", Page(f'<html><a href="{link}">Get it</a></html>'))

    build = found(pattern(source, "images/disk-{version}.img"), source.url("news.html"))

    assert build.url == link


def test_layout_without_placeholders_takes_no_request() -> None:
    assert found("freebsd/15.0").url.endswith(
        "15.0-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz"
    )


def test_architecture_that_a_vendor_lacks_is_said() -> None:
    with pytest.raises(OperatorError, match="--property architecture="):
        find_build(BuildSource.parse("arch"), "s390x", ACCESS)


class TestNone:
    def test_of_the_names_says_which_are_nearest(self, source: Source) -> None:
        lists(source, "images/", *(f"disk-{n}.qcow2" for n in range(9)), "z", "log")

        said = refusal(NoBuildError, pattern(source, "images/disk-{version}.img"))

        assert "none of 11 links" in said
        assert "'disk-{version}.img'" in said
        assert len(re.findall(r"disk-\d\.qcow2", said)) == 3
        assert "--source-index" in said

    def test_where_there_is_no_page(self, source: Source) -> None:
        said = refusal(AbsentError, pattern(source, "images/{date}.img"))

        assert "404" in said
        assert "--source-index" in said

    def test_of_a_page_that_asks_for_a_password(self, source: Source) -> None:
        form = '<!doctype html><title>Log in</title><input type="password">'
        source.misbehave("images/", Page(form))

        said = refusal(NoBuildError, pattern(source, "images/{date}.img"))

        assert "asks for a password" in said

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "it is empty"),
            (b" \n", "it is empty"),
            (b"<html>Hello</html>", "a page without a link"),
            (b"Not what you think \x1b[2J", r"begins with 'Not what you think \x1b"),
            (b'<html><a href="/elsewhere/">x</a></html>', "none of its 1 links"),
            (bucket(["a/"], is_cut=True).encode(), "it was cut"),
            (b"x" * (LONGEST_INDEX_BYTES + 1), "longer than"),
        ],
    )
    def test_of_a_page_that_is_none(
        self, content: bytes, why: str, source: Source
    ) -> None:
        source.put("index", content)
        url = pattern(source, "images/{date}.img")

        with pytest.raises(OperatorError) as refused:
            found(url, source.url("index"))

        assert why in str(refused.value)
        assert str(refused.value).isprintable()


def test_F92_credentials_are_sent_and_never_shown(
    source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    page = Status(200, apache(["20260301/"]), content_type="text/html")
    source.misbehave("images/", page, BasicAuth("joe", "S3cret"))
    at = pattern(source, "images/{date}/x.img").replace("//", "//joe:S3cret@")

    said = refusal(NoBuildError, f"{at}?sig=S3cret")

    assert "S3cret" not in said + caplog.text
    assert counted(source, "images/20260301/x.img") == 1


def test_stream_is_read_from_index_and_products(source: Source, tmp_path: Path) -> None:
    source.put(
        "streams/v1/index.json",
        b'{"format": "index:1.0", "index": {"x": {"datatype": "image-downloads",'
        b' "path": "streams/v1/p.json", "products": ["a:b"]}}}',
    )
    source.put(
        "streams/v1/p.json",
        b'{"format": "products:1.0", "products": {"a:b": {"versions": {"20260301":'
        b' {"items": {"disk.img": {"path": "20260301/disk.img", "sha256": "'
        + b"0a" * 32
        + b'"}}}}}}}',
    )

    build = found(f"simplestreams:{source.url('streams/v1/index.json')}#a:b")

    assert build.url == source.url("20260301/disk.img")
    assert str(build.checksum) == f"sha256:{'0a' * 32}"
    assert (build.label, build.is_signed) == ("20260301", False)
    assert build.list_url == source.url("streams/v1/p.json")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a page lists, in every form that servers give, and what it can't do to us."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.builds.index_page import LONGEST_LINK, MOST_LINKS, IndexPage
from tests.cloud.vendors import folders

FOLDER = "https://vendor.example/images/"


def names(page: str | bytes, url: str = FOLDER, *folders: str) -> set[str]:
    content = page.encode() if isinstance(page, str) else page
    found = IndexPage.read(content).names(url, folders or (FOLDER,))
    return {"/".join(name) for name in found}


@pytest.mark.parametrize("form", folders.FORMS.values(), ids=folders.FORMS)
def test_folder_is_read_as_every_server_lists_it(form):
    there = ["20260301/", "20260401.1/", "disk image+1.img", "latest/"]

    found = names(form(there))

    assert found == {"20260301", "20260401.1", "disk image+1.img", "latest"}


@pytest.mark.parametrize(
    "line",
    [
        "{digest}  disk-1.2.img",
        "{digest} *./disk-1.2.img",
        "SHA256 (disk-1.2.img) = {digest}",
        "# disk-1.2.img: 12 bytes\nSHA256 (disk-1.2.img) = {digest}",
    ],
)
def test_checksum_list_is_an_index_too(line):
    digest = hashlib.sha256(b"").hexdigest()

    assert names(line.format(digest=digest)) == {"disk-1.2.img"}


@pytest.mark.parametrize(
    "link",
    [
        "../20260301/",
        "/20260301/",
        "/other/20260301/",
        "https://other.example/images/20260301/",
        "//other.example/images/20260301/",
        "?C=N;O=D",
        "#top",
        "",
        "javascript:void(0)",
        "mailto:a@b.example",
        "http://[::1/images/x",
        "https://vendor.example:x/20260301/",
        "%00",
        "a%1b[2Jb",
        "a%e2%80%aeb",
        "x" * (LONGEST_LINK + 1),
    ],
)
def test_link_that_leads_elsewhere_or_is_not_printable_is_left_out(link):
    page = f'<html><a href="good/">good</a><a href="{link}">x</a></html>'

    assert names(page) == {"good"}


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("a/../20260301/", "20260301"),
        ("./20260301", "20260301"),
        ("2026%30301/", "20260301"),
        ("20260301/?raw=1#x", "20260301"),
        ("https://VENDOR.example/images/20260301/", "20260301"),
        ("x&amp;y/", "x&y"),
        ("a/b.img", "a/b.img"),
    ],
)
def test_link_is_followed_as_a_browser_does(link, name):
    assert names(f"<html><A title='1' HREF = '{link}' >x</A></html>") == {name}


def test_what_hides_a_slash_stays_one_part():
    page = '<html><a href="..%2f..%2fetc%2fpasswd">x</a></html>'

    assert IndexPage.read(page.encode()).names(FOLDER, [FOLDER]) == [
        ("../../etc/passwd",)
    ]


def test_links_below_another_folder_count_where_that_was_named():
    page = f'<html><a href="{FOLDER}20260301/">download</a></html>'

    assert names(page, "https://www.example/page.html", FOLDER) == {"20260301"}


def test_bucket_that_was_cut_says_so():
    assert IndexPage.read(folders.bucket(["a"], is_cut=True).encode()).is_cut
    assert not IndexPage.read(folders.bucket(["a"]).encode()).is_cut


def test_page_that_asks_for_a_password_is_known():
    page = b'<!doctype html><form><input name=p type="password"></form>'

    assert IndexPage.read(page).asks_for_password


def test_links_are_counted_and_bounded():
    page = "<html>" + "".join(f"<a href={n}>" for n in range(MOST_LINKS + 10))

    assert len(IndexPage.read(page.encode()).links) == MOST_LINKS


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<a href='", "<!--", "<!", "<![CDATA[", "&#", "<Key>", "</", "<a href=x "],
)
def test_broken_markup_of_megabytes_ends_in_moments(piece):
    page = "<html>" + piece * (1_000_000 // len(piece))

    assert len(IndexPage.read(page.encode()).links) <= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page(content):
    page = IndexPage.read(b"<html>" + content)

    for name in page.names(FOLDER, [FOLDER]):
        assert all(part.isprintable() for part in name)


PIECES = st.sampled_from(
    ["<a href=", '"', "'", ">", "..", "/", "%2e", "%00", "\n", "&#x3a;", "//", "a", "]"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_markup_is_a_page(markup):
    page = IndexPage.read(f"<html>{markup}<a href='good'>".encode())

    assert all(all(name) for name in page.names(FOLDER, [FOLDER]))

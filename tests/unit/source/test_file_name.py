# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The base name of a source (F22)."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.file_name import file_name

URLS = {
    "https://host/a/disk.img": "disk.img",
    "https://host/a/disk.img?download=1": "disk.img",
    "https://host/a/disk.img#part": "disk.img",
    "https://host/a/my%20disk.img": "my disk.img",
    "https://host/a/bild-%C3%BC.img": "bild-ü.img",
    "https://host/a/bild-ü.img": "bild-ü.img",
    "https://host/a/..%2F..%2Fetc%2Fpasswd": "passwd",
    "https://host/a/..%5C..%5Cpasswd": "passwd",
    "https://host/a/%2e%2e": "",
    "https://host/a/..": "",
    "https://host/a/.": "",
    "https://host/a/di%00sk%0a%1b.img": "disk.img",
    "https://host/a/disk%E2%80%AEgmi.img": "diskgmi.img",
    "https://host/a/": "",
    "https://host": "",
    "https://host/?file=disk.img": "",
    "https://[::1]:8443/disk.img": "disk.img",
    "https://[broken/disk.img": "",
    "file:///srv/images/disk.img": "disk.img",
}


@pytest.mark.parametrize(("url", "name"), URLS.items())
def test_F22_the_name_is_the_last_part_of_the_path(url: str, name: str) -> None:
    assert file_name(url, None) == name


HEADERS = {
    'attachment; filename="disk.img"': "disk.img",
    "attachment; filename=disk.img": "disk.img",
    "inline; FileName=disk.img; size=3": "disk.img",
    "attachment; filename*=UTF-8''bild-%C3%BC.img": "bild-ü.img",
    "inline; filename=plain.img; filename*=UTF-8''bild-%C3%BC.img": "bild-ü.img",
    'attachment; filename="../../etc/passwd"': "passwd",
    "attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd": "passwd",
    'attachment; filename="C:\\\\images\\\\disk.img"': "disk.img",
    'attachment; filename="bild-Ã¼.img"': "bild-ü.img",
    'attachment; filename="di\x00sk\r\n.img"': "disk .img",
    "attachment; filename*=no-such-charset''disk.img": "disk.img",
    'attachment; filename=".."': "from-the-path.img",
    'attachment; filename=""': "from-the-path.img",
    f"attachment; filename*{'9' * 5000}=disk.img": "from-the-path.img",
    "attachment; filename*=\0''disk.img": "from-the-path.img",
    "attachment; filename*0*=\0''di; filename*1=sk.img": "from-the-path.img",
    "attachment; filename*=punycode''%ff": "from-the-path.img",
    "attachment": "from-the-path.img",
    "": "from-the-path.img",
}


@pytest.mark.parametrize(("header", "name"), HEADERS.items())
def test_F22_the_name_that_the_server_gives_goes_first(header: str, name: str) -> None:
    assert file_name("https://host/from-the-path.img", header) == name


@given(
    st.text(), st.none() | st.text() | st.text().map("attachment; filename={}".format)
)
def test_F22_no_url_and_no_header_gives_a_path(url: str, header: str | None) -> None:
    name = file_name(url, header)

    assert not set(name) & set("/\\\0\n")
    assert name not in (".", "..")
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)


@given(st.text(min_size=1).filter(lambda name: name not in (".", "..")))
def test_F22_a_percent_encoded_name_is_decoded_once(name: str) -> None:
    plain = all(unicodedata.category(char)[0] != "C" for char in name)
    url = f"https://host/{quote(name, safe='', errors='replace')}"

    if plain and name == name.strip() and not set(name) & set("/\\"):
        assert file_name(url, None) == name

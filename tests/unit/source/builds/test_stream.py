# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What simplestreams say, whatever they say."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.builds.no_build import NoBuildError
from osc_imagetools.source.builds.stream import (
    INDEX,
    PRODUCTS,
    StreamError,
    document,
    mirror_of,
    newest_file,
    products_path,
    safe_path,
)

WHERE = "https://h/streams/v1/index.json"
PRODUCT = "com.ubuntu.cloud:server:24.04:amd64"
SHA256 = "0a" * 32


def item(path: Any, **more: Any) -> dict[str, Any]:
    return {"ftype": "disk1.img", "path": path, "sha256": SHA256, "size": 1, **more}


def products(**versions: Any) -> dict[str, Any]:
    told = {name.lstrip("v"): {"items": items} for name, items in versions.items()}
    return {"format": PRODUCTS, "products": {PRODUCT: {"versions": told}}}


def index(path: Any = "streams/v1/x.json", **more: Any) -> dict[str, Any]:
    entry = {"datatype": "image-downloads", "path": path, "products": [PRODUCT], **more}
    return {"format": INDEX, "index": {"com.ubuntu.cloud:released:download": entry}}


def test_list_of_a_product_is_found_in_the_index():
    assert products_path(index(), PRODUCT, WHERE) == "streams/v1/x.json"


def test_newest_version_that_has_the_file_is_taken():
    listed = products(
        v20260401={"disk1.img": item("a/20260401/x.img")},
        **{"v20260401.10": {"disk1.img": item("a/20260401.10/x.img")}},
        **{"v20260401.9": {"disk1.img": item("a/20260401.9/x.img")}},
        v20260501={"manifest": item("a/20260501/x.manifest")},
    )

    found = newest_file(listed, PRODUCT, "", WHERE)

    assert (found.version, found.path) == ("20260401.10", "a/20260401.10/x.img")
    assert str(found.checksum) == f"sha256:{SHA256}"
    assert found.built == date(2026, 4, 1)
    named = newest_file(listed, PRODUCT, "manifest", WHERE)
    assert named.path == "a/20260501/x.manifest"


def test_strongest_digest_counts_and_a_weak_one_stays_weak():
    strong = products(v1={"disk.img": item("a", sha512="0b" * 64)})
    weak = products(v1={"disk.img": item("a", sha256="nonsense", md5="0c" * 16)})
    none = products(v1={"disk.img": {"path": "a"}})

    found = [newest_file(one, PRODUCT, "", WHERE) for one in (strong, weak, none)]

    told = [one.checksum and one.checksum.algorithm for one in found]
    assert told == ["sha512", "md5", None]


@pytest.mark.parametrize(
    ("listed", "product", "name", "words"),
    [
        (products(), "com.ubuntu.cloud:server:24.04:arm64", "", "nearest: com.ubuntu"),
        (products(v1={"disk1.img": item("a")}), PRODUCT, "disk2.img", "disk1.img"),
        (products(v1={"disk1.img": item("../a")}), PRODUCT, "", "no file of"),
        ({"products": []}, PRODUCT, "", "nor any like it"),
        ({"products": {PRODUCT: {"versions": [1]}}}, PRODUCT, "", "nor any like it"),
    ],
)
def test_what_is_not_listed_is_said(listed, product, name, words):
    with pytest.raises(NoBuildError) as refused:
        newest_file(listed, product, name, WHERE)

    assert words in str(refused.value)
    assert "#<product>" in refused.value.do


@pytest.mark.parametrize(
    "told",
    [
        index(path="/etc/passwd"),
        index(path="../../x.json"),
        index(path="https://evil.example/x.json"),
        index(path="//evil.example/x.json"),
        index(path=None),
        index(path=""),
        index(path="a\x1b[2J"),
        index(path="..\\..\\x.json"),
        index(path="a" * 2000),
        index(datatype="image-ids"),
        index(products={PRODUCT: 1}),
        {"format": INDEX, "index": [1]},
        {"format": INDEX},
    ],
)
def test_index_that_leads_out_of_the_mirror_leads_nowhere(told):
    with pytest.raises(NoBuildError):
        products_path(told, PRODUCT, WHERE)


@given(st.text())
def test_no_path_leads_out_of_the_mirror(text):
    path = safe_path(text)

    if path is not None:
        assert not path.startswith("/")
        assert {"", ".", ".."}.isdisjoint(path.split("/"))
        assert not {"?", "#", "\\", " "} & {*path}
        assert path.isascii()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Please log in</html>",
        b"[]",
        b"{}",
        b'{"format": "index:2.0"}',
        b'{"format": "products:1.0", "x": NaN}',
        b'{"format": "products:1.0", "x": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{}",
    ],
)
def test_what_is_no_stream_is_said(content):
    with pytest.raises(StreamError) as refused:
        document(content, WHERE)

    assert str(refused.value).isprintable()
    assert refused.value.do


def test_signed_text_is_read_without_its_signature():
    content = json.dumps(index())
    signed = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{content}\n"
        "-----BEGIN PGP SIGNATURE-----\n\nxxx\n-----END PGP SIGNATURE-----\n"
    )

    assert document(signed.encode(), WHERE) == index()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*("format", "index", "products", "versions", "items", "path"), PRODUCT]
            )
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["index", "products", "x"]), JSON))
def test_any_json_has_a_build_or_an_error_with_words(told):
    for read in (
        lambda: products_path(told, PRODUCT, WHERE),
        lambda: newest_file(told, PRODUCT, "", WHERE),
    ):
        with pytest.raises(OperatorError) as refused:
            read()
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("url", "mirror"),
    [
        ("https://h/releases/streams/v1/index.sjson?x=1", "https://h/releases/"),
        ("https://h/stream/v1/index.json", "https://h/"),
        ("https://u:p@h/mine/index.json", "https://u:p@h/mine/"),
    ],
)
def test_paths_begin_above_the_folder_of_streams(url, mirror):
    assert mirror_of(url) == mirror

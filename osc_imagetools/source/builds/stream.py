# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What simplestreams say, read from their JSON: the newest file of a product.

Nothing of it is trusted: a path never leads out of the mirror, and what has another
form than it should is passed over, or is an error with words for people.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from dataclasses import dataclass
from datetime import date
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.builds.no_build import NoBuildError, near_names
from osc_imagetools.source.builds.placeholders import day_of, numbers_in
from osc_imagetools.source.checksum_list import NoListError, signed_part
from osc_imagetools.source.checksums import Checksum, checksum_of

INDEX, PRODUCTS = "index:1.0", "products:1.0"
"""The formats that are known."""
DOWNLOADS = "image-downloads"
"""The kind of product that has files."""
USUAL_ITEMS = ("disk1.img", "disk.img")
"""Files that hold a disk, in the order in which they are taken."""
ALGORITHMS = ("sha512", "sha256", "md5")
"""Digests that a file can have, the one to take first."""

_FOLDER_OF_STREAMS = re.compile(r"/streams?/v1/[^/]*\Z")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_~-]{0,63}")
_LONGEST_PATH = 1_024


class StreamError(OperatorError):
    """What a server sent is not the JSON of simplestreams."""


@dataclass(frozen=True)
class StreamFile:
    """One file of one version of a product."""

    version: str
    path: str
    """Below the mirror, as it stands in a URL."""
    checksum: Checksum | None

    @property
    def built(self) -> date | None:
        """The day that its version tells."""
        return day_of(self.version)


def document(content: bytes, where: str) -> dict[str, Any]:
    """The JSON in *content*, which may be signed in itself; *where* is its URL.

    Raises `StreamError`.
    """
    what = _("%s is not an index of simplestreams") % where
    try:
        text = signed_part(content.decode("utf-8-sig"))
        told = json.loads(text, parse_constant=_refuse_constant)
    except NoListError as error:
        raise StreamError(what, error.why, error.do) from None
    except (ValueError, RecursionError):
        beginning = printable(content.strip()[:240], 60)
        why = _("it is not JSON, and begins with '%s'") % beginning
        raise StreamError(what, why, _CHECK) from None
    if not isinstance(told, dict) or told.get("format") not in (INDEX, PRODUCTS):
        why = _("its format is neither '%(index)s' nor '%(products)s'")
        formats = {"index": INDEX, "products": PRODUCTS}
        raise StreamError(what, why % formats, _CHECK)
    return told


def products_path(index: dict[str, Any], product: str, where: str) -> str:
    """The path of the list that has *product*, by the *index* at *where*.

    Raises `NoBuildError` where none has it.
    """
    known: list[str] = []
    for entry in _dict(index.get("index")).values():
        told = _dict(entry)
        names = told.get("products")
        if told.get("datatype") != DOWNLOADS or not isinstance(names, list):
            continue
        path = safe_path(told.get("path"))
        if product in names and path is not None:
            return path
        known += [name for name in names if isinstance(name, str)]
    raise _no_product(product, known, where)


def newest_file(
    products: dict[str, Any], product: str, item: str, where: str
) -> StreamFile:
    """The newest file *item* (empty: the usual one) of *product*.

    Of the list of *products* at *where*. Raises `NoBuildError`.
    """
    listed = _dict(products.get("products"))
    if product not in listed:
        raise _no_product(product, [*listed], where)
    versions = _dict(_dict(listed[product]).get("versions"))
    items: dict[str, None] = {}
    for version in sorted(filter(_VERSION.fullmatch, versions), key=_rank)[::-1]:
        files = _dict(_dict(versions[version]).get("items"))
        items |= dict.fromkeys(files)
        for name in (item,) if item else USUAL_ITEMS:
            told = _dict(files.get(name))
            path = safe_path(told.get("path"))
            if path is not None:
                return StreamFile(version, path, _checksum(told))
    wanted = item or " or ".join(USUAL_ITEMS)
    what = _("There is no file of %(product)s '%(wanted)s'")
    named = {"product": printable(product), "wanted": printable(wanted)}
    raise _unknown(what % named, wanted, [*items], where)


def safe_path(path: object) -> str | None:
    """*path* as it stands in a URL below the mirror; ``None`` if it leads elsewhere."""
    if not isinstance(path, str) or not 0 < len(path) <= _LONGEST_PATH:
        return None
    parts = path.split("/")
    if not path.isprintable() or "\\" in path or not {*parts}.isdisjoint(_NO_PARTS):
        return None
    try:
        return urllib.parse.quote(path, safe="/:+~,=@")
    except UnicodeError:
        return None


def mirror_of(url: str) -> str:
    """The URL that paths begin at, of an index or list at *url*, without its query."""
    parts = urllib.parse.urlsplit(url)
    root, count = _FOLDER_OF_STREAMS.subn("/", parts.path)
    if not count:
        root = parts.path.rpartition("/")[0] + "/"
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, root, "", ""))


_NO_PARTS = ("", ".", "..")
_CHECK = _("Check its URL in a browser.")


def _checksum(told: dict[str, Any]) -> Checksum | None:
    for algorithm in ALGORITHMS:
        digest = told.get(algorithm)
        if isinstance(digest, str) and (found := checksum_of(algorithm, digest)):
            return found
    return None


def _rank(version: str) -> tuple[tuple[int, ...], str]:
    return numbers_in(version), version


def _no_product(product: str, known: list[str], where: str) -> NoBuildError:
    what = _("There is no product '%s'") % printable(product)
    return _unknown(what, product, known, where)


def _unknown(what: str, wanted: str, known: list[str], where: str) -> NoBuildError:
    like = near_names(wanted, known)
    told = {"where": where, "nearest": ", ".join(like)}
    if like:
        why = _("%(where)s does not have it; the nearest: %(nearest)s")
    else:
        why = _("%(where)s does not have it; nor any like it")
    return NoBuildError(
        what,
        why % told,
        _("Write simplestreams:<url>#<product>, or #<product>/<file>."),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _refuse_constant(name: str) -> None:
    raise ValueError(name)

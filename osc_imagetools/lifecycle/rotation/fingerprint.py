# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Fingerprints, by which the bytes of a version are recognised, and what is offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image


@dataclass(frozen=True)
class Offered:
    """What is known of a source before its bytes are read."""

    published_digest: str = ""
    """``<algorithm>:<hex>``; empty where none is published."""
    etag: str = ""
    size: int | None = None
    """Bytes."""


def fingerprints(image: Image) -> frozenset[str]:
    """Every value by which the bytes of *image* can be recognised."""
    known = {*_told(image)} if image.is_managed else set()
    if image.hash_value:
        known.add(f"{image.hash_algorithm}:{image.hash_value}")
    return frozenset(known)


def _told(image: Image) -> Iterator[str]:
    """What its properties tell, if they were written for it and not inherited."""
    digest, _, _scope = (image.text(properties.PUBLISHED_DIGEST) or "").partition(" ")
    if digest:
        yield digest
    etag, size = (
        image.text(properties.SOURCE_ETAG),
        image.text(properties.SOURCE_SIZE),
    )
    if etag and size:
        yield _by_etag(etag, size)


def offered_fingerprints(offered: Offered) -> frozenset[str]:
    """The fingerprints of what a source offers, known before its bytes are read."""
    if offered.published_digest:
        return frozenset({offered.published_digest})
    if offered.etag and offered.size is not None:
        return frozenset({_by_etag(offered.etag, str(offered.size))})
    return frozenset()


def _by_etag(etag: str, size: str) -> str:
    return f"etag {etag} {size}"


def is_unchanged(version: Image, offered: Offered) -> bool:
    """Whether *version* was made of what is *offered* now.

    By the published digest; where none is published, by ETag and size together.
    Whatever can't be compared counts as changed.
    """
    digest, _, _scope = (version.text(properties.PUBLISHED_DIGEST) or "").partition(" ")
    if digest or offered.published_digest:
        return digest == offered.published_digest
    etag = version.text(properties.SOURCE_ETAG)
    size = version.text(properties.SOURCE_SIZE)
    return bool(etag) and (etag, size) == (offered.etag, str(offered.size))

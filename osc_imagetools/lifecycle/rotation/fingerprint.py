# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Fingerprints, by which the bytes of a version are recognised."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.unchanged import Offered


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

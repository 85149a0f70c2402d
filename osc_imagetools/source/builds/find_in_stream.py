# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build of a product of simplestreams: two small requests, or one."""

from __future__ import annotations

import logging
from functools import partial

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.builds.build import Build
from osc_imagetools.source.builds.build_source import Stream
from osc_imagetools.source.builds.stream import (
    INDEX,
    document,
    mirror_of,
    newest_file,
    products_path,
)
from osc_imagetools.source.fetch import read_list, read_text
from osc_imagetools.source.opened import public
from osc_imagetools.source.verification.published import proven
from osc_imagetools.source.verification.signatures import Keyring
from osc_imagetools.source.verification.vendors import published_list

LOG = logging.getLogger(__name__)

LONGEST_STREAM_BYTES = 32 << 20
"""Ubuntu's list of all that was ever released has a few MB."""

UNSIGNED = _(
    "Use the index that is signed in itself (index.sjson), or remove --keyring."
)


def find_in_stream(stream: Stream, access: Access, keyring: str | None) -> Build:
    """The newest file of *stream*, with the digest that is published there.

    The index and the list of products have to be signed by *keyring*, if one is given.
    Raises `NoBuildError`, `StreamError`, `SourceError`, `SignatureError`,
    `KeyringError`.
    """
    ring = Keyring.read(keyring) if keyring else None
    mirror, url = mirror_of(stream.url), stream.url
    told = document(_text(url, access, ring), public(url))
    if told["format"] == INDEX:
        url = mirror + products_path(told, stream.product, public(url))
        told = document(_text(url, access, ring), public(url))
    found = newest_file(told, stream.product, stream.item, public(url))
    return Build(
        mirror + found.path,
        found.version,
        found.built,
        found.checksum,
        is_signed=ring is not None,
        list_url=public(url),
    )


def _text(url: str, access: Access, ring: Keyring | None) -> bytes:
    LOG.info(_("Reading what %s lists …"), public(url))
    text = read_text(url, access, _("an index of simplestreams"), LONGEST_STREAM_BYTES)
    if ring is None:
        return text.content
    where = published_list(url, (".gpg",))
    return proven(
        ring, text.content, where, partial(read_list, access=access), UNSIGNED
    )

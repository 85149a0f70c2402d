# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the bytes of a source have to be, and what they were."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.packing import Packing

LOG = logging.getLogger(__name__)

SOURCE_ALGORITHM = "sha256"
"""What the digest of the served bytes is always recorded in."""


class DigestMismatchError(OperatorError):
    """The bytes are not those that the vendor published."""


@dataclass(frozen=True)
class Expected:
    """What the bytes have to be."""

    packing: Packing
    checksum: Checksum | None = None

    @property
    def algorithms(self) -> set[str]:
        """Of the published digest: what is computed of served and of sent bytes."""
        return {self.checksum.algorithm} if self.checksum else set()


@dataclass(frozen=True)
class Arrived:
    """What they were, known when all of them have passed."""

    size: int
    """Bytes that are sent on: the payload's, converted if it was to be."""
    virtual_size: int
    """Bytes of the disk in it."""
    wire_size: int
    wire_digests: dict[str, str]
    payload_digests: dict[str, str]
    """Of the bytes that are sent on."""
    matched: str = ""
    """``wire`` or ``payload``: what the published digest is of."""
    warnings: tuple[str, ...] = ()
    """What only the end has told and stops nothing."""


def matched(
    published: Checksum | None, wire: dict[str, str], payload: dict[str, str], url: str
) -> str:
    """What *published* is the digest of; raises `DigestMismatchError` if of nothing."""
    if published is None:
        return ""
    for scope, digests in (("wire", wire), ("payload", payload)):
        if digests[published.algorithm] == published.digest:
            LOG.info(
                _("Verified %(url)s by its %(algorithm)s."),
                {"url": url, "algorithm": published.algorithm},
            )
            return scope
    served, unpacked = wire[published.algorithm], payload[published.algorithm]
    found = {
        "algorithm": published.algorithm,
        "digest": published.digest,
        "served": served,
        "unpacked": unpacked,
    }
    if served == unpacked:
        why = _("its %(algorithm)s should be %(digest)s, but the bytes have %(served)s")
    else:
        why = _(
            "its %(algorithm)s should be %(digest)s, but the bytes have %(served)s, "
            "unpacked %(unpacked)s"
        )
    raise DigestMismatchError(
        _("%s differs from what was published") % url,
        why % found,
        _("Nothing was published. Check that the checksum belongs to this file."),
    )

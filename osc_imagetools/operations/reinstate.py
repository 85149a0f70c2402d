# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Deprecations undone: first the bytes may be used again, then one PATCH each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.reinstatement import reinstatement, restored_name
from osc_imagetools.operations.settled import Outcome, Session


def reinstate(session: Session, wanted: Iterable[str]) -> Iterator[Outcome]:
    """What became of each of *wanted*, as soon as that is known."""
    session.images.require_hidden()
    for image in session.found(wanted):
        if isinstance(image, Image):
            yield session.settled(
                image,
                lambda one: reinstatement(one, session.namesakes(restored_name(one))),
                status_first=True,
            )
        else:
            yield image

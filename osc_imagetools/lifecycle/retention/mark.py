# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The mark of an image that a run is deleting: whose it is, and what to restore.

Whoever makes such a version current again looks for the mark after the first change of
their own was read back; the run that deletes looks at the image again after its mark
was. So one of the two notices.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.run import Run

_RUN, _PROTECTED, _STATUS = "run", "protected", "status"


def marking(image: Image, run: Run) -> Change:
    """What marks *image* as being deleted by *run*, and takes its protection away.

    What another run has noted for its restoration stays noted.
    """
    before = _told(image)
    told = {
        _RUN: str(run),
        _PROTECTED: bool(before.get(_PROTECTED, image.protected)),
        _STATUS: status_before(image),
    }
    return Change(
        {properties.DELETING: json.dumps(told), "protected": False},
        requires=frozenset({properties.ID}),
    )


def is_marked_by(image: Image, run: Run) -> bool:
    """Whether *image* has the mark of *run*."""
    return _told(image).get(_RUN) == str(run)


def is_marked(image: Image) -> bool:
    """Whether some run, dead or alive, was deleting *image*."""
    return properties.DELETING in image.fields


def marked_by(image: Image) -> str:
    """The run that was deleting *image*, as it stands there; empty if that is lost."""
    run = _told(image).get(_RUN)
    return run if isinstance(run, str) else ""


def restoring(image: Image) -> Change:
    """What gives *image* its protection back, and takes the mark away."""
    protected = image.protected or _told(image).get(_PROTECTED) is True
    return Change({"protected": protected}, remove=frozenset({properties.DELETING}))


def status_before(image: Image) -> str:
    """The status that *image* had before a run began to delete it."""
    told = _told(image).get(_STATUS)
    return "deactivated" if told == "deactivated" else image.status


def _told(image: Image) -> Mapping[str, Any]:
    try:
        told = json.loads(image.text(properties.DELETING) or "{}")
    # Strangers write it, too: brackets in brackets end Python's recursion.
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

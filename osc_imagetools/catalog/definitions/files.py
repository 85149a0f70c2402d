# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The files of a catalogue: one, or all of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from osc_imagetools.catalog.definitions.document import MOST_BYTES
from osc_imagetools.catalog.definitions.faults import Fault, FilePlace
from osc_imagetools.i18n import _

ENDINGS = (".yml", ".yaml")


def contents(paths: Iterable[str], faults: list[Fault]) -> Iterator[tuple[str, bytes]]:
    """Each file with its first bytes, those of a folder in the order of their names.

    What can't be read is added to *faults*. A file is read once, however often it is
    named; of a large one there is a byte more than is accepted.
    """
    seen: set[str] = set()
    for path in paths:
        try:
            files = _files(path)
        except OSError as error:
            faults.append(_unreadable(path, error))
            continue
        if not files:
            words = _("the folder has no file that ends in %s") % _(" or ").join(
                ENDINGS
            )
            faults.append(Fault(FilePlace(path), words))
        for file in files:
            if os.path.realpath(file) in seen:
                continue
            seen.add(os.path.realpath(file))
            try:
                with open(file, "rb") as opened:
                    yield file, opened.read(MOST_BYTES + 1)
            except OSError as error:
                faults.append(_unreadable(file, error))


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    names = sorted(name for name in os.listdir(path) if name.endswith(ENDINGS))
    files = [os.path.join(path, name) for name in names]
    return [file for file in files if not os.path.isdir(file)]


def _unreadable(path: str, error: OSError) -> Fault:
    return Fault(FilePlace(path), _("can't be read: %s") % (error.strerror or error))

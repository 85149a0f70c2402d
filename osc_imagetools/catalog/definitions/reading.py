# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""From files to a catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable

from osc_imagetools.catalog.definitions import agreement
from osc_imagetools.catalog.definitions.catalogue import Catalogue, FamilyDefinition
from osc_imagetools.catalog.definitions.document import DocumentError, compose
from osc_imagetools.catalog.definitions.families import families_of
from osc_imagetools.catalog.definitions.faults import (
    CatalogueError,
    Fault,
    Faults,
    FilePlace,
)
from osc_imagetools.catalog.definitions.fields import TOP
from osc_imagetools.catalog.definitions.files import contents
from osc_imagetools.catalog.definitions.records import ReadRecord
from osc_imagetools.i18n import _


def read(paths: Iterable[str | os.PathLike[str]]) -> Catalogue:
    """The catalogue in the files, and in the files of the folders, at *paths*.

    Raises `CatalogueError` with everything that is wrong in any of them.
    """
    faults: list[Fault] = []
    images: list[ReadRecord] = []
    for file, content in contents([os.fspath(path) for path in paths], faults):
        found, wrong = images_in(content, file)
        images += found
        faults += wrong
    if faults:
        raise CatalogueError(faults)
    families = tuple(family for image in images for family in families_of(image))
    if faults := _names_twice(families):
        raise CatalogueError(faults)
    return Catalogue(families)


def images_in(content: bytes, file: str) -> tuple[list[ReadRecord], list[Fault]]:
    """The images that *content*, of *file*, defines, and all that is wrong in it."""
    faults = Faults(file)
    try:
        top = compose(content, file)
    except DocumentError as error:
        return [], [error.fault]
    if top is None:
        return [], [Fault(FilePlace(file), _("the file is empty: it needs 'images:'"))]
    entry = TOP.read(top, TOP.what, faults)
    images = list(entry.get("images", ())) if entry else []
    for image in images:
        agreement.check(image, faults)
    return images, faults.found


def _names_twice(families: Iterable[FamilyDefinition]) -> list[Fault]:
    """Each second family of a name, of those that are kept current."""
    first: dict[str, FamilyDefinition] = {}
    faults = []
    for family in families:
        if not family.is_enabled:
            continue
        other = first.setdefault(family.name, family)
        if other is not family:
            words = _("'%(name)s' is defined twice, first at %(place)s")
            told = {"name": family.name, "place": other.place}
            faults.append(Fault(family.place, words % told))
    return faults

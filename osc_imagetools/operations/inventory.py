# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is there: read from Glance, and told apart by `osc_imagetools.lifecycle`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle import inventory
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.missing import missing_family
from osc_imagetools.operations.session import Session


@dataclass(frozen=True)
class Survey:
    """All images of a scope: the families, and what is in none of them."""

    families: tuple[Family, ...]
    unmanaged: tuple[Image, ...]


def families(images: Images, scope: Scope, name: str = "") -> tuple[Family, ...]:
    """The families of *scope*, or those called *name*.

    Everything managed is found by its tag, a family by its name. Raises
    `MissingFamilyError` where none is called *name*.
    """
    narrowed = {"lifecycle_family": name} if name else {"tag": properties.TAG}
    found = inventory.families(images.list_fast(**narrowed, **_owner(scope)), scope)
    named = tuple(family for family in found if name in ("", family.name))
    if name and not named:
        raise missing_family(images, scope, name)
    return named


def everything(images: Images, scope: Scope) -> Survey:
    """All images of *scope*, from one reading."""
    found = images.list_fast(**_owner(scope))
    return Survey(inventory.families(found, scope), inventory.unmanaged(found, scope))


def managed_ahead(session: Session) -> Callable[[], list[Image]]:
    """The project's managed images: they are listed from now on, in another thread.

    What is returned waits for them, and raises what went wrong. What is done until
    then, such as reading a file, takes no time of its own.
    """
    told = SimpleQueue[list[Image] | BaseException]()

    def list_them() -> None:
        try:
            owner = session.owner
            told.put(session.images.list_fast(tag=properties.TAG, owner=owner))
        except BaseException as error:
            told.put(error)

    def wait() -> list[Image]:
        found = told.get()
        if isinstance(found, BaseException):
            raise found
        return found

    threading.Thread(target=list_them, daemon=True).start()
    return wait


def the_family(images: Images, scope: Scope, name: str) -> Family:
    """The one family of *scope* that is called so; that of our project before others.

    Raises `MissingFamilyError` when there is none, `OperatorError` when there are
    several of other projects.
    """
    found = families(images, scope, name)
    own = [family for family in found if family.owner == scope.own]
    if own or len(found) == 1:
        return (own or found)[0]
    raise OperatorError(
        _("Several projects have a family '%s'") % name,
        ", ".join(family.owner for family in found),
        _("Name one of them with --project."),
    )


def _owner(scope: Scope) -> dict[str, str]:
    return {"owner": scope.only} if scope.only else {}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is there: read from Glance, and told apart by `osc_imagetools.lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle import properties, survey
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.survey import Scope


@dataclass(frozen=True)
class Survey:
    """All images of a scope: the families, and what is in none of them."""

    families: tuple[Family, ...]
    unmanaged: tuple[Image, ...]


def families(images: Images, scope: Scope, name: str = "") -> tuple[Family, ...]:
    """The families of *scope*, or those called *name*.

    Everything managed is found by its tag, a family by its name.
    """
    narrowed = {"lifecycle_family": name} if name else {"tag": properties.TAG}
    found = survey.families(images.survey(**narrowed, **_owner(scope)), scope)
    return tuple(family for family in found if name in ("", family.name))


def everything(images: Images, scope: Scope) -> Survey:
    """All images of *scope*, from one reading."""
    found = images.survey(**_owner(scope))
    return Survey(survey.families(found, scope), survey.unmanaged(found, scope))


def the_family(images: Images, scope: Scope, name: str) -> Family:
    """The one family of *scope* that is called so; that of our project before others.

    Raises `OperatorError` when there is none, or several of other projects.
    """
    found = families(images, scope, name)
    own = [family for family in found if family.owner == scope.own]
    if own or len(found) == 1:
        return (own or found)[0]
    if not found:
        raise OperatorError(
            f"No family is called '{name}'",
            do="See 'openstack image lifecycle list'.",
        )
    raise OperatorError(
        f"Several projects have a family '{name}'",
        ", ".join(family.owner for family in found),
        "Name one of them with --project.",
    )


def _owner(scope: Scope) -> dict[str, str]:
    return {"owner": scope.only} if scope.only else {}

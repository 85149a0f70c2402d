# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked for: which families of a catalogue, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace

from osc_imagetools.catalog.definitions import Catalogue, FamilyDefinition
from osc_imagetools.catalog.requests import Manner, route
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable


@dataclass(frozen=True)
class CatalogueOrder:
    """A catalogue, as it is to be planned and applied."""

    catalogue: Catalogue
    manner: Manner
    only: tuple[str, ...] = ()
    """Names of families; empty: all of them."""
    retire_orphans: bool = False
    jobs: int = 1
    """How many families are brought in at a time."""
    adopts: bool = False
    """Whether images of openstack-image-manager become versions."""
    manager_tag: str = ""
    """By which that knows them."""
    keeps_tag: bool = False
    """Whether it is to go on looking after them."""

    def alone(self, name: str) -> CatalogueOrder:
        """This order for the family of that *name* alone; nothing is adopted."""
        return replace(self, only=(name,), adopts=False)

    def sharing(self, families: int) -> CatalogueOrder:
        """This order, where so many *families* are fetched: they share connections.

        Each connection holds some MiB; a job has one at least.
        """
        access = self.manner.access
        at_once = max(1, min(self.jobs, families))
        each = max(1, access.connections // at_once)
        access = replace(access, connections=each)
        return replace(self, manner=replace(self.manner, access=access))

    @property
    def waits_for_glance(self) -> bool:
        """Whether Glance fetches anything of it by itself."""
        routes = (route(one, self.manner) for one in self.definitions)
        return any(each.method == WEB_DOWNLOAD for each in routes)

    @property
    def definitions(self) -> tuple[FamilyDefinition, ...]:
        """Of the families that something may be done for."""
        enabled = self.catalogue.enabled
        return tuple(one for one in enabled if not self.only or one.name in self.only)

    @property
    def named(self) -> frozenset[str]:
        """The names of all families that are none of anybody else's."""
        return frozenset(one.name for one in self.catalogue.families)

    def refuse_unknown(self) -> None:
        """Raise `OperatorError` where a family was asked for that isn't there."""
        enabled = {one.name for one in self.catalogue.enabled}
        if unknown := [name for name in self.only if name not in enabled]:
            raise OperatorError(
                _("The catalogue has no family %s") % ", ".join(map(repr, unknown)),
                _("it has %s") % printable(", ".join(sorted(enabled)) or _("none")),
                _("Correct --only."),
            )

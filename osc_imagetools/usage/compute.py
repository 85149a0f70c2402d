# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Servers that were made from images, as Nova tells.

Nova answers 200 when a cell can't be reached, and leaves its servers out. Only a
listing with no parameter but ``all_tenants`` shows them, as UNKNOWN, and only as far as
its page has room beside the servers of the other cells.

What changed since some moment, which could tell of living and deleted servers at once,
leaves out all that never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.usage.uses import How, Kind, Use
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.asking import Asking
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import (
    Service,
    ServiceError,
)

TYPE = "compute"
NAME = "compute"

VERSION = "2.69"
"""The microversion that tells of cells that are down (Stein)."""

PLAIN = ""
"""The first one, for details: for later ones Nova reads what nobody here looks at."""

DELETED, SOFT_DELETED, UNKNOWN = "DELETED", "SOFT_DELETED", "UNKNOWN"

LONG_AGO = "1970-01-01T00:00:00Z"

FORBIDDEN, NOT_ACCEPTABLE = 403, 406

A_PAGE = 1000
"""Servers in one answer: where fewer come, there was room for those of a cell."""


def ask(service: Service, question: Question) -> Told:
    """What Nova tells of *question*; what it can't tell is a gap, never an error."""
    return _Asking(service, question).told()


@dataclass
class _Asking(Asking):
    is_everybodys: bool = True

    def look(self) -> None:
        """Ask for all that is wanted; raises `ServiceError`."""
        before = self._first_page()
        self.count_anew(self._count_all)
        # A cell may have been lost meanwhile. A full page has no room to show that.
        after = before if len(before) >= A_PAGE else self._listed(self._whose)
        if self._lacks_a_cell([*before, *after], is_full=len(after) >= A_PAGE):
            self.lacks(_("a cell can't be reached"))

    def _first_page(self) -> list[dict[str, Any]]:
        """What has room on one page; sees whose servers the user may list."""
        if self.question.all_projects is not False:
            try:
                return self._listed(self._whose)
            except ServiceError as error:
                if error.status == NOT_ACCEPTABLE:
                    why = _("it is too old to tell whether all of its cells answer")
                    raise ServiceError(why, error.status) from error
                if error.status != FORBIDDEN or self.question.all_projects:
                    raise
                why = _("only this project's servers may be listed: %s") % error
        else:
            why = _("only this project's servers were asked for")
        self.is_everybodys = False
        self.lacks_other_projects(why)
        return self._listed(self._whose)

    @property
    def _whose(self) -> Mapping[str, str]:
        return {"all_tenants": "1"} if self.is_everybodys else {}

    def _listed(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        page = self.service.get("/servers", query, VERSION)
        if not isinstance(page.get("servers"), list):
            raise ServiceError(_("its answer has no 'servers'"), 200)
        return list(page["servers"])

    def _lacks_a_cell(
        self, listed: Sequence[Mapping[str, Any]], *, is_full: bool
    ) -> bool:
        """Whether the servers of a cell stand there as unknown, or had no room to."""
        if any(server.get("status") == UNKNOWN for server in listed):
            return True
        return is_full and not self._all_cells_answer()

    def _all_cells_answer(self) -> bool:
        """Whether no host is in a cell that is down, where the user may see hosts."""
        try:
            told = self.service.get("/os-services", {}, VERSION)
        except ServiceError as error:
            why = _("whether all of its cells answer can't be seen: %s") % error
            self.lacks(why)
            return True
        services = told.get("services") or []
        return all(one.get("status") != UNKNOWN for one in services)

    def _count_all(self) -> None:
        self._count_living()
        self._count_gone()

    def _count_living(self) -> None:
        """Count the servers that there are."""
        for server in self._servers({}):
            if server.get("status") != SOFT_DELETED:
                self._count(server)

    def _count_gone(self) -> None:
        """Count the servers that can be restored, and take note of the deleted ones.

        Who may not filter for deleted ones is given the living ones, without a word:
        then all that ever changed is listed, which leaves none of those out.
        """
        if self.is_everybodys:
            for server in self._servers({"deleted": "1"}):
                if server.get("status") not in (DELETED, SOFT_DELETED):
                    break
                self._count_gone_one(server)
            else:
                return
        for server in self._servers({"changes-since": LONG_AGO}):
            self._count_gone_one(server)

    def _count_gone_one(self, server: Mapping[str, Any]) -> None:
        if server.get("status") == SOFT_DELETED:
            self._count(server)
        elif server.get("status") == DELETED:
            for image in self._images_of(server):
                self.tally(image).used_at(parse_time(server.get(_LAUNCHED_AT)))

    def _servers(self, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for narrowed in self._narrowed({**self._whose, **query}):
            for page in self.service.pages(
                "/servers/detail", "servers", narrowed, PLAIN
            ):
                yield from page

    def _narrowed(self, query: Mapping[str, str]) -> Iterable[Mapping[str, str]]:
        if not self.question.is_of_few:
            return [query]
        return [{**query, "image": image} for image in sorted(self.question.images)]

    def _count(self, server: Mapping[str, Any]) -> None:
        launched_at = parse_time(server.get(_LAUNCHED_AT))
        for image in self._images_of(server):
            use = Use(
                Kind.SERVER,
                str(server.get("id")),
                How.BOOTED,
                name=server.get("name"),
                project=server.get("tenant_id"),
                user=server.get("user_id"),
                status=server.get("status"),
                launched_at=launched_at,
            )
            self.add(image, use)
            self.tally(image).used_at(launched_at)

    def _images_of(self, server: Mapping[str, Any]) -> Iterator[str]:
        """The ID of its image, if that is one of those which are asked about.

        Of a server that boots from a volume Nova knows none.
        """
        image = server.get("image")
        image_id = image.get("id") if isinstance(image, dict) else None
        if image_id in self.question.images:
            yield str(image_id)


_LAUNCHED_AT = "OS-SRV-USG:launched_at"

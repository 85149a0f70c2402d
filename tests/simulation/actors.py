# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who is at work: commands of ours, and a person who uses the stock client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import Api
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import Route
from osc_imagetools.lifecycle.adoption import Wish
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.retention import EnforceRequest
from osc_imagetools.lifecycle.rotation.new_version import Description
from osc_imagetools.operations.editing.adopt import adopt
from osc_imagetools.operations.editing.deprecate import Wanted, deprecate, reinstate
from osc_imagetools.operations.enforcement.enforce import enforce
from osc_imagetools.operations.enforcement.order import EnforceOrder
from osc_imagetools.operations.enforcement.plan import plan_enforcement
from osc_imagetools.operations.importing.import_url import import_url
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.rotation.name_holder import refuse_unmanaged
from osc_imagetools.operations.rotation.request import RollbackRequest, RotateRequest
from osc_imagetools.operations.rotation.rollback import rollback
from osc_imagetools.operations.rotation.rotate import rotate
from osc_imagetools.operations.rotation.swap import Swap
from osc_imagetools.operations.session import Session
from osc_imagetools.operations.usage import Asked
from osc_imagetools.source.access import Access
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.limits import Limits
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.trust import Trust
from tests.simulation.families import (
    BAD,
    BY_OWNER,
    CANDIDATE,
    NAME,
    OWNER,
    PATCH_TYPE,
    Site,
    built,
    digest,
    label,
    url,
)
from tests.simulation.glance.exchange import Request as Sent
from tests.simulation.network import Adapter, SimulatedMachine
from tests.simulation.schedule import Part
from tests.simulation.scheduler import Process

PROJECT = Project(OWNER)

ACCESS = Access(stall_seconds=30)
LIMITS = Limits(max_payload_bytes=1 << 30)

FIRST_NEW = 4
"""Of the bytes that are rotated to; those before are in families already."""


def images_of(process: Process, host: str) -> Images:
    """Glance, as *process* reaches it."""
    machine = SimulatedMachine(process, host)
    return Images(Api(Adapter(process, BY_OWNER), machine))  # type: ignore[arg-type]


def session_of(process: Process, host: str) -> Session:
    """What *process*, on *host*, works with."""
    return Session(images_of(process, host), PROJECT)


def new_bytes(part: Part) -> int:
    """Which bytes it brings."""
    return FIRST_NEW + part.choice % 3


def rotation(
    number: int | None, site: Site | None = None, **options: Any
) -> RotateRequest:
    """A rotation to the bytes of that number; ``None``: to none.

    A family that begins on *site* needs to be told for whom it is.
    """
    return RotateRequest(
        NAME,
        ACCESS,
        Trust(checksum=Checksum.parse(digest(number)) if number else None),
        Packing(LIMITS),
        Description(
            build_date=date.fromisoformat(built(number)) if number else None,
            label=label(number) + "n" if number else None,
            visibility=site.visibility if site and not site.versions() else None,
        ),
        Route(),
        urls=() if number is None else (url(number),),
        allow_downgrade=True,
        **options,
    )


def work(part: Part, site: Site, host: str) -> tuple[Callable[[Process], Any], str]:
    """What *part* does, and the ID of the image that it was told to show, if any."""
    if part.verb == "person":
        return Person(part, site).work, ""
    return _COMMANDS[part.verb](part, site, host)


Command = tuple[Callable[[Process], Any], str]


def _rotate(part: Part, site: Site, host: str) -> Command:
    asked = rotation(new_bytes(part), site, adopt=True)
    return lambda process: rotate(session_of(process, host), asked), ""


def _rotate_bad(part: Part, site: Site, host: str) -> Command:
    asked = replace(rotation(new_bytes(part), site), urls=(url(BAD),))
    return lambda process: rotate(session_of(process, host), asked), ""


def _stage(part: Part, site: Site, host: str) -> Command:
    asked = rotation(new_bytes(part), site)
    asked = replace(asked, description=replace(asked.description, stays_hidden=True))
    return lambda process: rotate(session_of(process, host), asked), ""


def _rotate_image(part: Part, site: Site, host: str) -> Command:
    number = FIRST_NEW + part.choice % 3
    own_id = site.image(number, name=f"built-{part.name}", visibility="private")
    asked = rotation(None, site, image=own_id)
    return lambda process: rotate(session_of(process, host), asked), own_id


def _rotate_staged(part: Part, site: Site, host: str) -> Command:
    staged = [one for one in site.versions() if one.text("lifecycle_state") == "staged"]
    if not staged:
        return _rotate(part, site, host)
    asked = rotation(None, image=staged[-1].id)
    return lambda process: rotate(session_of(process, host), asked), staged[-1].id


def _rollback(part: Part, site: Site, host: str) -> Command:
    wish = RollbackRequest(NAME)
    return lambda process: rollback(session_of(process, host), wish), ""


def _rollback_to(part: Part, site: Site, host: str) -> Command:
    there = [one for one in site.versions() if one.hidden and one.was_offered]
    if not there:
        return _rollback(part, site, host)
    target = there[part.choice % len(there)].id
    wish = RollbackRequest(NAME, to=target)
    return lambda process: rollback(session_of(process, host), wish), target


def _import(part: Part, site: Site, host: str) -> Command:
    told = rotation(new_bytes(part), site)
    asked = ImportRequest(
        NAME, told.download(told.urls), told.packing, told.description, told.route
    )
    return lambda process: import_url(session_of(process, host), asked), ""


def _deprecate(part: Part, site: Site, host: str) -> Command:
    there = site.versions()
    own_id = there[part.choice % len(there)].id if there else NAME
    asked = DeprecateRequest(is_confirmed=True)

    def run(process: Process) -> Any:
        session = session_of(process, host)
        return list(deprecate(session, Wanted((own_id,)), asked))

    return run, own_id


def _reinstate(part: Part, site: Site, host: str) -> Command:
    there = site.versions()
    own_id = there[part.choice % len(there)].id if there else NAME

    def run(process: Process) -> Any:
        return list(reinstate(session_of(process, host), [own_id]))

    return run, own_id


def _set(part: Part, site: Site, host: str) -> Command:
    own_id = site.image(
        FIRST_NEW + part.choice % 3,
        name=f"adopted-{part.name}",
        visibility=site.visibility,
        os_hidden=bool(part.choice % 2),
    )

    def run(process: Process) -> Any:
        return list(adopt(session_of(process, host), [Wish(own_id, NAME)]))

    return run, own_id


def _repair(part: Part, site: Site, host: str) -> Command:
    return repair(host), ""


def repair(host: str, name: str = NAME) -> Callable[[Process], Any]:
    """What a run begins with."""

    def run(process: Process) -> Any:
        session = session_of(process, host)
        # As every command does first.
        refuse_unmanaged(session, name)
        return Swap(session, name).repair()

    return run


def _enforce(part: Part, site: Site, host: str) -> Command:
    """One previous version is kept; nothing uses the others, and none is too new."""
    rules = EnforceRequest(keep=1, min_age=Duration(), unprotect=True)
    order = EnforceOrder(Asked(lambda _: (), OWNER), rules, (NAME,))

    def run(process: Process) -> Any:
        session = session_of(process, host)
        return list(enforce(session, order, plan_enforcement(session, order)))

    return run, ""


def _promote(part: Part, site: Site, host: str) -> Command:
    asked = rotation(None, site, from_family=CANDIDATE)
    return lambda process: rotate(session_of(process, host), asked), ""


def _rotate_candidate(part: Part, site: Site, host: str) -> Command:
    asked = replace(rotation(new_bytes(part)), name=CANDIDATE)
    return lambda process: rotate(session_of(process, host), asked), ""


def _rollback_candidate(part: Part, site: Site, host: str) -> Command:
    wish = RollbackRequest(CANDIDATE)
    return lambda process: rollback(session_of(process, host), wish), ""


def _repair_candidate(part: Part, site: Site, host: str) -> Command:
    return repair(host, CANDIDATE), ""


_COMMANDS: dict[str, Callable[[Part, Site, str], Command]] = {
    "enforce": _enforce,
    "rotate": _rotate,
    "rotate-bad": _rotate_bad,
    "rotate-image": _rotate_image,
    "rotate-staged": _rotate_staged,
    "rollback": _rollback,
    "rollback-to": _rollback_to,
    "repair": _repair,
    "import": _import,
    "stage": _stage,
    "deprecate": _deprecate,
    "reinstate": _reinstate,
    "set": _set,
    "promote": _promote,
    "rotate-candidate": _rotate_candidate,
    "rollback-candidate": _rollback_candidate,
    "repair-candidate": _repair_candidate,
}


def next_run(host: str, current: Image | None, family: Family) -> Callable[..., Any]:
    """The run after all: one that brings nothing new.

    Of the current version; else of the bytes of the one that was current last.
    """
    if current is not None:
        asked = rotation(None, image=current.id)
    else:
        newest = family.newest_published
        told = (newest.text("lifecycle_published_digest") or "") if newest else ""
        numbers = [n for n in range(1, 10) if digest(n) == told.split(" ")[0]]
        if not numbers:
            return repair(host)
        asked = rotation(numbers[0])
        # Bytes that come again after all others were withdrawn have their old label.
        asked = replace(asked, description=replace(asked.description, label=None))
    return lambda process: rotate(session_of(process, host), asked)


class Person:
    """Somebody with the stock client, who does what a person does."""

    def __init__(self, part: Part, site: Site) -> None:
        self.part, self.site = part, site

    def work(self, process: Process) -> Any:
        """Each of its deeds, after a pause."""
        for deed, pause in zip(self.part.deeds, self.part.pauses, strict=True):
            process.sleep(pause)
            what, _, which = deed.rpartition("-")
            image = self._meant(which)
            if image is not None:
                getattr(self, f"_{what.replace('-', '_')}")(process, image)

    def _meant(self, which: str) -> Image | None:
        if which == "candidate":
            return Family.of(OWNER, CANDIDATE, self.site.images()).current
        family = Family.of(OWNER, NAME, self.site.images())
        if which == "current":
            return family.current
        if which == "newest":
            return family.versions[-1] if family.versions else None
        hidden = [one for one in family.versions if one.hidden and one.was_offered]
        return hidden[-1] if hidden else None

    def _patch(self, process: Process, image: Image, **fields: Any) -> None:
        operations = [
            {"op": "add", "path": f"/{name}", "value": value}
            if value is not None
            else {"op": "remove", "path": f"/{name}"}
            for name, value in fields.items()
        ]
        path = f"/images/{image.id}"
        process.send(Sent("PATCH", path, BY_OWNER, {}, PATCH_TYPE, operations))

    def _hide(self, process: Process, image: Image) -> None:
        self._patch(process, image, os_hidden=True)

    def _show(self, process: Process, image: Image) -> None:
        self._patch(process, image, name=NAME, os_hidden=False)

    def _delete(self, process: Process, image: Image) -> None:
        process.send(Sent("DELETE", f"/images/{image.id}", BY_OWNER))

    def _deactivate(self, process: Process, image: Image) -> None:
        path = f"/images/{image.id}/actions/deactivate"
        process.send(Sent("POST", path, BY_OWNER))

    def _privatise(self, process: Process, image: Image) -> None:
        self._patch(process, image, visibility="private")

    def _rename(self, process: Process, image: Image) -> None:
        self._patch(process, image, name=f"{NAME}-old")

    def _describe(self, process: Process, image: Image) -> None:
        self._patch(process, image, note=f"by {process.name}")

    def _let_go(self, process: Process, image: Image) -> None:
        self._patch(process, image, lifecycle_id=None)

    def _deprecate(self, process: Process, image: Image) -> None:
        """By our command: that is a person's word, too."""
        session, asked = (
            session_of(process, "desk"),
            DeprecateRequest(is_confirmed=True),
        )
        with suppress(OperatorError):
            list(deprecate(session, Wanted((image.id,)), asked))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How the services that may use images are asked."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.usage.verdict import Needs, Told
    from osc_imagetools.operations.usage import Asked
    from osc_imagetools.usage.question import Question

ANSWER_SECONDS = 60


def add(parser: argparse.ArgumentParser) -> groups.Group:
    """``--all-projects|--own-project``, ``--without``, ``--timeout``."""
    from osc_imagetools.usage.catalogue import TYPES

    group = groups.group(parser, groups.SERVICES)
    whose = group.add_mutually_exclusive_group()
    whose.add_argument(
        "--all-projects",
        action="store_const",
        const=True,
        help=_(
            "Ask for the servers and volumes of all projects, also where that is "
            "refused (default: of all projects where the user may ask for them, else "
            "of the session's)"
        ),
    )
    whose.add_argument(
        "--own-project",
        action="store_const",
        const=False,
        dest="all_projects",
        help=_("Ask for the servers and volumes of the session's project only"),
    )
    group.add_argument(
        "--without",
        metavar="<service-type>",
        choices=TYPES,
        action="append",
        default=[],
        help=_(
            "Do not ask this service, and do not count it: a cloud without Cinder has "
            "no block-storage. Every verdict says so (repeat for several)"
        ),
    )
    group.add_argument(
        "--timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=ANSWER_SECONDS,
        help=_(
            "Count a service as one that can't be asked if an answer of it takes "
            "longer than this (default: %d)"
        )
        % ANSWER_SECONDS,
    )
    return group


def asked(parsed_args: argparse.Namespace, clients: Any, *, each: bool) -> Asked:
    """How they are asked; *each* use is wanted, or only how many there are."""
    said = parsed_args
    without = tuple(said.without)
    return _asked(clients, said.all_projects, without, said.timeout, each)


def asked_as_usual(clients: Any) -> Asked:
    """How they are asked by a command that has no options for that."""
    return _asked(clients, None, (), ANSWER_SECONDS, each=False)


def needs(clients: Any) -> Needs:
    """The same, by ID why somebody may need each image."""
    asked = asked_as_usual(clients)
    return lambda found: {usage.image.id: usage.need for usage in asked.of(found)}


def _asked(
    clients: Any,
    all_projects: bool | None,
    without: tuple[str, ...],
    timeout_seconds: float,
    each: bool,
) -> Asked:
    from osc_imagetools.operations.usage import Asked
    from osc_imagetools.usage.survey import survey

    def ask(question: Question) -> tuple[Told, ...]:
        return survey(
            clients, question, without=without, timeout_seconds=timeout_seconds
        )

    return Asked(ask, own(clients), all_projects, without, each)


def own(clients: Any) -> str:
    """The ID of the session's project; empty where it is for none."""
    session = clients.auth_ref
    return str(session.project_id or "") if session else ""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who is told what becomes of the images that they use: one document a project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import SCHEDULE
from osc_imagetools.lifecycle.retention import Item
from osc_imagetools.lifecycle.usage.uses import Kind, Use
from osc_imagetools.operations.rotation.verify_command import SHELL

COMMAND_SECONDS = 60


def documents(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """What each project has to know that uses an image for which something is due."""
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in items:
        for project, uses in _by_project(item).items():
            told[project].append(_told(item, uses))
    for project in sorted(told):
        yield {"project": project, "images": told[project]}


def notify(command: str, items: Iterable[Item]) -> None:
    """Run *command* in a shell once a project, with the document on standard input.

    Raises `OperatorError` for the projects for which it failed, once all were tried.
    """
    failed = []
    for document in documents(items):
        if why := _run(command, document):
            told = {"project": document["project"], "why": why}
            failed.append(_("project %(project)s: %(why)s") % told)
    if failed:
        raise OperatorError(_("The --notify-command failed"), "; ".join(failed))


def _by_project(item: Item) -> Mapping[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for use in item.usage.uses if item.is_due and item.usage else ():
        if use.project and use.kind is not Kind.IMAGE:
            found[use.project].append(use)
    return found


def _told(item: Item, uses: Iterable[Use]) -> dict[str, Any]:
    image = item.image
    return {
        "id": image.id,
        "name": image.name,
        "family": image.family,
        "version": image.version,
        "action": str(item.action),
        "reason": item.reason,
        "replacement": image.text(properties.REPLACEMENT),
        **{
            name.removeprefix(properties.PREFIX): _date(image, name)
            for name in SCHEDULE
        },
        "uses": [_use(use) for use in uses],
    }


def _date(image: Image, name: str) -> str | None:
    moment = image.moment(name)
    return format_time(moment) if moment else None


def _use(use: Use) -> dict[str, str | None]:
    return {
        "resource": str(use.kind),
        "id": use.id,
        "name": use.name,
        "user": use.user,
        "status": use.status,
        "how": str(use.how),
    }


def _run(command: str, document: Mapping[str, Any]) -> str:
    """Why it failed; empty where it did not."""
    try:
        done = subprocess.run(
            [SHELL, "-c", command],
            input=json.dumps(document).encode(),
            stdout=sys.stderr,
            env={**os.environ, "PROJECT_ID": document["project"]},
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _("it has not ended after %d seconds") % COMMAND_SECONDS
    except OSError as error:
        return str(error)
    return _("exit status %d") % done.returncode if done.returncode else ""

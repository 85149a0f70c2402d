# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Command lines that carry out what a message advises, as a shell takes them.

They name images by their ID, and hold nothing that a person has to fill in. Those of
ours name the project, too, where the session is for another one.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.state import SCHEDULE, State

Commands = tuple[str, ...]
"""Command lines, each to be run only where the one before it has worked."""


Stock = Literal["delete", "import", "list", "set", "show", "unset"]
"""The client's own commands, to which the ID of an image is enough."""

Own = Literal[
    "deprecate",
    "lifecycle enforce",
    "lifecycle list",
    "lifecycle set",
    "lifecycle show",
    "lifecycle unset",
    "reinstate",
    "rollback",
    "rotate",
]
"""Commands of ours, which work for one project."""


def command(verb: Stock, *words: str) -> str:
    """``openstack image <verb> <words>``, quoted."""
    return _line(verb, *words)


def ours(project: Project, verb: Own, *words: str) -> str:
    """``openstack image <verb> <words>``, quoted, for *project*."""
    return _line(verb, *said(project), *words)


def of_family(project: Project, verb: Own, name: str, *words: str) -> str:
    """``openstack image <verb> <words> -- <name>``: with that family of *project*."""
    return ours(project, verb, *words, "--", name)


def said(project: Project) -> Sequence[str]:
    """``--project <ID>``; nothing where the session is for that project."""
    return ["--project", project.id] if project.is_elsewhere else []


def _line(verb: str, *words: str) -> str:
    return shlex.join(["openstack", "image", *verb.split(), *words])


def chained(commands: Iterable[str]) -> str:
    """One line of *commands*."""
    return " && ".join(commands)


def option(name: str, value: str) -> Sequence[str]:
    """``--name value``, so that a value is never taken for an option itself."""
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]


def setting(image: Image, name: str, value: str) -> str:
    """What sets one property of *image*."""
    return command("set", *option("property", f"{name}={value}"), image.id)


def unsetting(image: Image, *names: str) -> str:
    """What takes properties of *image* away."""
    options = (word for name in names for word in option("property", name))
    return command("unset", *options, image.id)


def undated(image: Image) -> Commands:
    """What takes away the dates of a way out, if *image* is said to have gone it.

    Once it is active again they were past due, and a check would say to hide it.
    """
    if image.text(properties.STATE) not in (State.DEPRECATED, State.OBSOLETE):
        return ()
    dates = [name for name in (*SCHEDULE, properties.RETIRED_AT) if image.moment(name)]
    return (unsetting(image, *dates),) if dates else ()


def hiding(images: Iterable[Image]) -> Commands:
    """What hides *images*."""
    return tuple(command("set", "--hidden", image.id) for image in images)


def deleting(images: Sequence[Image]) -> Commands:
    """What deletes *images*, protected or deactivated as they are.

    An ordinary owner's DELETE of a deactivated one would leave its data in the store.
    """
    return (*_freeing(images), command("delete", *(image.id for image in images)))


def _freeing(images: Iterable[Image]) -> Iterator[str]:
    for image in images:
        options = {
            "--unprotected": image.protected,
            "--activate": image.status == "deactivated",
        }
        if words := [word for word, is_needed in options.items() if is_needed]:
            yield command("set", *words, image.id)

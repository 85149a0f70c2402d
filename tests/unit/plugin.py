# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Our commands as the client finds them: through the installed entry points."""

from __future__ import annotations

import argparse
from importlib import metadata
from typing import Any

from osc_lib.command import command

DISTRIBUTION = "osc-imagetools"
GROUP = "openstack.image.v2"


def entry_points() -> list[metadata.EntryPoint]:
    """All that the installed distribution registers, in any group."""
    return sorted(metadata.distribution(DISTRIBUTION).entry_points)


def words(entry_point: metadata.EntryPoint) -> str:
    """What a person types for it: ``image import-url``."""
    return entry_point.name.replace("_", " ")


def parser(command_class: type[Any], name: str) -> argparse.ArgumentParser:
    """The parser of a command; nothing is run, nobody is asked."""
    made: argparse.ArgumentParser = command_class(None, None).get_parser(name)
    return made


def own_actions(entry_point: metadata.EntryPoint) -> list[argparse.Action]:
    """The arguments of a command that are ours and not cliff's (``-f``, ``-c`` …)."""
    command_class = entry_point.load()
    theirs = {
        option
        for bare in (_Bare, _BareLister, _BareShowOne)
        if issubclass(command_class, bare.__base__)
        for action in parser(bare, "bare")._actions
        for option in action.option_strings
    }
    return [
        action
        for action in parser(command_class, words(entry_point))._actions
        if not theirs.intersection(action.option_strings)
    ]


class _Bare(command.Command):
    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Nothing: only its parser is wanted."""


class _BareLister(command.Lister):
    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Nothing: only its parser is wanted."""


class _BareShowOne(command.ShowOne):
    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Nothing: only its parser is wanted."""

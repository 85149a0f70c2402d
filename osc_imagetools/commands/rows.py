# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows *and* an exit status: what every command of ours stands on."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from osc_lib.command import command

if TYPE_CHECKING:
    from osc_imagetools.operations.settled import Outcome

Row = tuple[Any, ...]


class _Status(command.Command):
    """A command whose rows are printed whatever its status becomes."""

    status = 0
    """Set it to 1 when a part was not done; cliff alone would always exit 0."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status: that of the client if it failed, else ours."""
        return int(super().run(parsed_args)) or self.status


class Lister(_Status, command.Lister):
    """Several rows, each a part of the work, and one status for all."""

    def told(
        self, outcomes: Iterable[Outcome], row: Callable[[Outcome], Row]
    ) -> list[Row]:
        """The *row* of what became of each image; status 1 if one was not done."""
        from osc_imagetools.operations.settled import NOT_DONE

        rows = []
        for outcome in outcomes:
            if outcome.result in NOT_DONE:
                self.status = 1
            rows.append(row(outcome))
        return rows


class ShowOne(_Status, command.ShowOne):
    """One row, and a status."""

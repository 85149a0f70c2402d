# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows *and* an exit status: what every command of ours stands on."""

from __future__ import annotations

import argparse

from osc_lib.command import command


class _Status(command.Command):
    """A command whose rows are printed whatever its status becomes."""

    status = 0
    """Set it to 1 when a part was not done; cliff alone would always exit 0."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status: that of the client if it failed, else ours."""
        return int(super().run(parsed_args)) or self.status


class Lister(_Status, command.Lister):
    """Several rows, each a part of the work, and one status for all."""


class ShowOne(_Status, command.ShowOne):
    """One row, and a status."""

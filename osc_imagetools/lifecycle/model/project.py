# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The project whose images a command works on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Project:
    """A project, and whether a command line has to say that it is meant."""

    id: str
    is_elsewhere: bool = False
    """Whether the session is for another project."""

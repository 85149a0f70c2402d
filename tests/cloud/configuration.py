# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Files in the form that oslo.config reads."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import RawConfigParser
from pathlib import Path

Sections = Mapping[str, Mapping[str, str]]


def write(path: Path, sections: Sections) -> None:
    """Write sections of options; values are taken as they are."""
    parser = RawConfigParser(default_section="")
    parser.read_dict(sections)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        parser.write(file)

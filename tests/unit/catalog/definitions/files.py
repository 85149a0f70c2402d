# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Files of a catalogue for tests."""

from __future__ import annotations

import textwrap
from pathlib import Path

from osc_imagetools.catalog.definitions import Catalogue, CatalogueError, read


def catalogue(folder: Path, text: str) -> Catalogue:
    """What a file with *text* defines."""
    return read([written(folder, text)])


def errors(folder: Path, text: str | bytes) -> list[str]:
    """What is wrong in a file with *text*, without the name of the file."""
    file = written(folder, text)
    try:
        read([file])
    except CatalogueError as error:
        return [line.removeprefix(f"{file}:") for line in error.lines]
    return []


def written(folder: Path, text: str | bytes, name: str = "images.yml") -> Path:
    """A file in *folder*."""
    file = folder / name
    if isinstance(text, bytes):
        file.write_bytes(text)
    else:
        file.write_text(textwrap.dedent(text))
    return file


DEBIAN = """\
images:
  - name: Debian 13
    versions:
      - version: '20260301'
        url: https://example.org/debian-13.qcow2
"""
"""The smallest one that there is."""

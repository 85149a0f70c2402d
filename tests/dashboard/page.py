# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps that a page of the documentation tells its reader to do.

Pure: text in, steps out. A step is an item of a numbered list, a command line of a
console block, or a picture; what else the page says is not for doing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DO, RUN, PICTURE = "do", "run", "picture"

_HEADING = re.compile(r"^(?P<title>\S.*)\n(?P<line>[=~-])(?P=line)+$", re.MULTILINE)
_STEP = re.compile(
    r"^[ ]*\#\.[ ](?P<do>.+(?:\n[ ]{2,}(?!\#\.)\S.*)*)"
    r"|^[ ]*\$[ ](?P<run>(?:.*\\\n)*.+)"
    r"|^[ ]*\.\.[ ](?:image|figure)::[ ](?P<picture>\S+)$",
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True)
class Step:
    """One of them: a sentence, a command line, or the path of a picture."""

    kind: str
    text: str


def sections(page: str) -> dict[str, list[Step]]:
    """The steps of each section that has some, by its title, in their order."""
    found = [*_HEADING.finditer(page)]
    ends = [heading.start() for heading in found[1:]] + [len(page)]
    steps = {
        heading["title"]: [*_steps(page[heading.end() : end])]
        for heading, end in zip(found, ends, strict=True)
    }
    return {title: each for title, each in steps.items() if each}


def _steps(text: str) -> Iterator[Step]:
    for match in _STEP.finditer(text):
        kind = match.lastgroup or ""
        joined = match[kind].replace("\\\n", " ")
        yield Step(kind, " ".join(joined.split()))

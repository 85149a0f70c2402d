# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The lines that a page or a help tells people to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping


def to_type(text: str) -> list[str]:
    """The lines of *text* that stand behind a prompt, each whole."""
    whole = re.sub(r"\\\n\s*", "", text)
    return re.findall(r"^\s+\$ (.+)$", whole, re.MULTILINE)


def words(line: str, variables: Mapping[str, str]) -> list[str]:
    """The words of the first command of *line*, as a shell hands them on."""
    filled = re.sub(r"\$(\w+)", lambda found: variables[found[1]], line)
    lexer = shlex.shlex(filled, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    typed = list(lexer)
    ends = (index for index, word in enumerate(typed) if word in {"|", ">", "&&"})
    return typed[: next(ends, len(typed))]

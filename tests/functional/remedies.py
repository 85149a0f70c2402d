# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The command lines that messages advise, cut out of them and run as printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome

_ADVISED = re.compile(r": (openstack .*?)(?=; to [a-z ]+: openstack |$)", re.MULTILINE)
"""At the end of a line, or before another way out."""


def advised(message: str) -> list[str]:
    """The command lines in *message*, each of them a remedy, whole, and told once."""
    return [*dict.fromkeys(match[1] for match in _ADVISED.finditer(message))]


def run_as_printed(account: Account, commands: str) -> list[Outcome]:
    """How each command of the chain ended, read as a shell reads it: all work."""
    outcomes = []
    for argv in _chain(commands):
        outcome = account.openstack(*argv[1:])
        assert (argv[0], outcome.status) == ("openstack", 0), (argv, outcome)
        assert "Traceback" not in outcome.stderr
        outcomes.append(outcome)
    return outcomes


def _chain(commands: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(commands, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    argv: list[str] = []
    for word in [*lexer, "&&"]:
        if word != "&&":
            argv.append(word)
            continue
        yield argv
        argv = []

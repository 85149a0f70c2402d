# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How a command is called: the line of usage, the help, what a wrong call is answered.

argparse shows every option there is in its usage, which for some commands are 40 lines.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NoReturn

from cliff import _argparse

from osc_imagetools.i18n import _
from osc_imagetools.printable import one_line, printable

WRONG_USAGE = 2

Example = tuple[str, str]
"""What somebody wants, and the command line for it, which may have several lines."""

_ARGUMENTS = {None: "{0}", "?": "[{0}]", "*": "[{0} ...]", "+": "{0} [{0} ...]"}


def shorten(parser: argparse.ArgumentParser) -> None:
    """Let *parser* show the everyday form, also to whom it can't understand."""
    parser.formatter_class = Formatter
    # The client makes the parser, of a class of its own.
    parser.error = partial(_refuse, parser)  # type: ignore[method-assign]


def epilog(examples: Iterable[Example]) -> str:
    """What stands below the options: *examples*, to be copied as they are."""
    paragraphs = [_("Examples:")]
    for what, line in examples:
        paragraphs += [f"{what}:", "\n".join(f"  {each}" for each in _typed(line))]
    return "\n\n".join(paragraphs)


def _typed(lines: str) -> list[str]:
    goes_on = [False, *(line.endswith("\\") for line in lines.split("\n"))]
    return [
        f"    {line}" if is_more else f"$ {line}"
        for line, is_more in zip(lines.split("\n"), goes_on, strict=False)
    ]


class Formatter(_argparse.SmartHelpFormatter):
    """Help with the everyday form as usage, whose examples keep their lines."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Show the arguments of *actions*; their options are in the groups below."""
        everyday = " ".join(["%(prog)s", _("[options]"), *_arguments(actions)])
        super().add_usage(everyday, actions, groups, prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        # Not at the hyphens of options, which are to be found and copied.
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(
            paragraph
            if paragraph.startswith(" ")
            else super(Formatter, self)._fill_text(paragraph, width, indent)
            for paragraph in text.split("\n\n")
        )


def _arguments(actions: Iterable[argparse.Action]) -> Sequence[str]:
    return [
        _ARGUMENTS.get(str(action.nargs) if action.nargs else None, "{0}").format(
            action.metavar or action.dest
        )
        for action in actions
        if not action.option_strings
    ]


def _refuse(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    help_ = _("'%s --help' lists the options.") % parser.prog
    what = one_line(message).removesuffix(".")
    said = {"command": parser.prog, "what": what, "help": help_}
    line = printable(_("%(command)s: error: %(what)s. %(help)s") % said, None)
    # Python has none where it is closed (2>&-).
    if sys.stderr is not None:
        sys.stderr.write(f"{parser.format_usage()}{line}\n")
    raise SystemExit(WRONG_USAGE)

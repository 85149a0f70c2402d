# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Pages of the documentation as a reader follows them: typed into a shell, in order.

In a ``console`` block, what follows ``$`` is typed by the operator, an administrator,
and what follows ``user$`` by an ordinary user of another project; ``>`` goes on with a
command. The other lines are what it prints, on either output; ``...`` stands for any.
Comments tell what happens beside that:

    .. guide: the vendor publishes debian-13-generic-amd64.qcow2
    .. guide: the user is told ID
    .. guide: exits with 1
    .. guide: not run, for it needs a second cloud
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROMPT = re.compile(r"(user)?\$ (.*)")
COMMENT = re.compile(r"\.\. guide: (.+)")
BLOCK = ".. code-block:: console"

_SAME = (
    (re.compile(r"https?://[\w.:-]+(/[\w.-]+)*/(?=[\w.-]+)"), "URL/"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"(?<=importing-)[0-9a-f]{8}\b"), "ID"),
    (re.compile(r"\b[0-9a-f]{32,128}\b"), "DIGEST"),
    (re.compile(r"\b20\d\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z?)?"), "DATE"),
    (re.compile(r"\b20\d{6}\b"), "DAY"),
    (re.compile(r"[-+]{4,}"), "+"),
    (re.compile(r"\s+"), " "),
)
"""What is another one each time, or depends on how long that is."""


@dataclass(frozen=True)
class Command:
    """What is typed, and what the page shows of it."""

    line: int
    who: str
    """``operator`` or ``user``."""
    typed: str
    shown: tuple[str, ...] = ()
    status: int = 0
    ends: int = 0
    """The line of the page behind what is shown."""


@dataclass(frozen=True)
class Publication:
    """A file that a vendor puts in place, of bytes that nobody has seen before."""

    line: int
    name: str


@dataclass(frozen=True)
class Telling:
    """Variables of the operator's shell that the user is told, as by mail."""

    line: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Output:
    """What a command has printed, and how it has ended."""

    text: str
    status: int


Step = Command | Publication | Telling

_PUBLISHES, _TELLS = "the vendor publishes ", "the user is told "


def steps_of(page: Path) -> Iterator[Step]:
    """What a reader of *page* does, in order."""
    lines = page.read_text().split("\n")
    told, at = "", 0
    while at < len(lines):
        if found := COMMENT.fullmatch(lines[at].strip()):
            told = found[1]
            if told.startswith(_PUBLISHES):
                yield Publication(at + 1, told.removeprefix(_PUBLISHES))
            elif told.startswith(_TELLS):
                yield Telling(at + 1, tuple(told.removeprefix(_TELLS).split()))
        elif lines[at].strip() == BLOCK:
            end = _end_of_block(lines, at)
            if not told.startswith("not run"):
                yield from _commands(lines, at + 1, end, told)
            told, at = "", end - 1
        at += 1


def _end_of_block(lines: list[str], at: int) -> int:
    """The first line that is no part of the block which begins at that one."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and (
        not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
    ):
        end += 1
    return end


def _commands(lines: list[str], first: int, end: int, told: str) -> Iterator[Command]:
    status = int(told.removeprefix("exits with ")) if told.startswith("exits") else 0
    starts = [at for at in range(first, end) if PROMPT.fullmatch(lines[at].strip())]
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        prompt = PROMPT.fullmatch(lines[start].strip())
        assert prompt is not None
        typed, at = [prompt[2]], start + 1
        while at < following and (
            typed[-1].endswith("\\") or lines[at].strip().startswith("> ")
        ):
            typed.append(lines[at].strip().removeprefix("> "))
            at += 1
        shown = [line.strip() for line in lines[at:following]]
        while shown and not shown[-1]:
            shown.pop()
        who = "user" if prompt[1] else "operator"
        ends = at + len(shown)
        # The status is that of the last one of the block.
        last = status if following == end else 0
        yield Command(start + 1, who, "\n".join(typed), tuple(shown), last, ends)


def is_as_shown(shown: tuple[str, ...], printed: str) -> bool:
    """Whether *printed* is what a page shows, but for what is another one each time."""
    wanted = [same(line) for line in shown]
    pattern = "".join(
        r"(?:.*\n)*" if line == "..." else _any_within(line) + r"\n" for line in wanted
    )
    lines = [same(line) for line in printed.strip("\n").split("\n")]
    text = "".join(f"{line}\n" for line in lines) if printed.strip() else ""
    return re.fullmatch(pattern, text) is not None


def same(line: str) -> str:
    """*line* without what is another one each time."""
    for pattern, instead in _SAME:
        line = pattern.sub(instead, line)
    return line.strip()


def _any_within(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split("..."))


def with_outputs(page: Path, printed: dict[int, Output]) -> str:
    """The text of *page* with what its commands have *printed*, by their lines.

    What it shows with ``...`` stays.
    """
    lines = page.read_text().split("\n")
    steps = [step for step in steps_of(page) if isinstance(step, Command)]
    for step in reversed(steps):
        if any("..." in line for line in step.shown) or step.line not in printed:
            continue
        first = lines[step.line - 1]
        indent = first[: len(first) - len(first.lstrip())]
        text = printed[step.line].text.strip("\n")
        new = [f"{indent}{line}".rstrip() for line in text.split("\n")] if text else []
        lines[step.ends - len(step.shown) : step.ends] = new
    return "\n".join(lines)

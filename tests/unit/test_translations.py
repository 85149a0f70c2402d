# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The texts of ``--help`` and of messages can be translated; a translation is shown."""

from __future__ import annotations

import ast
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

import pytest

PACKAGE = Path(__file__).parents[2] / "osc_imagetools"
COMMANDS = PACKAGE / "commands"
PARTS = [
    "catalog",
    "commands",
    "glance",
    "lifecycle",
    "operations",
    "reports",
    "source",
    "usage",
]
"""Of the package, whose messages can be translated."""

OF_HELP = {"help", "description", "epilog"}
GROUPS = {"add_argument_group"}
OF_MESSAGES = {"what", "why", "do"}
LOGGED = {"LOG.info", "LOG.warning", "LOG.error"}
SHOWN = ("say", "_say")

FOR_DEVELOPERS = {"AssertionError", "RuntimeError"}

NOT_READ = {
    *("every placeholder is known", "no URL is given"),
    *("no host or no valid port", "no RSA key", "not a signature of a document"),
    "not by RSA, or over another hash",
}
"""Texts of errors that our own code catches, or that only who changes it can meet."""

_PLACEHOLDER = re.compile(r"%(\(\w+\))?[.\d]*[a-z]")


def bare_texts(source: str) -> list[str]:
    """Each text of a help in *source* that isn't a whole literal handed to ``_``."""
    return [*_bare(source, _texts)]


def bare_messages(source: str) -> list[str]:
    """Each text in *source* of an error, the log or a bar that can't be translated."""
    return [*_bare(source, _said)]


def _bare(
    source: str, texts_of: Callable[[ast.Call], Iterator[ast.expr]]
) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for text in texts_of(node):
                if _has_bare_words(text):
                    yield f"{text.lineno}: {ast.unparse(text)}"


def _texts(call: ast.Call) -> Iterator[ast.expr]:
    yield from (each.value for each in call.keywords if each.arg in OF_HELP)
    if isinstance(call.func, ast.Attribute) and call.func.attr in GROUPS:
        yield from call.args[:1]


def _said(call: ast.Call) -> Iterator[ast.expr]:
    name = ast.unparse(call.func)
    if name in LOGGED or name.rpartition(".")[2] in SHOWN:
        yield from call.args[:1]
    elif name.endswith("Error") and name not in FOR_DEVELOPERS:
        yield from call.args
        yield from (each.value for each in call.keywords if each.arg in OF_MESSAGES)


def _has_bare_words(text: ast.expr) -> bool:
    if isinstance(text, ast.JoinedStr):
        return any(_has_bare_words(part) for part in text.values)
    if isinstance(text, ast.Constant):
        return isinstance(text.value, str) and _is_words(text.value)
    if isinstance(text, ast.IfExp):
        return any(_has_bare_words(side) for side in (text.body, text.orelse))
    if isinstance(text, ast.BoolOp):
        return any(_has_bare_words(side) for side in text.values)
    if isinstance(text, ast.BinOp):
        # What is filled in, on the right of a %, is a name or a number.
        sides = [text.left] if isinstance(text.op, ast.Mod) else [text.left, text.right]
        return any(_has_bare_words(side) for side in sides)
    if isinstance(text, ast.Call) and getattr(text.func, "id", "") == "_":
        return not isinstance(text.args[0], ast.Constant | ast.Name)
    return False


def _is_words(text: str) -> bool:
    without = _PLACEHOLDER.sub("", text)
    return text not in NOT_READ and any(char.isalpha() for char in without)


def shadowing(source: str) -> list[str]:
    """The functions of *source* that translate, and in which ``_`` is something else.

    Neither ruff nor mypy notices all of them, and the call then fails.
    """
    return [
        f"{node.lineno}: {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and {ast.Load, ast.Store}
        <= {type(one.ctx) for one in ast.walk(node) if _is_underscore(one)}
    ]


def _is_underscore(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id == "_"


def compiled(texts: Mapping[str, str]) -> bytes:
    """A catalogue of translations, as gettext reads it."""
    header = "Content-Type: text/plain; charset=UTF-8\n"
    pairs = sorted({"": header, **texts}.items())
    count = len(pairs)
    start = 28 + 16 * count
    tables, strings = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            content = pair[column].encode()
            tables[column] += struct.pack("<2I", len(content), start + len(strings))
            strings += content + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)
    return head + b"".join(tables) + strings


@pytest.mark.parametrize(
    "source",
    [
        "parser.add_argument('--keep', help='How many')",
        "parser.add_argument('--keep', help=f'How many {most}')",
        "parser.add_argument('--keep', help=_(f'How many {most}'))",
        "parser.add_argument('--keep', help=_('How many') + ' at most')",
        "parser.add_argument_group('What is kept')",
    ],
)
def test_a_bare_text_is_noticed(source: str) -> None:
    assert len(bare_texts(source)) == 1


def test_a_text_that_can_be_translated_is_none() -> None:
    assert bare_texts("parser.add_argument('-k', help=_('Up to %d') % most)") == []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem) for path in sorted(COMMANDS.rglob("*.py"))],
)
def test_no_text_of_a_help_is_bare(path: Path) -> None:
    assert bare_texts(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "raise OperatorError('It failed')",
        "raise OperatorError(what, f'it has {size} bytes')",
        "raise TooLargeError(what, do='Use a larger --max-size')",
        "raise argparse.ArgumentTypeError('a whole number')",
        "raise OperatorError(_('It failed') + ' again')",
        "raise OperatorError(_(f'{name} failed'))",
        "raise OperatorError(what, why or 'it ended')",
        "raise OperatorError(what, _('it ended') if is_over else 'it goes on')",
        "LOG.warning('Deleting image %s', image.id)",
        "progress.say('Glance fetches it')",
    ],
)
def test_a_bare_message_is_noticed(source: str) -> None:
    assert len(bare_messages(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "raise OperatorError(_('%s failed') % name, f'{where}: {why}')",
        "raise OperatorError(what, do=_('Try again') if may_help else '')",
        "raise RuntimeError('nothing has begun yet')",
        "LOG.warning(_('Deleting image %s'), image.id)",
        "LOG.error('%s', error)",
    ],
)
def test_a_message_that_can_be_translated_is_none(source: str) -> None:
    assert bare_messages(source) == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.relative_to(PACKAGE).as_posix())
        for part in PARTS
        for path in sorted((PACKAGE / part).rglob("*.py"))
    ],
)
def test_no_message_is_bare(path: Path) -> None:
    assert bare_messages(path.read_text()) == []


def test_a_function_that_hides_what_translates_is_noticed() -> None:
    source = "def f():\n    for _ in range(3):\n        pass\n    raise Error(_('no'))"

    assert shadowing(source) == ["1: f"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.relative_to(PACKAGE).as_posix())
        for path in sorted(PACKAGE.rglob("*.py"))
    ],
)
def test_nothing_hides_what_translates(path: Path) -> None:
    assert shadowing(path.read_text()) == []


def test_a_translation_is_shown(tmp_path: Path) -> None:
    catalogue = tmp_path / "de" / "LC_MESSAGES" / "osc_imagetools.mo"
    catalogue.parent.mkdir(parents=True)
    text = "Show what would be done, and why, and change nothing"
    catalogue.write_bytes(compiled({text: "Zeigen, was geschähe"}))
    environment = {
        **os.environ,
        "OSC_IMAGETOOLS_LOCALEDIR": str(tmp_path),
        "LANGUAGE": "de",
        "PYTHONUTF8": "1",
    }

    helped = subprocess.run(
        [Path(sys.executable).with_name("openstack"), "image", "rotate", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Zeigen, was geschähe" in helped.stdout

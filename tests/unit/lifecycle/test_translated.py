# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""No sentence of the rules is bare: each can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

RULES = Path(__file__).parents[3] / "osc_imagetools" / "lifecycle"

_WORD = r"(?:[^\W\d_]{2,}|\{\})"
SENTENCE = re.compile(rf"{_WORD} {_WORD} {_WORD}")

NO_MESSAGES = {
    "its family has ended": "a reason that is written on the image",
    "replaced by {}": "another one",
    "etag {} {}": "a fingerprint",
}
"""What looks like a sentence, and why nobody is told it."""

NOT_READ = {
    "model/properties.py": "what properties mean, which is for whoever reads the code",
}
"""Where sentences stand bare, and why."""


def bare_sentences(source: str) -> list[str]:
    """The sentences in *source* that can't be translated, whatever becomes of them."""
    found = map(_bare, _literals(ast.parse(source)))
    return [text for text in found if SENTENCE.search(text)]


def _literals(node: ast.AST) -> Iterator[ast.expr]:
    """The texts in *node*, whole calls of ``_`` among them.

    Without docstrings, and the values of enumerations, which scripts look for.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr | ast.Constant) or _translates(child):
            yield child
        elif not (_is_docstring(child) or _is_enumeration(child)):
            yield from _literals(child)


def _translates(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "_"


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_enumeration(node: ast.AST) -> bool:
    is_class = isinstance(node, ast.ClassDef)
    return is_class and any("Enum" in ast.unparse(base) for base in node.bases)


def _bare(text: ast.expr) -> str:
    """What of *text* is no whole literal handed to ``_``; a value in it is one word."""
    if isinstance(text, ast.Constant):
        return text.value if isinstance(text.value, str) else ""
    if isinstance(text, ast.JoinedStr):
        parts = (
            each if isinstance(each, ast.Constant) else None for each in text.values
        )
        return "".join("{}" if part is None else str(part.value) for part in parts)
    if isinstance(text, ast.BinOp):
        is_filled_in = isinstance(text.op, ast.Mod)
        return _bare(text.left) + ("" if is_filled_in else _bare(text.right))
    if isinstance(text, ast.IfExp):
        return f"{_bare(text.body)} | {_bare(text.orelse)}"
    if isinstance(text, ast.Call) and _translates(text):
        [literal] = text.args
        return "" if isinstance(literal, ast.Constant) else _bare(literal)
    return "{}"


def test_a_bare_sentence_is_noticed() -> None:
    source = "why = f'{name} is gone'\nif x: why = _('no such ' + what)"

    assert bare_sentences(source) == ["{} is gone", "no such {}"]


def test_a_value_is_no_sentence() -> None:
    source = """class Kind(str, Enum):
    NODE = 'a bare metal node'
    'What a node is.'

why = _('%s is gone, and was not seen since') % f'{one}: {other}'
"""

    assert bare_sentences(source) == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.relative_to(RULES).as_posix())
        for path in sorted(RULES.rglob("*.py"))
        if path.relative_to(RULES).as_posix() not in NOT_READ
    ],
)
def test_no_sentence_of_the_rules_is_bare(path: Path) -> None:
    assert set(bare_sentences(path.read_text())) <= NO_MESSAGES.keys()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers in rows, in each format that the client has."""

from __future__ import annotations

import io
import json
import shutil
import subprocess

import pytest
import yaml
from cliff.app import App
from cliff.commandmanager import CommandManager
from hypothesis import given, settings
from hypothesis import strategies as st
from osc_lib.cli import format_columns

from osc_imagetools.commands.output.base import Lister, ShowOne
from osc_imagetools.commands.output.columns import Lines, Number, Text

HOSTILE = (
    "\x1b]0;owned\x07",
    "\x9b31m",
    "gmi.\u202ewar",
    "two\nlines\r\n\u2028\u2029\x85",
    "$(touch ran) `touch ran` \\$(touch ran) ${PATH} '\"\\",
    '"; touch ran; "',
    "\\",
    "\udcff\x7f\ufeff\U000e0041",
)
LISTED = ("table", "value", "csv", "json", "yaml")
SHOWN = ("table", "value", "shell", "json", "yaml")
SHELLS = [shell for shell in ("sh", "bash", "busybox") if shutil.which(shell)]

text = st.text(st.characters(codec="utf-8"), max_size=40)


def columns(value: str) -> dict[str, object]:
    """One hostile *value*, by each way that rows take."""
    return {
        "raw": value,
        "text": Text(value),
        "several": format_columns.ListColumn([value, value]),
        "pairs": format_columns.DictColumn({"a": value, value: "b"}),
        "lines": Lines([{"a": value}], [value, value]),
        "list": [value],
        "number": Number(7),
        "nothing": None,
        "unknown": Text(None),
    }


def shown(form: str, value: str, *options: str, encoding: str = "utf-8") -> str:
    return _output(ShowOne, form, value, options, encoding)


def listed(form: str, value: str, *options: str, encoding: str = "utf-8") -> str:
    return _output(Lister, form, value, options, encoding)


def _output(
    base: type, form: str, value: str, options: tuple[str, ...], encoding: str
) -> str:
    row = columns(value)

    class Command(base):
        """What somebody else wrote."""

        def take_action(self, parsed_args):
            values = tuple(row.values())
            return tuple(row), values if base is ShowOne else [values]

    commands = CommandManager("osc_imagetools.tests")
    commands.add_command("command", Command)
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, encoding=encoding, newline="")
    status = App("test", "0", commands, stdout=stdout).run(
        ["command", "-f", form, *options]
    )
    stdout.flush()
    assert status == 0
    return written.getvalue().decode(encoding)


def evaluated(shell: str, script: str, where, *names: str) -> list[str]:
    """The values of variables after a *shell* has evaluated *script* in a folder."""
    argv = [shell, "sh"] if shell == "busybox" else [shell]
    printing = "".join(f'printf "%s\\0" "${name}";' for name in names)
    done = subprocess.run(
        [*argv, "-c", f'eval "$1" && {{ {printing} }}', "-", script],
        cwd=where,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split("\0")[:-1]


@settings(max_examples=40, deadline=None)
@given(text | st.sampled_from(HOSTILE))
def test_F112_no_format_writes_what_a_terminal_obeys(value: str) -> None:
    written = [shown(form, value) for form in SHOWN]
    written += [listed(form, value) for form in LISTED]

    for output in written:
        assert all(line.isprintable() for line in output.split("\n"))


@settings(max_examples=40, deadline=None)
@given(text)
def test_F112_json_and_yaml_keep_every_value_exact(value: str) -> None:
    exact = {
        "raw": value,
        "text": value,
        "several": [value, value],
        "pairs": {"a": value, value: "b"},
        "lines": [{"a": value}],
        "list": [value],
        "number": 7,
        "nothing": None,
        "unknown": None,
    }

    assert json.loads(shown("json", value)) == exact
    assert yaml.safe_load(shown("yaml", value)) == exact
    assert json.loads(listed("json", value)) == [exact]
    assert yaml.safe_load(listed("yaml", value)) == [exact]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("value", HOSTILE)
def test_F112_eval_of_the_shell_format_runs_nothing(value, shell, tmp_path) -> None:
    script = shown("shell", value, "--prefix", "my_")

    values = evaluated(
        shell, script, tmp_path, "my_raw", "my_text", "my_number", "my_nothing"
    )

    assert values[0] == values[1]
    assert values[2:] == ["7", ""]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_F112_eval_gives_a_printable_value_back_exactly(shell, tmp_path) -> None:
    value = "disk $(id) `id` ${HOME} \\ \\\\ \" ' ! * ~ # & | ; <ü> \\n %s"

    [raw, name] = evaluated(shell, shown("shell", value), tmp_path, "raw", "several")

    assert raw == value
    assert name == str([value, value])


def test_one_line_of_text_stays_one_line_and_lines_of_ours_stay_lines() -> None:
    table = shown("table", "a\nb", "-c", "raw", "-c", "lines").splitlines()
    values = listed("value", "a\nb", "-c", "raw", "-c", "number").splitlines()
    rows = listed("csv", "a\nb", "-c", "text").splitlines()

    assert [line.split("|")[2].strip() for line in table[3:6]] == [r"a\nb"] * 3
    assert values == [r"a\nb 7"]
    assert len(rows) == 2


@pytest.mark.parametrize("form", ["table", "value", "shell"])
def test_what_there_is_none_of_is_empty(form: str) -> None:
    assert "None" not in shown(form, "a")


@pytest.mark.parametrize("form", ["table", "value", "shell"])
def test_character_that_standard_output_has_not_is_escaped(form: str) -> None:
    assert r"\u0424ocal" in shown(form, "Фocal", encoding="iso8859-1")
    assert "Фocal" in shown(form, "Фocal")

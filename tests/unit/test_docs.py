# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The documentation names what there is: commands, options, properties, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from osc_imagetools.lifecycle.model import properties
from tests.unit import plugin

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "doc" / "source"

COMMANDS = [
    pytest.param(entry_point, id=plugin.words(entry_point))
    for entry_point in plugin.entry_points()
]
ARGUMENTS = [
    pytest.param(entry_point, action, id=f"{plugin.words(entry_point)} {action.dest}")
    for entry_point in plugin.entry_points()
    for action in plugin.own_actions(entry_point)
]

NOTES = [
    pytest.param(note, id=note.stem)
    for note in sorted((ROOT / "releasenotes" / "notes").iterdir())
]
RENO_SECTIONS = {
    *("prelude", "features", "issues", "upgrade", "deprecations"),
    *("critical", "security", "fixes", "other"),
}


def page_of(entry_point) -> str:
    """The guide to a command: ``cli/import-url.rst`` for ``image import-url``."""
    name = plugin.words(entry_point).removeprefix("image ").replace(" ", "-")
    return (PAGES / "cli" / f"{name}.rst").read_text()


@pytest.mark.parametrize("entry_point", COMMANDS)
class TestCommand:
    def test_has_a_page_with_its_generated_usage(self, entry_point):
        page = page_of(entry_point)

        usage = f".. autoprogram-cliff:: {plugin.GROUP}\n"
        usage += f"   :command: {plugin.words(entry_point)}\n"

        assert usage in page

    def test_has_its_options_on_the_page_in_the_order_of_help(self, entry_point):
        terms = re.findall(r"^``-.+(?=\n    )", page_of(entry_point), re.MULTILINE)

        described = re.findall(r"``(--?[a-z][\w-]*)", "\n".join(terms))

        actions = plugin.own_actions(entry_point)
        helped = [name for action in actions for name in action.option_strings]
        assert list(dict.fromkeys(described)) == helped

    def test_says_what_it_does(self, entry_point):
        command = entry_point.load()(None, None)

        description = command.get_description()

        assert len(description.split()) > 5


@pytest.mark.parametrize(("entry_point", "action"), ARGUMENTS)
class TestArgument:
    def test_has_help_that_reads_the_same_on_a_page(self, entry_point, action):
        # Sphinx shows it as it is written, so argparse has nothing to fill in.
        assert action.help
        assert "%(" not in action.help

    def test_is_on_the_page_of_its_command(self, entry_point, action):
        page = page_of(entry_point)
        names = action.option_strings or [action.metavar]

        missing = [name for name in names if not re.search(rf"``{name}[ `]", page)]

        assert missing == []


class TestProperties:
    def test_on_their_page_are_those_that_are_written(self):
        page = (PAGES / "reference" / "properties.rst").read_text()

        documented = re.findall(r"^   \* - ``(\w+)``$", page, re.MULTILINE)

        assert sorted(documented) == sorted(row.name for row in properties.TABLE)


@pytest.mark.parametrize("note", NOTES)
class TestReleaseNote:
    def test_has_a_name_that_reno_made(self, note):
        assert re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{16}\.yaml", note.name)

    def test_has_sections_that_reno_knows(self, note):
        sections = yaml.safe_load(note.read_text())

        assert sections
        assert set(sections) <= RENO_SECTIONS


class TestTop:
    @pytest.mark.parametrize("name", ["README.rst", "CONTRIBUTING.rst"])
    def test_names_files_that_exist(self, name):
        words = re.findall(
            r"``([\w./-]+\.(?:rst|cfg|toml|txt|py)|[\w-]+/[\w-]+)``", text(name)
        )

        missing = [word for word in words if not (ROOT / word).exists()]

        assert words
        assert set(missing) <= {"doc/build", "errors.py", "progress.py"}


def text(name: str) -> str:
    """A file at the top of the tree."""
    return (ROOT / name).read_text()

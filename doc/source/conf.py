# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Sphinx: offline, from a plain archive of the tree as well as from a checkout."""

from argparse import SUPPRESS
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cliff import sphinxext
from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).parents[2]
IS_CHECKOUT = (ROOT / ".git").exists()

project = "osc-imagetools"
author = copyright = "the osc-imagetools authors"
release = version = metadata.version(project)

extensions = ["cliff.sphinxext", "openstackdocstheme"]
if IS_CHECKOUT:
    extensions.append("reno.sphinxext")

# Not the dashes: two of them begin an option.
smartquotes_action = "qe"

html_theme = "openstackdocs"
# The theme would look for them in a repository.
openstackdocs_auto_name = openstackdocs_auto_version = False
html_show_sourcelink = False
html_copy_source = False

# A page for each command, such as openstack-image-rotate(1).
man_pages = [
    (
        f"cli/{page.stem}",
        f"openstack-image-{page.stem}",
        page.read_text().splitlines()[1].partition(": ")[2],
        [author],
        1,
    )
    for page in sorted(Path(__file__).with_name("cli").glob("*.rst"))
]

autoprogram_cliff_application = "openstack"
# Options that every command of the client has are described by the client.
autoprogram_cliff_ignored = [
    *("--help", "--format", "--column", "--noindent", "--prefix"),
    *("--max-width", "--fit-width", "--print-empty"),
]


def described(parser) -> Iterator[str]:
    """What ``--help`` shows, in the same groups and the same order.

    cliff shows no groups, and its usage line names every option.
    """
    yield from sphinxext._format_description(parser)
    usage = parser.format_usage().removeprefix("usage:").strip()
    yield from ("", f".. program:: {parser.prog}", "")
    yield from (".. code-block:: console", "", f"   {usage}", "")
    for group in parser._action_groups:
        # Those that are ignored are still in their groups.
        shown = [
            each
            for each in group._group_actions
            if each in parser._actions and each.help != SUPPRESS
        ]
        if shown and group is not parser._positionals:
            yield from (f".. rubric:: {group.title}", "")
            yield from (group.description or "").split("\n")
            yield ""
        for action in shown:
            is_option = bool(action.option_strings)
            yield from (
                sphinxext._format_optional_action(action)
                if is_option
                else sphinxext._format_positional_action(action)
            )
            yield ""
    yield from ending(parser.epilog)


def ending(epilog: str) -> Iterator[str]:
    """The *epilog*, whose indented paragraphs are lines to type."""
    for paragraph in epilog.split("\n\n"):
        lines = paragraph.split("\n")
        if paragraph.startswith(" "):
            yield from (".. code-block:: console", "")
            yield from (f"   {line}" for line in lines)
        else:
            yield from lines
        yield ""


sphinxext._format_parser = described


class NotesInTheTree(Directive):
    """Stands in for reno, which reads the history, where there is none."""

    has_content = True
    option_spec = None

    def run(self) -> list[nodes.Node]:
        """One sentence that says where the notes are."""
        where = "The notes of this version are the files of releasenotes/notes."
        return [nodes.paragraph(text=where)]


def setup(app):
    """Called by Sphinx."""
    if not IS_CHECKOUT:
        app.add_directive("release-notes", NotesInTheTree)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Sphinx: offline, from a plain archive of the tree as well as from a checkout."""

from importlib import metadata
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).parents[2]
IS_CHECKOUT = (ROOT / ".git").exists()

project = "osc-imagetools"
author = copyright = "the osc-imagetools authors"
release = version = metadata.version(project)

extensions = ["cliff.sphinxext"]
if IS_CHECKOUT:
    extensions.append("reno.sphinxext")

html_theme = "alabaster"
html_theme_options = {
    "description": "What happens to OpenStack images over time",
    "fixed_sidebar": True,
    "page_width": "1080px",
}
html_show_sourcelink = False
html_copy_source = False

autoprogram_cliff_application = "openstack"
# Options that every command of the client has are described by the client.
autoprogram_cliff_ignored = [
    *("--help", "--format", "--column", "--noindent", "--prefix"),
    *("--max-width", "--fit-width", "--print-empty"),
]


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

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The plugin beside the clients of each supported release of OpenStack-Ansible."""

from __future__ import annotations

import pytest

from tests.clients import sets
from tests.clients.container import Container
from tests.unit import plugin

MAIN_COMMANDS = (
    "tests/functional/test_examples.py",
    "tests/functional/test_by_hand.py",
)
"""Each command, as its ``--help`` shows it, and what stock commands do instead."""

WITH_EXTRAS = (
    "tests/functional/test_examples.py::"
    "test_examples_of_help_work_as_printed[image lifecycle report]"
)
"""Its page needs Jinja2, which is in an extra."""


class TestContainer:
    def test_has_the_clients_that_the_playbook_installs(self, container, before):
        names = {name.lower() for name in before}

        assert {"python-openstackclient", "osc-placement", "gnocchiclient"} <= names
        assert "osc-imagetools" not in names

    def test_keeps_its_versions_when_the_plugin_comes(self, before, with_plugin):
        after = with_plugin.installed()

        assert after | before == after
        assert "osc-imagetools" in after

    def test_has_no_new_conflict(self, conflicts_before, with_plugin):
        assert with_plugin.conflicts() - conflicts_before == set()

    def test_shows_our_commands(self, with_plugin: Container):
        client = str(with_plugin.python.with_name("openstack"))

        helped = with_plugin.run(client, "image", "--help").stdout

        ours = [plugin.words(entry_point) for entry_point in plugin.entry_points()]
        assert [words for words in ours if words not in helped] == []

    def test_runs_them_against_the_cloud(self, before, with_plugin: Container):
        with_plugin.install_tests()

        options = ("-q", "-n", "2", "--deselect", WITH_EXTRAS)
        done = with_plugin.run("-m", "pytest", *options, *MAIN_COMMANDS)

        assert done.returncode == 0, done.stdout + done.stderr
        kept = with_plugin.installed()
        assert kept | before == kept


class TestCopies:
    @pytest.mark.parametrize("release", sets.RELEASES)
    def test_of_the_constraints_are_lines_of_those_that_are_used(self, release):
        used = sets.constraints(release).splitlines()

        lines = [line for line in sets.copied(release).splitlines() if "===" in line]

        assert [line for line in lines if line not in used] == []
        assert set(sets.clients("\n".join(used))) == set(sets.clients("\n".join(lines)))

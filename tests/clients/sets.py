# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which clients the utility container of a release has, and at which versions."""

from __future__ import annotations

import os
import re
import urllib.request
from pathlib import Path

RELEASES = ("2025.1", "2025.2", "2026.1")
COPIES = Path(__file__).with_name("constraints")
PUBLISHED = "https://releases.openstack.org/constraints/upper/"
VARIABLE = "OSC_IMAGETOOLS_CONSTRAINTS"
"""Where the upper constraints are: what stands before the name of the release, an
address or the path of a folder."""
MOST_BYTES = 1 << 20
ANSWER_SECONDS = 30

CLIENT = re.compile(r"(python-.*client|(?:aodh|gnocchi)client|osc-placement)===")
"""A line of the upper constraints whose package the playbook installs:
playbooks/utility-install.yml of OpenStack-Ansible 31.0.0 to 33.0.0."""
MORE = ("cryptography", "PyMySQL", "python-memcached", "selinux", "openstacksdk")
"""What it installs as well: ``utility_pip_packages``, whose default is in
inventory/group_vars/utility_all/defaults.yml."""


class ConstraintsError(Exception):
    """The upper constraints of a release can't be had."""


def constraints(release: str) -> str:
    """The upper constraints of a release; raises ConstraintsError."""
    place = os.environ.get(VARIABLE) or PUBLISHED
    try:
        if place.startswith("https://"):
            address = place + release
            with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:
                text: str = answer.read(MOST_BYTES).decode()
                return text
        return Path(place, release).read_text()
    except (OSError, ValueError) as error:
        raise ConstraintsError(
            f"The upper constraints of {release} can't be read from {place}: {error}. "
            f"With {VARIABLE}={COPIES} the tests use the copies in the tree."
        ) from error


def copied(release: str) -> str:
    """The copy that is kept in the tree, of the lines that are needed."""
    return (COPIES / release).read_text()


def clients(constraints: str) -> list[str]:
    """The clients that the playbook finds in the upper constraints, by name."""
    found = (CLIENT.match(line) for line in constraints.splitlines())
    return sorted(match[1] for match in found if match)

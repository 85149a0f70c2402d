# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who can log in to a new cloud, as shells and as clients want to read it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.keystone import ADMIN_PASSWORD, PROJECT, REGION


@dataclass(frozen=True)
class Credentials:
    """A user in a project, both of the domain ``Default``."""

    auth_url: str
    username: str
    password: str
    project_name: str

    def environment(self) -> dict[str, str]:
        """The variables that OpenStack's clients read."""
        options = {**self._authentication(), "region_name": REGION}
        return {
            "OS_IDENTITY_API_VERSION": "3",
            **{f"OS_{name.upper()}": value for name, value in options.items()},
        }

    def exports(self) -> str:
        """The same as lines for a shell."""
        variables = self.environment().items()
        return "".join(f"export {name}={shlex.quote(at)}\n" for name, at in variables)

    def yaml(self, name: str, **options: str) -> str:
        """The same as an entry of clouds.yaml, with more options of a cloud."""
        return f"  {name}:\n" + "".join(
            [
                *_lines(4, {"region_name": REGION, **options}),
                "    auth:\n",
                *_lines(6, self._authentication()),
            ]
        )

    def _authentication(self) -> dict[str, str]:
        return {
            "auth_url": self.auth_url,
            "username": self.username,
            "password": self.password,
            "project_name": self.project_name,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }


def _lines(indent: int, options: Mapping[str, str]) -> list[str]:
    # A string of JSON is one of YAML too.
    return [
        f"{' ' * indent}{name}: {json.dumps(value)}\n"
        for name, value in options.items()
    ]


def people(auth_url: str) -> dict[str, Credentials]:
    """The accounts of a new cloud, by the name of their role."""
    return {
        "admin": Credentials(auth_url, "admin", ADMIN_PASSWORD, "admin"),
        **{
            role: Credentials(auth_url, role, role, PROJECT)
            for role in ("member", "reader")
        },
    }


def write_clouds_yaml(path: Path, auth_url: str) -> None:
    """Write a clouds.yaml with a cloud for each of these accounts."""
    entries = [each.yaml(name) for name, each in people(auth_url).items()]
    path.write_text(f"clouds:\n{''.join(entries)}")

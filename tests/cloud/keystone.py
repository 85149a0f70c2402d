# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Keystone: its configuration, its commands, and the catalogue it starts with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from tests.cloud import configuration, uwsgi

# Of its URL; also where its version is found.
PATH = "/v3"
REGION = "RegionOne"
ADMIN_PASSWORD = "admin"
SERVICE_PASSWORD = "glance"
# Of the accounts for people: users are named as their role and as their password.
PROJECT = "demo"
ANSWER_SECONDS = 30


def configure(files: Path, database: Mapping[str, str]) -> None:
    """Write Keystone's configuration below ``files``."""
    configuration.write(
        files / "keystone" / "keystone.conf",
        {
            "database": database,
            "token": {"provider": "fernet"},
            "fernet_tokens": {"key_repository": f"{files}/keystone/fernet-keys"},
            "credential": {"key_repository": f"{files}/keystone/credential-keys"},
            # The cheapest that bcrypt allows: each test makes a user of its own.
            "identity": {"password_hash_rounds": "4"},
            "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
        },
    )


def authentication(url: str) -> dict[str, str]:
    """The section [keystone_authtoken] of a service, which logs in as Glance does."""
    return {
        "www_authenticate_uri": url,
        "auth_url": url,
        "auth_type": "password",
        "username": "glance",
        "password": SERVICE_PASSWORD,
        "project_name": "service",
        "user_domain_id": "default",
        "project_domain_id": "default",
        "service_token_roles_required": "true",
    }


def environment(files: Path) -> dict[str, str]:
    """What Keystone's server needs in its environment: uWSGI's --env is too late."""
    return {"OS_KEYSTONE_CONFIG_DIR": f"{files}/keystone"}


def preparation(services: Path, files: Path) -> list[list[str]]:
    """The commands that make tables, keys and the first admin, in order."""
    program = str(services / "bin" / "keystone-manage")
    manage = [program, f"--config-file={files}/keystone/keystone.conf"]
    owner = [f"--keystone-user={os.getuid()}", f"--keystone-group={os.getgid()}"]
    return [
        [*manage, "db_sync"],
        [*manage, "fernet_setup", *owner],
        [*manage, "credential_setup", *owner],
        [*manage, "bootstrap", f"--bootstrap-password={ADMIN_PASSWORD}"],
    ]


def serve(services: Path, imports: Sequence[str]) -> list[str]:
    """Keystone's server: one process, since its cache is a process's own memory."""
    return uwsgi.command(
        services, "keystone.wsgi.api", workers=1, threads=8, imports=imports
    )


class Identity:
    """Keystone's API as its first admin; ``url`` ends in /v3."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = _session()
        self._session.headers["X-Auth-Token"] = token(
            url, "admin", ADMIN_PASSWORD, "admin"
        ).value

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The JSON of the answer; raises requests.HTTPError unless it is a success."""
        answer = self._session.request(
            method, f"{self.url}{path}", json=body or None, timeout=ANSWER_SECONDS
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def create(self, kind: str, **properties: Any) -> str:
        """The ID of a new service, endpoint, project, user …"""
        created = self.call("POST", f"/{kind}s", **{kind: properties})
        return str(created[kind]["id"])

    def add_service(self, name: str, kind: str, url: str) -> str:
        """Put a service and its endpoints into the catalogue; its ID."""
        service = self.create("service", name=name, type=kind)
        for interface in ("public", "internal", "admin"):
            self.add_endpoint(service, interface, url, REGION)
        return service

    def add_endpoint(self, service: str, interface: str, url: str, region: str) -> None:
        """Put an endpoint of a service into the catalogue."""
        self.create(
            "endpoint",
            service_id=service,
            interface=interface,
            url=url,
            region_id=region,
        )

    def add_user(self, name: str, password: str, project: str, *roles: str) -> str:
        """The ID of a new user who has these roles in a project, given by its ID."""
        user = self.create(
            "user", name=name, password=password, default_project_id=project
        )
        for role in roles:
            path = f"/projects/{project}/users/{user}/roles/{self.roles[role]}"
            self.call("PUT", path)
        return user

    @cached_property
    def roles(self) -> dict[str, str]:
        """The ID of each role, by its name."""
        listed = self.call("GET", "/roles")["roles"]
        return {role["name"]: role["id"] for role in listed}


def _session() -> requests.Session:
    session = requests.Session()
    # No proxy and no netrc of the environment: this is a loopback cloud.
    session.trust_env = False
    return session


@dataclass(frozen=True)
class Token:
    """A token, and whom it stands for."""

    value: str
    user_id: str
    project_id: str


def token(url: str, user: str, password: str, project: str) -> Token:
    """A token for a user in a project, both of the domain ``Default``."""
    domain = {"id": "default"}
    who = {"user": {"name": user, "domain": domain, "password": password}}
    answer = _session().post(
        f"{url}/auth/tokens",
        json={
            "auth": {
                "identity": {"methods": ["password"], "password": who},
                "scope": {"project": {"name": project, "domain": domain}},
            }
        },
        timeout=ANSWER_SECONDS,
    )
    answer.raise_for_status()
    told = answer.json()["token"]
    value = answer.headers["X-Subject-Token"]
    return Token(value, told["user"]["id"], told["project"]["id"])


@dataclass(frozen=True)
class Entry:
    """A public endpoint of a service of some type in a region."""

    region: str
    kind: str
    url: str


def fill(url: str, glance_url: str, more: Iterable[Entry] = ()) -> None:
    """Make the catalogue, Glance's own user, and the accounts for people.

    With *more* endpoints in the catalogue, and the services and regions of those.
    """
    identity = Identity(url)
    identity.create("region", id=REGION)
    known = {
        "identity": identity.add_service("keystone", "identity", url),
        "image": identity.add_service("glance", "image", glance_url),
    }
    regions = {REGION}
    for entry in more:
        if entry.region not in regions:
            regions.add(identity.create("region", id=entry.region))
        if entry.kind not in known:
            name = f"the {entry.kind} service"
            known[entry.kind] = identity.create("service", name=name, type=entry.kind)
        identity.add_endpoint(known[entry.kind], "public", entry.url, entry.region)
    service = identity.create("project", name="service")
    identity.add_user("glance", SERVICE_PASSWORD, service, "admin", "service")
    project = identity.create("project", name=PROJECT)
    for role in ("member", "reader"):
        identity.add_user(role, role, project, role)

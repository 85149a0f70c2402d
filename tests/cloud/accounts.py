# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A user in a project: what they can run, and what they see."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

from tests.cloud import client
from tests.cloud.client import Outcome, Run
from tests.cloud.credentials import Credentials

CLIENT_SECONDS = 120.0
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Account:
    """A user in a project of a cloud; commands run in an empty home of their own."""

    credentials: Credentials
    user_id: str
    project_id: str
    token: str
    home: Path
    glance_url: str
    run: Run = client.run
    clouds_yaml: Path | None = None

    @property
    def project_name(self) -> str:
        """The project's name, in the domain ``Default``."""
        return self.credentials.project_name

    @property
    def env(self) -> dict[str, str]:
        """The OS_… variables with which a client logs in."""
        if self.clouds_yaml:
            named = str(self.clouds_yaml)
            return {"OS_CLIENT_CONFIG_FILE": named, "OS_CLOUD": "through"}
        return self.credentials.environment()

    def through(
        self, image_url: str = "", *, auth_url: str = "", **options: str
    ) -> Account:
        """The same account for whom Glance, or Keystone, is found at another URL.

        Or with other *options* of a cloud: ``region_name``, or a service's
        ``…_endpoint_override``. By a clouds.yaml: the clients of 2025.1 ignore
        OS_IMAGE_ENDPOINT_OVERRIDE.
        """
        credentials = self.credentials
        if auth_url:
            credentials = replace(credentials, auth_url=auth_url)
        override = {"image_endpoint_override": image_url} if image_url else {}
        override |= options
        path = self.home / f"{uuid.uuid4().hex}.yaml"
        path.write_text(f"clouds:\n{credentials.yaml('through', **override)}")
        return replace(self, credentials=credentials, clouds_yaml=path)

    def glance(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Glance's own answer to this user; ``path`` begins with a slash."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers["X-Auth-Token"] = self.token
            kwargs.setdefault("timeout", ANSWER_SECONDS)
            return session.request(method, f"{self.glance_url}{path}", **kwargs)

    def listed(self, **filters: str) -> list[dict[str, Any]]:
        """The images that Glance lists for this user, of all pages."""
        found: list[dict[str, Any]] = []
        query: dict[str, str] | None = filters
        while query is not None:
            answer = self.glance("GET", "/v2/images", params=query)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["images"]
            more = "next" in page
            query = {**filters, "marker": found[-1]["id"]} if more else None
        return found

    def openstack(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        input: str = "",
        timeout: float = CLIENT_SECONDS,
    ) -> Outcome:
        """How a command of the client ended; raises subprocess.TimeoutExpired.

        ``env`` is added to the environment.
        """
        return self.run(
            argv,
            env=self.environment(env),
            folder=self.home,
            stdin=input,
            timeout=timeout,
        )

    def start(
        self, *argv: str, env: Mapping[str, str] | None = None, **popen: Any
    ) -> subprocess.Popen[str]:
        """Start the client, for a test that watches or kills it."""
        options = {"env": self.environment(env), "cwd": self.home}
        return client.start(argv, **{**options, **popen})

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a client, with *more* in it."""
        # The rest stays: coverage and virtual environments speak through it.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("OS_") and not name.lower().endswith("_proxy")
        }
        own = {"HOME": str(self.home), "NO_COLOR": "1"}
        return {**kept, **own, **self.env, **(more or {})}

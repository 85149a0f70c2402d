# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A running cloud as tests hold it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tests.cloud import client, credentials, keystone, state
from tests.cloud.accounts import Account
from tests.cloud.client import Run
from tests.cloud.credentials import Credentials
from tests.cloud.folders import Folder
from tests.cloud.keystone import Identity
from tests.cloud.source.client import Source
from tests.cloud.state import State
from tests.cloud.tenants import Tenants


@dataclass(frozen=True)
class Cloud:
    """Where its services are; and accounts, as many as there are tests."""

    folder: Folder
    state: State
    run: Run = client.run
    """How its accounts run the client."""

    @classmethod
    def at(cls, folder: Folder) -> Cloud:
        """The cloud that runs in a folder; raises CloudError if none does."""
        return cls(folder, state.read(folder))

    @property
    def auth_url(self) -> str:
        """Keystone's URL."""
        return self.state.services["keystone"].url

    @property
    def glance_url(self) -> str:
        """Glance's URL, without a version."""
        return self.state.services["glance"].url

    @property
    def source(self) -> Source:
        """The source server; .folder() gives a test a part of its own."""
        told = self.state
        url, control = told.services["source"].url, told.source_control
        return Source(url, control, self.folder.source_root)

    @property
    def tenants(self) -> Tenants:
        """What makes servers and volumes, in a cloud of the variant ``compute``."""
        names = ("nova-tenants", "cinder-tenants")
        return Tenants(*(self.state.services[name].url for name in names))

    def account(
        self, roles: Iterable[str] = ("member",), project: Account | None = None
    ) -> Account:
        """A new user with these roles, in a new project or in another account's."""
        name = f"test-{uuid.uuid4().hex}"
        if project:
            project_id, project_name = project.project_id, project.project_name
        else:
            project_id, project_name = self._identity.create("project", name=name), name
        self._identity.add_user(name, name, project_id, *roles)
        return self._account(Credentials(self.auth_url, name, name, project_name))

    def admin(self) -> Account:
        """The first admin, in the project ``admin``, which others use too."""
        return self._account(credentials.people(self.auth_url)["admin"])

    def _account(self, who: Credentials) -> Account:
        token = keystone.token(
            who.auth_url, who.username, who.password, who.project_name
        )
        home = self.folder.files / "homes" / uuid.uuid4().hex
        home.mkdir(parents=True)
        return Account(
            credentials=who,
            user_id=token.user_id,
            project_id=token.project_id,
            token=token.value,
            home=home,
            glance_url=self.glance_url,
            run=self.run,
        )

    @cached_property
    def _identity(self) -> Identity:
        return Identity(self.auth_url)

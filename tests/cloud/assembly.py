# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which services make up a cloud, in which order they start, and who needs whom."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.cloud import (
    compute,
    credentials,
    folders,
    glance,
    horizon,
    keystone,
    ports,
    template,
)
from tests.cloud import database as databases
from tests.cloud.compute import Compute
from tests.cloud.database import MariaDB
from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder
from tests.cloud.horizon import Dashboards
from tests.cloud.services import Crew, Say, Service
from tests.cloud.state import Running, State


class Assembly:
    """One cloud's services."""

    def __init__(
        self,
        folder: Folder,
        services: Path,
        variant: str,
        database: str,
        release: str | None,
        say: Say,
    ) -> None:
        self._folder = folder
        self._release = release
        self._services = services
        self._variant = variant
        self._say = say
        self._database = databases.find(database)
        self._crew = Crew(folder.files, folder.logs, say)
        self._server = template.server_of(self._database, folder.files)
        self._source = _source_server(folder)
        self._keystone = self._application("keystone", keystone)
        self._glance = self._application("glance", glance)
        self._compute = self._beside() if variant == compute.VARIANT else None
        self._dashboards = Dashboards(services) if variant in horizon.VARIANTS else None
        self._served = [self._glance, *self._more()]

    async def start(self) -> None:
        """Bring everything up and write the state; raises CloudError."""
        await template.copy(
            *(self._crew, self._services, self._database, self._folder.files),
            with_compute=self._compute is not None,
        )
        if self._dashboards:
            await self._dashboards.prepare(self._crew)
        self._say(f"Starting {', '.join(each.name for each in self._all)} …")
        self._folder.source_root.mkdir()
        await asyncio.gather(*map(self._crew.start, self._first))
        self._configure()
        await asyncio.gather(
            self._start_keystone(),
            *(self._crew.start(each) for each in self._served),
        )
        credentials.write_clouds_yaml(self._folder.clouds_yaml, self._keystone.url())
        self._write_state()

    async def keep(self) -> None:
        """Start again what dies, as long as the cloud lives; raises CloudError."""
        await asyncio.gather(
            *(self._crew.keep(each, self._changed) for each in self._all)
        )

    def _changed(self, service: Service) -> None:
        if service is self._source and service.answering and self._glance.child:
            # It has another port now, which Glance has to allow.
            self._configure()
            self._glance.child.kill()
        self._write_state()

    def close(self) -> None:
        """Turn away who still waits for a service."""
        for service in self._all:
            if service.listener:
                service.listener.close()

    @property
    def _first(self) -> list[Service]:
        return [self._server, self._source] if self._server else [self._source]

    @property
    def _all(self) -> list[Service]:
        return [*self._first, self._keystone, *self._served]

    def _more(self) -> list[Service]:
        if self._dashboards:
            return self._dashboards.all(self._keystone.url())
        return self._compute.all if self._compute else []

    def _beside(self) -> Compute:
        if not isinstance(self._database, MariaDB):
            raise CloudError("Nova's cells need MariaDB's server (bindep.txt).")
        return Compute(self._folder.files, self._services, self._database)

    async def _start_keystone(self) -> None:
        await self._crew.start(self._keystone)
        identity_url, image_url = self._keystone.url(), self._glance.url()
        more = self._compute.entries(identity_url, image_url) if self._compute else ()
        await asyncio.to_thread(keystone.fill, identity_url, image_url, more)

    def _configure(self) -> None:
        files, database = self._folder.files, self._database
        keystone.configure(files, database.options(files, "keystone"))
        glance.configure(
            files,
            self._services,
            database.options(files, "glance"),
            url=self._glance.url(),
            keystone_url=self._keystone.url(),
            source_port=urlsplit(self._source.url()).port or 80,
            variant=self._variant,
        )
        if self._compute:
            self._compute.configure(self._keystone.url())

    def _application(self, name: str, module: Any) -> Service:
        listener = ports.listening_socket()
        url = ports.url_of(listener) + module.PATH
        return Service(
            name,
            module.serve(self._services, self._database.imports),
            lambda: url,
            environment=module.environment(self._folder.files),
            listener=listener,
        )

    def _write_state(self) -> None:
        State(
            supervisor=os.getpid(),
            variant=self._variant,
            database=self._database.name,
            release=self._release,
            services={each.name: _running(each) for each in self._all},
            source_control=str(_told_by_source(self._folder).get("control", "")),
        ).write(self._folder)


def _running(service: Service) -> Running:
    assert service.child
    return Running(
        service.url(), service.child.pid, service.answering, service.restarts
    )


def _source_server(folder: Folder) -> Service:
    state = folder.files / "source.json"
    command = [
        *(sys.executable, "-m", "tests.cloud.source"),
        *("--root", str(folder.source_root), "--state", str(state)),
    ]
    return Service(
        "source",
        command,
        lambda: str(_told_by_source(folder).get("url", "")),
        environment={"PYTHONPATH": str(folders.CHECKOUT)},
        forget=[state],
    )


def _told_by_source(folder: Folder) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder.files / "source.json").read_text())
    except FileNotFoundError:
        return {}
    return told

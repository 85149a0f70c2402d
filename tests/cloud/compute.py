# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a cloud of the variant ``compute`` has as well: Nova and Cinder.

Regions of its catalogue lack what some clouds lack, or have what some have: see
`Compute.entries`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from tests.cloud import cinder, nova, ports
from tests.cloud.database import MariaDB
from tests.cloud.keystone import REGION, Entry
from tests.cloud.services import Crew, Service

VARIANT = "compute"
TENANTS = Path(__file__).with_name("tenants") / "serve.py"

TORN = "torn"
"""The region whose Nova doesn't reach its second cell."""
WITHOUT_VOLUMES = "without-volumes"
WITH_DATABASES = "with-databases"
"""A region with a service that may use images, and that nobody asks."""
EAST, WEST = "east", "west"
"""Two regions with one image service. The Nova of the second is the torn one, and it
has no Cinder."""

_ADDRESSES = {
    TORN: "127.1",
    WITHOUT_VOLUMES: "127.0.1",
    WITH_DATABASES: "127.00.1",
    EAST: "localhost",
    WEST: "localhost",
}
"""One of the image service for each region: by that a client tells them apart."""


class Compute:
    """These services of one cloud."""

    def __init__(self, files: Path, services: Path, database: MariaDB) -> None:
        self._files, self._services, self._database = files, services, database
        self._nova = self._api("nova", nova, nova.environment(files))
        torn = nova.environment(files, "nova-torn")
        self._torn = self._api("nova-torn", nova, torn)
        self._cinder = self._api("cinder", cinder, {})
        self._servers, self._volumes = (
            _tenants(files, services, name) for name in ("nova", "cinder")
        )

    @property
    def all(self) -> list[Service]:
        """Each of them."""
        apis = [self._nova, self._torn, self._cinder]
        return [*apis, self._servers, self._volumes]

    def configure(self, keystone_url: str) -> None:
        """Write their configurations."""
        configure(
            self._files,
            self._services,
            self._database,
            keystone_url=keystone_url,
            neutron_url=self._servers.url(),
        )

    async def start(self, crew: Crew) -> None:
        """Start all of them; raises CloudError."""
        await asyncio.gather(*map(crew.start, self.all))

    def entries(self, identity_url: str, image_url: str) -> Iterator[Entry]:
        """What they add to the catalogue."""
        compute = (nova.TYPE, self._nova.url())
        volumes = (cinder.TYPE, self._cinder.url())
        torn = (nova.TYPE, self._torn.url())
        regions = {
            REGION: [compute, volumes],
            TORN: [torn, volumes],
            WITHOUT_VOLUMES: [compute],
            WITH_DATABASES: [compute, volumes, ("database", image_url)],
            EAST: [compute, volumes],
            WEST: [torn],
        }
        for region, services in regions.items():
            for kind, url in services:
                yield Entry(region, kind, url)
        for region, address in _ADDRESSES.items():
            yield Entry(region, "identity", identity_url)
            yield Entry(region, "image", image_url.replace("127.0.0.1", address))

    def _api(
        self, name: str, module: ModuleType, environment: Mapping[str, str]
    ) -> Service:
        listener = ports.listening_socket()
        url = ports.url_of(listener) + module.PATH
        return Service(
            name,
            module.serve(self._services, self._database.imports),
            lambda: url,
            environment=environment,
            listener=listener,
        )


def configure(
    files: Path,
    services: Path,
    database: MariaDB,
    *,
    keystone_url: str = "",
    neutron_url: str = "",
) -> None:
    """Write the configurations of all of them below ``files``."""
    for folder, host in (("nova", nova.REACHED), ("nova-torn", nova.TORN)):
        nova.configure(
            files,
            services,
            database,
            folder=folder,
            host=host,
            keystone_url=keystone_url,
            neutron_url=neutron_url,
        )
    options = database.options(files, "cinder")
    cinder.configure(files, services, options, keystone_url=keystone_url)


async def prepare(crew: Crew, services: Path, files: Path, database: MariaDB) -> None:
    """Make their tables and cells; the database's server runs. Raises CloudError."""
    configure(files, services, database)
    folder = nova.OF_SECOND_CELL
    nova.configure(files, services, database, folder=folder, cell="cell2")
    await asyncio.gather(
        crew.run(*nova.preparation(services, files)),
        crew.run(*cinder.preparation(services, files)),
    )


def _tenants(files: Path, services: Path, name: str) -> Service:
    listener = ports.listening_socket()
    url = ports.url_of(listener)
    configuration = f"{files}/{name}/{name}.conf"
    return Service(
        f"{name}-tenants",
        [f"{services}/bin/python", str(TENANTS), name, configuration],
        lambda: url,
        listener=listener,
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Nova: its configuration, its commands, and its cells.

No compute host, no message queue, no Placement: only the API, and what tests have put
into its databases (``tenants``). Of its two cells, the second one is not reached by the
API that is called ``nova-torn``.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.cloud import configuration, keystone, uwsgi
from tests.cloud.database import MariaDB

PATH = "/v2.1"
TYPE = "compute"
SCHEMAS = ("nova_api", "nova_cell0", "nova_cell1", "nova_cell2")
OF_SECOND_CELL = "nova-cell2"
"""A configuration for ``nova-manage`` alone."""
REACHED, TORN = "mariadb", "torn"
"""The host in the URL of an API's own database. MariaDB's client doesn't look it up,
since it has a socket; the second cell's URL has it as the name of that."""
HOST = "{hostname}"
"""Nova fills it in."""


def configure(
    files: Path,
    services: Path,
    database: MariaDB,
    *,
    folder: str = "nova",
    host: str = REACHED,
    cell: str = "cell1",
    keystone_url: str = "",
    neutron_url: str = "",
) -> None:
    """Write Nova's configuration below ``files``; *cell* has rows of its own."""
    authentication = keystone.authentication(keystone_url)
    configuration.write(
        files / folder / "nova.conf",
        {
            "DEFAULT": {
                "transport_url": "fake://",
                "state_path": f"{files}/{folder}",
                "host": folder,
            },
            "api": {"auth_strategy": "keystone"},
            # A cell that isn't reached is given up at once.
            "database": {**_options(database, files, f"nova_{cell}", host), **_AT_ONCE},
            "api_database": _options(database, files, "nova_api", host),
            "keystone_authtoken": authentication,
            "neutron": {**authentication, "endpoint_override": neutron_url},
            "oslo_concurrency": {"lock_path": f"{files}/{folder}/locks"},
        },
    )
    # Nova looks for it beside its configuration.
    shutil.copy(services / "etc" / "nova" / "api-paste.ini", files / folder)


_AT_ONCE = {"max_retries": "0", "retry_interval": "0"}


def _options(database: MariaDB, files: Path, schema: str, host: str) -> dict[str, str]:
    options = dict(database.options(files, schema))
    options["connection"] = options["connection"].replace("@localhost/", f"@{host}/")
    return options


def environment(files: Path, folder: str = "nova") -> dict[str, str]:
    """What Nova's server needs in its environment: uWSGI's --env is too late."""
    return {"OS_NOVA_CONFIG_DIR": f"{files}/{folder}"}


def preparation(services: Path, files: Path) -> list[list[str]]:
    """The commands that make the tables and the cells, in order."""
    program = str(services / "bin" / "nova-manage")
    first, second = (
        [program, f"--config-file={files}/{folder}/nova.conf"]
        for folder in ("nova", OF_SECOND_CELL)
    )
    return [
        [*first, "api_db", "sync"],
        [*first, "cell_v2", "map_cell0", _database("cell0")],
        # Of the cell that it is configured for, too.
        [*first, "db", "sync"],
        [*second, "db", "sync", "--local_cell"],
        [*first, "cell_v2", "create_cell", *_cell("cell1", _database("cell1"))],
        [*first, "cell_v2", "create_cell", *_cell("cell2", _database("cell2", HOST))],
    ]


def _cell(name: str, database: str) -> list[str]:
    # No two cells share a queue.
    return [f"--name={name}", f"--transport-url=fake://{name}/", database]


def _database(cell: str, socket: str = REACHED) -> str:
    query = f"charset=utf8mb4&unix_socket=mariadb/{socket}.sock"
    return f"--database_connection=mysql+pymysql://root@localhost/nova_{cell}?{query}"


def serve(services: Path, imports: Sequence[str]) -> list[str]:
    """Nova's server."""
    return uwsgi.command(
        services, "nova.wsgi.osapi_compute", workers=1, threads=8, imports=imports
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Databases that are ready to use, kept beside the services that made them.

Creating the tables takes Keystone and Glance most of a start. It comes out the same
for the same versions, so it is done once, and each cloud starts from a copy.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path

from tests.cloud import cinder, compute, glance, keystone, locks, nova
from tests.cloud import database as databases
from tests.cloud.database import MariaDB, SQLite
from tests.cloud.services import Crew, Service

MADE_BY = (
    *(__file__, databases.__file__, str(databases.SCHEMAS)),
    *(glance.__file__, keystone.__file__),
)
OF_COMPUTE = (compute.__file__, nova.__file__, cinder.__file__)


async def copy(
    crew: Crew,
    services: Path,
    database: MariaDB | SQLite,
    files: Path,
    *,
    with_compute: bool = False,
) -> None:
    """Make ``files``, with databases and keys in it, from the template."""
    kind = f"{'compute' if with_compute else 'databases'}-{database.name}-"
    template = services / f"{kind}{database.version}-{_digest(with_compute)}"
    async with locks.held_patiently(services / "databases.lock", crew.say):
        if not template.exists():
            for outdated in services.glob(f"{kind}*"):
                shutil.rmtree(outdated)
            half_made = services / f"half-made-{database.name}"
            shutil.rmtree(half_made, ignore_errors=True)
            half_made.mkdir()
            maker = Crew(half_made, crew.logs, crew.say)
            await _make(maker, services, database, with_compute=with_compute)
            half_made.rename(template)
        shutil.copytree(template, files)


def _digest(with_compute: bool) -> str:
    modules = (*MADE_BY, *OF_COMPUTE) if with_compute else MADE_BY
    made_by = b"".join(Path(module).read_bytes() for module in modules)
    return hashlib.sha256(made_by).hexdigest()[:8]


async def _make(
    crew: Crew, services: Path, database: MariaDB | SQLite, *, with_compute: bool
) -> None:
    crew.say("Creating the databases' tables (about 20 s, once) …")
    files = crew.files
    await crew.run(*database.preparation(files))
    keystone.configure(files, database.options(files, "keystone"))
    glance.configure(files, services, database.options(files, "glance"))
    server = server_of(database, files)
    if server:
        await crew.start(server)
    await asyncio.gather(
        crew.run(*keystone.preparation(services, files)),
        crew.run(*glance.preparation(services, files)),
    )
    if with_compute and isinstance(database, MariaDB):
        await compute.prepare(crew, services, files, database)
    if server:
        await crew.stop(server)


def server_of(database: MariaDB | SQLite, files: Path) -> Service | None:
    """The database's server, if it has one."""
    command = database.command(files)
    if command is None:
        return None
    url = f"unix:{files}/mariadb/{MariaDB.socket}"
    return Service(database.name, command, lambda: url)

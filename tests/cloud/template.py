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

from tests.cloud import database as databases
from tests.cloud import glance, keystone, locks
from tests.cloud.database import MariaDB, SQLite
from tests.cloud.services import Crew, Service

MADE_BY = (__file__, databases.__file__, glance.__file__, keystone.__file__)


async def copy(
    crew: Crew, services: Path, database: MariaDB | SQLite, files: Path
) -> None:
    """Make ``files``, with databases and keys in it, from the template."""
    kind = f"databases-{database.name}-"
    template = services / f"{kind}{database.version}-{_digest()}"
    async with locks.held_patiently(services / "databases.lock", crew.say):
        if not template.exists():
            for outdated in services.glob(f"{kind}*"):
                shutil.rmtree(outdated)
            half_made = services / f"half-made-{database.name}"
            shutil.rmtree(half_made, ignore_errors=True)
            half_made.mkdir()
            maker = Crew(half_made, crew.logs, crew.say)
            await _make(maker, services, database)
            half_made.rename(template)
        shutil.copytree(template, files)


def _digest() -> str:
    made_by = b"".join(Path(module).read_bytes() for module in MADE_BY)
    return hashlib.sha256(made_by).hexdigest()[:8]


async def _make(crew: Crew, services: Path, database: MariaDB | SQLite) -> None:
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
    if server:
        await crew.stop(server)


def server_of(database: MariaDB | SQLite, files: Path) -> Service | None:
    """The database's server, if it has one."""
    command = database.command(files)
    if command is None:
        return None
    url = f"unix:{files}/mariadb/{MariaDB.socket}"
    return Service(database.name, command, lambda: url)

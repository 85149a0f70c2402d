# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The services' databases: MariaDB, as clouds run it, or SQLite."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.errors import CloudError

SCHEMAS = Path(__file__).with_name("schemas.sql")
PATIENCE = Path(__file__).with_name("patience")
LOCK_SECONDS = 60


def find(choice: str) -> MariaDB | SQLite:
    """The database for ``auto``, ``mariadb`` or ``sqlite``.

    Raises CloudError if MariaDB is asked for and not found.
    """
    server, install = _program("mariadbd"), _program("mariadb-install-db")
    if choice == "sqlite" or (choice == "auto" and not (server and install)):
        return SQLite()
    if not (server and install):
        raise CloudError(
            "mariadbd or mariadb-install-db is not installed; "
            "install MariaDB's server (bindep.txt), or choose --database sqlite."
        )
    return MariaDB(server, install)


def _program(name: str) -> str | None:
    # Debian keeps servers where an ordinary user's PATH does not look.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@dataclass(frozen=True)
class SQLite:
    """One file a service, made to wait for its lock."""

    name = "sqlite"
    imports: Sequence[str] = ("patient_sqlite",)

    @property
    def version(self) -> str:
        return "3"

    def options(self, files: Path, schema: str) -> dict[str, str]:
        """The section [database] of a service."""
        url = f"sqlite:///{files}/{schema}.sqlite?timeout={LOCK_SECONDS}"
        # What it holds need not survive the machine.
        return {"connection": url, "sqlite_synchronous": "false"}

    def preparation(self, files: Path) -> list[list[str]]:
        """Nothing to do: a file is made when it is first opened."""
        return []

    def command(self, files: Path) -> list[str] | None:
        """None: no server."""
        return None


@dataclass(frozen=True)
class MariaDB:
    """A server of its own, on a Unix socket only."""

    server: str
    install: str
    name = "mariadb"
    imports: Sequence[str] = ()
    # Relative to its data folder, and so below the 107 bytes of a Unix address.
    socket = "mariadb.sock"

    @property
    def version(self) -> str:
        told = subprocess.run([self.server, "--version"], stdout=subprocess.PIPE)
        return told.stdout.decode().split("Ver ")[-1].split()[0]

    def options(self, files: Path, schema: str) -> dict[str, str]:
        """The section [database] of a service, which runs in ``files``."""
        arguments = f"charset=utf8mb4&unix_socket=mariadb/{self.socket}"
        url = f"mysql+pymysql://root@localhost/{schema}?{arguments}"
        return {"connection": url, "max_pool_size": "20"}

    def preparation(self, files: Path) -> list[list[str]]:
        """The command that makes an empty server's files."""
        folder = files / "mariadb"
        root = "--auth-root-authentication-method=normal"
        return [[self.install, *self._options(folder), "--skip-test-db", root]]

    def command(self, files: Path) -> list[str] | None:
        """The server; what it holds survives its own death, not the machine's."""
        folder = files / "mariadb"
        return [
            *(self.server, *self._options(folder), "--skip-networking"),
            *(f"--socket={self.socket}", f"--init-file={SCHEMAS}"),
            "--pid-file=mariadb.pid",
            *("--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M"),
            *("--performance-schema=OFF", "--max-connections=300"),
        ]

    @staticmethod
    def _options(folder: Path) -> list[str]:
        options = ["--no-defaults", f"--datadir={folder}", "--innodb-log-file-size=8M"]
        # When a server starts it removes the temporary tables of all that share /tmp.
        options.append(f"--tmpdir={folder}")
        return [*options, "--user=root"] if os.geteuid() == 0 else options

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Cinder: its configuration and its commands. Only the API: no volume is ever made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cloud import configuration, keystone, uwsgi

PATH = "/v3"
TYPE = "block-storage"
SCHEMAS = ("cinder",)


def configure(
    files: Path,
    services: Path,
    database: Mapping[str, str],
    *,
    keystone_url: str = "",
) -> None:
    """Write Cinder's configuration below ``files``."""
    etc = services / "etc" / "cinder"
    configuration.write(
        files / "cinder" / "cinder.conf",
        {
            "DEFAULT": {
                "transport_url": "fake://",
                "state_path": f"{files}/cinder",
                "auth_strategy": "keystone",
                "api_paste_config": f"{etc}/api-paste.ini",
                "resource_query_filters_file": f"{etc}/resource_filters.json",
            },
            "database": database,
            "keystone_authtoken": keystone.authentication(keystone_url),
            "coordination": {"backend_url": f"file://{files}/cinder/coordination"},
            "oslo_concurrency": {"lock_path": f"{files}/cinder/locks"},
        },
    )


def environment(files: Path) -> dict[str, str]:
    """Nothing: Cinder is told on its command line."""
    return {}


def preparation(services: Path, files: Path) -> list[list[str]]:
    """The command that makes the tables."""
    program = str(services / "bin" / "cinder-manage")
    return [[program, f"--config-file={files}/cinder/cinder.conf", "db", "sync"]]


def serve(services: Path, imports: Sequence[str]) -> list[str]:
    """Cinder's server."""
    # Relative to the folder that it runs in.
    told = "--config-file cinder/cinder.conf"
    return [
        *uwsgi.command(
            services, "cinder.wsgi.api", workers=1, threads=8, imports=imports
        ),
        *("--pyargv", told),
    ]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Glance: its configuration and its commands."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cloud import configuration, keystone, uwsgi

QUICK_VARIABLE = "OSC_IMAGETOOLS_QUICK_GLANCE"
"""Set where what Glance costs is no matter: in tests, and not in benchmarks."""

PATH = ""
STORES = ("fast", "slow")
IMPORT_METHODS = "[glance-direct,web-download,copy-image,glance-download]"
PLUGINS = {
    "plain": "[]",
    "plugins": "[image_decompression,image_conversion]",
    "small-pages": "[]",
    "compute": "[]",
    "guide": "[]",
    "dashboard": "[]",
    "dashboard-locations": "[]",
}
"""The variants of a cloud, and the import plugins of each."""
LOCATIONS = {
    "dashboard-locations": {
        "enabled_backends": f"{','.join(f'{store}:file' for store in STORES)},web:http",
        "show_multiple_locations": "true",
    }
}
"""Options for images whose data stay where a URL says: all are off by default."""
PAGES = {"small-pages": {"limit_param_default": "2", "api_limit_max": "3"}}
"""How many images one answer lists; else 25, and 1,000 for who asks for them."""


def configure(
    files: Path,
    services: Path,
    database: Mapping[str, str],
    *,
    url: str = "",
    keystone_url: str = "",
    source_port: int = 80,
    variant: str = "plain",
) -> None:
    """Write Glance's configuration below ``files``, and make its stores' folders."""
    stores = {
        **{store: files / "images" / store for store in STORES},
        "os_glance_tasks_store": files / "images" / "tasks",
        "os_glance_staging_store": files / "images" / "staging",
    }
    for folder in stores.values():
        folder.mkdir(parents=True, exist_ok=True)
    folders = {
        name: {"filesystem_store_datadir": str(folder)}
        for name, folder in stores.items()
    }
    configuration.write(
        files / "glance" / "glance-api.conf",
        {
            "DEFAULT": {
                "enabled_backends": ",".join(f"{store}:file" for store in STORES),
                "enabled_import_methods": IMPORT_METHODS,
                "worker_self_reference_url": url,
                **PAGES.get(variant, {}),
                **LOCATIONS.get(variant, {}),
            },
            # Inside uWSGI Glance can't tell which Python it runs on.
            "wsgi": {"python_interpreter": f"{services}/bin/python"},
            "database": database,
            "glance_store": {"default_backend": STORES[0]},
            "paste_deploy": {
                "flavor": "keystone",
                "config_file": f"{services}/etc/glance/glance-api-paste.ini",
            },
            "keystone_authtoken": keystone.authentication(keystone_url),
            **folders,
        },
    )
    configuration.write(
        files / "glance" / "glance-image-import.conf",
        {
            "import_filtering_opts": {
                "allowed_ports": f"[{source_port}]",
                # Since CVE-2026-34881 loopback is refused unless it is listed.
                "allowed_hosts": "[127.0.0.1,localhost]",
            },
            "image_import_opts": {"image_import_plugins": PLUGINS[variant]},
            "image_conversion": {"output_format": "raw"},
        },
    )


def environment(files: Path) -> dict[str, str]:
    """What Glance's server needs in its environment: uWSGI's --env is too late."""
    return {"OS_GLANCE_CONFIG_DIR": f"{files}/glance"}


def preparation(services: Path, files: Path) -> list[list[str]]:
    """The command that makes the tables."""
    program = str(services / "bin" / "glance-manage")
    return [[program, f"--config-file={files}/glance/glance-api.conf", "db_sync"]]


def serve(services: Path, imports: Sequence[str]) -> list[str]:
    """Glance's server: several processes and threads, as clouds run it."""
    if os.environ.get(QUICK_VARIABLE):
        imports = [*imports, "known_schemas"]
    return uwsgi.command(
        services, "glance.wsgi.api", workers=2, threads=8, imports=imports
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a cloud of the variants ``dashboard`` has as well: Horizon, twice.

``dashboard`` is as Horizon comes; ``dashboard-url`` offers the form's URL, which is off
by default. What Glance makes of that URL depends on the variant.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.cloud import locks, ports, uwsgi
from tests.cloud.database import PATIENCE
from tests.cloud.services import Crew, Service

VARIANT = "dashboard"
WITH_LOCATIONS = "dashboard-locations"
"""Its Glance has ``show_multiple_locations`` and a store for URLs: off by default."""
VARIANTS = (VARIANT, WITH_LOCATIONS)
WITH_URL = "dashboard-url"

SETTINGS = Path(__file__).with_name("settings")


class Dashboards:
    """These services of one cloud."""

    def __init__(self, services: Path) -> None:
        self._services = services
        self._static = services / f"dashboard-{_digest()}"

    def all(self, keystone_url: str) -> list[Service]:
        """Each of them, which log their users in at that Keystone."""
        names = {VARIANT: "", WITH_URL: "yes"}
        return [
            self._service(name, keystone_url, allowed)
            for name, allowed in names.items()
        ]

    async def prepare(self, crew: Crew) -> None:
        """Collect and compress the files that browsers load, once; or CloudError."""
        async with locks.held_patiently(self._services / "dashboard.lock", crew.say):
            if self._static.exists():
                return
            half_made = self._services / "half-made-dashboard"
            shutil.rmtree(half_made, ignore_errors=True)
            environment = self._environment(static=half_made)
            for words in ("collectstatic --noinput", "compress --force"):
                python = [f"{self._services}/bin/python", "-m", "django"]
                await crew.run([*python, *words.split()], environment=environment)
            half_made.rename(self._static)

    def _service(self, name: str, keystone_url: str, allowed: str) -> Service:
        listener = ports.listening_socket()
        url = ports.url_of(listener)
        return Service(
            name,
            serve(self._services, self._static),
            lambda: f"{url}/auth/login/",
            environment={
                **self._environment(static=self._static),
                "DASHBOARD_KEYSTONE_URL": keystone_url,
                "DASHBOARD_ALLOW_LOCATION": allowed,
            },
            listener=listener,
        )

    def _environment(self, static: Path) -> dict[str, str]:
        return {
            "PYTHONPATH": f"{PATIENCE}:{SETTINGS}",
            "DJANGO_SETTINGS_MODULE": "loopback_settings",
            "DASHBOARD_STATIC": str(static),
        }


def serve(services: Path, static: Path) -> list[str]:
    """Horizon's server, and the files that it gives to browsers."""
    return [
        *uwsgi.command(services, "loopback_wsgi", workers=1, threads=4, imports=()),
        *("--static-map", f"/static={static}"),
    ]


def _digest() -> str:
    made_by: Sequence[Path] = (Path(__file__), *sorted(SETTINGS.glob("*.py")))
    read = b"".join(path.read_bytes() for path in made_by)
    return hashlib.sha256(read).hexdigest()[:8]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of the services: puts rows into their databases.

By the services' own objects. POST of a list of JSON objects to ``/servers``,
``/volumes`` or ``/snapshots`` makes these, and answers with their IDs. A GET is one of
Nova's to Neutron, which isn't there: of whatever is asked there is none.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "1"

Row = dict[str, Any]
Making = dict[str, Callable[[Row], str]]


def moment(text: str | None) -> datetime | None:
    """A time in UTC, as objects hold it."""
    if text is None:
        return None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


class Nova:
    """Servers, in whichever cell."""

    def __init__(self, configuration: str) -> None:
        from nova import config, context, objects
        from nova.network import model

        config.parse_args(["nova", f"--config-file={configuration}"])
        objects.register_all()
        self._objects, self._context, self._network = objects, context, model
        cells = objects.CellMappingList.get_all(context.get_admin_context())
        self._cells = {cell.name: cell for cell in cells}
        self.making: Making = {"servers": self.add, "hosts": self.add_host}

    def add(self, row: Row) -> str:
        """The ID of a new server."""
        context = self._context.RequestContext(
            row["user"], row["project"], is_admin=True
        )
        cell = self._cells[row.get("cell", "cell1")]
        with self._context.target_cell(context, cell) as in_cell:
            server = self._objects.Instance(in_cell, **self._fields(row))
            server.create()
            self._touch(in_cell, server, row)
        self._objects.InstanceMapping(
            context,
            instance_uuid=server.uuid,
            cell_mapping=cell,
            project_id=row["project"],
            user_id=row["user"],
            queued_for_delete=bool(row.get("deleted_at")),
        ).create()
        return str(server.uuid)

    def add_host(self, row: Row) -> str:
        """The name of a new host of a cell; nothing runs on it."""
        self._objects.HostMapping(
            self._context.get_admin_context(),
            host=row["name"],
            cell_mapping=self._cells[row["cell"]],
        ).create()
        return str(row["name"])

    def _fields(self, row: Row) -> Row:
        flavor = self._objects.Flavor(
            id=1,
            name="small",
            memory_mb=1,
            vcpus=1,
            root_gb=1,
            ephemeral_gb=0,
            flavorid="1",
            swap=0,
            rxtx_factor=1.0,
            vcpu_weight=1,
            disabled=False,
            is_public=True,
            extra_specs={},
            description=None,
        )
        return {
            "project_id": row["project"],
            "user_id": row["user"],
            "display_name": row["name"],
            "hostname": row["name"],
            "image_ref": row.get("image") or "",
            "vm_state": row.get("vm_state", "active"),
            "power_state": 1,
            "memory_mb": 1,
            "vcpus": 1,
            "root_gb": 1,
            "ephemeral_gb": 0,
            "launched_at": moment(row.get("launched_at")),
            "flavor": flavor,
            "old_flavor": None,
            "new_flavor": None,
            "system_metadata": {},
            "metadata": {},
            "info_cache": self._objects.InstanceInfoCache(
                network_info=self._network.NetworkInfo()
            ),
        }

    def _touch(self, context: Any, server: Any, row: Row) -> None:
        """Delete it where it is to be deleted, as a compute host would do it."""
        if row.get("deleted_at"):
            from nova.db.main import api as main_db
            from nova.db.main import models

            with main_db.get_context_manager(context).writer.using(context) as session:
                session.query(models.Instance).filter_by(uuid=server.uuid).update(
                    {
                        "deleted": models.Instance.id,
                        "deleted_at": moment(row["deleted_at"]),
                        "terminated_at": moment(row["deleted_at"]),
                        "vm_state": "deleted",
                    }
                )


class Cinder:
    """Volumes and their snapshots."""

    def __init__(self, configuration: str) -> None:
        from cinder import context, objects

        # Imported, it registers the options.
        from cinder.common import config  # noqa: F401
        from oslo_config import cfg

        cfg.CONF([f"--config-file={configuration}"], project="cinder")
        objects.register_all()
        self._objects, self._context = objects, context
        self.making: Making = {"volumes": self.add, "snapshots": self.add_snapshot}

    def add(self, row: Row) -> str:
        """The ID of a new volume."""
        context = self._as(row)
        volume = self._objects.Volume(
            context,
            project_id=row["project"],
            user_id=row["user"],
            display_name=row["name"],
            size=1,
            status=row.get("status", "available"),
            attach_status="attached" if row.get("attachments") else "detached",
            bootable=bool(row.get("image")),
            availability_zone="nova",
            metadata=row.get("metadata", {}),
            volume_type_id=self._type(context),
            **_made_at(row),
        )
        volume.create()
        if row.get("image"):
            from cinder.db import api as db

            told = {"image_id": row["image"], "image_name": "x"}
            db.volume_glance_metadata_bulk_create(context, volume.id, told)
        for each in row.get("attachments", ()):
            self._objects.VolumeAttachment(
                context,
                volume_id=volume.id,
                instance_uuid=each["server"],
                mountpoint=each["device"],
                attach_status="attached",
                attach_mode="rw",
            ).create()
        return str(volume.id)

    def add_snapshot(self, row: Row) -> str:
        """The ID of a new snapshot of a volume."""
        context = self._as(row)
        snapshot = self._objects.Snapshot(
            context,
            project_id=row["project"],
            user_id=row["user"],
            volume_id=row["volume"],
            display_name=row["name"],
            status="available",
            volume_size=1,
            volume_type_id=self._type(context),
        )
        snapshot.create()
        return str(snapshot.id)

    def _as(self, row: Row) -> Any:
        return self._context.RequestContext(
            row["user"], row["project"], is_admin=True, overwrite=False
        )

    def _type(self, context: Any) -> str:
        from cinder.volume import volume_types

        return str(volume_types.get_default_volume_type(context)["id"])


def _made_at(row: Row) -> Row:
    return {"created_at": moment(row["created_at"])} if "created_at" in row else {}


def handler(making: Making) -> type[BaseHTTPRequestHandler]:
    """What answers requests; rows are made one after the other."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            rows = json.loads(self.rfile.read(length))
            with lock:
                made = [making[self.path.strip("/")](row) for row in rows]
            self._say(made)

        def do_GET(self) -> None:
            collection = self.path.partition("?")[0].rpartition("/")[2]
            self._say({collection.replace("-", "_"): []})

        def _say(self, what: object) -> None:
            body = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


def main(service: str, configuration: str) -> None:
    """Serve on the socket that is standard input.

    One process for each service: they know options of the same name.
    """
    making = (Nova if service == "nova" else Cinder)(configuration).making
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(making), False)
    server.socket.close()
    server.socket = socket.socket(fileno=0)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])

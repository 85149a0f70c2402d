# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Imported by the services when their database is SQLite: writers wait in line.

A transaction of SQLite that has read and now wants to write is refused at once
("database is locked") when another one wrote meanwhile; no timeout helps. So each
transaction takes the lock when it begins, where waiting is possible.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@event.listens_for(Engine, "begin")
def _take_the_lock(connection: Any) -> None:
    if connection.dialect.name != "sqlite" or "in_transaction" in connection.info:
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    # Tells oslo.db, which listens as well, that BEGIN was sent already.
    connection.info["in_transaction"] = True

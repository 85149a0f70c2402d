# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of deleted images taken out of Glance's database, as operators purge it.

``glance-manage db purge_images_table`` takes those of everybody, of at least a day
ago; here it is those of one project, and at once.
"""

from __future__ import annotations

import configparser
import subprocess

from tests.cloud.cloud import Cloud

_PROGRAM = """
import sys
import sqlalchemy

url, project = sys.argv[1:]
with sqlalchemy.create_engine(url).begin() as connection:
    tables = sqlalchemy.inspect(connection).get_table_names()
    gone = "SELECT id FROM images WHERE deleted = 1 AND owner = :project"
    for table in sorted(name for name in tables if name.startswith("image_")):
        columns = sqlalchemy.inspect(connection).get_columns(table)
        if any(column["name"] == "image_id" for column in columns):
            what = f"DELETE FROM {table} WHERE image_id IN ({gone})"
            connection.execute(sqlalchemy.text(what), {"project": project})
    what = "DELETE FROM images WHERE deleted = 1 AND owner = :project"
    print(connection.execute(sqlalchemy.text(what), {"project": project}).rowcount)
"""


def purge(cloud: Cloud, project_id: str) -> int:
    """How many images of a project were deleted, and are forgotten now."""
    files = cloud.folder.files
    told = configparser.ConfigParser(interpolation=None)
    told.read(files / "glance" / "glance-api.conf")
    python = told["wsgi"]["python_interpreter"]
    url = told["database"]["connection"]
    purged = subprocess.run(
        [python, "-c", _PROGRAM, url, project_id],
        cwd=files,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return int(purged.stdout)

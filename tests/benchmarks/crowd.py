# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand images, copied in Glance's database: by its API that takes an hour.

Their times lie in the past, as those of a site's images do: what has just been changed
is listed twice.
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.stage import Stage, tool
from tests.cloud.accounts import Account
from tests.cloud.database import MariaDB

IMAGES = 10_000
A_FAMILY = 10
A_PROJECT = 50
"""Images of each project, of those that aren't managed."""
CONTENT = bytes(4096)

PROPERTIES = {
    "lifecycle_family": "family-0",
    "lifecycle_version": "20250301",
    "lifecycle_generation": "0",
    "lifecycle_state": "active",
    "lifecycle_published_at": "2025-03-01T00:00:00Z",
    "lifecycle_source_digest": f"sha256:{'f' * 64}",
    "lifecycle_published_digest": f"sha256:{'e' * 64} wire",
    "lifecycle_verified": "sha256",
    "image_source": f"https://example.org/{'x' * 60}",
    "image_build_date": "2025-03-01",
    "replace_frequency": "monthly",
    "uuid_validity": "none",
    "provided_until": "none",
    "os_distro": "debian",
    "os_version": "13",
    "os_admin_user": "debian",
    "architecture": "x86_64",
    "hw_disk_bus": "scsi",
    "hw_scsi_model": "virtio-scsi",
}
"""Of an image that was imported with care; what isn't managed has none of ours."""

_NEW_IDS = """
CREATE TEMPORARY TABLE crowd (PRIMARY KEY (id)) AS
SELECT seq, seq < {managed} AS is_managed, seq >= {visible} AS is_hidden,
       '2025-01-01' + INTERVAL seq MINUTE AS made,
       IF(seq < {managed}, '{owner}', MD5(seq DIV {a_project})) AS project,
       CONCAT_WS('-', SUBSTR(hash, 1, 8), SUBSTR(hash, 9, 4), SUBSTR(hash, 13, 4),
                 SUBSTR(hash, 17, 4), SUBSTR(hash, 21)) AS id
FROM (SELECT seq, MD5(CONCAT('{first}', seq)) AS hash FROM seq_1_to_{last}) AS hashes;
"""

_COPIES = """
INSERT INTO images
    (id, os_hidden, created_at, updated_at, name, size, status, deleted, disk_format,
     container_format, checksum, owner, min_disk, min_ram, protected, virtual_size,
     visibility, os_hash_algo, os_hash_value)
SELECT crowd.id, is_hidden, made, made, name, size, status, deleted, disk_format,
     container_format, checksum, project, min_disk, min_ram, protected, virtual_size,
     visibility, os_hash_algo, os_hash_value
FROM crowd JOIN images ON images.id = '{first}';

INSERT INTO image_properties (image_id, name, value, created_at, updated_at, deleted)
SELECT crowd.id, name, CASE name
         WHEN 'lifecycle_id' THEN crowd.id
         WHEN 'lifecycle_family' THEN CONCAT('family-', seq DIV {a_family})
         WHEN 'lifecycle_generation' THEN seq
         ELSE value END,
     made, made, deleted
FROM crowd JOIN image_properties ON image_id = '{first}'
WHERE is_managed OR name NOT LIKE 'lifecycle%';

INSERT INTO image_tags (image_id, value, created_at, updated_at, deleted)
SELECT crowd.id, value, made, made, deleted
FROM crowd JOIN image_tags ON image_id = '{first}' WHERE is_managed;

INSERT INTO image_locations
    (image_id, value, created_at, updated_at, deleted, meta_data, status)
SELECT crowd.id, value, made, made, deleted, meta_data, status
FROM crowd JOIN image_locations ON image_id = '{first}';

UPDATE images SET created_at = '2025-01-01', updated_at = '2025-01-01'
WHERE id = '{first}';

ANALYZE TABLE images, image_properties, image_tags, image_locations;
"""

_END = """
DELETE child FROM {child} AS child JOIN images ON images.id = child.image_id
WHERE images.name = '{name}';
"""
_CHILDREN = ("image_properties", "image_tags", "image_locations")


@dataclass(frozen=True)
class Crowd:
    """10,000 images, and who looks after them."""

    operator: Account
    """An admin, who sees all of them."""
    managed_id: str
    """One of them that is managed, and visible."""


@contextmanager
def crowd(stage: Stage, *, managed: int, visible: int) -> Iterator[Crowd]:
    """10,000 images, as long as they are needed.

    So many are managed, all by one project, and so many visible; the others belong
    to many projects, or are hidden. Raises FileNotFoundError where the cloud's
    database isn't MariaDB.
    """
    tool("mariadb")
    operator = stage.cloud.account(roles=("admin",))
    stage.say(f"Making {IMAGES} images, {managed} managed, {visible} visible …")
    first = _first(operator)
    copied = (_NEW_IDS + _COPIES).format(
        first=first,
        last=IMAGES - 1,
        managed=managed,
        visible=visible,
        a_family=A_FAMILY,
        a_project=A_PROJECT,
        owner=operator.project_id,
    )
    try:
        sql(stage, copied)
        yield Crowd(operator, first)
    finally:
        sql(stage, _removal(first))


def _first(account: Account) -> str:
    """The ID of the image of which the others are copies; with data."""
    image_id = str(uuid.uuid4())
    record = {
        "id": image_id,
        "name": _name(image_id),
        "disk_format": "raw",
        "container_format": "bare",
        "tags": ["lifecycle"],
        "lifecycle_id": image_id,
        **PROPERTIES,
    }
    account.glance("POST", "/v2/images", json=record).raise_for_status()
    octets = {"Content-Type": "application/octet-stream"}
    path = f"/v2/images/{image_id}/file"
    account.glance("PUT", path, data=CONTENT, headers=octets).raise_for_status()
    return image_id


def _name(first: str) -> str:
    """Of all images of a crowd: by it they are found again."""
    return f"crowd-{first}"


def _removal(first: str) -> str:
    name = _name(first)
    children = (_END.format(child=child, name=name) for child in _CHILDREN)
    return "".join((*children, f"DELETE FROM images WHERE name = '{name}';"))


def sql(stage: Stage, statements: str) -> None:
    # A Unix address is short: from within the folder it is.
    folder = Path(stage.cloud.folder.files, "mariadb")
    if not folder.is_dir():
        raise FileNotFoundError("the cloud's database isn't MariaDB")
    command = ["mariadb", "--no-defaults", f"--socket={MariaDB.socket}", "-uroot"]
    subprocess.run(
        [*command, "glance"],
        cwd=folder,
        input=statements,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )

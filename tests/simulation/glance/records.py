# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What may be said of an image, in a POST or in a JSON patch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.simulation.glance.exchange import Caller
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.table import COLUMNS, Shown, is_mutable

MOST_PROPERTIES = 128
LONGEST_VALUE = 65535
"""Bytes of a property, and no character of four of them."""
LONGEST = 255
"""Characters of a name, of a tag, and of the name of a property."""

READ_ONLY = frozenset(
    (
        "created_at",
        "updated_at",
        "status",
        "checksum",
        "size",
        "virtual_size",
        "direct_url",
        "self",
        "file",
        "schema",
        "id",
        "os_hash_algo",
        "os_hash_value",
    )
)
RESERVED = frozenset(("location", "deleted", "deleted_at"))
VISIBILITIES = ("community", "public", "private", "shared")
DISK_FORMATS = frozenset(
    [
        "ami",
        "ari",
        "aki",
        "vhd",
        "vhdx",
        "vmdk",
        "raw",
        "qcow2",
        "vdi",
        "ploop",
        "iso",
        "gpt",
    ]
)
CONTAINER_FORMATS = frozenset(
    ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
)
FORMATS = {"disk_format": DISK_FORMATS, "container_format": CONTAINER_FORMATS}
FORMATS_CHANGE_IN = ("queued", "importing")

_OF_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


def made(
    record: dict[str, Any], caller: Caller, moment: str, new_id: Callable[[], str]
) -> tuple[Shown, Any]:
    """The image that *record* asks for, without its tags; and those.

    Raises `RefusedError`.
    """
    said = dict(record)
    for name in said:
        if name in ("direct_url", "self", "file", "schema", "stores"):
            raise RefusedError(403, f"Attribute '{name}' is read-only.")
    for name, value in said.items():
        check(name, value)
        _refuse_negative(name, value)
    tags = list(dict.fromkeys(said.pop("tags", ())))
    for name in said:
        if name in READ_ONLY and name != "id":
            raise RefusedError(403, f"Attribute '{name}' is read-only.")
        _refuse_reserved(name)
    owner = said.setdefault("owner", caller.project)
    if owner != caller.project and not caller.is_admin:
        words = f"You are not permitted to create images owned by '{owner}'."
        raise RefusedError(403, words)
    _refuse_publishing(said.get("visibility"), caller)
    image_id = said.get("id") or new_id()
    shown = {
        "name": None,
        "disk_format": None,
        "container_format": None,
        "visibility": "shared",
        "size": None,
        "virtual_size": None,
        "status": "queued",
        "checksum": None,
        "protected": False,
        "min_ram": 0,
        "min_disk": 0,
        "os_hidden": False,
        "os_hash_algo": None,
        "os_hash_value": None,
        **said,
        "id": image_id,
        "created_at": moment,
        "updated_at": moment,
        "tags": [],
        "self": f"/v2/images/{image_id}",
        "file": f"/v2/images/{image_id}/file",
        "schema": "/v2/schemas/image",
    }
    refuse_too_many(shown)
    for value in said.values():
        refuse_unstorable(value)
    return shown, tags


def read(operations: Any) -> list[tuple[str, str, Any]]:
    """Each operation of a JSON patch: what, on what, and the value.

    Raises `RefusedError` for what no image would take.
    """
    if not isinstance(operations, list):
        words = "Request body must be a JSON array of operation objects."
        raise RefusedError(400, words)
    return [_operation(one) for one in operations]


def _operation(raw: Any) -> tuple[str, str, Any]:
    what, path = raw.get("op"), raw.get("path")
    if what not in ("add", "replace", "remove"):
        raise RefusedError(400, f"Invalid operation: `{what}`.")
    if not isinstance(path, str) or not path.startswith("/"):
        raise RefusedError(400, f'Pointer `{path}` does not start with "/".')
    parts = [one.replace("~1", "/").replace("~0", "~") for one in path[1:].split("/")]
    if len(parts) != 1 or parts[0] == "locations":
        raise RefusedError(400, f"Invalid JSON pointer for this resource: '{path}'")
    name = parts[0].strip()
    if what != "remove" and "value" not in raw:
        raise RefusedError(400, f'Operation "{what}" requires a member named "value".')
    if name in READ_ONLY:
        raise RefusedError(403, f"Attribute '{name}' is read-only.")
    _refuse_reserved(name)
    if what != "remove":
        check(name, raw["value"])
    return what, name, raw.get("value")


def patched(
    image: Shown, operations: list[tuple[str, str, Any]], caller: Caller
) -> dict[str, Any]:
    """*image* with all *operations* on it; raises `RefusedError`, with none."""
    after = dict(image)
    for what, name, value in operations:
        if what == "replace" and name == "owner" and not caller.is_admin:
            raise RefusedError(403, "Owner can't be updated by non admin.")
        if name == "visibility":
            _refuse_publishing(value, caller)
        if not is_mutable(image, caller):
            raise RefusedError(403, "You are not permitted to modify this image.")
        is_column = name in COLUMNS
        if what == "remove" and is_column:
            raise RefusedError(403, f"Property {name} may not be removed.")
        if what != "add" and name not in after:
            raise RefusedError(409, f"Property {name} does not exist.")
        if name in FORMATS and image["status"] not in FORMATS_CHANGE_IN:
            words = f"Attribute {name} can be only replaced for a queued image."
            raise RefusedError(403, words)
        _refuse_negative(name, value)
        if what == "remove":
            del after[name]
        else:
            after[name] = list(dict.fromkeys(value)) if name == "tags" else value
    if after.keys() - image.keys():
        refuse_too_many(after)
    return after


def check(name: str, value: Any) -> None:
    """Raise `RefusedError` for a *value* that is none for *name*."""
    if name in ("os_hidden", "protected"):
        is_good = isinstance(value, bool)
    elif name in ("min_disk", "min_ram"):
        is_good = type(value) is int
    elif name == "visibility":
        is_good = value in VISIBILITIES
    elif name in FORMATS:
        is_good = value is None or value in FORMATS[name]
    elif name == "tags":
        is_good = isinstance(value, list) and all(
            isinstance(one, str) and len(one) <= LONGEST for one in value
        )
    elif name in ("name", "owner"):
        is_good = value is None or (isinstance(value, str) and len(value) <= LONGEST)
    elif name == "id":
        is_good = isinstance(value, str) and _is_uuid(value)
    else:
        is_good = isinstance(value, str) and len(name) <= LONGEST
    if not is_good:
        raise RefusedError(
            400, f"Provided object does not match schema 'image': {name}"
        )


def refuse_unstorable(value: Any) -> None:
    """Raise `RefusedError` where a column has no room for it."""
    if not isinstance(value, str):
        return
    if len(value) * 3 > LONGEST_VALUE and len(value.encode()) > LONGEST_VALUE:
        raise RefusedError(500, "Data too long for column 'value'")
    if _OF_FOUR_BYTES.search(value):
        raise RefusedError(400, "Input contains 4 byte unicode characters")


def refuse_too_many(shown: Shown) -> None:
    """Raise `RefusedError` for more properties than an image may have."""
    count = sum(
        1 for name in shown if name not in COLUMNS and not name.startswith("os_glance")
    )
    if count > MOST_PROPERTIES:
        raise RefusedError(
            413,
            f"The limit has been exceeded on the number of allowed image properties. "
            f"Attempted: {count}, Maximum: {MOST_PROPERTIES}",
        )


def _refuse_negative(name: str, value: Any) -> None:
    if name in ("min_disk", "min_ram") and value < 0:
        raise RefusedError(400, f"Invalid value '{value}' for parameter '{name}'")


def _refuse_reserved(name: str) -> None:
    if name in RESERVED or name.startswith("os_glance"):
        raise RefusedError(403, f"Attribute '{name}' is reserved.")


def _refuse_publishing(visibility: Any, caller: Caller) -> None:
    if visibility == "public" and not caller.is_admin:
        words = "You are not authorized to complete publicize_image action."
        raise RefusedError(403, words)


def _is_uuid(text: str) -> bool:
    return (
        re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)
        is not None
    )

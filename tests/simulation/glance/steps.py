# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a small history is made of: who sends what, in which order.

In every text ``{O}`` stands for the ID of the image that is called O there, ``{other}``
for the project of who is called other, and NAME for a word that no other history has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BYTES = b"the bytes of a disk"
WIDE = "a \U0001f40d"
"""Has a character of four bytes, for which Glance's tables have no room."""

HIDE, SHOW = ("add", "os_hidden", True), ("add", "os_hidden", False)


@dataclass(frozen=True)
class Ask:
    """A request, and the status of its answer."""

    who: str
    method: str
    path: str
    body: Any = None
    status: int = 200
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    """Of an answer that refuses: words that ours look for."""


@dataclass(frozen=True)
class Begin:
    """The first bytes of a PUT have arrived, and Glance has begun to store them."""

    path: str
    who: str = "owner"


@dataclass(frozen=True)
class Finish:
    """Its last bytes arrive."""

    status: int = 204


@dataclass(frozen=True)
class Cut:
    """Its connection is closed before they do, and Glance has noticed."""


@dataclass(frozen=True)
class Settle:
    """Glance has done what it does by itself to the image."""

    path: str
    who: str = "owner"


@dataclass(frozen=True)
class Hold:
    """Glance has begun to import the image, and waits for the bytes of ``{slow}``.

    They come when it is to settle.
    """

    path: str
    who: str = "owner"


@dataclass(frozen=True)
class Lies:
    """The stores in which there are bytes of the image, seen or not."""

    image: str
    stores: tuple[str, ...] = ()


@dataclass(frozen=True)
class Purge:
    """The rows of what the owner's project has deleted are gone from the database."""


Step = Ask | Begin | Finish | Cut | Settle | Hold | Lies | Purge


@dataclass(frozen=True)
class History:
    """What happens, in a sentence, and the steps."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Race:
    """Two requests at the same instant, and what can be seen afterwards."""

    name: str
    before: tuple[Step, ...]
    one: Ask
    other: Ask
    after: Ask
    reads: tuple[str, ...]
    """The fields of the image that tell what became of it."""


def post(image: str = "O", status: int = 201, who: str = "owner", **fields: Any) -> Ask:
    """A new image, of as many fields as bytes need."""
    body = {
        "id": f"{{{image}}}",
        "name": "NAME",
        "disk_format": "raw",
        "container_format": "bare",
        **fields,
    }
    return Ask(who, "POST", "/images", body, status)


def put(
    name: str = "O", status: int = 204, who: str = "owner", data: bytes = BYTES
) -> Ask:
    """All of its bytes."""
    return Ask(who, "PUT", f"/images/{{{name}}}/file", data, status)


def active(name: str = "O", who: str = "owner", **fields: Any) -> tuple[Ask, Ask]:
    """An image with bytes."""
    return post(name, who=who, **fields), put(name, who=who)


def get(name: str = "O", status: int = 200, who: str = "owner") -> Ask:
    """One image."""
    return Ask(who, "GET", f"/images/{{{name}}}", None, status)


def patch(
    name: str,
    *operations: tuple[Any, ...],
    status: int = 200,
    who: str = "owner",
) -> Ask:
    """Operations: what, on what, and the value if there is one."""
    body = [
        dict(zip(("op", "path", "value"), (what, f"/{path}", *value), strict=False))
        for what, path, *value in operations
    ]
    return Ask(who, "PATCH", f"/images/{{{name}}}", body, status)


def delete(name: str = "O", status: int = 204, who: str = "owner") -> Ask:
    """It is to go."""
    return Ask(who, "DELETE", f"/images/{{{name}}}", None, status)


def act(name: str, action: str, status: int = 204, who: str = "owner") -> Ask:
    """``deactivate`` or ``reactivate``."""
    return Ask(who, "POST", f"/images/{{{name}}}/actions/{action}", None, status)


def listed(who: str = "owner", status: int = 200, **query: str) -> Ask:
    """A page of a listing; of NAME alone unless another name is given."""
    query = {"name": "eq:NAME", **query}
    return Ask(who, "GET", "/images", None, status, query)


def share(name: str, project: str, status: int = 200, who: str = "owner") -> Ask:
    """*project* is to be a member."""
    path = f"/images/{{{name}}}/members"
    return Ask(who, "POST", path, {"member": f"{{{project}}}"}, status)


def say(
    name: str, project: str, said: str, status: int = 200, who: str = "other"
) -> Ask:
    """What a member says."""
    path = f"/images/{{{name}}}/members/{{{project}}}"
    return Ask(who, "PUT", path, {"status": said}, status)


def member(name: str, project: str, status: int = 200, who: str = "owner") -> Ask:
    """What a member has said."""
    path = f"/images/{{{name}}}/members/{{{project}}}"
    return Ask(who, "GET", path, None, status)


def members(name: str = "O", status: int = 200, who: str = "owner") -> Ask:
    """All of them."""
    return Ask(who, "GET", f"/images/{{{name}}}/members", None, status)


def order(name: str, method: str, status: int = 202, **options: Any) -> Ask:
    """An import."""
    told = {"name": method, **({"uri": options.pop("uri")} if "uri" in options else {})}
    path = f"/images/{{{name}}}/import"
    return Ask("owner", "POST", path, {"method": told, **options}, status)

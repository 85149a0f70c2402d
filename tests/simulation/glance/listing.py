# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Listings: one page is one moment, and the next page another."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tests.simulation.glance.exchange import Caller
from tests.simulation.glance.records import VISIBILITIES
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.table import COLUMNS, Row, Shown, Table, is_visible

DEFAULT_LIMIT = 25
MOST = 1000

_SEVERAL = frozenset(("name", "id", "status", "container_format", "disk_format"))
"""Filters that take an operator, of which only these know one."""

_COMPARED = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "eq": lambda one, other: one == other,
    "neq": lambda one, other: one != other,
}
_VALUES = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,')


def page(table: Table, query: Mapping[str, str], caller: Caller, most: int) -> Any:
    """One page of the images that match *query*; raises `RefusedError`.

    There are *most* on it at the most, whatever is asked for.
    """
    filters = dict(query)
    limit = _limit(filters.pop("limit", None), most)
    marker = filters.pop("marker", None)
    for unknown in ("sort", "sort_key", "sort_dir"):
        # Nobody here asks for another order: better none than a wrong one.
        assert unknown not in filters, unknown
    matching = _matching(table, filters, caller)
    newest_first = sorted(matching, key=_place, reverse=True)
    if marker is not None:
        last = _place(_marked(table, marker, caller))
        newest_first = [shown for shown in newest_first if _place(shown) < last]
    listed = newest_first[:limit]
    first = tuple(pair for pair in query.items() if pair[0] != "marker")
    told = {
        "images": [seen_by(shown, caller) for shown in listed],
        "first": _link(first),
        "schema": "/v2/schemas/images",
    }
    if listed and len(listed) == limit:
        told["next"] = _link((*first, ("marker", listed[-1]["id"])))
    return told


def seen_by(shown: Shown, caller: Caller) -> Shown:
    """The image as *caller* is shown it: where its data lies isn't told of all."""
    is_kept_back = shown["status"] == "deactivated" and not caller.is_admin
    if is_kept_back and "stores" in shown:
        return {name: said for name, said in shown.items() if name != "stores"}
    return shown


def _matching(table: Table, filters: dict[str, str], caller: Caller) -> Iterator[Shown]:
    hidden = filters.pop("os_hidden", "false").lower()
    if hidden not in ("true", "false"):
        raise RefusedError(400, f"Invalid value '{hidden}' for 'os_hidden' filter.")
    is_hidden = hidden == "true"
    visibility = filters.pop("visibility", None)
    if visibility and visibility not in (*VISIBILITIES, "all"):
        raise RefusedError(400, f"Invalid visibility value: {visibility}")
    said = filters.pop("member_status", "accepted")
    tests = [_test(name, value) for name, value in filters.items()]
    for row in table.rows.values():
        shown = row.shown
        if (
            shown["os_hidden"] is is_hidden
            and not row.is_deleted
            and _is_listed(row, caller, visibility, said)
            and all(test(shown) for test in tests)
        ):
            yield shown


def _is_listed(row: Row, caller: Caller, visibility: str | None, said: str) -> bool:
    shown = row.shown
    if visibility is None:
        if shown["visibility"] == "community" and shown["owner"] != caller.project:
            return False
    elif visibility not in ("all", shown["visibility"]):
        return False
    if caller.is_admin or shown["owner"] == caller.project:
        return True
    if shown["visibility"] == "shared":
        answer = row.members.get(caller.project)
        return answer is not None and said in ("all", answer)
    return bool(shown["visibility"] in ("public", "community"))


def _test(name: str, value: str) -> Any:
    if name == "tag":
        wanted = value.strip()
        return lambda shown: any(alike(tag, wanted) for tag in shown["tags"])
    if name in _SEVERAL:
        operator, sep, rest = value.partition(":")
        operator, rest = (operator, rest) if sep else ("eq", value)
        if operator == "in":
            values = values_of(rest)
            return lambda shown: any(alike(shown[name], one) for one in values)
        if operator == "eq":
            return lambda shown: alike(shown[name], rest)
        raise RefusedError(400, f"Unable to filter by unknown operator '{operator}'.")
    if name in ("created_at", "updated_at"):
        return _moment_test(name, value)
    if name == "protected":
        return lambda shown: shown["protected"] is (value == "true")
    if name in COLUMNS:
        return lambda shown: alike(shown[name], value)
    if name.endswith(("_min", "_max")):
        raise RefusedError(500, "type object 'Image' has no attribute")
    return lambda shown: alike(shown.get(name), value)


def _moment_test(name: str, value: str) -> Any:
    operator, rest = "eq", value
    if value.partition(":")[0] in _COMPARED:
        operator, _, rest = value.partition(":")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rest):
        words = f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.'
        raise RefusedError(400, words)
    compared = _COMPARED[operator]
    return lambda shown: compared(shown[name], rest)


def values_of(text: str) -> list[str]:
    """The values of an ``in:``, quoted or not."""
    return [quoted or bare for quoted, bare in _VALUES.findall(text)]


def alike(one: Any, other: str) -> bool:
    """Whether MySQL takes both for the same: capitals and last spaces don't count."""
    if not isinstance(one, str):
        return False
    return one == other or one.rstrip(" ").casefold() == other.rstrip(" ").casefold()


def _marked(table: Table, marker: str, caller: Caller) -> Shown:
    row = table.rows.get(marker)
    if row is None or (row.is_deleted and not caller.is_admin):
        raise RefusedError(400, f"No image found with ID {marker}")
    if not is_visible(row, caller):
        raise RefusedError(403, f"Forbidding request, image {marker} not visible")
    return row.shown


def _place(shown: Shown) -> tuple[str, str]:
    return shown["created_at"], shown["id"]


def _limit(asked: str | None, most: int) -> int:
    if asked is None:
        return min(DEFAULT_LIMIT, most)
    if not asked.isdigit():
        raise RefusedError(400, "limit param must be an integer")
    return min(int(asked), most)


@lru_cache(maxsize=256)
def _link(query: tuple[tuple[str, str], ...]) -> str:
    encoded = urllib.parse.urlencode(query)
    return f"/v2/images?{encoded}" if encoded else "/v2/images"

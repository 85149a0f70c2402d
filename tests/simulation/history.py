# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What happened, as a table: a line for each request, a column for each sender."""

from __future__ import annotations

from tests.simulation.glance.exchange import Request
from tests.simulation.scheduler import Call, Process, World

WIDTH = 46
"""Characters of a column."""

_VALUES = frozenset(
    {"os_hidden", "name", "lifecycle_state", "visibility", "lifecycle_generation"}
)
"""Fields of which a line tells not only that they were written."""


def table(world: World) -> str:
    """The writes, and whatever met a fault, in the order of their execution."""
    calls = [
        (now, call)
        for now, call in world.history or ()
        if call.request.method != "GET" or call.fault is not None
    ]
    names = list(dict.fromkeys(call.sender.name for _, call in calls))
    images = _letters([call for _, call in calls])
    lines = [
        f"{'time':>8} |" + "|".join(f" {name:<{WIDTH}}" for name in names),
        "-" * 9 + "+" + "+".join("-" * (WIDTH + 1) for _ in names),
    ]
    for now, call in calls:
        words = f"{call.number}. {told(call.request)} {_answer(call)}"
        for own_id, letter in images.items():
            words = words.replace(own_id[:8], letter)
        for at in range(0, len(words), WIDTH):
            cells = [""] * len(names)
            cells[names.index(call.sender.name)] = words[at : at + WIDTH]
            time = "" if at else f"{now:.2f}"
            lines.append(
                f"{time:>8} |" + "|".join(f" {cell:<{WIDTH}}" for cell in cells)
            )
    lines += [f"{letter} is image {own_id}" for own_id, letter in images.items()]
    return "\n".join([*lines, *map(_end, world.processes)])


def told(request: Request) -> str:
    """*request* in a few words."""
    own_id = image_of(request)
    path = request.path.removeprefix("/images").replace(own_id, own_id[:8])
    if request.method != "PATCH":
        return f"{request.method} {path or own_id[:8]}"
    fields = []
    for one in request.body:
        name = one["path"][1:]
        value = f"={one['value']}" if name in _VALUES and "value" in one else ""
        sign = {"remove": "-", "replace": "!", "add": ""}[one["op"]]
        fields.append(f"{sign}{name}{value}")
    return f"PATCH {path} {' '.join(fields)}"


def image_of(request: Request) -> str:
    """The ID of the image that it is about; empty if there is none."""
    parts = request.path.split("/")
    if len(parts) > 2:
        return parts[2]
    body = request.body
    return str(body.get("id", "")) if isinstance(body, dict) else ""


def _answer(call: Call) -> str:
    said = str(call.answer.status) if call.answer else "no answer"
    late = " (arrives late)" if call.is_left else ""
    fault = f" <{call.fault}>" if call.fault is not None else ""
    return f"{said}{late}{fault}"


def _end(process: Process) -> str:
    """What became of it."""
    if process.error is not None:
        return f"{process}: {type(process.error).__name__}: {process.error}"
    result = process.result
    if result is None:
        return f"{process}: no result"
    new = getattr(result, "new", None)
    words = getattr(result, "result", "ended")
    return f"{process}: {words} {new.id[:8] if new else ''}"


def _letters(calls: list[Call]) -> dict[str, str]:
    ids = dict.fromkeys(filter(None, (image_of(call.request) for call in calls)))
    return {own_id: chr(ord("A") + at % 26) for at, own_id in enumerate(ids)}

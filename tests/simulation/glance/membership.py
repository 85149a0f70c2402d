# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who shares an image, and what they said to it."""

from __future__ import annotations

from typing import Any

from tests.simulation.glance.exchange import Answer, Handling, Request
from tests.simulation.glance.refused import RefusedError
from tests.simulation.glance.table import Row, Table

MOST_MEMBERS = 128
STATUSES = ("pending", "accepted", "rejected")


def answered(table: Table, request: Request, image_id: str, project: str) -> Handling:
    """The answer to a request below ``/images/{id}/members``; raises `RefusedError`."""
    row = table.loaded(image_id, request.caller)
    try:
        if row.shown["visibility"] != "shared":
            raise RefusedError(403, "Only shared images have members.")
        if not project:
            return (yield from _of_all(table, request, row))
        return (yield from _of_one(table, request, row, project))
    except RefusedError as refused:
        if project and request.method == "GET" and refused.status == 403:
            raise RefusedError(404, refused.words) from None
        raise


def _of_all(table: Table, request: Request, row: Row) -> Handling:
    image_id = row.shown["id"]
    if request.method == "GET":
        members = [
            _told(row, one) for one in row.members if _may_see(request, row, one)
        ]
        return Answer(200, {"members": members, "schema": "/v2/schemas/members"})
    if request.method != "POST":
        raise RefusedError(405, "Not allowed")
    if not _owns(request, row):
        raise RefusedError(403, f"Not allowed to create members for image {image_id}.")
    project = request.body.get("member")
    if not project:
        raise RefusedError(400, "Member can't be empty")
    if project in row.members:
        words = f"Member {project} is duplicated for image {image_id}"
        raise RefusedError(409, words)
    if len(row.members) >= MOST_MEMBERS:
        raise RefusedError(413, f"Image member limit exceeded for image {image_id}")
    # Nothing keeps two from making the same one at once.
    yield
    table.say(image_id, project, "pending")
    return Answer(200, _told(row, project))


def _of_one(table: Table, request: Request, row: Row, project: str) -> Handling:
    image_id, caller = row.shown["id"], request.caller
    is_owner = row.shown["owner"] == caller.project
    if project not in row.members or not _may_see(request, row, project):
        words = f"{project} not found in the member list of the image {image_id}."
        raise RefusedError(404, words)
    if request.method == "PUT" and is_owner and not caller.is_admin:
        raise RefusedError(403, f"Not allowed to update members for image {image_id}.")
    if request.method == "DELETE" and not _owns(request, row):
        raise RefusedError(403, f"Not allowed to delete members for image {image_id}.")
    if request.method == "GET":
        return Answer(200, _told(row, project))
    if request.method == "DELETE":
        yield
        table.say(image_id, project, None)
        return Answer(204)
    said = request.body.get("status")
    if said not in STATUSES:
        raise RefusedError(400, f"Incorrect request: {said}")
    told = {**_told(row, project), "status": said}
    yield
    is_read = project in row.members
    yield
    # Who was removed before that is a member again.
    if project in row.members or not is_read:
        table.say(image_id, project, said)
    return Answer(200, told)


def _owns(request: Request, row: Row) -> bool:
    caller = request.caller
    return caller.is_admin or bool(row.shown["owner"] == caller.project)


def _may_see(request: Request, row: Row, project: str) -> bool:
    return _owns(request, row) or project == request.caller.project


def _told(row: Row, project: str) -> dict[str, Any]:
    return {
        "member_id": project,
        "image_id": row.shown["id"],
        "status": row.members[project],
        "schema": "/v2/schemas/member",
    }

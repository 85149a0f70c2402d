# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How a file is answered for as RFC 9110 says: whole, or one range of it."""

import re
from email.utils import formatdate
from http import HTTPStatus

from tests.cloud.source.response import File, Response


def answer(response: Response, file: File | None) -> None:
    """Answer with the file, or the range of it that was asked for; 404 without one."""
    if file is None:
        response.status = HTTPStatus.NOT_FOUND
        response.say("There is no such file.\n", "text/plain; charset=utf-8")
        return
    found = file.path.stat()
    response.file = file
    response.headers = {
        "Content-Type": "application/octet-stream",
        "Last-Modified": formatdate(found.st_mtime, usegmt=True),
        "ETag": f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
        "Accept-Ranges": "bytes",
    }
    response.serve_whole()
    if response.request.method == "GET" and _is_still_that_file(response):
        _narrow(response, found.st_size)


def _is_still_that_file(response: Response) -> bool:
    condition = response.request.headers.get("if-range")
    current = (response.headers["ETag"], response.headers["Last-Modified"])
    return condition is None or condition in current


def _narrow(response: Response, size: int) -> None:
    """Serve the range, where the request names one of them that can be understood."""
    wanted = response.request.headers.get("range", "")
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    if not match or match[0] == "bytes=-":
        return
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start < stop:
        response.serve_range(start, stop)
        return
    response.status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    response.headers["Content-Range"] = f"bytes */{size}"
    response.say("There is nothing.\n", "text/plain; charset=utf-8")

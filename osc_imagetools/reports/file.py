# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A report in a file: whole, or as it was before."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from osc_imagetools.errors import OperatorError


def replace(path: str, text: str) -> None:
    """Put *text* into the file at *path*: who reads it meanwhile gets one of both.

    Raises `OperatorError` where it can't be written.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            # Such as /dev/stdout: there is nothing to replace.
            target.write_text(text, "utf-8")
            return
        _write_beside(target.resolve(), text)
    except OSError as error:
        raise OperatorError(
            f"The report can't be written to {path}", error.strerror or str(error)
        ) from None


def _write_beside(target: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(beside).chmod(0o666 & ~mask)
        Path(beside).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise

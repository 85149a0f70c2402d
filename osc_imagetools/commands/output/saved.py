# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A file that is there whole, or as it was before."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _


def save(path: Path, text: str) -> None:
    """Write *text* as the file *path*, in place of the one that is there.

    Its readers never see a part of it. Who may read it the umask decides. Raises
    `OperatorError` where it can't be written, and where *path* is a link, a device or a
    directory: nothing is written through it.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OperatorError(
            _("%s can't be written") % path,
            _("it is no regular file"),
            _("Name another file."),
        )
    made = path.with_name(f".osc-imagetools-{secrets.token_hex(8)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(made, flags, 0o666), "w", encoding="utf-8") as file:
            file.write(text)
        made.replace(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise OperatorError(_("%s can't be written") % path, why) from error
    finally:
        with suppress(OSError):
            made.unlink()

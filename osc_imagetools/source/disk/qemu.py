# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""QEMU's own programs, on a short leash.

They are never left to guess a format, never open a second file that an image names,
and can do nothing but read and write what they are handed (`leash`). Images come to
them only after their safety inspection.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.disk import leash

DRIVERS = {
    "raw": "raw",
    "qcow2": "qcow2",
    "vmdk": "vmdk",
    "vhd": "vpc",
    "vhdx": "vhdx",
    "vdi": "vdi",
}
"""QEMU's names of the formats that can be converted, by Glance's."""

_OPTIONS = {
    # Else the disk ends with its last whole cylinder, unless QEMU knows its maker
    "vhd": {"force_size_calc": "current_size"},
}

PACKAGES = _("Install QEMU's tools: 'qemu-utils' (Debian, Ubuntu) or 'qemu-img' (RPM)")

END_SECONDS = 10
"""For a program to end that has nothing left to do."""

LONGEST_WORDS_BYTES = 1 << 16
"""On either of its outputs: the kernel refuses a program that says more."""

_ENVIRONMENT = {
    "LC_ALL": "C",
    "PATH": os.defpath,
    # Else each of its threads reserves 128 MB of address space
    "MALLOC_ARENA_MAX": "2",
}


class QemuError(OperatorError):
    """One of QEMU's programs is missing, or didn't do what it was started for."""


def require_programs(*names: str) -> None:
    """Raise `QemuError`, which says what to install, if one of them is missing."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise QemuError(
            _("The image can't be converted here"),
            _("%s can't be found") % " and ".join(missing),
            PACKAGES,
        )


def read_only(disk_format: str) -> str:
    """A program's image, as its argument: of this format, with no file beside it."""
    description = {
        "driver": DRIVERS[disk_format],
        **_OPTIONS.get(disk_format, {}),
        # Whether it names one or not, and whatever the inspection has overlooked
        "backing": None,
        "file": {"driver": "file", "filename": "/proc/self/fd/0", "locking": "off"},
    }
    return f"json:{json.dumps(description)}"


class Program:
    """One run of a program; ended by `close`, and by the end of our thread."""

    def __init__(
        self,
        name: str,
        *arguments: str,
        image: IO[bytes],
        also: Sequence[int] = (),
        listening: int = -1,
        most_bytes: int = 0,
    ) -> None:
        """Start it on *image* (`read_only`), to write no more than *most_bytes*.

        Of our other descriptors it has *also* those, and *listening*, from which it
        takes connections, as a service of systemd does.
        """
        require_programs(name)
        self._name = name
        self._output, self._words = _memory(name), _memory(name)
        most_bytes = max(most_bytes, LONGEST_WORDS_BYTES)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(Path(leash.__file__))),
                *map(str, (os.getpid(), most_bytes, listening)),
                *(str(shutil.which(name)), *arguments),
            ],
            stdin=image,
            stdout=self._output,
            stderr=self._words,
            pass_fds=[*also, *([listening] if listening >= 0 else [])],
            env=_ENVIRONMENT,
            # ^C is for us; what it means for a program of ours we decide
            start_new_session=True,
        )
        self.pid = self._process.pid

    def finished(self, seconds: float | None = None, fine: Sequence[int] = (0,)) -> str:
        """What it put out, once it has ended well; `QemuError` if it ends otherwise.

        Well is with one of the statuses *fine*.
        """
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.failure(_("it does not end")) from None
        if status not in fine:
            raise self.failure(_("it ended with status %d") % status)
        return _text(self._output)

    def failure(self, why: str) -> QemuError:
        """The error that it failed, in its own words or else because of *why*."""
        last = _text(self._words).strip().rpartition("\n")[2]
        return QemuError(
            _("The image could not be converted"),
            f"{self._name}: {printable(last, 300) or why}",
            _("Nothing was published. Check it with 'qemu-img check'"),
        )

    def kill(self) -> None:
        """End it at once; it may have ended long ago."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """The same, and forget what it said."""
        self.kill()
        self._output.close()
        self._words.close()


def _memory(name: str) -> IO[bytes]:
    return os.fdopen(os.memfd_create(name), "w+b")


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(LONGEST_WORDS_BYTES).decode(errors="replace")

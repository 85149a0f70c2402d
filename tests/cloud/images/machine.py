# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A machine that starts an image, and what it says on its serial console."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from tests.cloud.children import die_with_parent

QEMU = "qemu-system-x86_64"
BOOT_SECONDS = 120.0
TERMINAL_CODES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[a-z])")


_Running = tuple[subprocess.Popen[bytes], IO[bytes]]


class BootableIso(NamedTuple):
    """An image that boots, and what it says then."""

    path: Path
    says: str


# In Debian's packages ipxe and grub-rescue-pc.
ISOS = (
    BootableIso(Path("/usr/lib/ipxe/ipxe.iso"), "Open Source Network Boot Firmware"),
    BootableIso(
        Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso"),
        "highlighted entry will be executed",
    ),
)


def bootable_iso() -> BootableIso | None:
    """One of those that this machine has; None if it has none."""
    return next((iso for iso in ISOS if iso.path.is_file()), None)


def can_boot() -> bool:
    """Whether this machine has an emulator."""
    return shutil.which(QEMU) is not None


def boots(
    path: Path, disk_format: str, *, expect: str, timeout: float = BOOT_SECONDS
) -> str:
    """What the image says up to ``expect``, which shows that it runs.

    ``disk_format`` is Glance's name for it. The file stays as it is. Raises
    AssertionError, with what it said instead, when the machine ends or ``timeout``
    seconds have passed.
    """
    with _machine(path, disk_format) as (machine, console):
        # What blocks below ends when the machine does.
        alarm = threading.Timer(timeout, machine.kill)
        alarm.start()
        try:
            said = _read_until(expect, console)
        finally:
            alarm.cancel()
    if expect not in said:
        raise AssertionError(f"{path.name} did not say {expect!r}, but: {said}")
    return said


@contextmanager
def _machine(
    path: Path, disk_format: str
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    medium, layout = ("cdrom", "raw") if disk_format == "iso" else ("disk", disk_format)
    drive = f"file={path},format={layout},media={medium},snapshot=on"
    command = [QEMU, "-m", "256", "-net", "none", "-drive", drive]
    # What doesn't boot reboots at once, and that is the end.
    command += ["-boot", "reboot-timeout=1", "-no-reboot"]
    # Without graphics the firmware sends to the serial port what goes to the screen.
    command += ["-machine", "graphics=off", "-display", "none"]
    command += ["-serial", "stdio", "-monitor", "none"]
    machine = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    with machine:
        try:
            assert machine.stdout is not None
            yield machine, machine.stdout
        finally:
            machine.kill()


def _read_until(expect: str, console: IO[bytes]) -> str:
    raw, said = b"", ""
    while expect not in said and (piece := os.read(console.fileno(), 4096)):
        raw += piece
        said = TERMINAL_CODES.sub("", raw.decode("ascii", "replace"))
    return said

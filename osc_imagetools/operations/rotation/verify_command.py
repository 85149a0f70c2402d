# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A site's own test of a new version, before anybody is offered it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.runs.signals import signals_wait

SHELL = "/bin/sh"

PATIENCE_SECONDS = 10
"""For a command that is ended, to delete its server."""

PROBE_SECONDS = 0.05


class VerificationFailedError(OperatorError):
    """The site's test says no."""


def run_verify_command(command: str, new: Image, current: Image | None) -> None:
    """Run *command* in a shell; raises `VerificationFailedError` if it fails.

    It learns of the image by its environment, and writes to standard error alone:
    standard output is for the result.
    """
    told = {
        "IMAGE_ID": new.id,
        "IMAGE_FAMILY": new.family or "",
        "IMAGE_VERSION": new.version or "",
        "CURRENT_IMAGE_ID": current.id if current else "",
    }
    try:
        status = _run(command, {**os.environ, **told})
    except OSError as error:
        raise VerificationFailedError(
            _("The --verify-command could not be run"), str(error)
        ) from error
    if status:
        why = _("exit status %d") % status
        if status < 0:
            why = _("signal %d") % -status
        raise VerificationFailedError(_("The --verify-command failed"), why)


def _run(command: str, environment: Mapping[str, str]) -> int:
    """How it ended; a signal to us ends whatever it has started."""
    shell = None
    try:
        # Else one that comes while it starts would leave it behind.
        with signals_wait():
            shell = subprocess.Popen(
                [SHELL, "-c", command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                start_new_session=True,
            )
        return shell.wait()
    except BaseException:
        # It may have booted a server from an image that is deleted now.
        if shell is not None:
            _end(shell)
        raise


def _end(shell: subprocess.Popen[bytes]) -> None:
    """Tell all that it has started, wait for all of that, and kill what minds not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            shell.poll()
            # Signal 0 only asks whether anybody is left.
            os.killpg(shell.pid, 0)
            time.sleep(PROBE_SECONDS)
        os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A site's own test of a new version, before anybody is offered it."""

from __future__ import annotations

import os
import subprocess
import sys

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.image import Image

SHELL = "/bin/sh"


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
        done = subprocess.run(
            [SHELL, "-c", command],
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            check=False,
        )
    except OSError as error:
        raise VerificationFailedError(
            "The --verify-command could not be run", str(error)
        ) from error
    if done.returncode:
        why = f"exit status {done.returncode}"
        if done.returncode < 0:
            why = f"signal {-done.returncode}"
        raise VerificationFailedError("The --verify-command failed", why)

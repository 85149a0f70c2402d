# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The lines for a workstation, run as they are printed, with the copied constraints."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import prompts
from tests.clients.container import Container
from tests.clients.sets import COPIES, PUBLISHED
from tests.cloud.folders import CHECKOUT

PAGE = CHECKOUT / "doc" / "source" / "install" / "other-clients.rst"


@pytest.mark.skipif(shutil.which("pipx") is None, reason="pipx is not installed")
def test_client_that_pipx_installed_has_the_plugin(
    with_plugin: Container, tmp_path: Path
) -> None:
    lines = "\n".join(prompts.to_type(PAGE.read_text()))
    assert PUBLISHED in lines
    environment = {
        **os.environ,
        "PIPX_HOME": str(tmp_path / "home"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    }

    done = subprocess.run(
        ["sh", "-euc", lines.replace(PUBLISHED, f"{COPIES}/")],
        cwd=with_plugin.wheel.parent,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "usage: openstack image rotate" in done.stdout

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A shell in which somebody types one command after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from tests.functional.guide import Output


class Shell:
    """A bash that stays: what one command sets, the next one knows."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        tools = Path(sys.executable).parent
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=home,
            env={
                "HOME": str(home),
                "LANG": "C.UTF-8",
                "PATH": f"{tools}:{os.environ['PATH']}",
                **env,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def types(self, command: str) -> Output:
        """What *command* prints, on either output, and how it ends."""
        assert self._bash.stdin
        assert self._bash.stdout
        mark = uuid.uuid4().hex
        typed = f"{{ {command}\n}} </dev/null\n"
        self._bash.stdin.write(f"{typed}printf '\\n%s %d\\n' {mark} $?\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(mark):
                return Output("".join(lines).strip("\n"), int(line.split()[1]))
            lines.append(line)
        raise EOFError(f"the shell has ended: {''.join(lines)}")

    def end(self) -> None:
        """Leave it."""
        self._bash.communicate("exit\n")

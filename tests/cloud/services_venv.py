# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The virtual environment of the services, made once and used by every cloud."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.cloud import folders, interpreters, locks
from tests.cloud.children import die_with_parent
from tests.cloud.errors import CloudError
from tests.cloud.interpreters import Interpreter

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
OLD_RELEASES = {"2025.1": Path(__file__).with_name("constraints-2025.1.txt")}
"""Keystone and Glance as they were: those that can be asked for, and their pins."""
REQUIREMENTS = ("keystone", "glance", "pyuwsgi", "pymysql")
COMPUTE = ("nova", "cinder")
"""What the variant ``compute`` of a cloud needs as well: it is installed when a cloud
is first started that has them."""
DASHBOARD = ("horizon",)
"""What the variants ``dashboard`` need as well: likewise."""
FOLDER_VARIABLE = "OSC_IMAGETOOLS_SERVICES"
UV_VARIABLE = "OSC_IMAGETOOLS_UV"
"""Where uv is, if it isn't on the path."""

SIGN_OF_LIFE_SECONDS = 10
LOG_LINES = 15

Say = Callable[[str], None]


def ensure(
    say: Say,
    constraints: Path = CONSTRAINTS,
    requirements: Sequence[str] = REQUIREMENTS,
    more: Sequence[str] = (),
) -> Path:
    """The folder of a complete environment; made if it is missing or half-made.

    With *more* requirements, which are added to one that has only the others. Raises
    CloudError or interpreters.InterpreterMissing.
    """
    interpreter = interpreters.choose()
    folder = place(interpreter, constraints)
    if is_complete(folder, constraints) and _has(folder, more):
        return folder
    with locks.held(folder.with_name(f"{folder.name}.lock"), say):
        if not is_complete(folder, constraints):
            _make(folder, interpreter, constraints, requirements, say)
        if not _has(folder, more):
            say(f"Adding {', '.join(more)}; this takes about a minute, once …")
            add(folder, ["-c", str(constraints), *more], say)
            _addition(folder, more).touch()
    return folder


def constraints_of(release: str | None) -> Path:
    """The pins of a release of OpenStack; of the newest services without one.

    Raises CloudError.
    """
    if release and release not in OLD_RELEASES:
        known = ", ".join(OLD_RELEASES)
        raise CloudError(f"No pins of OpenStack {release} are here, only of {known}.")
    return OLD_RELEASES[release] if release else CONSTRAINTS


def _has(folder: Path, more: Sequence[str]) -> bool:
    return not more or _addition(folder, more).exists()


def _addition(folder: Path, more: Sequence[str]) -> Path:
    return folder / f"complete-{'-'.join(more)}.txt"


def place(interpreter: Interpreter, constraints: Path = CONSTRAINTS) -> Path:
    """Where the environment for this interpreter and these versions belongs."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).absolute()
    made_of = interpreter.minor.encode() + constraints.read_bytes()
    digest = hashlib.sha256(made_of).hexdigest()[:12]
    return folders.cache() / f"services-{digest}"


def is_complete(folder: Path, constraints: Path = CONSTRAINTS) -> bool:
    """Whether all of it is there, at these versions, and its Python still exists."""
    marker = _marker(folder)
    return (
        marker.is_file()
        and marker.read_bytes() == constraints.read_bytes()
        and (folder / "bin" / "python").exists()
    )


def _marker(folder: Path) -> Path:
    return folder / "complete.txt"


def _make(
    folder: Path,
    interpreter: Interpreter,
    constraints: Path,
    requirements: Sequence[str],
    say: Say,
) -> None:
    if folder.exists():
        if not (folder / "pyvenv.cfg").exists():
            raise CloudError(
                f"{folder} is no virtual environment: left alone. "
                f"Remove it, or let {FOLDER_VARIABLE} name another folder."
            )
        say(f"{folder} is half-made or out of date: removing it.")
        shutil.rmtree(folder)
    say(
        f"Installing {', '.join(requirements)} and what they need into {folder} "
        f"(Python {interpreter.version}); this takes about a minute, once …"
    )
    install(folder, interpreter, ["-c", str(constraints), *requirements], say)
    _marker(folder).write_bytes(constraints.read_bytes())
    say("Installed.")


def install(
    folder: Path, interpreter: Interpreter, arguments: Sequence[str], say: Say
) -> None:
    """Make an environment and install into it; raises CloudError.

    By uv where there is one, which takes seconds instead of a minute; else by pip.
    """
    _run([interpreter.path, "-m", "venv", str(folder)], folder, say)
    add(folder, arguments, say)


def add(folder: Path, arguments: Sequence[str], say: Say) -> None:
    """Install into an environment that is there; raises CloudError."""
    python = str(folder / "bin" / "python")
    uv = shutil.which(os.environ.get(UV_VARIABLE) or "uv")
    if uv:
        installer = [uv, "pip", "install", "--compile-bytecode", "--python", python]
    else:
        installer = [python, "-m", "pip", "--disable-pip-version-check", "install"]
        installer += ["--progress-bar=off"]
    _run([*installer, *arguments], folder, say)


def _run(command: Sequence[str], folder: Path, say: Say) -> None:
    """Run it with its output in a log, and a sign of life now and then."""
    log = folder.with_name(f"{folder.name}.log")
    started = time.monotonic()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        ) as child,
    ):
        try:
            while not _ended(child):
                say(f"… still installing ({time.monotonic() - started:.0f} s)")
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        end = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        raise CloudError(
            "\n".join([f"{' '.join(command)} failed; {log} ends with:", *end])
        )


def _ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(SIGN_OF_LIFE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True

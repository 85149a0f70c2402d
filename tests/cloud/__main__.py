# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A real Keystone and Glance on loopback, to play with and to test on."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.cloud import control, credentials, folders, state
from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder
from tests.cloud.glance import PLUGINS
from tests.cloud.services_venv import OLD_RELEASES
from tests.cloud.supervisor import Order, supervise
from tests.cloud.upgrade import upgrade

INTERRUPTED = 130
STARTED = time.monotonic()


def _say(line: str) -> None:
    seconds = time.monotonic() - STARTED
    print(f"[{seconds:3.0f} s] {line}", file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """An exit status: 0 done, 1 not done or not answering, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except CloudError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: nothing was left running.", file=sys.stderr)
        return INTERRUPTED


def _up(arguments: argparse.Namespace) -> int:
    told = control.up(
        arguments.folder,
        _say,
        variant=arguments.variant,
        database=arguments.database,
        release=arguments.release,
        owner=arguments.owner,
    )
    for name, service in told.services.items():
        _say(f"{name} answers at {service.url} (process {service.pid})")
    print(_login(arguments.folder))
    return 0


def _login(folder: Folder) -> str:
    """A line that logs a shell in, whichever folder it is in; and has our client."""
    command = [sys.executable, "-m", "tests.cloud", "env", "--dir", str(folder.path)]
    checkout = shlex.quote(str(folders.CHECKOUT))
    return f'eval "$(cd {checkout} && {shlex.join(command)})"'


def _down(arguments: argparse.Namespace) -> int:
    ended = control.down(arguments.folder)
    print("Ended." if ended else "No cloud runs there.", file=sys.stderr)
    return 0


def _env(arguments: argparse.Namespace) -> int:
    told = state.read(arguments.folder)
    auth_url = told.services["keystone"].url
    print(credentials.people(auth_url)[arguments.person].exports(), end="")
    client = Path(sys.executable).with_name("openstack")
    if client.exists():
        print(f'export PATH={shlex.quote(str(client.parent))}:"$PATH"')
    print(f"# or: export OS_CLIENT_CONFIG_FILE={arguments.folder.clouds_yaml}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    told = state.read(arguments.folder)
    answering = control.answering(told)
    for name, service in told.services.items():
        answers = "answers" if answering[name] else "DOES NOT ANSWER"
        print(f"{name:10} {service.url:30} process {service.pid:<8} {answers}")
    return 0 if all(answering.values()) else 1


def _upgrade(arguments: argparse.Namespace) -> int:
    upgrade(_say)
    return 0


def _supervise(arguments: argparse.Namespace) -> int:
    return supervise(
        Order(
            arguments.folder,
            arguments.services,
            arguments.variant,
            arguments.database,
            arguments.leash,
            arguments.owner,
            arguments.release,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cloud", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument(
        "--dir",
        dest="folder",
        metavar="DIR",
        type=lambda path: Folder(Path(path).absolute()),
        default=Folder(folders.cache() / "cloud"),
        help="the cloud's folder (default: %(default)s)",
    )
    kind = argparse.ArgumentParser(add_help=False)
    kind.add_argument(
        "--variant",
        choices=tuple(PLUGINS),
        default="plain",
        help="what the cloud has besides Keystone and Glance (default: %(default)s, "
        "nothing): compute has Nova and Cinder, dashboard has Horizon",
    )
    kind.add_argument(
        "--database", choices=("auto", "mariadb", "sqlite"), default="auto"
    )
    kind.add_argument(
        "--release",
        choices=tuple(OLD_RELEASES),
        help="Keystone and Glance of that release (default: the newest)",
    )
    kind.add_argument(
        "--owner", type=int, metavar="PID", help="end the cloud when this process ends"
    )

    up = commands.add_parser("up", parents=[folder, kind], help="start a cloud")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", parents=[folder], help="end it")
    down.set_defaults(run=_down)
    env = commands.add_parser("env", parents=[folder], help="how a shell logs in")
    env.set_defaults(run=_env, person="admin")
    for person in ("member", "reader"):
        env.add_argument(
            f"--{person}",
            dest="person",
            action="store_const",
            const=person,
            help=f"as a user with the role {person} (default: as an admin)",
        )
    status = commands.add_parser("status", parents=[folder], help="what answers")
    status.set_defaults(run=_status)
    upgraded = commands.add_parser("upgrade", help="move the services' versions")
    upgraded.set_defaults(run=_upgrade)
    supervised = commands.add_parser("supervise", parents=[folder, kind])
    supervised.set_defaults(run=_supervise)
    supervised.add_argument("--services", type=Path, required=True)
    supervised.add_argument("--leash", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())

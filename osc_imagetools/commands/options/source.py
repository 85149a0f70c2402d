# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How sources are reached."""

from __future__ import annotations

import argparse
import sys
import urllib.parse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.access import Access

STALL_SECONDS = 60


def add(parser: argparse.ArgumentParser) -> None:
    """``--mirror``, ``--connections``, ``--stall-timeout``, ``--source-…``."""
    parser.add_argument(
        "--mirror",
        metavar="<url>",
        dest="mirrors",
        type=types.url,
        action="append",
        default=[],
        help=_("Where the same bytes are too, should that URL fail (repeat for more)"),
    )
    parser.add_argument(
        "--connections",
        metavar="<number>",
        type=_connections,
        help=_(
            "Fetch a file over 64 MiB over so many connections where that is faster "
            "and the server sends parts of it (1 to 16; default: 4)"
        ),
    )
    parser.add_argument(
        "--stall-timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=STALL_SECONDS,
        help=_("Take a source that is silent for so long for broken (default: %d)")
        % STALL_SECONDS,
    )
    parser.add_argument(
        "--source-retries",
        metavar="<number>",
        type=_retries,
        help=_(
            "Ask a source again so many times in a row that bring nothing (default: "
            "5; 0: never, and go on with nothing that broke off)"
        ),
    )
    _add_trust_in_servers(parser)
    parser.add_argument(
        "--source-user",
        metavar="<name>[:<password>]",
        type=_user,
        help=_(
            "Who you are at the host of the URL, and at no other. Others on this "
            "machine can read a password on a command line: better put it into "
            "~/.netrc, which is also read without this option"
        ),
    )


def _add_trust_in_servers(parser: argparse.ArgumentParser) -> None:
    """``--source-cacert|--source-insecure``: for the source, never for the cloud."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--source-cacert",
        metavar="<file>",
        type=_cacert,
        help=_(
            "Trust these certificate authorities (PEM) for sources, instead of the "
            "well-known ones; those of the cloud are another matter (--os-cacert)"
        ),
    )
    group.add_argument(
        "--source-insecure",
        action="store_true",
        help=_("Check no certificate of a source; --insecure is for the cloud alone"),
    )


def access(parsed_args: argparse.Namespace) -> Access:
    """What was said; asks for a password where there is a terminal.

    Raises `OperatorError` where a user has no password.
    """
    from osc_imagetools.source.access import CONNECTIONS, RETRIES, Access

    url = getattr(parsed_args, "url", None)
    said = parsed_args.source_user
    retries = parsed_args.source_retries
    return Access(
        stall_seconds=parsed_args.stall_timeout,
        connections=parsed_args.connections or CONNECTIONS,
        retries=RETRIES if retries is None else retries,
        cacert=parsed_args.source_cacert,
        insecure=parsed_args.source_insecure,
        user=said if said is None or ":" in said else _with_password(said, url or ""),
        user_url=url,
    )


def urls(parsed_args: argparse.Namespace) -> tuple[str, ...]:
    """Where the image is, in the order in which to try: the URL, then its mirrors."""
    return (parsed_args.url, *parsed_args.mirrors)


def _with_password(name: str, url: str) -> str:
    from osc_imagetools.errors import OperatorError
    from osc_imagetools.source.web.credentials import netrc_password

    host = urllib.parse.urlsplit(url).hostname
    password = netrc_password(url, name)
    if password is None and sys.stdin.isatty():
        import getpass

        password = getpass.getpass(_("Password of %s at %s: ") % (name, host))
    if password is None:
        raise OperatorError(
            f"'{name}' has no password at {host}",
            "~/.netrc names none, and there is no terminal to ask on",
            f"Write 'machine {host} login {name} password …' into ~/.netrc.",
        )
    return f"{name}:{password}"


def _connections(text: str) -> int:
    from osc_imagetools.source.access import MOST_CONNECTIONS

    return _whole_number(text, 1, MOST_CONNECTIONS)


def _retries(text: str) -> int:
    return _whole_number(text, 0, 1000)


def _whole_number(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}")
    return int(text)


def _user(text: str) -> str:
    if not text.partition(":")[0] or not text.isprintable():
        raise argparse.ArgumentTypeError("not of the form <name>[:<password>]")
    return text


def _cacert(text: str) -> str:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(text)
    except OSError as error:
        is_no_pem = isinstance(error, ssl.SSLError)
        why = "there is no certificate in it" if is_no_pem else error.strerror
        raise argparse.ArgumentTypeError(f"'{text}' can't be used: {why}") from None
    return text

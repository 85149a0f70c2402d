# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How sources are reached."""

from __future__ import annotations

import argparse
import pathlib
import re
import sys
import urllib.parse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import builds, groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.access import Access

STALL_SECONDS = 60
LEAST_RATE = 1 << 20
"""Bytes a second: of less, a block would be a long pause for all jobs."""


def add_origin(parser: argparse.ArgumentParser) -> None:
    """``--url|--source|--file|--image|--from-family``, ``--source-index``."""
    told = _("Use at most one of --url, --source, --file, --image and --from-family.")
    source = groups.group(parser, groups.SOURCE, told)
    group = source.add_mutually_exclusive_group()
    group.add_argument(
        "--url",
        "--uri",
        metavar="<url>",
        type=types.url,
        help=_(
            "Import the new version from this URL (default: what --source was the last "
            "time, or else the URL of the current version, which is its property "
            "image_source)"
        ),
    )
    builds.add_source(group, _("Import the newest build of this source, and record it"))
    group.add_argument(
        "--file",
        metavar="<path>",
        type=_path,
        help=_("Import the new version from this file, verified like one from a URL"),
    )
    group.add_argument(
        "--image",
        metavar="<image>",
        type=types.image,
        help=_(
            "Use this image, which is in Glance already, as the new version (name or "
            "ID): built by hand, by Packer, or left staged by an earlier rotation"
        ),
    )
    group.add_argument(
        "--from-family",
        metavar="<family>",
        type=types.image_name,
        help=_(
            "Promote the current version of this family, a candidate, whose name finds "
            "no image then until that family is rotated"
        ),
    )
    builds.add_index(source)


def add(parser: argparse.ArgumentParser) -> None:
    """``--mirror``, ``--connections``, ``--limit-rate``, ``--stall-timeout``, …"""
    group = groups.group(parser, groups.SOURCE)
    group.add_argument(
        "--mirror",
        metavar="<url>",
        dest="mirrors",
        type=types.url,
        action="append",
        default=[],
        help=_(
            "Fetch the same bytes from this URL if the others fail (repeat for several)"
        ),
    )
    _add_patience(group)
    _add_user(group)
    _add_user_agent(group)
    _add_trust_in_servers(group)


def add_reaching(group: groups.Group) -> None:
    """``--connections``, ``--limit-rate``, ``--stall-timeout``, ``--source-retries``,
    ``--user-agent``, ``--source-cacert|--source-insecure``: of whatever source."""
    _add_patience(group)
    _add_user_agent(group)
    _add_trust_in_servers(group)


def _add_patience(group: groups.Group) -> None:
    from osc_imagetools.source.access import RETRIES

    group.add_argument(
        "--connections",
        metavar="<number>",
        type=_connections,
        help=_(
            "Fetch a file larger than 64 MiB over this many connections, if the server "
            "can send parts of a file and this is faster (1 to 16; default: 4)"
        ),
    )
    group.add_argument(
        "--limit-rate",
        metavar="<size>",
        type=_rate,
        help=_(
            "Fetch no more than this in a second, all downloads together: bytes, or "
            "20M (default: no limit)"
        ),
    )
    group.add_argument(
        "--stall-timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=STALL_SECONDS,
        help=_("Abort a transfer after this many seconds without data (default: %d)")
        % STALL_SECONDS,
    )
    group.add_argument(
        "--source-retries",
        metavar="<number>",
        type=_retries,
        help=_(
            "Retry a source this many times in a row without progress; 0: try only "
            "once, and never resume a download (default: %d)"
        )
        % RETRIES,
    )


def _add_user(group: groups.Group) -> None:
    group.add_argument(
        "--source-user",
        metavar="<name>[:<password>]",
        type=_user,
        help=_(
            "Log in as this user at the host of the URL, and at no other. Other users "
            "of this machine can read a password on a command line: put the password "
            "into ~/.netrc instead, which is also read without this option"
        ),
    )


def _add_user_agent(group: groups.Group) -> None:
    group.add_argument(
        "--user-agent",
        metavar="<text>",
        type=_user_agent,
        help=_(
            "Send this name to sources as the User-Agent if they refuse the default "
            "(default: osc-imagetools, its version, and where it comes from)"
        ),
    )


def _add_trust_in_servers(group: groups.Group) -> None:
    """``--source-cacert|--source-insecure``: for the source, never for the cloud."""
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        "--source-cacert",
        metavar="<file>",
        type=_cacert,
        help=_(
            "Trust the certificate authorities in this PEM file for sources; for the "
            "cloud, use --os-cacert (default: the well-known authorities)"
        ),
    )
    exclusive.add_argument(
        "--source-insecure",
        action="store_true",
        help=_(
            "Do not verify the certificates of sources; for the cloud, use --insecure"
        ),
    )


def access(parsed_args: argparse.Namespace) -> Access:
    """What was said; asks for a password where there is a terminal.

    Raises `OperatorError` where a user has no password.
    """
    from osc_imagetools.source.access import CONNECTIONS, RETRIES, Access
    from osc_imagetools.source.rate import RateLimit

    url = _where(parsed_args)
    said = getattr(parsed_args, "source_user", None)
    retries, rate = parsed_args.source_retries, parsed_args.limit_rate
    return Access(
        stall_seconds=parsed_args.stall_timeout,
        # Each one more fetches ahead of what the limit allows.
        connections=parsed_args.connections or (1 if rate else CONNECTIONS),
        retries=RETRIES if retries is None else retries,
        cacert=parsed_args.source_cacert,
        insecure=parsed_args.source_insecure,
        user=said if said is None or ":" in said else _with_password(said, url or ""),
        user_url=url,
        user_agent=parsed_args.user_agent,
        limit=RateLimit(rate) if rate else None,
    )


def _where(parsed_args: argparse.Namespace) -> str | None:
    """The URL at whose host a user is known."""
    said = getattr(parsed_args, "source", None)
    url: str | None = said.url() if said else getattr(parsed_args, "url", None)
    return url


def urls(parsed_args: argparse.Namespace) -> tuple[str, ...]:
    """Where the image is, in the order in which to try: the URL, then its mirrors."""
    return (parsed_args.url, *parsed_args.mirrors)


def _with_password(name: str, url: str) -> str:
    from osc_imagetools.errors import OperatorError
    from osc_imagetools.printable import printable
    from osc_imagetools.source.web.credentials import netrc_password

    host = urllib.parse.urlsplit(url).hostname
    password = netrc_password(url, name)
    if password is None and sys.stdin.isatty():
        import getpass

        prompt = _("Password of %(name)s at %(host)s: ") % {"name": name, "host": host}
        password = getpass.getpass(printable(prompt, None))
    if password is None:
        raise OperatorError(
            _("'%(name)s' has no password at %(host)s") % {"name": name, "host": host},
            _("~/.netrc has none, and there is no terminal to ask on"),
            _("Write 'machine %(host)s login %(name)s password …' into ~/.netrc.")
            % {"host": host, "name": name},
        )
    return f"{name}:{password}"


def _connections(text: str) -> int:
    from osc_imagetools.source.access import MOST_CONNECTIONS

    return _whole_number(text, 1, MOST_CONNECTIONS)


def _rate(text: str) -> int:
    rate = types.size(text)
    if rate < LEAST_RATE:
        raise argparse.ArgumentTypeError(_("at least %d bytes a second") % LEAST_RATE)
    return rate


def _retries(text: str) -> int:
    return _whole_number(text, 0, 1000)


def _whole_number(text: str, least: int, most: int) -> int:
    if not (re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(
            _("a whole number from %(least)d to %(most)d")
            % {"least": least, "most": most}
        )
    return int(text)


def _user(text: str) -> str:
    if not text.partition(":")[0] or not text.isprintable():
        raise argparse.ArgumentTypeError(_("not of the form <name>[:<password>]"))
    return text


def _user_agent(text: str) -> str:
    if not (text.strip() and text.isascii() and text.isprintable()):
        raise argparse.ArgumentTypeError(_("one line of ASCII"))
    return text.strip()


def _cacert(text: str) -> str:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(text)
    except OSError as error:
        is_no_pem = isinstance(error, ssl.SSLError)
        why = _("it contains no certificate") if is_no_pem else error.strerror
        raise argparse.ArgumentTypeError(
            _("'%(text)s' can't be used: %(why)s") % {"text": text, "why": why}
        ) from None
    return text


def _path(text: str) -> str:
    """The ``file:`` URL of a path."""
    return pathlib.Path(text).expanduser().absolute().as_uri()

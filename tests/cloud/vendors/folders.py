# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How web servers list a folder: the pages that vendors' servers give, in miniature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

Listed = Callable[[Sequence[str]], str]
"""The page for these names; that of a folder ends with a slash."""


def apache(names: Sequence[str]) -> str:
    """Apache's, as Ubuntu's and Debian's servers: links that sort it come first."""
    rows = "".join(
        '<tr><td valign="top"><img src="/icons/unknown.gif" alt="[   ]"></td>'
        f'<td><a href="{quote(name)}">{name}</a></td>'
        '<td align="right">2026-03-01 04:05  </td><td align="right">593M</td></tr>\n'
        for name in names
    )
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
        "  <title>Index of /images</title>\n </head>\n <body>\n"
        "<h1>Index of /images</h1>\n  <table>\n"
        '<tr><th><a href="?C=N;O=D">Name</a></th>'
        '<th><a href="?C=M;O=A">Last modified</a></th></tr>\n'
        '<tr><td><a href="/">Parent Directory</a></td></tr>\n'
        f"{rows}</table>\n<address>Apache/2.4.58 (Ubuntu)</address>\n</body></html>"
    )


def nginx(names: Sequence[str]) -> str:
    """nginx's, as Rocky's, AlmaLinux's and FreeBSD's servers."""
    rows = "".join(
        f'<a href="{quote(name)}">{name[:50]}</a>   01-Mar-2026 04:05   621805568\r\n'
        for name in names
    )
    return (
        "<html>\r\n<head><title>Index of /pub/</title></head>\r\n<body>\r\n"
        '<h1>Index of /pub/</h1><hr><pre><a href="../">../</a>\r\n'
        f"{rows}</pre><hr></body>\r\n</html>\r\n"
    )


def caddy(names: Sequence[str]) -> str:
    """Caddy's: each link begins with a dot."""
    rows = "".join(
        f'<tr class="file"><td><a href="./{quote(name)}"><span class="name">{name}'
        "</span></a></td></tr>\n"
        for name in names
    )
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body><table>'
        '<tr><td><a href=".."><span class="goup">Go up</span></a></td></tr>'
        f"{rows}</table></body></html>"
    )


def absolute(names: Sequence[str], folder: str = "/images/") -> str:
    """Links that begin at the root of the server, as Arch Linux's mirrors give."""
    rows = "".join(
        f"<li><a class='x' title=\"&gt;\" href='{folder}{quote(name)}'>{name}</a></li>"
        for name in names
    )
    return f"<html><body><ul>{rows}</ul></body></html>"


def bucket(
    names: Sequence[str], folder: str = "images/", *, is_cut: bool = False
) -> str:
    """What S3 and its like answer: the keys of objects, from the bucket's own root."""
    keys = "".join(
        f"<CommonPrefixes><Prefix>{folder}{name}</Prefix></CommonPrefixes>"
        if name.endswith("/")
        else f"<Contents><Key>{folder}{name}</Key><Size>1</Size></Contents>"
        for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>vendor</Name><Prefix>{folder}</Prefix>"
        f"<IsTruncated>{str(is_cut).lower()}</IsTruncated>{keys}</ListBucketResult>"
    )


FORMS: dict[str, Listed] = {
    "apache": apache,
    "nginx": nginx,
    "caddy": caddy,
    "absolute": absolute,
    "bucket": bucket,
}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What to do about an answer of Glance's, or none: by what was said, never by a guess.

Where nothing is known that helps for sure, there is no remedy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from keystoneauth1 import exceptions

from osc_imagetools.i18n import _

CHECK_ENDPOINT = _("Check the endpoint with: openstack catalog show image")

IN_ITS_PROJECT = _("the role 'member' in the project that owns the image")

DEFAULTS = {
    "add_image": _("the role 'member'"),
    "communitize_image": IN_ITS_PROJECT,
    "deactivate": IN_ITS_PROJECT,
    "delete_image": IN_ITS_PROJECT,
    "modify_image": IN_ITS_PROJECT,
    "reactivate": IN_ITS_PROJECT,
    "upload_image": IN_ITS_PROJECT,
    "add_member": IN_ITS_PROJECT,
    "modify_member": _("the role 'member' in the project that is the image's member"),
    "publicize_image": _("the role 'admin'"),
}
"""Whom a policy of Glance lets do it, where a cloud doesn't say otherwise."""

ELSEWHERE = {
    "publicize_image": _("Or choose --private, --community or --shared."),
    "communitize_image": _("Or choose --private or --shared."),
}
"""What is left to whoever that policy refuses."""


@dataclass(frozen=True)
class Case:
    """Answers of one status that say certain words, and what to do about them."""

    status: int
    words: str
    """A regular expression; its named groups fill the remedy in."""
    do: str


CASES = (
    Case(
        401,
        "",
        _(
            "Glance doesn't accept the token of this session. Log in again; if that "
            "does not help, see the log of Glance: it may be unable to reach Keystone"
        ),
    ),
    Case(
        403,
        r"mages owned by",
        _("Only an admin can work for a project other than that of the session"),
    ),
    Case(
        403,
        r"[Ii]mage (?P<id>[\w-]+) is protected",
        _("To allow its deletion: openstack image set --unprotected %(id)s"),
    ),
    Case(
        409,
        r"\block\b|active task",
        _(
            "Another import holds its lock, which expires an hour after that "
            "import stopped"
        ),
    ),
    Case(
        413,
        r"image properties",
        _("Set fewer properties, or ask for a larger limit ('image_property_quota')"),
    ),
    Case(
        413,
        r"image tags",
        _("Set fewer tags, or ask for a larger limit ('image_tag_quota')"),
    ),
    Case(
        413,
        r"image members",
        _("Ask for a larger limit of members ('image_member_quota')"),
    ),
    Case(
        413,
        r"disk space|[Ss]torage.*full",
        _("The store is full: the cloud's admins have to free space"),
    ),
    Case(
        413,
        r"quota|over limit",
        _(
            "Free some of the quota, or ask for a larger one: an old and a new version "
            "coexist for a while"
        ),
    ),
    Case(
        413,
        r"larger than \d+ bytes",
        _("This cloud does not accept larger images ('image_size_cap')"),
    ),
    Case(
        502,
        "",
        _(
            "The proxy in front of Glance got no answer: check whether Glance is "
            "running"
        ),
    ),
    Case(
        503,
        "",
        _(
            "Glance, or the proxy in front of it, is overloaded or down: run the "
            "command again later"
        ),
    ),
    Case(
        504,
        "",
        _(
            "The proxy in front of Glance got no answer in time: check whether Glance "
            "is overloaded, and run the command again later"
        ),
    ),
)


def remedy(status: int, words: str, retry_after: float | None = None) -> str:
    """What to do about an answer of that *status*, which says those *words*."""
    if status == 429:
        if retry_after is None:
            return _(
                "Glance does not accept more requests at the moment: run the command "
                "again later"
            )
        do = _(
            "Glance does not accept more requests at the moment: run the command again "
            "in %g seconds"
        )
        return do % retry_after
    if status == 403 and (
        policy := re.search(r"complete (\w+) action|'(\w+)' action", words)
    ):
        return _of_policy(policy[1] or policy[2])
    for case in CASES:
        if case.status == status and (said := re.search(case.words, words)):
            return case.do % said.groupdict()
    return ""


def _of_policy(policy: str) -> str:
    default = DEFAULTS.get(policy)
    decides = _("The policy '%(policy)s' of this cloud decides that.")
    if default:
        decides = _(
            "The policy '%(policy)s' of this cloud decides that: by default it asks "
            "for %(default)s."
        )
    decided = decides % {"policy": policy, "default": default}
    return f"{decided} {ELSEWHERE.get(policy, '')}".rstrip()


UNREACHED = (
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        _(
            "Its certificate is not trusted here: name its certificate authority "
            "with --os-cacert"
        ),
    ),
    (
        r"\[SSL\b|EOF occurred in violation",
        _(
            "The server there may not use TLS, or a version of it that this machine "
            "does not support: check whether the endpoint has to be http"
        ),
    ),
    (
        r"Name or service not known|name resolution|nodename nor servname"
        r"|getaddrinfo|NameResolution|No address associated",
        _("This machine can't resolve the host name: check DNS and the name"),
    ),
    (
        r"Connection refused",
        _(
            "Nothing listens there: check whether the service is running, and whether "
            "that is its address"
        ),
    ),
    (
        r"No route to host|Network is unreachable",
        _("Check the network between this machine and that address"),
    ),
    (
        r"Connection aborted|RemoteDisconnected|reset by peer|Broken pipe|BrokenPipe",
        _(
            "The connection was closed before an answer arrived: see the log of the "
            "service and of the proxy in front of it"
        ),
    ),
    (
        r"timed out",
        _(
            "The service took too long, or packets were lost on the way: check whether "
            "it works, and run the command again"
        ),
    ),
)
"""Words of an error, and what to do, where no answer came."""


def unanswered(error: Exception) -> str:
    """What to do where *error* came instead of an answer of Glance's."""
    if isinstance(error, exceptions.Unauthorized):
        return _(
            "Keystone issues no token for these credentials: log in again, or check "
            "them with: openstack token issue"
        )
    if isinstance(error, exceptions.HttpError):
        return _("This is Keystone's answer: see its log")
    if isinstance(error, exceptions.CatalogException):
        return _(
            "Check --os-region-name and --os-interface; the catalog has no such "
            "service: openstack catalog list"
        )
    said = str(error)
    return next((do for words, do in UNREACHED if re.search(words, said)), "")

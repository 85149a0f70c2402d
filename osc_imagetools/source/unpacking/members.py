# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which member of an archive is the image.

- Directories, a volume's label, empty files and the companions of an image (checksums,
  signatures, manifests, licences: the tables below) don't count.
- Exactly one regular file is left, or exactly one matches ``--member``.
- Links, devices, FIFOs and whatever else is no plain file are
  refused anywhere in the archive, wanted or not: no image needs one beside
  it, and nothing is gained by deciding which are harmless.
- An OVA is refused, unless ``--member`` names the disk in it.

Names are compared and shown; nothing is ever written under one.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable

MOST_MEMBERS = 10_000
LONGEST_NAME = 4_096
"""Characters: PATH_MAX of Linux."""

SHOWN_NAMES = 20

FILE = "file"
DIRECTORY = "directory"
LABEL = "volume label"

COMPANION_ENDINGS = (
    *(".md5", ".sha1", ".sha224", ".sha256", ".sha384", ".sha512"),
    *(".md5sum", ".sha1sum", ".sha256sum", ".sha512sum", ".sum", ".checksum"),
    *(".asc", ".sig", ".sign", ".gpg", ".minisig", ".pem", ".crt"),
    *(".manifest", ".mf", ".packages", ".spdx", ".cdx", ".sbom"),
    *(".txt", ".md", ".rst", ".html", ".pdf", ".log", ".nfo"),
)
COMPANION_NAMES = frozenset(
    (
        *("md5sums", "sha1sums", "sha256sums", "sha512sums"),
        *("md5sum", "sha1sum", "sha256sum", "sha512sum", "checksum", "checksums"),
        *("manifest", "manifest.json", "readme", "changelog", "changes"),
        *("license", "licence", "licenses", "copying", "copyright", "notice"),
        *("authors", "version", ".ds_store"),
    )
)
APPLE_DOUBLE = "._"
"""Begins the name of what a Mac's zip holds beside each file."""


class MemberError(OperatorError):
    """No member of the archive, or not exactly one, can be the image."""


@dataclass(frozen=True)
class Member:
    """One entry of an archive: its name as written, its kind, its size in bytes."""

    name: str
    kind: str
    """`FILE`, `DIRECTORY`, or what else it is, in words."""
    size: int

    @property
    def path(self) -> str:
        """The name without what only decorates it, such as a leading ``./``."""
        return posixpath.normpath(self.name)

    @property
    def base_name(self) -> str:
        """The last part of its name."""
        return posixpath.basename(self.path)

    @property
    def is_companion(self) -> bool:
        """Whether it goes along with an image and is none."""
        name = self.base_name.lower()
        return (
            name in COMPANION_NAMES
            or name.endswith(COMPANION_ENDINGS)
            or name.startswith(APPLE_DOUBLE)
        )

    def matches(self, pattern: str) -> bool:
        """Whether its whole name or its last part matches the glob *pattern*."""
        names = {self.name, self.path, self.base_name}
        return any(fnmatchcase(name, pattern) for name in names)


class MemberChoice:
    """Takes the members as they come, and settles which one is the image."""

    def __init__(self, pattern: str | None = None) -> None:
        self._pattern = pattern
        self._seen: list[Member] = []
        self._candidates: list[Member] = []
        self._count = 0

    @property
    def taken(self) -> Member | None:
        """The first that can be the image; None before it came."""
        return self._candidates[0] if self._candidates else None

    def offer(self, member: Member) -> bool:
        """Whether *member* is the first that can be the image.

        Raises `MemberError` for one that no archive of an image may hold.
        """
        self._count += 1
        _refuse_strange(member, self._count)
        if member.kind in (DIRECTORY, LABEL):
            return False
        self._refuse_ova(member)
        if len(self._seen) < SHOWN_NAMES:
            self._seen.append(member)
        if not self._is_candidate(member):
            return False
        self._candidates.append(member)
        return len(self._candidates) == 1

    def refuse_several(self) -> None:
        """Raise `MemberError` if more than one can be the image."""
        if len(self._candidates) < 2:
            return
        first, second = self._candidates[:2]
        if first.path == second.path:
            raise MemberError(
                _("The archive is ambiguous"),
                _("it contains '%s' twice") % printable(first.name),
                _("Unpack it manually and find the right one"),
            )
        raise MemberError(
            _("The archive contains more than one file that can be the image"),
            _names(self._candidates),
            _("Select one with --member"),
        )

    def refuse_none(self) -> Member:
        """The one that is the image; `MemberError` if there was none."""
        if self.taken is not None:
            return self.taken
        if self._pattern is None:
            what = _("No file in the archive can be the image")
        else:
            what = _("No file in the archive matches '%s'") % printable(self._pattern)
        if not self._seen:
            raise MemberError(what, _("it contains no files at all"))
        raise MemberError(
            what,
            _("it contains %s") % _names(self._seen),
            _("Select the right one with --member"),
        )

    def _is_candidate(self, member: Member) -> bool:
        if self._pattern is not None:
            return member.matches(self._pattern)
        return member.size > 0 and not member.is_companion

    def _refuse_ova(self, member: Member) -> None:
        if self._pattern is None and member.base_name.lower().endswith(".ovf"):
            raise MemberError(
                _("The source is an OVA, a whole virtual machine, not an image"),
                _("it contains '%s'") % printable(member.name),
                _(
                    "Select its disk with --member '*.vmdk' if it has only one, or "
                    "store it completely with --container-format ova"
                ),
            )


def _refuse_strange(member: Member, count: int) -> None:
    if count > MOST_MEMBERS:
        raise MemberError(_("The archive contains more than %d members") % MOST_MEMBERS)
    if len(member.name) > LONGEST_NAME:
        raise MemberError(
            _("The archive contains a name of more than %d characters") % LONGEST_NAME,
            printable(member.name),
        )
    if member.kind not in (FILE, DIRECTORY, LABEL):
        raise MemberError(
            _(
                "The archive contains an entry that an archive of an image does not "
                "need"
            ),
            _("'%(name)s' is a %(kind)s")
            % {"name": printable(member.name), "kind": member.kind},
            _("Unpack it manually and import the image itself"),
        )


def _names(members: list[Member]) -> str:
    shown = ", ".join(printable(member.name) for member in members[:SHOWN_NAMES])
    hidden = len(members) - SHOWN_NAMES
    if hidden > 0:
        return _("%(shown)s and %(hidden)d more") % {"shown": shown, "hidden": hidden}
    return shown

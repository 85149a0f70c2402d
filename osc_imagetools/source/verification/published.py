# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The digest that a source should have: typed, or found in a published list.

Rules of trust:

- A digest that was typed, or whose list was named, is the only one that counts.
- Otherwise lists are looked for beside the given URL, then where it led to. The first
  that names the file decides, a weak digest (MD5, SHA-1) only if no other is found.
- Names are compared whole: that of the given URL, else that of the file behind it.
- With a keyring, a list that isn't signed by it counts as none, and one that is
  signed wrongly is an error. Only the name in the given URL counts then: a server could
  lead to another file of the vendor, an old one, which is signed as well.
- No digest, or a weak one, will do only where that was said; a keyring isn't softened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.checksum_list import (
    NoListError,
    NotListedError,
    find_checksum,
)
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.file_name import file_name
from osc_imagetools.source.opened import AbsentError, Source, SourceError, public
from osc_imagetools.source.trust import Trust
from osc_imagetools.source.verification.lists import Lists
from osc_imagetools.source.verification.signatures import (
    Keyring,
    UnsignedError,
    is_clearsigned,
)
from osc_imagetools.source.verification.vendors import (
    PublishedList,
    published_list,
    published_lists,
)


class UnverifiedError(OperatorError):
    """Nothing proves what the bytes should be, and nobody said that this is fine."""


@dataclass(frozen=True)
class Published:
    """What the bytes of a source should be, and how that is known."""

    checksum: Checksum | None = None
    """``None`` if nothing is published, and nothing needs to be."""
    signed: bool = False
    """Whether the digest was in a list that the keyring has proven."""
    list_url: str = ""
    """Where it was found, in public form; empty if it was typed.

    A list that was fetched can have changed since, together with its image: then both
    are worth fetching once more.
    """

    @property
    def how(self) -> str:
        """``sha256``, ``sha512+pgp`` … or ``none``: the value of lifecycle_verified."""
        if self.checksum is None or self.checksum.is_weak:
            return "none"
        return f"{self.checksum.algorithm}{'+pgp' if self.signed else ''}"


def require_keyring(trust: Trust) -> None:
    """Raise `KeyringError` unless the keyring, if one was named, can be used.

    Before anything is fetched: a missing library or file shouldn't cost a request.
    """
    if trust.keyring:
        Keyring.read(trust.keyring)


def read_ahead(trust: Trust, url: str, access: Access, lists: Lists) -> None:
    """Read what `published` will ask for, as far as *url* alone tells what that is.

    Before the image's connection is opened: some servers allow but one. Raises what
    the search has met, but not that nothing was found.
    """
    if not (trust.checksum_url or trust.looks_for_lists):
        return
    keyring = Keyring.read(trust.keyring) if trust.keyring else None
    search = _Search(partial(lists.read, access=access), keyring, (file_name(url),))
    if trust.checksum_url:
        # It may name the file that the URL leads to.
        with suppress(NotListedError):
            search.read(published_list(trust.checksum_url))
    else:
        search.look((url,))


def published(
    trust: Trust,
    url: str,
    source: Source,
    access: Access,
    lists: Lists,
    let_go: Callable[[], None] = lambda: None,
) -> Published:
    """What *source*, opened at *url*, should be; its bytes weren't read yet.

    Before it asks for a list that *lists* don't have, it calls *let_go*. Raises
    `UnverifiedError` where nothing tells, and what the search has met:
    `ChecksumListError`, `SignatureError`, `KeyringError`, `SourceError`.
    """
    found = Published(trust.checksum, trust.is_signed, trust.list_url)
    if trust.checksum_url or trust.looks_for_lists:
        keyring = Keyring.read(trust.keyring) if trust.keyring else None
        read = partial(lists.read, access=access, before=let_go)
        search = _Search(read, keyring, _names(url, source, keyring))
        if trust.checksum_url:
            found = search.read(published_list(trust.checksum_url))
        else:
            found = search.look((url, source.url))
            if found.checksum is None and not _may_lack(trust):
                raise search.nothing_found(source.url)
    checksum = found.checksum
    if checksum and checksum.is_weak and not trust.allow_unverified:
        if found.list_url:
            why = _(
                "%(algorithm)s proves nothing against an attacker, and %(list_url)s "
                "has no stronger digest"
            )
        else:
            why = _("%(algorithm)s proves nothing against an attacker")
        raise UnverifiedError(
            _("%s was not imported") % source.url,
            why % {"algorithm": checksum.algorithm, "list_url": found.list_url},
            _("Specify a sha256 or sha512 digest, or use --allow-unverified."),
        )
    return found


def _names(url: str, source: Source, keyring: Keyring | None) -> tuple[str, ...]:
    asked_for = file_name(url)
    return (asked_for,) if keyring else (asked_for, source.file_name)


def _may_lack(trust: Trust) -> bool:
    return trust.allow_unverified and not trust.keyring


@dataclass
class _Search:
    """What is looked for, and what stood in the way so far."""

    read_list: Callable[[str], bytes]
    keyring: Keyring | None
    names: tuple[str, ...]
    obstacles: list[tuple[str, OperatorError]] = field(default_factory=list)
    """URLs in public form, and why what is there doesn't help."""

    def read(self, where: PublishedList) -> Published:
        """What the one list *where* says; raises whatever is wrong with it."""
        listing = self.read_list(where.url)
        if self.keyring:
            listing = proven(self.keyring, listing, where, self.read_list)
        checksum = find_checksum(listing, *self.names)
        return Published(checksum, self.keyring is not None, public(where.url))

    def look(self, urls: tuple[str, ...]) -> Published:
        """What the first list beside one of *urls* says; nothing if there is none."""
        weak = Published()
        for found in self._found(urls):
            if found.checksum and not found.checksum.is_weak:
                return found
            weak = weak if weak.checksum else found
        return weak

    def nothing_found(self, url: str) -> OperatorError:
        """Why, and what to do now."""
        what = _("%s was not imported") % url
        remedy = _WITHOUT_KEYRING if self.keyring else _HOW_TO_GO_ON
        for where, obstacle in self.obstacles:
            # Pages come from servers that have one for whatever isn't there.
            if not isinstance(obstacle, AbsentError | NoListError):
                place = "" if where in obstacle.what else f"{where}: "
                why = f"{place}{obstacle.what}: {obstacle.why}"
                return UnverifiedError(what, why, remedy)
        why = _(
            "none of the lists that vendors publish beside an image contains its digest"
        )
        return UnverifiedError(what, why, remedy)

    def _found(self, urls: tuple[str, ...]) -> Iterator[Published]:
        tried: set[str] = set()
        for where in (each for url in urls for each in published_lists(url)):
            shown = public(where.url)
            folder = shown.rpartition("/")[0]
            if not tried.isdisjoint({shown, folder}):
                continue
            tried.add(shown)
            try:
                yield self.read(where)
            except (NoListError, NotListedError, UnsignedError, SourceError) as error:
                self.obstacles.append((shown, error))
                if _is_broken(error):
                    tried.add(folder)


_SIGNED_LIST = _("Specify a signed list with --checksum-url, or remove --keyring.")


def proven(
    keyring: Keyring,
    listing: bytes,
    where: PublishedList,
    read_list: Callable[[str], bytes],
    otherwise: str = _SIGNED_LIST,
) -> bytes:
    """What of *listing*, read from *where*, is signed by *keyring*.

    *otherwise* is what to do where nothing is. Raises `SignatureError`, and
    `UnsignedError` where there is no signature at all.
    """
    shown = public(where.url)
    if is_clearsigned(listing):
        return keyring.signed_text(listing, shown)
    unsigned = UnsignedError(
        _("%s can't be verified") % shown,
        _("it has no signature, inside it or beside it"),
        otherwise,
    )
    for url in where.signatures:
        try:
            signature = read_list(url)
            if is_clearsigned(signature):
                return keyring.signed_text(signature, public(url))
            keyring.verify(listing, signature, shown)
        except AbsentError:
            continue
        except UnsignedError as error:
            unsigned = error
        else:
            return listing
    raise unsigned


def _is_broken(error: OperatorError) -> bool:
    """Whether the server itself is in trouble, so that asking on is in vain."""
    return isinstance(error, SourceError) and not isinstance(error, AbsentError)


_WITHOUT_KEYRING = _(
    "Specify a signed list with --checksum-url, or remove --keyring: then an unsigned "
    "digest is sufficient."
)

_HOW_TO_GO_ON = _(
    "Specify the digest with --checksum or its list with --checksum-url, or use "
    "--allow-unverified."
)

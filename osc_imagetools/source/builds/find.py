# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build of a source: the order of the requests.

1. The page that lists builds is read, and from the newest on what it names is tried.
2. Where the name of a build has more placeholders, the page of its folder is read.
3. A file that the page itself names is there. One in a folder is asked for: a vendor
   may have made the folder and not yet the file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.builds.build import Build
from osc_imagetools.source.builds.build_source import BuildSource
from osc_imagetools.source.builds.find_in_stream import find_in_stream
from osc_imagetools.source.builds.index_page import IndexPage
from osc_imagetools.source.builds.no_build import (
    BY_INDEX,
    NoBuildError,
    no_file,
    no_match,
    refuse_page,
)
from osc_imagetools.source.builds.pattern import Candidate, UrlPattern
from osc_imagetools.source.builds.placeholders import DATE, Values, day_of, label_of
from osc_imagetools.source.fetch import head, read_text
from osc_imagetools.source.opened import AbsentError, public

LOG = logging.getLogger(__name__)

MOST_TRIES = 5
"""Builds of which the file is missing, from the newest on: then something is wrong."""

LONGEST_INDEX_BYTES = 4 << 20


def find_build(
    source: BuildSource,
    architecture: str,
    access: Access,
    keyring: str | None = None,
    fetched: str = "",
) -> Build:
    """The newest build of *source* for *architecture* (Glance's name of it).

    *keyring* is a file of certificates, one of which has to sign what simplestreams
    say. The file at the URL *fetched* was had once, and isn't asked for. Raises
    `NoBuildError` where there is none, and what reading raises: `SourceError`,
    `SignatureError`, `KeyringError`.
    """
    try:
        url = source.url(architecture)
    except ValueError as error:
        raise OperatorError(
            _("'%s' can't be used") % source.public,
            str(error),
            _(
                "Name the architecture with --property architecture=…, or another "
                "source."
            ),
        ) from None
    if source.is_stream:
        return find_in_stream(source.stream, access, keyring)
    if "{" not in url:
        return Build(url)
    search = _Search(UrlPattern.parse(url), source.index, access, fetched)
    return search.newest()


class _Search:
    def __init__(
        self, pattern: UrlPattern, index: str, access: Access, fetched: str
    ) -> None:
        self._pattern, self._index = pattern, index
        self._access, self._fetched = access, fetched
        # A day's grace for the clocks of others.
        now = datetime.now(timezone.utc)
        self._latest = (now + timedelta(days=1)).date()

    def newest(self) -> Build:
        tried: list[str] = []
        for candidate in self._candidates({}):
            url = self._pattern.url(candidate.values)
            if candidate.is_listed or self._is_there(url):
                return _build(url, candidate.values)
            tried.append(public(url))
            if len(tried) == MOST_TRIES:
                break
        raise no_file(self._pattern.public, tried)

    def _candidates(self, known: Values) -> Iterator[Candidate]:
        """Those that a page names, the newest first; *known* says which page."""
        place = self._pattern.next_place(known)
        if place is None:
            raise ValueError("every placeholder is known")
        folder = self._pattern.folder(place, known)
        where, names = self._read(folder if known else self._index or folder, folder)
        found = self._pattern.candidates(place, known, names, self._latest)
        if not found:
            wanted = self._pattern.wanted(place)
            raise no_match(self._pattern.public, wanted, where, names)
        folders = 0
        for candidate in found:
            if self._pattern.next_place(candidate.values) is None:
                yield candidate
            elif folders < MOST_TRIES:
                folders += 1
                yield from self._below(candidate.values)

    def _below(self, known: Values) -> Iterator[Candidate]:
        try:
            yield from self._candidates(known)
        except (AbsentError, NoBuildError) as error:
            LOG.warning(_("%s Trying the build before it."), error)

    def _read(self, url: str, folder: str) -> tuple[str, list[tuple[str, ...]]]:
        """Where the page at *url* was found, and the names on it, from *folder* on."""
        LOG.info(_("Reading what %s lists …"), public(url))
        try:
            text = read_text(
                url, self._access, _("a list of builds"), LONGEST_INDEX_BYTES
            )
        except AbsentError as error:
            raise AbsentError(error.what, error.why, BY_INDEX) from None
        page = IndexPage.read(text.content)
        names = page.names(text.url, (text.url, folder))
        refuse_page(page, text.url, text.content, names)
        return text.url, names

    def _is_there(self, url: str) -> bool:
        if public(url) == self._fetched:
            return True
        try:
            head(url, self._access).close()
        except AbsentError as error:
            LOG.warning(
                _("%(what)s: %(why)s. Trying the build before it."),
                {"what": error.what, "why": error.why},
            )
            return False
        return True


def _build(url: str, values: Values) -> Build:
    return Build(url, label_of(values), day_of(values.get(DATE, "")))

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A source that a web server serves."""

from __future__ import annotations

import email.utils
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import requests

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.file_name import file_name
from osc_imagetools.source.opened import Source
from osc_imagetools.source.web.body import Body
from osc_imagetools.source.web.content_encoding import (
    decoded,
    encoding,
    is_of_file,
)
from osc_imagetools.source.web.parts import Parts, are_worth_it
from osc_imagetools.source.web.ranges import LONGEST_ETAG, Edition, Span, check_span
from osc_imagetools.source.web.resource import (
    NO_SUCH_RANGE,
    OK,
    ONE_REQUEST,
    PARTIAL,
    Resource,
    first_answer,
    refusal,
)
from osc_imagetools.source.web.session import HttpSession
from osc_imagetools.source.web.transfer import Transfer

LOG = logging.getLogger(__name__)

NO_HEAD = (403, 405, 501)
"""Of a server that knows no HEAD, or of a signature that is for GET alone."""

FIRST_BYTE = Span(0, 1)


def open_http(url: str, access: Access) -> Source:
    """The answer to a GET of *url*; one that isn't the file is a `SourceError`."""
    session = HttpSession(access)
    try:
        answer = first_answer(session, url, ONE_REQUEST)
        with _closed_on_error(answer):
            if answer.status_code != OK:
                raise refusal(answer)
            return _opened(session, Resource.of(url, answer), answer)
    except BaseException:
        session.close()
        raise


def head_http(url: str, access: Access) -> Source:
    """The headers of *url* and no byte of it: HEAD, else a GET of one byte."""
    session = HttpSession(access)
    try:
        with closing(first_answer(session, url, ONE_REQUEST, "HEAD")) as answer:
            if answer.status_code not in NO_HEAD:
                return _seen(url, answer)
        ask = {**ONE_REQUEST, "Range": FIRST_BYTE.header}
        with closing(first_answer(session, url, ask)) as answer:
            return _seen(url, answer)
    finally:
        session.close()


def _seen(url: str, answer: requests.Response) -> Source:
    """What the headers of an answer tell, to HEAD or to GET of the first byte."""
    resource = Resource.of(url, answer)
    if answer.status_code in (PARTIAL, NO_SUCH_RANGE):
        resource.edition = _by_first_byte(resource, answer)
    elif answer.status_code != OK:
        raise refusal(answer)
    source = _source(resource, answer)
    form = _encoding(resource, answer)
    if form and not is_of_file(form, source.file_name):
        source.length = None
    return source


@contextmanager
def _closed_on_error(answer: requests.Response) -> Iterator[None]:
    try:
        yield
    except BaseException:
        answer.close()
        raise


def _opened(
    session: HttpSession, resource: Resource, answer: requests.Response
) -> Source:
    source = _source(resource, answer)
    body = Body(answer, session)
    if form := _encoding(resource, answer):
        return _decoded(source, resource, Transfer(session, resource, body), form)
    reader: Parts | Transfer
    if are_worth_it(resource, session.access):
        reader = Parts(session, resource, body)
    else:
        body.look_beyond()
        reader = Transfer(session, resource, body)
    source._read, source._close = reader.read, reader.close
    return source


def _decoded(
    source: Source, resource: Resource, transfer: Transfer, form: str
) -> Source:
    """The source of what is within; no part of that can be asked for."""
    said, resource.accepts_ranges = resource.accepts_ranges, False
    source._close = transfer.close
    source._read, was_added = decoded(transfer.read, form, source.file_name)
    if was_added:
        source.length, source.accepts_ranges = None, False
    else:
        resource.accepts_ranges = said
    return source


def _source(resource: Resource, answer: requests.Response) -> Source:
    """Without its bytes."""
    headers = answer.headers
    if len(headers.get("ETag", "")) > LONGEST_ETAG:
        LOG.warning(
            _("%(where)s has an ETag of %(etag)d characters, which is ignored."),
            {"where": resource.where, "etag": len(headers["ETag"])},
        )
    return Source(
        url=resource.where,
        file_name=file_name(answer.url, headers.get("Content-Disposition")),
        length=resource.edition.length,
        content_type=headers.get("Content-Type", ""),
        etag=resource.edition.etag,
        last_modified=_http_date(resource.edition.last_modified),
        accepts_ranges=resource.accepts_ranges is True,
    )


def _encoding(resource: Resource, answer: requests.Response) -> str:
    return encoding(answer.headers.get("Content-Encoding", ""), resource.where)


def _by_first_byte(resource: Resource, answer: requests.Response) -> Edition:
    """With the length of the file, as the answer to a GET of one byte tells it."""
    told = answer.headers.get("Content-Range", "")
    unknown = replace(resource.edition, length=None)
    if answer.status_code == NO_SUCH_RANGE:
        return replace(unknown, length=0 if told == "bytes */0" else None)
    return replace(
        unknown, length=check_span(resource.where, FIRST_BYTE, unknown, told)
    )


def _http_date(text: str) -> datetime | None:
    """When, if it can be meant: nothing was changed after today."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        moment = moment.astimezone(timezone.utc)
    # What the library raises of a date that is none, it doesn't say.
    except Exception:
        return None
    latest = datetime.now(timezone.utc) + timedelta(days=1)
    return moment if moment < latest else None

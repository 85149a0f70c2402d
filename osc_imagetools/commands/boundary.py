# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What stands around every command: what it says meanwhile, and how it may end.

Messages hold nothing that a terminal obeys, whoever wrote them; a fault of ours and an
interruption say how things stand in the cloud.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.subject import subject

LOG = logging.getLogger(__name__)

OURS = "osc_imagetools"

_OF_THE_CLIENT = ("cliff", "keystoneauth1", "openstack", "openstackclient", "osc_lib")
"""Packages whose exceptions have words for people, and an exit status of their own."""


class UnexpectedError(OperatorError):
    """A fault of ours: something that nobody thought of."""


@contextmanager
def around(command: str) -> Iterator[None]:
    """Within, *command* is carried out; its end is told to whoever waits for it.

    Raises `UnexpectedError` for a fault of ours. What the client raises, an
    `OperatorError` and an end by a signal go on as they are.
    """
    from osc_imagetools.glance.journal import JOURNAL
    from osc_imagetools.operations.runs import Ended, signals_end_the_run

    _open_standard_error()
    _guard_messages()
    JOURNAL.begin()
    try:
        with signals_end_the_run():
            yield
    except (KeyboardInterrupt, Ended):
        LOG.error(_("Interrupted. %s"), JOURNAL)
        raise
    # What nobody foresaw shall end in words, too.
    except Exception as error:
        if _is_expected(error):
            raise
        raise UnexpectedError(
            _(
                "'%s' failed because of a bug in osc-imagetools, not because of your "
                "input"
            )
            % command,
            _fault(error),
            _("Run it with --debug for details, and report them. %s") % JOURNAL,
        ) from error


def _is_expected(error: Exception) -> bool:
    packages = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    has_words = isinstance(error, OperatorError | BrokenPipeError)
    return has_words or not packages.isdisjoint(_OF_THE_CLIENT)


def _fault(error: Exception) -> str:
    """What broke where; not the words of *error*, which may hold a password."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{OURS}/" in frame.filename]
    what = getattr(error, "strerror", None) or type(error).__name__
    if not ours:
        return str(what)
    place = ours[-1].filename.rpartition(f"/{OURS}/")[2]
    where = {"what": what, "place": place, "line": ours[-1].lineno}
    return _("%(what)s in %(place)s, line %(line)s") % where


def _open_standard_error() -> None:
    """Give what is said a place to go to where standard error is closed (``2>&-``)."""
    # Python has no stream then, and each use of it would raise.
    if sys.stderr is None:
        # It stays open as long as the process lives.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _guard_messages() -> None:
    """Put the same door before every message, the client's and the libraries' too."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(each, _Printable) for each in handler.filters):
            handler.addFilter(_Printable())


class _Printable(logging.Filter):
    """Lets each record pass, as text that a terminal only shows."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true."""
        try:
            said = record.getMessage()
        except Exception:
            # The handler tells whoever wrote it.
            return True
        is_ours = record.name.partition(".")[0] == OURS
        record.msg = printable(_named(said), None) if is_ours else _lines(said)
        record.args = None
        if record.exc_info and not record.exc_text:
            told = logging.Formatter().formatException(record.exc_info)
            record.exc_text = _lines(told)
        return True


def _named(said: str) -> str:
    """With what it is about before it, which each of several handlers asks for."""
    about = subject()
    prefix = f"{about}: "
    return prefix + said if about and not said.startswith(prefix) else said


def _lines(text: str) -> str:
    return "\n".join(
        "\t".join(printable(part, None) for part in line.split("\t"))
        for line in text.split("\n")
    )

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a check found, as a plugin of Nagios says it."""

from __future__ import annotations

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks import Checkup, Severity, merged
from osc_imagetools.printable import printable

UNKNOWN = 3
"""The status of a check that could not be made."""

_LONGEST_LINE = 1024


def report(checkup: Checkup) -> tuple[int, str]:
    """The status (0, 1 or 2), and its one line with the numbers behind a bar.

    The words are those of the first row; the numbers are of images, not of rows.
    """
    errors, warnings = map(checkup.count, (Severity.ERROR, Severity.WARNING))
    status = 2 if errors else 1 if warnings else 0
    said = f"{_errors(errors)}, {_warnings(warnings)}"
    if checkup.findings:
        first = merged(checkup.findings)[0]
        where = first.family or first.image
        said += f": {where}: {first.what}" if where else f": {first.what}"
    numbers = (
        f"errors={errors} warnings={warnings} "
        f"images={checkup.images} families={checkup.families}"
    )
    return status, f"{_line(status, said)} | {numbers}\n"


def unknown(error: Exception) -> str:
    """The line of a check that could not be made."""
    return f"{_line(UNKNOWN, str(error) or type(error).__name__)}\n"


def _line(status: int, said: str) -> str:

    word = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[status]
    # Behind a bar Nagios looks for numbers.
    clean = printable(" ".join(said.split()), _LONGEST_LINE).replace("|", "/")
    return f"IMAGES {word} - {clean}"


def _errors(count: int) -> str:
    return _("1 error") if count == 1 else _("%d errors") % count


def _warnings(count: int) -> str:
    return _("1 warning") if count == 1 else _("%d warnings") % count

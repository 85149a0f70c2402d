# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator is told when something did not work."""

from __future__ import annotations

import re

from osc_imagetools.printable import one_line, printable

_COMMAND_AT_THE_END = re.compile(r": openstack .*\Z")


def _sentence(text: str) -> str:
    """*text* with its full stop, but for one behind a command: that is copied whole."""
    is_whole = text.endswith((".", "!", "?")) or _COMMAND_AT_THE_END.search(text)
    return text if is_whole else f"{text}."


class OperatorError(Exception):
    """What did not work, why in the server's own words, and what to do now.

    The client prints ``str(error)`` on standard error and exits with status 1.
    """

    def __init__(self, what: str, why: str = "", do: str = "") -> None:
        super().__init__(what, why, do)
        self.what = what
        self.why = why
        self.do = do

    def __str__(self) -> str:
        """One line: ``what: why. do.``; of strangers' words nothing is obeyed."""
        reason = f"{self.what}: {self.why}" if self.why else self.what
        parts = [reason, self.do] if self.do else [reason]
        line = " ".join(_sentence(one_line(part)) for part in parts)
        return printable(line, len(line))

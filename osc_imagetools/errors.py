# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator is told when something did not work."""

from __future__ import annotations

from osc_imagetools.printable import printable


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


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
        line = " ".join(_sentence(" ".join(part.split())) for part in parts)
        return printable(line, len(line))

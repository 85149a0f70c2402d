# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What all faults have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tests.cloud.source.response import Response


@dataclass(frozen=True)
class Fault(ABC):
    """One way to misbehave."""

    @abstractmethod
    def apply(self, response: Response) -> None:
        """Change the response, which wasn't sent yet."""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What Glance doesn't do, and its words for it."""

from __future__ import annotations


class RefusedError(Exception):
    """An answer of 4xx."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def not_found(image_id: str) -> RefusedError:
    return RefusedError(404, f"No image found with ID {image_id}")

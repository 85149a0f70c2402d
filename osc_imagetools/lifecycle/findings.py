# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is wrong with the images of a project."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.lifecycle import (
    family_findings,
    image_findings,
    name_findings,
    replacement_findings,
)
from osc_imagetools.lifecycle.finding import Finding, Observed, Severity


def findings(observed: Observed) -> tuple[Finding, ...]:
    """All findings, errors first, then by family and by image.

    Raises `KeyError` for a standard that nobody knows.
    """
    return tuple(sorted(_all(observed), key=_order))


def unknown_members(observed: Observed) -> frozenset[str]:
    """The IDs of shared images whose members decide, and were not read yet.

    Once those are, there may be more.
    """
    by_name = name_findings.unknown_members(observed)
    return by_name | replacement_findings.unknown_members(observed)


def _all(observed: Observed) -> Iterator[Finding]:
    for family in observed.families:
        yield from family_findings.findings(family, observed)
        for version in family.versions:
            yield from replacement_findings.findings(version, observed)
    for image in observed.own:
        yield from image_findings.findings(image, observed)


def _order(finding: Finding) -> tuple[bool, bool, str, str, str, str]:
    is_error = finding.severity is Severity.ERROR
    place = (finding.family == "", finding.family, finding.check, finding.image)
    return (not is_error, *place, finding.what)

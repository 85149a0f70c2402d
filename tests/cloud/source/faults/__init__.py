# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ways in which the source misbehaves, one class each.

A fault is a dataclass whose fields are JSON values or faults, with one method that
changes the response. Several on one path are applied in the order given, each to what
the ones before it have left: ``Page(...), Drip(100)`` is a page that drips. A new
fault is a new class in one of the modules here, and its name below.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tests.cloud.source.faults.answers import (
    BasicAuth,
    Encoded,
    Headers,
    Page,
    Recorded,
    Redirect,
    Silence,
    Status,
    Verbatim,
)
from tests.cloud.source.faults.bodies import (
    Drip,
    Drop,
    Endless,
    NoLength,
    Rate,
    Stall,
    WrongLength,
)
from tests.cloud.source.faults.fault import Fault
from tests.cloud.source.faults.only import Only
from tests.cloud.source.faults.ranges import Changed, NoRanges, WrongRange

__all__ = [
    "BasicAuth",
    "Changed",
    "Drip",
    "Drop",
    "Encoded",
    "Endless",
    "Fault",
    "Headers",
    "NoLength",
    "NoRanges",
    "Only",
    "Page",
    "Rate",
    "Recorded",
    "Redirect",
    "Silence",
    "Stall",
    "Status",
    "Verbatim",
    "WrongLength",
    "WrongRange",
    "from_json",
    "to_json",
]

FAULTS: dict[str, type[Fault]] = {
    kind.__name__: kind for kind in Fault.__subclasses__()
}


def to_json(fault: Fault) -> dict[str, Any]:
    """The fault as the control port takes it."""
    values = {field.name: getattr(fault, field.name) for field in fields(fault)}
    within = {
        name: to_json(value) if isinstance(value, Fault) else value
        for name, value in values.items()
    }
    return {"fault": type(fault).__name__, **within}


def from_json(values: Mapping[str, Any]) -> Fault:
    """The fault that :func:`to_json` was given."""
    within = {
        name: from_json(value) if name == "inner" else value
        for name, value in values.items()
        if name != "fault"
    }
    return FAULTS[values["fault"]](**within)

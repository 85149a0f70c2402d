# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What scripts depend on stays: commands, options, keys and properties.

`interface.json` names all of it. What comes new is added there by

    python -m tests.unit.test_interface

and nothing is ever taken from it without a new first number of the version.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

from osc_imagetools.commands import output
from osc_imagetools.lifecycle.model.properties import TABLE
from tests.unit import plugin

RECORD = Path(__file__).with_name("interface.json")


def commands() -> dict[str, list[str]]:
    """The arguments and options of each command, by all of their names."""
    return {
        plugin.words(entry_point): sorted(
            name
            for action in plugin.own_actions(entry_point)
            for name in action.option_strings or [f"<{action.dest}>"]
            if name not in ("-h", "--help")
        )
        for entry_point in plugin.entry_points()
    }


def keys() -> dict[str, list[str]]:
    """The columns and fields of each kind of output."""
    return {
        f"{module.name}.{name}": sorted(value)
        for module in pkgutil.iter_modules(output.__path__)
        for name, value in vars(
            importlib.import_module(f"{output.__name__}.{module.name}")
        ).items()
        if _is_headings(name, value)
    }


def _is_headings(name: str, value: Any) -> bool:
    is_texts = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    is_short = "SHORT" in name
    return name.isupper() and not name.startswith("_") and is_texts and not is_short


def interface() -> dict[str, Any]:
    """All that is promised and can be listed."""
    return {
        "commands": commands(),
        "keys": keys(),
        "properties": sorted(one.name for one in TABLE),
    }


def named(told: dict[str, Any]) -> set[tuple[str, ...]]:
    """Each thing that *told* names, with where it belongs."""
    return {
        *(("command", name) for name in told["commands"]),
        *(("option", one, each) for one in told["commands"] for each in _of(told, one)),
        *(("key", one, each) for one, found in told["keys"].items() for each in found),
        *(("property", name) for name in told["properties"]),
    }


def _of(told: dict[str, Any], command: str) -> list[str]:
    found: list[str] = told["commands"][command]
    return found


def test_nothing_that_was_promised_is_missing() -> None:
    promised = named(json.loads(RECORD.read_text()))

    assert promised - named(interface()) == set()


def test_what_is_new_is_promised_from_now_on() -> None:
    promised = named(json.loads(RECORD.read_text()))

    assert named(interface()) - promised == set()


if __name__ == "__main__":
    RECORD.write_text(json.dumps(interface(), indent=1, sort_keys=True) + "\n")

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the options of trust say."""

from __future__ import annotations

import argparse

import pytest

from osc_imagetools.commands.options import trust
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.trust import Trust

HEX = "ab" * 32
LIST = "https://mirror.example/SHA256SUMS"


def parsed(*arguments: str) -> Trust:
    """What is meant by these *arguments*."""
    parser = argparse.ArgumentParser()
    trust.add(parser)
    return trust.trust(parser.parse_args(arguments))


MEANT = {
    "nothing": ([], Trust(), True),
    "auto": (["--checksum", "auto"], Trust(auto=True), True),
    "AUTO": (["--checksum", "AUTO"], Trust(auto=True), True),
    "a digest": (["--checksum", HEX], Trust(Checksum("sha256", HEX)), False),
    "a list": (["--checksum-url", LIST], Trust(checksum_url=LIST), False),
    "a keyring": (["--keyring", "ring"], Trust(keyring="ring"), True),
    "a keyring, a list": (
        ["--keyring", "ring", "--checksum-url", LIST],
        Trust(checksum_url=LIST, keyring="ring"),
        False,
    ),
    "nothing needed": (["--allow-unverified"], Trust(allow_unverified=True), False),
    "what there is": (
        ["--allow-unverified", "--checksum", "auto"],
        Trust(auto=True, allow_unverified=True),
        True,
    ),
    "a keyring, nothing needed": (
        ["--allow-unverified", "--keyring", "ring"],
        Trust(keyring="ring", allow_unverified=True),
        True,
    ),
}


@pytest.mark.parametrize(("said", "meant", "looks"), MEANT.values(), ids=MEANT)
def test_what_is_said_is_what_is_meant(
    said: list[str], meant: Trust, looks: bool
) -> None:
    assert parsed(*said) == meant
    assert meant.looks_for_lists is looks


WRONG = {
    "no digest": (["--checksum", "autos"], "not <algorithm>:<hexadecimal>"),
    "two of a kind": (
        ["--checksum", "auto", "--checksum-url", LIST],
        "not allowed with argument",
    ),
    "a keyring for a digest": (
        ["--keyring", "ring", "--checksum", HEX],
        "keyring verifies a list",
    ),
    "the same the other way round": (
        ["--checksum", HEX, "--keyring", "ring"],
        "keyring verifies a list",
    ),
}


@pytest.mark.parametrize(("said", "why"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_wrong_usage(
    said: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*said)

    assert ended.value.code == 2
    assert why in capsys.readouterr().err

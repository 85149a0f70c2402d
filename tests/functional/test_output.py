# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where ``image import-url`` says what: standard output, standard error, a terminal."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import struct
import subprocess
import termios

import pytest

from tests.cloud.accounts import Account
from tests.cloud.images import boot_sector
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Rate, Status
from tests.functional.families import (
    CONTENT,
    SIZE,
    ended,
    found,
    import_url,
    importing,
    the_image,
)
from tests.functional.terminals import TERMINAL, terminal

NAME = "debian-13"
BROKEN_PIPE = (141, 120)
"""The newest clients see it themselves; 2025.1's leave it to Python, at the exit."""
"""The client's own status for it, as a shell's: 128 and SIGPIPE."""
ERASE_LINE = "\x1b[2K"
MARK = b"bytes that belong into the image only"

KEYS = {
    "build_date": str,
    "disk_format": str,
    "family": str,
    "generation": int,
    "id": str,
    "member": type(None),
    "converted_from": type(None),
    "min_disk": int,
    "name": str,
    "owner": str,
    "published_digest": str,
    "result": str,
    "size": int,
    "source": str,
    "source_digest": str,
    "source_size": int,
    "status": str,
    "tags": list,
    "unpacked": list,
    "verified": str,
    "version": str,
    "virtual_size": int,
    "visibility": str,
}
"""What scripts rely on."""


def test_F88_json_on_standard_output_is_whole_and_alone_beside_a_warning(
    member: Account, source: Source
) -> None:
    url = source.put("disk.qcow2.gz", CONTENT)

    outcome = import_url(member, url, NAME)

    assert outcome.status == 0
    assert {name: type(value) for name, value in outcome.json().items()} == KEYS
    assert outcome.json()["id"] == the_image(member, NAME)["id"]
    assert outcome.json()["result"] == "imported"
    assert "disk.qcow2.gz" in outcome.stderr
    assert "\r" not in outcome.stderr


def test_F88_failure_says_nothing_on_standard_output(
    member: Account, source: Source
) -> None:
    source.misbehave("disk.img", Status(404))

    outcome = import_url(member, source.url("disk.img"), NAME)

    assert (outcome.status, outcome.stdout) == (1, "")
    assert len(outcome.stderr.splitlines()) == 1
    assert "404" in outcome.stderr


def test_F88_reader_of_standard_output_that_is_gone_undoes_nothing(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    read_end, write_end = os.pipe()
    os.close(read_end)

    with importing(member, url, NAME, stdout=write_end) as client:
        os.close(write_end)
        outcome = ended(client)

    assert the_image(member, NAME)["status"] == "active"
    assert outcome.status in BROKEN_PIPE


def test_progress_is_shown_on_a_terminal_and_taken_away_again(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Rate(SIZE // 2))

    with (
        terminal() as screen,
        importing(member, url, NAME, stderr=screen.side, env=TERMINAL) as client,
    ):
        outcome = ended(client)

    assert outcome.status == 0
    assert outcome.json()["id"] == the_image(member, NAME)["id"]
    shown = screen.shown.decode()
    for part in (NAME, "MB/s", f"/{SIZE / 1e6:.1f} MB"):
        assert part in shown
    assert shown.rstrip().endswith(ERASE_LINE)


def test_table_on_a_terminal_is_as_wide_as_that_and_keeps_IDs_whole(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    assert import_url(member, url, NAME).status == 0
    image_id = the_image(member, NAME)["id"]
    steps = [*("deprecate", NAME, "--dry-run", "--reason", "no longer built " * 9)]

    with terminal() as screen:
        fcntl.ioctl(screen.side, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
        with member.start("image", *steps, stdout=screen.side) as client:
            ended(client)

    lines = screen.shown.decode().splitlines()
    # Words are kept whole, so a row may end a little sooner.
    assert 90 < max(map(len, lines)) <= 100
    assert any(f"| {image_id} |" in line for line in lines)


def test_quiet_shows_no_progress_on_a_terminal(member: Account, source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    with terminal() as screen:
        client = member.start(
            *("-q", "image", "import-url", url, NAME, "--allow-unverified"),
            *("-f", "value", "-c", "id"),
            stdin=screen.side,
            stderr=screen.side,
            env=TERMINAL,
        )
        with client:
            outcome = ended(client)

    assert outcome.status == 0
    assert outcome.stdout == the_image(member, NAME)["id"] + "\n"
    assert screen.shown == b""


def test_F12_debugging_shows_neither_netrc_nor_queries_of_redirects_nor_the_bytes(
    member: Account, source: Source
) -> None:
    content = boot_sector() + MARK * 20_000
    signed = f"{source.put('signed.img', content)}?signature=QUERYSECRET"
    source.misbehave("disk.img", Status(302, headers={"Location": signed}))
    netrc = member.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password NETRCSECRET\n")
    netrc.chmod(0o600)

    outcome = member.openstack(
        *("--debug", "image", "import-url", source.url("disk.img"), NAME),
        *("--allow-unverified", "-f", "json"),
    )

    assert outcome.status == 0, outcome.stderr
    basic = base64.b64encode(b"somebody:NETRCSECRET").decode()
    assert source.requests("disk.img")[0].headers["authorization"] == f"Basic {basic}"
    for secret in ("QUERYSECRET", "NETRCSECRET", basic, MARK.decode()):
        assert secret not in outcome.stderr
    assert "QUERYSECRET" not in json.dumps(found(member, NAME))
    assert "signed.img" in outcome.stderr


@pytest.mark.parametrize("option", ["--image-version"])
def test_F107_options_are_ours_and_not_the_clients(
    option: str, member: Account, source: Source
) -> None:
    """``openstack … --version 2`` prints the client's own version and does nothing."""
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, option, "2")

    assert outcome.status == 0
    assert the_image(member, NAME)["lifecycle_version"] == "2"


def test_F88_table_for_people_without_a_terminal_and_with_standard_input_closed(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    with member.start(
        *("image", "import-url", url, NAME, "--allow-unverified"),
        stdin=subprocess.DEVNULL,
        env={"COLUMNS": "200"},
    ) as client:
        outcome = ended(client)

    image = the_image(member, NAME)
    assert outcome.status == 0
    assert f"| {image['id']}" in outcome.stdout
    assert outcome.stderr == ""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Hostile text through every field that others fill in, to whoever reads the result."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cloud.accounts import Account
from tests.cloud.archives import gz, regular, tar
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Headers, Page, Redirect
from tests.functional.families import (
    CONTENT,
    IMAGE,
    changed,
    ended,
    import_url,
    importing,
    listed,
    the_image,
)
from tests.functional.outcomes import digest_of
from tests.functional.terminals import TERMINAL, terminal
from tests.functional.test_deprecate import active, managed

NAME = "debian-13"
RUN = '$(touch ran)`touch ran`${HOME}";touch ran;"\\'
OBEYED = "\x1b]0;owned\x07\x9b31m\u202e\u2028"
SHOWN = "\\x1b]0;owned\\x07\\x9b31m\\u202e\\u2028"
HOSTILE = f"a{OBEYED}{RUN}\nb"
SIGNED = "sig=QUERYSECRET&expires=1"
ECHOED = ("START with options", "options: Namespace", "command: ", "cmd ", "run(")
"""What the client itself prints of its command line, under ``--debug``."""


def obeyed(text: str) -> list[str]:
    """The lines of *text* that a terminal would do more with than show."""
    return [line for line in text.splitlines() if not line.isprintable()]


def evaluated(script: str, name: str, folder: Path) -> str:
    """The value of a variable after a shell has evaluated *script*."""
    done = subprocess.run(
        ["sh", "-c", f'eval "$1" && printf %s "${name}"', "-", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_F112_what_a_server_and_an_archive_say_runs_nothing_and_is_stored_printable(
    member: Account, source: Source, tmp_path: Path
) -> None:
    inner = f"{RUN}{OBEYED}.img"
    packed = gz(tar(regular(inner, CONTENT)))
    url = source.put("disk.tar.gz", packed)
    # What http.server writes is Latin-1, so of these only some can be sent.
    said = OBEYED.replace("\u202e\u2028", "") + RUN
    headers = {
        "ETag": f'"{said}"',
        "Content-Type": f"image/{said}",
        "Content-Disposition": f'attachment; filename="{said}"',
    }
    source.misbehave("disk.tar.gz", Headers(headers))

    outcome = member.openstack(
        *("image", "import-url", "-f", "shell", "--prefix", "made_"),
        *("--allow-unverified", url, NAME),
    )

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert obeyed(outcome.stdout) == obeyed(outcome.stderr) == []
    assert evaluated(outcome.stdout, "made_id", tmp_path) == image["id"]
    shown = evaluated(outcome.stdout, "made_member", tmp_path)
    assert shown == f"{RUN}{SHOWN}.img"
    assert list(tmp_path.iterdir()) == []
    assert all(str(value).isprintable() for value in image.values())
    assert image["lifecycle_source_etag"].startswith('"\\x1b]0;owned\\x07')


def test_F112_names_and_properties_of_others_in_every_format(
    member: Account, tmp_path: Path
) -> None:
    fields = {"lifecycle_hold": HOSTILE, "lifecycle_replacement": HOSTILE}
    image_id = managed(member, 1, NAME, **fields)
    changed(member, image_id, name=HOSTILE, lifecycle_version=HOSTILE)
    own = ("--project", member.project_id)
    argv = ("image", "lifecycle", "list", *own, "--long", "-f")

    told = {form: member.openstack(*argv, form) for form in ("json", "yaml", "csv")}
    shown = member.openstack("image", "lifecycle", "show", *own, "-f", "shell", NAME)
    with terminal() as screen:
        client = member.start(*argv, "table", stdout=screen.side, env=TERMINAL)
        with client:
            assert client.wait(60) == 0

    rows = [json.loads(told["json"].stdout), yaml.safe_load(told["yaml"].stdout)]
    for [row] in rows:
        exact = (row["Name"], row["Version"], row["Hold"], row["Replacement"])
        assert exact == (HOSTILE,) * 4
    outputs = [each.stdout for each in (*told.values(), shown)]
    for output in (*outputs, screen.shown.decode().replace("\r\n", "\n")):
        assert obeyed(output) == []
    assert len(told["csv"].stdout.splitlines()) == 2
    assert "touch ran" in shown.stdout
    assert evaluated(shown.stdout, "project", tmp_path) == member.project_id
    assert list(tmp_path.iterdir()) == []


def test_F112_what_glance_says_is_never_obeyed_by_a_terminal(
    through: Account, before_glance: Proxy
) -> None:
    image_id = active(through, NAME)
    before_glance.on("PATCH", IMAGE).answer(403, f"<b>{HOSTILE}</b>".encode())
    argv = ("image", "deprecate", "--yes", image_id)

    row = through.openstack(*argv)
    debugged = through.openstack("--debug", *argv)

    for outcome in row, debugged:
        assert outcome.status == 1
        # A table breaks its lines between words.
        assert "$(touch" in outcome.stdout
        assert obeyed(outcome.stdout) == []
    assert [line for line in debugged.stderr.splitlines() if "\x1b" in line] == []


def by_redirect(source: Source) -> list[str]:
    said = "http://[::1/\x9b31m\x07$(id)"
    source.misbehave("disk.img", Redirect(said))
    return [source.url("disk.img"), NAME, "--allow-unverified"]


def by_list(source: Source) -> list[str]:
    entries = f"{'0' * 64}  disk.im{OBEYED}\n{'1' * 64}  {OBEYED}disk.img\n"
    told = source.put("SHA256SUMS", entries.encode())
    return [source.put("disk.img", CONTENT), NAME, "--checksum-url", told]


def by_page(source: Source) -> list[str]:
    source.misbehave("disk.img", Page(f"<html>{OBEYED}{RUN}</html>"))
    return [source.url("disk.img"), NAME, "--allow-unverified"]


def by_members(source: Source) -> list[str]:
    both = (regular(f"{each}{OBEYED}{RUN}", CONTENT) for each in "ab")
    return [source.put("disk.tar", tar(*both)), NAME, "--allow-unverified"]


def by_url(source: Source) -> list[str]:
    return [f"http://a\x1b]0;x\x07\u202e/{OBEYED}", NAME, "--allow-unverified"]


def by_name(source: Source) -> list[str]:
    return [source.url("disk.img"), HOSTILE, "--allow-unverified"]


def by_project(source: Source) -> list[str]:
    return [source.url("disk.img"), NAME, "--allow-unverified", "--project", HOSTILE]


FIELDS = (by_redirect, by_list, by_page, by_members, by_url, by_name, by_project)


@pytest.mark.parametrize("field", FIELDS)
def test_F112_why_it_fails_holds_nothing_that_a_terminal_obeys(
    field: Callable[[Source], list[str]], member: Account, source: Source
) -> None:
    outcome = member.openstack("image", "import-url", *field(source))

    assert outcome.status in (1, 2)
    assert outcome.stdout == ""
    assert outcome.stderr
    assert obeyed(outcome.stderr) == []
    assert "bug in osc-imagetools" not in outcome.stderr


def test_F113_name_that_looks_like_markup_is_shown_on_a_terminal(
    member: Account, source: Source
) -> None:
    name = "[link=file:///x]m[/]y"
    url = source.put("disk.img", CONTENT)

    with (
        terminal() as screen,
        importing(member, url, name, stderr=screen.side, env=TERMINAL) as client,
    ):
        outcome = ended(client)

    assert outcome.status == 0
    assert outcome.json()["id"] == the_image(member, name)["id"]
    assert name in screen.shown.decode()


def test_F114_query_that_glance_is_told_is_announced_and_never_shown(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    way = ("--method", "web-download")

    stored = import_url(member, f"{url}?{SIGNED}", NAME, *way)
    debugged = member.openstack(
        *("--debug", "image", "import-url", "--allow-unverified", *way),
        *(f"{url}?{SIGNED}", "again"),
    )

    assert (stored.status, debugged.status) == (0, 0), stored.stderr
    assert f"Glance keeps {url} with its query" in stored.stderr
    assert "QUERYSECRET" not in stored.stderr + stored.stdout
    assert "QUERYSECRET" not in json.dumps(listed(member))
    lines = [line for line in debugged.stderr.splitlines() if "QUERYSECRET" in line]
    assert [line for line in lines if not line.startswith(ECHOED)] == []


BROKEN = {
    "lifecycle_delete_at": "99999-01-01T00:00:00Z",
    "lifecycle_generation": "9" * 5000,
    "lifecycle_keep": "9" * 5000,
    "lifecycle_delete_after": "999999w " * 200,
    "lifecycle_before": "[" * 5000,
    "image_build_date": "9999-12-31",
}


def test_F133_properties_that_no_library_can_hold_are_findings(member: Account) -> None:
    image_id = managed(member, 1, NAME)
    changed(member, image_id, **BROKEN)

    rows = member.openstack(
        *("image", "lifecycle", "list", "--project", member.project_id),
        *("--long", "-f", "json"),
    )
    checked = member.openstack("image", "lifecycle", "check", "-f", "json")
    retired = member.openstack(
        *("image", "deprecate", "--yes", "--delete-in", "1y", "-f", "json", image_id)
    )

    for outcome in rows, checked, retired:
        assert "bug in osc-imagetools" not in outcome.stderr
        assert "Traceback" not in outcome.stderr
    assert [row["ID"] for row in rows.json()] == [image_id]
    assert "lifecycle_delete_at" in checked.stdout
    assert retired.json()[0]["Result"] == "deprecated", retired


def test_F133_value_that_no_library_can_hold_is_wrong_usage(member: Account) -> None:
    outcome = member.openstack(
        *("image", "import-url", "http://localhost/disk.img", NAME),
        *("--stall-timeout", "1e300"),
    )

    assert outcome.status == 2
    assert "--stall-timeout" in outcome.stderr


def test_F133_what_nobody_thought_of_is_called_a_fault_of_ours(
    through: Account, before_glance: Proxy
) -> None:
    first, second = active(through, NAME), active(through, NAME)
    strange = {"id": second, "status": "active", "visibility": "shared", "tags": 5}
    argv = ("image", "deprecate", "--yes", "-f", "json", first, second)
    body = json.dumps(strange).encode()
    before_glance.on("GET", rf"/v2/images/{second}$").answer(200, body)

    plain = through.openstack(*argv)
    debugged = through.openstack("--debug", *argv)

    assert (plain.status, debugged.status) == (1, 1)
    assert [row["ID"] for row in plain.json()] == [first]
    [line] = plain.stderr.splitlines()
    assert "'openstack image deprecate' failed because of a bug" in line
    assert "bug in osc-imagetools" in line
    assert f"Image {first} was changed." in line
    assert "--debug" in line
    assert "Traceback" in debugged.stderr


CLIENT = (sys.executable, "-m", "openstackclient.shell")
CLOSED = {"error": (2, 0), "output": (1, 1)}


@pytest.mark.parametrize(("descriptor", "status"), CLOSED.values(), ids=CLOSED)
def test_F134_standard_stream_that_is_closed_spoils_no_work(
    descriptor: int, status: int, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    argv = ("image", "import-url", "--checksum", digest_of(CONTENT), url, NAME)
    # As a shell does it: 2>&- and >&-.
    closing = f'exec "$@" {descriptor}>&-'
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    done = subprocess.run(
        ["sh", "-c", closing, "-", *CLIENT, *argv],
        env=member.environment(),
        cwd=member.home,
        text=True,
        check=False,
        **pipes,
    )

    assert the_image(member, NAME)["status"] == "active"
    assert done.returncode == status
    assert ("standard output is closed" in done.stderr) == bool(status)
    assert (the_image(member, NAME)["id"] in done.stdout) == (not status)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The table of each command, with the longest names and notes that are usual."""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace

import pytest
from cliff.app import App
from cliff.commandmanager import CommandManager

from osc_imagetools.commands.options import common
from osc_imagetools.commands.output import (
    findings,
    imports,
    outcomes,
    rotations,
    steps,
    usage,
    versions,
)
from osc_imagetools.commands.output.base import Lister, ShowOne
from osc_imagetools.lifecycle.checks.checkup import Checkup
from osc_imagetools.lifecycle.checks.finding import Finding
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.repair import Repair
from osc_imagetools.lifecycle.suggestions import Proposal
from osc_imagetools.lifecycle.usage.uses import Tally
from osc_imagetools.lifecycle.usage.verdict import Usage, Verdict
from osc_imagetools.operations.importing import Imported
from osc_imagetools.operations.rotation import ROTATED, Rotated
from osc_imagetools.operations.session import Outcome

COLUMNS = 120
ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
FAMILY = "ubuntu-24.04-minimal"
NOTE = (
    f"image {ID} has its name and is visible: there would be two. To restore this "
    f"one in its place: openstack image rollback --to {ID} -- {FAMILY}"
)
IMAGE = Image.from_glance(
    {
        "id": ID,
        "name": FAMILY,
        "owner": ID.replace("-", ""),
        "status": "deactivated",
        "visibility": "community",
        "os_hidden": True,
        "size": 2 << 30,
        "virtual_size": 20 << 30,
        "disk_format": "qcow2",
        "min_disk": 20,
        "tags": ["lifecycle", "amphora", "lts"],
        "os_hash_algo": "sha512",
        "os_hash_value": "f" * 128,
        "created_at": "2026-03-01T04:05:06Z",
        "lifecycle_id": ID,
        "lifecycle_family": FAMILY,
        "lifecycle_version": "20260301",
        "lifecycle_generation": "17",
        "lifecycle_state": "deprecated",
        "lifecycle_replacement": ID,
        "lifecycle_published_at": "2026-03-01T04:05:06Z",
        "lifecycle_deprecated_at": "2026-03-01T04:05:06Z",
        "lifecycle_obsolete_at": "2026-09-01T00:00:00Z",
        "lifecycle_delete_at": "2027-03-01T00:00:00Z",
        "lifecycle_verified": "sha512+pgp",
        "lifecycle_published_digest": f"sha512:{'f' * 128} payload",
        "lifecycle_source_digest": f"sha256:{'f' * 64}",
        "image_build_date": "2026-03-01",
        "image_source": f"https://cloud-images.ubuntu.com/{'minimal/' * 12}disk.img",
    }
)
CHANGES = ("os_hidden", "lifecycle_state", "lifecycle_delete_at", "tags")
DONE = Outcome("deprecated", IMAGE, ID, CHANGES, NOTE)
MISSING = Outcome("failed", None, FAMILY, note=f"no image is called '{FAMILY}'")
PLANNED = (
    Step("announce", f"version 20260301: deprecated, replaced by {ID}", NOTE, ID),
    Step("verify", f"sha256:{'f' * 64}", "published in https://a.example/SHA256", None),
)
ROTATION = Rotated(
    ROTATED,
    IMAGE,
    IMAGE,
    carried=tuple(f"hw_property_{number}" for number in range(30)),
    repaired=(Repair("take back", IMAGE, Change(), NOTE),),
    members={ID.replace("-", ""): "accepted", FAMILY: "pending"},
    note=NOTE,
)
FINDING = Finding(
    Check.REPLACEMENT_UNFIT,
    FAMILY,
    ID,
    "its own replacement is hidden and its lifecycle_state can't be read",
    f"openstack image lifecycle unset --replacement {ID}",
)
LIKENESS = SimpleNamespace(
    image=IMAGE, looks_like=FAMILY, same_name=(ID, ID), same_bytes=(ID,)
)

USAGE = Usage(IMAGE, Verdict.UNKNOWN, (NOTE, f"block storage: {NOTE}"), Tally())

UNMANAGED = versions.UNMANAGED


def rows(headings, row, *done):
    return headings, [row(one) for one in done]


TABLES = {
    "deprecate": (
        outcomes.SHORT_OF_DATES,
        rows(outcomes.OF_DATES, outcomes.row_of_dates, DONE, MISSING),
    ),
    "lifecycle set": (
        outcomes.SHORT_OF_SETTINGS,
        rows(outcomes.OF_SETTINGS, outcomes.row_of_settings, DONE, MISSING),
    ),
    "lifecycle list": (versions.SHORT, versions.versions([IMAGE])),
    "lifecycle list --unmanaged": (
        versions.UNMANAGED_SHORT,
        (
            UNMANAGED,
            [tuple(versions._alone(LIKENESS)[name] for name in UNMANAGED)],
        ),
    ),
    "lifecycle list --match": (
        (),
        versions.proposals([Proposal(IMAGE, FAMILY, "20260301", date(2026, 3, 1))]),
    ),
    "lifecycle check": (
        findings.SHORT,
        findings.rows(Checkup((FINDING,), images=1, families=1)),
    ),
    "usage list": (
        usage.SHORT,
        usage.images([USAGE], with_descendants=True),
    ),
    "--dry-run": ((), steps.planned(PLANNED)),
    "deprecate --dry-run": (
        (),
        rows(steps.HEADINGS, steps.outcome, DONE, MISSING),
    ),
}
FIELDS = {
    "rotate": (rotations.SHORT, rotations.rotated(ROTATION)),
    "import-url": (imports.SHORT, imports.imported(Imported("staged", IMAGE))),
}


def shown(base, short, result, *options):
    """What a command of those columns writes to a pipe."""

    class Command(base):
        """A command."""

        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            common.add_long(parser)
            return parser

        def take_action(self, parsed_args):
            return result

    Command.short = short
    commands = CommandManager("osc_imagetools.tests")
    commands.add_command("command", Command)
    app = App("test", "0", commands, stdout=io.StringIO())
    assert app.run(["command", *options]) == 0
    return app.stdout.getvalue()


@pytest.mark.parametrize(("short", "result"), TABLES.values(), ids=TABLES)
def test_a_table_fits_120_columns_and_breaks_no_ID_of_its_own(short, result):
    table = shown(Lister, short, result)

    assert max(map(len, table.splitlines())) <= COLUMNS
    assert f"| {ID} |" in table


@pytest.mark.parametrize(("short", "result"), FIELDS.values(), ids=FIELDS)
def test_fields_fit_120_columns_and_are_those_that_a_person_wants(short, result):
    table = shown(ShowOne, short, result)

    assert max(map(len, table.splitlines())) <= COLUMNS
    assert f"| {ID} " in table
    assert "digest" not in table


def test_the_fields_that_are_announced_are_those_that_there_are():
    shown = [names for _, (names, _) in FIELDS.values()]

    assert shown == [rotations.HEADINGS, imports.HEADINGS]


@pytest.mark.parametrize("option", ["--long", "-c=published_digest"])
def test_a_table_has_the_other_fields_where_they_are_asked_for(option):
    table = shown(ShowOne, *FIELDS["rotate"], *option.split("="))

    assert "| published_digest | sha512:" in "".join(
        line.replace("  ", "") for line in table.splitlines()
    ).replace(" |", " |")


@pytest.mark.parametrize("form", ["json", "yaml", "value", "csv"])
def test_other_formats_have_all_fields_without_asking(form):
    short, result = TABLES["deprecate"]

    brief, full = (
        shown(Lister, short, result, "-f", form, *options)
        for options in ([], ["--long"])
    )

    assert brief == full
    assert "lifecycle_delete_at" in brief


def test_a_column_without_a_value_is_left_out_unless_there_is_nothing_else():
    short, result = TABLES["deprecate"]
    nothing = (result[0], [(None,) * len(result[0])])
    missing = (result[0], result[1][1:])

    assert "Delete At" in shown(Lister, short, result)
    assert "Delete At" not in shown(Lister, short, missing)
    assert "Delete At" in shown(Lister, short, nothing)
    assert "Delete At" in shown(Lister, short, missing, "--long")


def test_a_width_that_is_said_counts():
    table = shown(Lister, *TABLES["--dry-run"], "--max-width", "200")

    assert COLUMNS < max(map(len, table.splitlines())) <= 200

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands that change images over time say, and to whom."""

from __future__ import annotations

import uuid

import pytest

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import IMAGE, LISTING, changed
from tests.functional.outcomes import digest_of, images, written_by_us
from tests.functional.test_deprecate import active, shown

NAME = "debian-13"
FAMILY = "ubuntu-24.04-minimal"
SIZE = 512 << 10
EVIL = "debian\x1b[31m\n13\u202e"
WRITING = {
    "deprecate": ["deprecate", "--yes"],
    "reinstate": ["reinstate"],
    "set": ["lifecycle", "set", "--hold", "x"],
    "unset": ["lifecycle", "unset", "--hold"],
}
PAGE = (
    b"<html><head><title>Maintenance</title></head><body>Back \x1b[5msoon</body></html>"
)
GARBLED = {"page": PAGE, "other-JSON": b'{"error": "none"}', "list": b"[]"}


def obeyed(text: str) -> list[str]:
    """The lines of *text* that a terminal would do more with than show."""
    return [line for line in text.splitlines() if not line.isprintable()]


@pytest.mark.parametrize("command", WRITING.values(), ids=WRITING)
def test_F83_rows_for_people_hold_nothing_that_a_terminal_obeys(
    command: list[str], member: Account
) -> None:
    image_id = active(member, EVIL)
    changed(
        member,
        image_id,
        lifecycle_id=image_id,
        lifecycle_family="f\x1b[5m",
        lifecycle_version="v\x07",
        lifecycle_replacement="r\x1b]0;",
    )

    outcome = member.openstack("image", *command, image_id)

    assert outcome.status == 0, outcome
    assert "debian\\x1b[31m\\n13\\u202e" in outcome.stdout
    assert obeyed(outcome.stdout) == []
    assert "None" not in outcome.stdout


def test_F83_errors_hold_nothing_that_a_terminal_obeys(
    through: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", LISTING).answer(403, PAGE)

    refused = through.openstack("image", "lifecycle", "list")
    missing = through.openstack("image", "lifecycle", "show", "a\x1b[31m\u202eb")

    for outcome in refused, missing:
        assert outcome.status == 1
        assert obeyed(outcome.stderr) == []
    assert "Back \\x1b[5msoon (403)" in refused.stderr


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_answer_200_that_is_none_fails_in_words_and_the_others_are_done(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    first, second = active(through, NAME), active(through, NAME)
    before_glance.on("GET", IMAGE, nth=1).answer(200, body)

    outcome = through.openstack(
        *("image", "deprecate", "-f", "json", "--yes", first, second)
    )

    assert outcome.status == 1
    failed, done = outcome.json()
    assert (failed["Result"], done["Result"]) == ("failed", "deprecated")
    assert "Glance's answer can't be read" in failed["Note"]
    assert "(200)" in failed["Note"]


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_F99_reading_back_is_repeated_until_it_can_be_read(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    image_id = active(through, NAME)
    before_glance.on("GET", IMAGE, nth=2).answer(200, body)

    outcome = through.openstack("image", "deprecate", "-f", "json", "--yes", image_id)

    assert outcome.status == 0, outcome
    assert shown(through, image_id)["lifecycle_state"] == "deprecated"


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_listing_that_is_none_fails_in_words(
    body: bytes, through: Account, before_glance: Proxy
) -> None:
    before_glance.on("GET", LISTING).answer(200, body)

    outcome = through.openstack("image", "lifecycle", "check")

    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Images could not be listed: Glance's answer can't be read" in outcome.stderr


def test_project_that_may_not_be_looked_up_is_no_empty_one(member: Account) -> None:
    by_name = check(member, "--project", "productoin")
    by_id = check(member, "--project", uuid.uuid4().hex)

    assert (by_name.status, by_name.stdout) == (1, "")
    assert "Name it by its ID" in by_name.stderr
    assert (by_id.status, by_id.json()) == (0, [])


def drawn(outcome: Outcome, *ids: str) -> str:
    """The table of a command, which fits, holds those IDs whole, and no ``None``."""
    assert outcome.status == 0, outcome
    assert "Traceback" not in outcome.stderr
    assert max(map(len, outcome.stdout.splitlines())) <= 120, outcome.stdout
    for own_id in ids:
        assert f"| {own_id} " in outcome.stdout
    assert "None" not in outcome.stdout
    return outcome.stdout


def test_tables_fit_120_columns_and_show_what_one_wants_next(
    member: Account, source: Source
) -> None:
    def run(*argv: str) -> Outcome:
        return member.openstack("image", *argv)

    urls = [source.put(f"{n}.img", raw(SIZE, seed=n)) for n in (1, 2)]
    second_one = ("--url", urls[1], "--allow-unverified", "--image-version", "v2")

    first = drawn(
        run(
            *("import-url", urls[0], FAMILY, "--allow-unverified"),
            *("--image-version", "v1"),
        )
    )
    plan = drawn(run("rotate", FAMILY, *second_one, "--dry-run"))
    second = drawn(run("rotate", FAMILY, *second_one))
    [new, old] = by_generation(member)
    stray = active(member, f"{FAMILY}-20260401")
    listed = drawn(run("lifecycle", "list", "--family", FAMILY), new, old)
    adopted = drawn(run("lifecycle", "set", "--family", FAMILY, stray), stray)
    gone = drawn(run("deprecate", "--yes", "--delete-in", "1y", old, new), old, new)
    full = run("reinstate", old, "--long")

    for field in ("digest", "carried_over", "repaired", "note"):
        assert field not in first + second
    assert [line.split()[1:4:2] for line in second.splitlines()[3:-1]] == [
        *(["result", "rotated"], ["name", FAMILY]),
        *(["new_id", new], ["new_version", "v2"], ["visibility", "shared"]),
        *(["old_id", old], ["old_version", "v1"], ["old_state", "deprecated"]),
    ]
    assert f"| hide     | {old} |" in plan
    assert "Visibility" not in listed
    assert "Generation" not in adopted
    assert "Delete At" in gone
    assert "Changes" not in gone
    assert {"Changes", "Replacement"} <= {*full.stdout.splitlines()[1].split()}


def test_verbose_tells_each_step_on_standard_error_and_no_secret(
    member: Account, source: Source
) -> None:
    first, second = raw(SIZE, seed=1), raw(SIZE, seed=2)
    url = source.put("first.img", first)
    quiet = member.openstack(
        *("image", "import-url", url, FAMILY, "--checksum", digest_of(first)),
        *("-f", "json"),
    )
    old = quiet.json()["id"]
    url = source.put("second.img", second)
    digest = digest_of(second).partition(":")[2]
    sums = source.put("SUMS", f"{digest}  second.img\n".encode())

    outcome = member.openstack(
        *("-v", "image", "rotate", FAMILY, "--url", f"{url}?token=QUERYSECRET"),
        *("--checksum-url", sums, "-f", "json"),
    )

    assert quiet.stderr == ""
    new = outcome.json()["new_id"]
    said = written_by_us(outcome.stderr)
    steps = [
        f"Reading the list {sums} …",
        f"Fetching {url}, {SIZE} bytes …",
        f"Expected: sha256:{digest}, published in {sums}.",
        f"Created image {new}, called '{FAMILY}.importing-{new[:8]}'.",
        f"Uploading to image {new} …",
        f"Image {new} is active, with all of its {SIZE} bytes.",
        f"Changed image {new}: lifecycle_state=staged",
        f"Changed image {old}: lifecycle_state=deprecated",
        f"Changed image {new}: lifecycle_state=active, visibility=shared, "
        f"name={FAMILY}, os_hidden=False",
        f"Changed image {old}: os_hidden=True, lifecycle_listed_2_",
    ]
    # While it is uploaded, or before: it is read ahead.
    assert f"Verified {url} by its sha256." in said
    assert [step for step in steps if step not in said] == []
    assert sorted(steps, key=said.index) == steps
    assert "QUERYSECRET" not in said


def by_generation(account: Account) -> list[str]:
    """IDs, the newest version's first."""
    found = [image for image in images(account) if "lifecycle_generation" in image]
    return [
        image["id"]
        for image in sorted(found, key=lambda one: -int(one["lifecycle_generation"]))
    ]


def check(account: Account, *argv: str) -> Outcome:
    return account.openstack("image", "lifecycle", "check", "-f", "json", *argv)

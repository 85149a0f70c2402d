# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an import is told about the version, and what it finds out without importing."""

from __future__ import annotations

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import qcow2
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Headers
from tests.functional.families import CONTENT, LISTING, found, import_url, the_image
from tests.functional.generations import planned
from tests.functional.outcomes import digest_of, images, refused

NAME = "debian-13"
CHANGED = CONTENT[:-1] + b"!"

DESCRIPTIONS = {
    "min-ram": (("--min-ram", "512"), "min_ram", 512),
    "container-format": (
        ("--container-format", "docker"),
        "container_format",
        "docker",
    ),
    "protected": (("--protected",), "protected", True),
    "unprotected": (("--unprotected",), "protected", False),
    "min-disk": (("--min-disk", "7"), "min_disk", 7),
}


@pytest.mark.parametrize(
    ("options", "field", "value"), DESCRIPTIONS.values(), ids=DESCRIPTIONS
)
def test_image_is_what_was_said(
    options: tuple[str, ...],
    field: str,
    value: object,
    member: Account,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, *options)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)[field] == value


def test_protected_image_that_is_not_what_was_published_leaves_nothing(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CHANGED)

    outcome = import_url(member, url, NAME, "--protected")

    refused(cloud, member, outcome, "differs from what was published")


def test_hidden_image_is_verified_and_staged_under_a_name_of_its_own(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, "--hidden")

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["result"] == "staged"
    assert found(member, NAME) == []
    [image] = images(member)
    assert (image["os_hidden"], image["status"]) == (True, "active")
    assert image["name"] == f"{NAME}.importing-{image['id'][:8]}"
    assert image["lifecycle_state"] == "staged"
    assert image["lifecycle_verified"] == "sha256"
    assert not {"lifecycle_run", "lifecycle_published_at"} & image.keys()


def test_staged_image_does_not_keep_the_next_one_from_being_offered(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    import_url(member, url, NAME, "--hidden")

    outcome = import_url(member, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)["lifecycle_generation"] == "2"


SCS_0102 = (
    "--property=architecture=x86_64",
    "--property=os_distro=debian",
    "--property=os_version=13",
    "--property=hw_disk_bus=scsi",
    "--property=image_description=https://cloud.debian.org",
    "--property=image_original_user=debian",
    "--property=replace_frequency=monthly",
    "--property=uuid_validity=last-2",
    "--property=provided_until=2030-06-30",
    "--min-ram=512",
)


def test_standard_refuses_what_lacks_a_property_and_takes_what_has_them_all(
    cloud: Cloud,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    standard = ("--standard", "scs-0102")

    outcome = import_url(through, url, NAME, *standard, *SCS_0102[1:])

    refused(cloud, member, outcome, "does not meet scs-0102", "architecture is missing")
    assert before_glance.methods() <= {"GET"}

    outcome = import_url(member, url, NAME, *standard, *SCS_0102)

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    # These two it knows by itself, and min_disk from the image.
    assert image["image_source"] == url
    assert image["image_build_date"]


def test_F89_properties_that_will_not_fit_are_refused_before_the_record_is_made(
    cloud: Cloud, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    many = [word for number in range(120) for word in ("--property", f"p{number}=x")]

    outcome = import_url(through, url, NAME, *many)

    refused(cloud, through, outcome, "120 properties are too many")
    assert before_glance.matching("POST", LISTING) == []


class TestIfChanged:
    """``--if-changed``: nothing is done when there is nothing to do."""

    BY_DIGEST = ("--checksum", digest_of(CONTENT))
    UNVERIFIED = ("--allow-unverified",)

    @pytest.mark.parametrize("trust", [BY_DIGEST, UNVERIFIED], ids=["digest", "etag"])
    def test_unchanged_source_costs_one_small_request(
        self,
        trust: tuple[str, ...],
        through: Account,
        before_glance: Proxy,
        source: Source,
    ) -> None:
        url = source.put("disk.img", CONTENT)
        source.misbehave("disk.img", Headers({"ETag": '"first"'}))
        first = import_url(through, url, NAME, *trust)
        asked, posted = (
            len(source.requests("disk.img")),
            before_glance.matching("POST", LISTING),
        )

        outcome = import_url(through, url, NAME, "--if-changed", *trust)

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == "unchanged"
        assert outcome.json()["id"] == first.json()["id"]
        again = source.requests("disk.img")[asked:]
        assert len(again) <= 1
        assert all(request.method == "HEAD" for request in again)
        assert before_glance.matching("POST", LISTING) == posted

    def test_changed_source_is_refused_because_the_name_is_taken(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        import_url(member, url, NAME)
        source.put("disk.img", CHANGED)

        other = ("--checksum", digest_of(CHANGED))
        outcome = import_url(member, url, NAME, "--if-changed", *other)

        assert outcome.status == 1
        assert "openstack image rotate" in outcome.stderr
        the_image(member, NAME)

    def test_name_that_is_free_is_imported(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)

        outcome = import_url(member, url, NAME, "--if-changed")

        assert outcome.json()["result"] == "imported"
        the_image(member, NAME)


class TestDryRun:
    """``--dry-run``: a plan, and nothing but looks at source and cloud."""

    def test_F87_plan_tells_what_would_be_done_where_and_why(
        self, through: Account, before_glance: Proxy, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)

        outcome = import_url(through, url, NAME, "--dry-run", "--store", "slow")

        plan = {step["Step"]: step for step in planned(outcome)}
        assert list(plan) == ["fetch", "verify", "create", "store", "publish"]
        assert plan["verify"]["What"] == digest_of(CONTENT)
        assert plan["fetch"]["Reason"] == f"{len(CONTENT)} bytes: raw"
        assert "cloud through" in plan["create"]["Reason"]
        assert through.project_id in plan["create"]["Reason"]
        assert outcome.stderr.startswith(
            "Dry run: nothing is changed in cloud through,"
        )
        assert "slow" in plan["store"]["What"]
        assert before_glance.methods() <= {"GET", "HEAD"}
        sent = {request.method for request in source.requests("disk.img")}
        assert sent <= {"GET", "HEAD"}
        assert images(through) == []

    def test_plan_for_people_has_a_row_a_step_and_none_for_shells(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        command = ("image", "import-url", url, NAME, "--dry-run", "--allow-unverified")

        table = member.openstack(*command)
        value = member.openstack(*command, "-f", "value", "-c", "step")
        shell = member.openstack(*command, "-f", "shell")

        steps = ["fetch", "trust", "create", "store", "publish"]
        rows = [line.split(" | ") for line in table.stdout.splitlines()[3:-1]]
        assert [row[0].strip("| ") for row in rows if row[0].strip("| ")] == steps
        assert value.stdout.split() == steps
        assert (shell.status, shell.stdout) == (2, "")
        assert "--dry-run shows several: use -f json" in shell.stderr

    def test_plan_has_a_conversion_that_is_needed_and_no_other(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.qcow2", qcow2(CONTENT))
        dry_run = ("--allow-unverified", "--dry-run")

        to_raw = import_url(member, url, NAME, *dry_run, "--convert", "raw")
        auto = import_url(member, url, NAME, *dry_run, "--convert", "auto")

        plan = {step["Step"]: step for step in planned(to_raw)}
        assert {"spool", "convert"} <= plan.keys()
        assert "at least 1 GiB" in plan["publish"]["Reason"]
        assert "convert" not in {step["Step"] for step in planned(auto)}
        assert "Only admins can see" in auto.stderr

    def test_unchanged_version_would_be_kept(
        self, member: Account, source: Source
    ) -> None:
        url = source.put("disk.img", CONTENT)
        first = import_url(member, url, NAME)

        outcome = import_url(member, url, NAME, "--dry-run", "--if-changed")

        [step] = planned(outcome)
        assert (step["Step"], step["Image"]) == ("keep", first.json()["id"])

    def test_what_would_fail_fails(self, member: Account, source: Source) -> None:
        url = source.put("disk.img", CONTENT)
        import_url(member, url, NAME)

        outcome = import_url(member, url, NAME, "--dry-run")

        assert outcome.status == 1
        assert "is taken" in outcome.stderr


def test_rate_is_limited_without_a_difference_in_what_arrives(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, "--limit-rate", "100M")

    assert outcome.status == 0, outcome.stderr
    the_image(member, NAME)


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--limit-rate", "1"], 2, "at least 1048576 bytes a second"),
        (["--limit-rate", "fast"], 2, "--limit-rate"),
        (["--limit-rate", "1M", "--method", "web-download"], 1, "Glance fetches"),
    ],
)
def test_rate_that_can_not_be_kept_is_refused(
    options: list[str],
    status: int,
    says: str,
    cloud: Cloud,
    member: Account,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, *options)

    assert outcome.status == status, outcome
    assert says in outcome.stderr
    assert images(member) == []

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What can't be meant, or kept, is said before a byte is fetched (F120)."""

from __future__ import annotations

import pytest

from tests.cloud.accounts import Account
from tests.cloud.source.client import Source
from tests.functional.families import CONTENT, import_url
from tests.functional.generations import (
    NEW,
    by_hand,
    done,
    everything,
    refused,
    rotate,
    version,
)

UNMEANT = {
    "of-an-option": (["--property", "visibility=public"], "--public"),
    "unset": (["--unset-property", "min_disk"], "--min-disk"),
    "ours": (["--property", "Lifecycle_Keep=3"], "not by hand"),
    "two": (
        ["--property=Note=x", "--property=note=y"],
        "'Note' and 'note' are the same",
    ),
    "no-UTF-8": (["--tag", "\udcff"], "not UTF-8"),
    "4-bytes": (["--property", "a=\N{PILE OF POO}"], "U+FFFF"),
}


@pytest.mark.parametrize(("options", "says"), UNMEANT.values(), ids=UNMEANT)
def test_F120_what_cannot_be_a_property_or_a_tag_is_wrong_usage(
    options: list[str], says: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", NEW)

    outcome = rotate(member, "--url", url, "--allow-unverified", *options)

    assert outcome.status == 2, outcome
    assert says in outcome.stderr
    assert source.requests("disk.img") == []


def test_F120_name_that_is_another_to_us_and_the_same_to_a_database_is_refused(
    member: Account, source: Source
) -> None:
    version(member, os_distro="debian", Owner="Ann: that is no name of Glance's own")
    built = by_hand(member, OS_DISTRO="debian")
    before = everything(member)
    url = source.put("disk.img", NEW)
    told = source.put("debian-13-generic-amd64.qcow2", CONTENT)

    said = rotate(member, "--url", url, "--allow-unverified", "--property=OS_Distro=x")
    by_itself = rotate(member, "--image", built)
    by_its_url = import_url(member, told, "other", "--property=OS_DISTRO=x")

    refused(said, "'os_distro' and 'OS_Distro'", "--unset-property")
    refused(by_itself, "'os_distro'", "'OS_DISTRO'")
    refused(by_its_url, "'os_distro' and 'OS_DISTRO'")
    assert everything(member) == before
    done(rotate(member, "--image", by_hand(member, Owner="Bob")))

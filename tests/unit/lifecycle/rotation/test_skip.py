# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version that was made is still wanted, as its family is by now."""

from __future__ import annotations

import json
from functools import partial

import pytest

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.skip import (
    MOST,
    SkipReason,
    is_older,
    is_rolled_back,
    rolled_back,
    rolled_back_with,
    skip_reason,
    skip_reason_by_bytes,
    superseded,
    unchanged,
    versions_to_compare,
)
from tests.unit.lifecycle.images import HERE, OWNER, managed, shown


def holding(*told: object) -> Image:
    return managed("one", 1, lifecycle_blocked=json.dumps(told))


DEEP = pytest.param("[" * 100_000, id="brackets in brackets")


@pytest.mark.parametrize(
    "value",
    [None, "", "[", "{}", '"sha256:aa"', "3", "null", DEEP, 7, ["sha256:aa"]],
)
def test_value_that_nothing_of_ours_wrote_blocks_nothing(value: object) -> None:
    holder = managed("one", 1, lifecycle_blocked=value)

    assert rolled_back(holder) == ()
    assert not is_rolled_back(holder, {"sha256:aa"})
    assert rolled_back_with(holder, {"sha256:bb"}) == '["sha256:bb"]'


def test_what_can_be_read_of_a_value_blocks_all_the_same() -> None:
    holder = holding(3, "sha256:aa", None, "sha256:bb")

    assert rolled_back(holder) == ("sha256:aa", "sha256:bb")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"sha256:aa"}, True),
        # By one of its identities: a version has more than one.
        ({"sha256:zz", "sha256:bb"}, True),
        ({"sha256:zz"}, False),
        (set(), False),
    ],
)
def test_one_identity_is_enough_to_be_blocked(known: set[str], expected: bool) -> None:
    holder = holding("sha256:aa", "sha256:bb")

    assert is_rolled_back(holder, known) is expected


def test_without_a_version_that_holds_the_policy_nothing_was_rolled_back() -> None:
    assert is_rolled_back(None, {"sha256:aa"}) is False


@pytest.mark.parametrize(
    ("added", "freed", "left"),
    [
        ({"d", "c"}, set(), ["a", "b", "c", "d"]),
        # Said again it is the newest: that is what stays when there are too many.
        ({"a"}, set(), ["b", "a"]),
        (set(), {"a"}, ["b"]),
        ({"c"}, {"b", "zz"}, ["a", "c"]),
        # What comes back isn't blocked, also where it has bytes of what goes.
        ({"c", "d"}, {"c"}, ["a", "b", "d"]),
        (set(), set(), ["a", "b"]),
    ],
)
def test_what_is_rolled_back_comes_last_and_what_comes_back_is_freed(
    added: set[str], freed: set[str], left: list[str]
) -> None:
    value = rolled_back_with(holding("a", "b"), added, freed=freed)

    assert value is not None
    assert json.loads(value) == left


def test_nothing_that_is_left_is_no_value() -> None:
    assert rolled_back_with(holding("a"), freed={"a"}) is None
    assert rolled_back_with(managed("one", 1)) is None


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    full = [f"{number:03}" for number in range(MOST)]

    value = rolled_back_with(holding(*full), {"new"})

    assert value is not None
    assert json.loads(value) == [*full[1:], "new"]


skip_reason_by_bytes = partial(skip_reason_by_bytes, project=HERE)
unchanged = partial(unchanged, HERE)
skip_reason = partial(skip_reason, project=HERE)

PUBLISHED = {"lifecycle_published_at": "2026-03-01T00:00:00Z", "os_hidden": True}
DEPRECATED = {
    **PUBLISHED,
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": "2026-03-20T00:00:00Z",
}
RETIRED = {**DEPRECATED, "lifecycle_retired_at": "2026-03-20T00:00:00Z"}


def version(number: int, content: str, **fields: object) -> Image:
    digest = f"sha256:{content} wire"
    return managed(str(number), number, lifecycle_published_digest=digest, **fields)


def said(last: Image, new: Image, *, force: bool = False) -> str | None:
    found = skip_reason(Family.of(OWNER, "debian-13", [last, new]), new, force=force)
    return found and found.result


@pytest.mark.parametrize(
    ("fields", "content", "result"),
    [
        # It was deprecated by a person, perhaps in an emergency, and a job that runs
        # every night must not bring it back.
        (DEPRECATED, "old", "unchanged"),
        ({**PUBLISHED, "status": "deactivated"}, "old", "unchanged"),
        (DEPRECATED, "new", None),
        # A swap retired it, and its successor was deleted.
        (RETIRED, "old", None),
    ],
    ids=["deprecated", "deactivated", "other bytes", "retired by a swap"],
)
def test_bytes_that_somebody_took_out_do_not_come_back_by_themselves(
    fields: dict[str, object], content: str, result: str | None
) -> None:
    last = version(1, "old", **fields)
    new = version(2, content, lifecycle_state="staged", os_hidden=True)

    assert said(last, new) == result
    assert said(last, new, force=True) is None


@pytest.mark.parametrize(
    ("fields", "built", "is_done"),
    [
        # It was shown, and the next one has retired it since: nothing is lost.
        (RETIRED, "2026-03-01", True),
        (RETIRED, "2026-01-01", False),
        # It never was, and whoever made it takes it away again.
        ({"os_hidden": True}, "2026-03-01", False),
    ],
    ids=["was current", "was current, and is newer", "never was"],
)
def test_run_that_was_overtaken_is_done_if_its_bytes_stay_and_none_older_are_current(
    fields: dict[str, object], built: str, is_done: bool
) -> None:
    new = version(2, "new", image_build_date="2026-02-01", **fields)
    current = version(3, "other", image_build_date=built)
    family = Family.of(OWNER, "debian-13", [new, current])

    assert superseded(family, current, new).is_done is is_done


STAGED = {"lifecycle_state": "staged", "os_hidden": True}
STORED = {"os_hash_algo": "sha512", "os_hash_value": "aa"}
HAS_SAME = SkipReason("unchanged", True, "version 20260302 has the same bytes")
ROLLED_BACK = SkipReason(
    "unchanged (rolled back)", True, "these bytes were rolled back"
)
BLOCKED = {"lifecycle_blocked": '["sha256:bad"]'}
OVERTAKEN = "another run made version 20260302 current in the meantime"


def of(*images: Image) -> Family:
    return Family.of(OWNER, "debian-13", images)


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (version(2, "same"), version(3, "same", **STAGED), HAS_SAME),
        (version(2, "same"), version(1, "same", **STAGED), HAS_SAME),
        # Of an image that has no number yet only Glance's hash tells the bytes.
        (version(2, "old", **STORED), shown("other", **STORED), HAS_SAME),
        (version(2, "old"), shown("other", **STORED), None),
        (version(2, "old"), version(3, "new", **STAGED), None),
        (version(2, "old"), version(1, "new", **STAGED), None),
        (version(2, "old", **BLOCKED), version(3, "bad", **STAGED), ROLLED_BACK),
        (version(2, "old", **BLOCKED), version(1, "bad", **STAGED), ROLLED_BACK),
        (version(2, "old", **BLOCKED), version(3, "new", **STAGED), None),
    ],
)
def test_bytes_that_are_there_or_were_rolled_back_are_redundant_whatever_the_numbers(
    current: Image, new: Image, expected: SkipReason | None
) -> None:
    family = of(current, new)

    assert skip_reason_by_bytes(family, new, force=False) == expected


def test_force_brings_back_bytes_that_were_rolled_back_and_no_current_ones() -> None:
    current = version(2, "old", **BLOCKED)
    bad, same = (version(n, text, **STAGED) for n, text in ((3, "bad"), (4, "old")))

    assert skip_reason_by_bytes(of(current, bad), bad, force=True) is None
    assert skip_reason_by_bytes(of(current, same), same, force=True) == HAS_SAME


def test_current_version_itself_is_not_redundant() -> None:
    current = version(2, "old", lifecycle_blocked='["sha256:old"]')

    assert skip_reason_by_bytes(of(current), current, force=False) is None


@pytest.mark.parametrize("fields", [{"os_hidden": True}, {"status": "deactivated"}])
def test_what_was_rolled_back_stays_out_while_no_version_is_offered(
    fields: dict[str, str],
) -> None:
    last = version(2, "old", **{**PUBLISHED, **BLOCKED, **fields})
    new = version(3, "bad", **STAGED)

    assert skip_reason_by_bytes(of(last, new), new, force=False) == ROLLED_BACK


def test_first_version_of_a_family_is_wanted() -> None:
    new = version(1, "first", **STAGED)

    assert skip_reason_by_bytes(of(new), new, force=False) is None
    assert skip_reason(of(new), new, force=False) is None


@pytest.mark.parametrize(
    ("number", "content", "result"),
    [
        (3, "new", None),
        (1, "new", "superseded"),
        # Two of one number: the one that is offered stays.
        (2, "new", "superseded"),
        (1, "old", "unchanged"),
        (3, "old", "unchanged"),
        (1, "bad", "unchanged (rolled back)"),
    ],
)
def test_version_is_wanted_only_while_its_number_is_above_the_current_ones(
    number: int, content: str, result: str | None
) -> None:
    current = version(2, "old", **BLOCKED)
    new = version(number, content, lifecycle_id="new", id="new", **STAGED)

    found = skip_reason(of(current, new), new, force=False)

    assert (found and found.result) == result


def test_current_version_is_not_overtaken_by_itself() -> None:
    current = version(2, "old", image_build_date=None)

    assert skip_reason(of(current), current, force=True) is None


@pytest.mark.parametrize(
    ("versions", "force", "expected"),
    [
        ([version(1, "x", **PUBLISHED), version(2, "x")], False, "2"),
        ([version(1, "x", **PUBLISHED), version(2, "x")], True, "2"),
        # Somebody has taken it out; it comes back only where that is meant.
        ([version(1, "x", **DEPRECATED)], False, "1"),
        ([version(1, "x", **DEPRECATED)], True, ""),
        # It was deprecated and left to be found: it is named once.
        ([version(1, "x", **{**DEPRECATED, "os_hidden": False})], False, "1"),
        ([version(1, "x"), version(2, "x", **DEPRECATED)], False, "12"),
        ([version(1, "x"), version(2, "x", **DEPRECATED)], True, "1"),
        # Several were: the newest is named first, behind the current one.
        (
            [version(1, "x")] + [version(n, "x", **DEPRECATED) for n in (2, 3)],
            False,
            "132",
        ),
        # What was there before the current one may come again.
        ([version(1, "x", **DEPRECATED), version(2, "x")], False, "2"),
        # Hidden with the stock client: nothing says why, so a person did it.
        ([version(1, "x", **PUBLISHED)], False, "1"),
        ([version(1, "x", **PUBLISHED)], True, ""),
        ([version(1, "x", **PUBLISHED, name="bad")], False, "1"),
        ([version(1, "x"), version(2, "x", **PUBLISHED)], False, "12"),
        # A swap has taken it out, or Glance has lost that it was shown.
        ([version(1, "x", **RETIRED)], False, ""),
        ([version(1, "x"), version(2, "x", **RETIRED)], False, "1"),
        ([version(1, "x", **PUBLISHED, name="debian-13.importing-1")], False, ""),
        # It was never current.
        ([version(1, "x", **STAGED)], False, ""),
        (
            [version(1, "x", **{**DEPRECATED, "lifecycle_published_at": None})],
            False,
            "",
        ),
        ([], False, ""),
    ],
)
def test_bytes_are_known_of_the_current_version_and_of_what_was_taken_out_above_it(
    versions: list[Image], force: bool, expected: str
) -> None:
    found = versions_to_compare(of(*versions), force=force)

    assert [same.id for same in found] == [*expected]


@pytest.mark.parametrize("force", [True, False])
def test_bytes_taken_out_above_the_current_version_come_back_by_force_alone(
    force: bool,
) -> None:
    current, out = version(1, "old"), version(2, "out", **DEPRECATED)
    new = version(3, "out", **STAGED)

    found = skip_reason_by_bytes(of(current, out, new), new, force=force)

    assert (found is None) is force
    assert found is None or "rollback --to 2 -- debian-13" in found.why


def test_version_that_somebody_took_out_is_unchanged_and_can_be_reinstated() -> None:
    last = version(2, "old", **DEPRECATED)

    found = unchanged(of(last), last, "is the newest")

    assert found == SkipReason(
        "unchanged",
        True,
        "version 20260302 is the newest, and was deprecated. To publish it again: "
        "openstack image reinstate 2",
    )


@pytest.mark.parametrize(
    ("fields", "others", "how"),
    [
        ({}, [], "image set --unhidden 2"),
        ({"name": "bad"}, [], "image set --unhidden --name debian-13 2"),
        ({}, [version(1, "x")], "image rollback --to 2 -- debian-13"),
    ],
)
def test_version_that_was_hidden_by_hand_is_unchanged_and_can_be_offered_again(
    fields: dict[str, str], others: list[Image], how: str
) -> None:
    last = version(2, "old", **{**PUBLISHED, **fields})

    found = unchanged(of(*others, last), last, "is the newest")

    assert found.why == (
        "version 20260302 is the newest, and was hidden by hand. To publish it again: "
        f"openstack {how}"
    )


@pytest.mark.parametrize(
    ("fields", "built_on", "is_done"),
    [
        (PUBLISHED, "2026-02-01", True),
        (PUBLISHED, "2026-01-31", False),
        # Nobody can use its bytes any more.
        ({**PUBLISHED, "status": "deactivated"}, "2026-02-01", False),
    ],
)
def test_run_that_was_overtaken_is_told_by_what_and_whether_all_is_done(
    fields: dict[str, str], built_on: str, is_done: bool
) -> None:
    new = version(1, "new", image_build_date="2026-02-01", **STAGED)
    same = version(3, "new", **fields)
    current = version(2, "other", image_build_date=built_on)

    found = superseded(of(same, current, new), current, new)

    assert found == SkipReason("superseded", is_done, OVERTAKEN)


def test_age_is_told_by_the_build_date_or_else_by_the_record() -> None:
    created = {"created_at": "2026-02-01T10:00:00Z"}
    dated = version(1, "x", image_build_date="2026-01-31", **created)
    undated = version(2, "x", **created)
    unknown = version(3, "x")

    assert is_older(unknown, dated)
    assert is_older(dated, undated)
    assert not is_older(undated, undated)

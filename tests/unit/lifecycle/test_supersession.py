# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version that was made is still wanted, as its family is by now."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.supersession import (
    Verdict,
    built,
    known,
    needless,
    superseded,
    unchanged,
    verdict,
)
from tests.unit.lifecycle.images import OWNER, managed, shown

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
    found = verdict(Family.of(OWNER, "debian-13", [last, new]), new, force=force)
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
HAS_SAME = Verdict("unchanged", True, "version 20260302 has the same bytes")
ROLLED_BACK = Verdict("unchanged (rolled back)", True, "these bytes were rolled back")
BLOCKED = {"lifecycle_blocked": '["sha256:bad"]'}
OVERTAKEN = "another run has made version 20260302 current meanwhile"


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
def test_bytes_that_are_there_or_were_rolled_back_are_needless_whatever_the_numbers(
    current: Image, new: Image, expected: Verdict | None
) -> None:
    family = of(current, new)

    assert needless(family, new, force=False) == expected


def test_force_brings_back_bytes_that_were_rolled_back_and_no_current_ones() -> None:
    current = version(2, "old", **BLOCKED)
    bad, same = (version(n, text, **STAGED) for n, text in ((3, "bad"), (4, "old")))

    assert needless(of(current, bad), bad, force=True) is None
    assert needless(of(current, same), same, force=True) == HAS_SAME


def test_current_version_itself_is_not_needless() -> None:
    current = version(2, "old", lifecycle_blocked='["sha256:old"]')

    assert needless(of(current), current, force=False) is None


@pytest.mark.parametrize("fields", [{"os_hidden": True}, {"status": "deactivated"}])
def test_what_was_rolled_back_stays_out_while_no_version_is_offered(
    fields: dict[str, str],
) -> None:
    last = version(2, "old", **{**PUBLISHED, **BLOCKED, **fields})
    new = version(3, "bad", **STAGED)

    assert needless(of(last, new), new, force=False) == ROLLED_BACK


def test_first_version_of_a_family_is_wanted() -> None:
    new = version(1, "first", **STAGED)

    assert needless(of(new), new, force=False) is None
    assert verdict(of(new), new, force=False) is None


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

    found = verdict(of(current, new), new, force=False)

    assert (found and found.result) == result


def test_current_version_is_not_overtaken_by_itself() -> None:
    current = version(2, "old", image_build_date=None)

    assert verdict(of(current), current, force=True) is None


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
        # A swap has taken it out, or it was hidden and nothing says why.
        ([version(1, "x", **RETIRED)], False, ""),
        ([version(1, "x"), version(2, "x", **RETIRED)], False, "1"),
        ([version(1, "x", **PUBLISHED)], False, ""),
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
    found = known(of(*versions), force=force)

    assert [same.id for same in found] == [*expected]


@pytest.mark.parametrize("force", [True, False])
def test_bytes_taken_out_above_the_current_version_come_back_by_force_alone(
    force: bool,
) -> None:
    current, out = version(1, "old"), version(2, "out", **DEPRECATED)
    new = version(3, "out", **STAGED)

    found = needless(of(current, out, new), new, force=force)

    assert (found is None) is force
    assert found is None or 'rollback --to 2 "debian-13"' in found.why


def test_version_that_somebody_took_out_is_unchanged_and_can_be_reinstated() -> None:
    last = version(2, "old", **DEPRECATED)

    found = unchanged(of(last), last, "is the newest")

    assert found == Verdict(
        "unchanged",
        True,
        "version 20260302 is the newest, and was deprecated: to offer it again, use "
        "'openstack image reinstate 2'",
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

    assert found == Verdict("superseded", is_done, OVERTAKEN)


def test_age_is_told_by_the_build_date_or_else_by_the_record() -> None:
    created = {"created_at": "2026-02-01T10:00:00Z"}
    dated = version(1, "x", image_build_date="2026-01-31", **created)
    undated = version(2, "x", **created)
    unknown = version(3, "x")

    assert built(unknown) < built(dated) < built(undated)
    assert (built(dated).day, built(undated).hour) == (31, 10)

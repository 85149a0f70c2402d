# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of a swap that arrive, or are answered, when they are no longer meant.

A run is stopped between any two requests while others go on: here it waits for an
answer that the proxy holds back, which is the same to it and to them.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.client import Outcome
from tests.cloud.doomed import doomed
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import DropError
from tests.cloud.proxy.sent import Sent
from tests.functional.enforcement import shown
from tests.functional.families import changed, found, made, removed, version
from tests.functional.outcomes import digest_of, images
from tests.functional.rotations import BUILT, CURRENT, NEW, OLD, Site, label
from tests.functional.test_rotate_killed import killed
from tests.functional.ways import WAYS
from tests.functional.writing import MARKS, on_write, step

END_SECONDS = 90
FILE_STEPS = WAYS["file"].steps
BACK_STEPS = WAYS["back"].steps


def rollback(site: Site, *options: str) -> list[str]:
    return ["image", "rollback", "-f", "json", *options, "--", site.name]


def number(steps: tuple[str, ...], what: str) -> int:
    return steps.index(what) + 1


def new_version(site: Site, generation: int = 3) -> dict[str, Any]:
    """The version that a run has made."""
    [new] = [
        one
        for one in images(site.owner)
        if one.get("lifecycle_version") == label(generation)
    ]
    return new


def acted(site: Site, path: str) -> None:
    """Have Glance act on the new version, as a person does."""
    method = "POST" if path else "DELETE"
    answer = site.owner.glance(method, f"/v2/images/{new_version(site)['id']}{path}")
    assert answer.status_code == 204, answer.text


def deleted(site: Site) -> None:
    acted(site, "")


def deactivated(site: Site) -> None:
    acted(site, "/actions/deactivate")


def renamed(site: Site) -> None:
    changed(site.owner, new_version(site)["id"], name=f"{site.name}-old")


def hidden(site: Site) -> None:
    changed(site.owner, new_version(site)["id"], os_hidden=True)


def deprecated(site: Site) -> None:
    command = ["image", "deprecate", "--yes", new_version(site)["id"]]
    outcome = site.owner.openstack(*command)
    assert outcome.status == 0, outcome.stderr


def rotated(
    site: Site, what: str, then: Callable[[], Any], *, answered: bool
) -> Outcome:
    """How a rotation to the third version ended; *then* happens at a step of it."""
    on_write(
        site.proxy, number(FILE_STEPS, what), lambda: silently(then), answered=answered
    )
    return site.through.openstack(*site.rotate_url())


def silently(then: Callable[[], Any]) -> None:
    then()


@pytest.mark.parametrize("answer", ["late", "lost"])
def test_F137_version_that_was_rolled_back_before_its_showing_was_answered_stays_so(
    answer: str, site: Site
) -> None:
    old = site.published(2, CURRENT)

    def roll_back() -> None:
        outcome = site.owner.openstack(*rollback(site))
        assert outcome.status == 0, outcome.stderr
        if answer == "lost":
            raise DropError

    outcome = rotated(site, "offer", roll_back, answered=True)
    found_then = site.found()
    nightly = site.owner.openstack(*site.rotate_url())

    assert outcome.status == 1, outcome
    assert outcome.json()["result"] == "superseded"
    assert found_then == [label(2)]
    new = new_version(site)
    assert (new["os_hidden"], new["lifecycle_state"]) == (True, "deprecated")
    assert nightly.json()["result"] == "unchanged (rolled back)"
    assert nightly.json()["new_id"] == old
    assert nightly.json()["repaired"] == []


def test_F137_showing_that_arrives_after_its_version_was_rolled_back_shows_nothing(
    site: Site,
) -> None:
    """Its sender gave up, and the proxy lets it through twice."""
    site.published(2, CURRENT)
    sent: list[Any] = []

    def roll_back() -> None:
        sent.append(next(one for one in site.proxy.sent[::-1] if one.body))
        assert site.owner.openstack(*rollback(site)).status == 0

    rotated(site, "offer", roll_back, answered=True)
    [show] = sent
    again = site.owner.glance(
        "PATCH", show.path, data=show.body, headers={"Content-Type": content(show)}
    )

    assert step(show) == "offer"
    assert again.status_code == 409
    assert site.found() == [label(2)]


def test_F137_import_shows_no_more_what_was_rolled_back_before_it_was_answered(
    site: Site,
) -> None:
    site.retired(1, OLD)
    url = site.source.put("disk.img", NEW)
    told = ["--checksum", digest_of(NEW), "--build-date", BUILT[3], "--public"]
    left: list[Outcome] = []

    def roll_back() -> None:
        if step(site.proxy.sent[-1]) == "offer":
            left.append(site.owner.openstack(*rollback(site, "--to", label(1))))

    site.proxy.on("PATCH", "").after.append(roll_back)
    outcome = site.through.openstack("image", "import-url", *told, url, site.name)

    assert [one.status for one in left] == [0], left
    assert outcome.status == 0, outcome.stderr
    assert site.found() == [label(1)]


def killed_while_held(
    site: Site, command: list[str], nth: int
) -> tuple[Sent, threading.Event]:
    """The writing request at which a run dies, and what lets it through later."""
    let_through, held = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert let_through.wait(END_SECONDS)

    on_write(site.proxy, nth, hold)
    with doomed(site.through, *command) as client:
        assert held.wait(END_SECONDS)
        os.kill(client.pid or 0, signal.SIGKILL)
        client.join(END_SECONDS)
    return site.proxy.sent[-1], let_through


def content(sent: Any) -> str:
    return str(sent.headers["content-type"])


@pytest.mark.parametrize("arrives", ["after-the-rollback", "with-another-announced"])
def test_F138_hiding_that_arrives_when_its_version_is_current_again_hides_nothing(
    arrives: str, site: Site
) -> None:
    site.published(2, CURRENT)
    hide, let_through = killed_while_held(
        site, site.rotate_url(), number(FILE_STEPS, "hide")
    )
    back = site.owner.openstack(*rollback(site))
    if arrives == "with-another-announced":
        # Killed before it shows what it has announced the old one for.
        announced_again(site)
    let_through.set()
    assert hide.answered.wait(END_SECONDS)

    assert back.status == 0, back.stderr
    assert step(hide) == "hide"
    assert site.found() == [label(2)]
    assert site.owner.openstack(*rollback(site, "--to", label(2))).status == 0
    assert site.found() == [label(2)]


@pytest.mark.parametrize("arrives", ["before-its-deletion", "before-that-is-made-safe"])
def test_F135_showing_of_a_dead_run_that_arrives_as_its_record_goes_has_no_effect(
    arrives: str, site: Site
) -> None:
    """Or the record stays: what was offered is not deleted."""
    site.published(2, CURRENT)
    show, let_through = killed_while_held(
        site, site.rotate_url(), number(FILE_STEPS, "offer")
    )
    own_id = new_version(site)["id"]
    method = "DELETE" if arrives == "before-its-deletion" else "PATCH"
    came: list[bool] = []

    def let_arrive() -> None:
        let_through.set()
        came.append(show.answered.wait(END_SECONDS))

    with Proxy(site.owner.glance_url) as proxy:
        proxy.on(method, own_id).call(let_arrive)
        nightly = site.owner.through(proxy.url).openstack(*site.rotate_url())

    left = {one["id"]: one for one in images(site.owner)}
    assert nightly.status == 0, nightly.stderr
    assert (step(show), came) == ("offer", [True])
    if arrives == "before-its-deletion":
        assert own_id not in left
    else:
        assert left[own_id]["lifecycle_published_at"]
    assert site.found() == [label(3)]


@pytest.mark.parametrize("held", [("mark", "stage"), ("mark", "offer")], ids="-".join)
def test_F146_mark_of_an_image_and_what_takes_it_both_arrive_late_and_change_nothing(
    held: tuple[str, str], site: Site
) -> None:
    site.published(2, CURRENT)
    built = site.by_hand(NEW, name="built-here")
    command = site.rotate("--image", built, "--build-date", BUILT[3])
    late = given_up(site, *held)

    outcome = site.through.openstack(*command)
    was = new_version(site)
    answers = [arrived(site, one) for one in late]
    found_then, became = site.found(), new_version(site)
    again = site.owner.openstack(*command)

    assert outcome.status == 0, outcome.stderr
    assert tuple(map(step, late)) == held
    assert answers == [200, 409]
    assert found_then == [label(3)]
    assert {name for name in became if name not in was} == marks(became)
    assert again.status == 0, again.stderr
    assert again.json()["result"] == "unchanged"
    assert not marks(new_version(site))


def test_F138_announcement_and_hiding_that_both_arrive_after_a_rollback_hide_nothing(
    site: Site,
) -> None:
    command = WAYS["file"].prepared(site)
    late = given_up(site, "announce", "hide")

    outcome = site.through.openstack(*command)
    back = site.owner.openstack(*rollback(site))
    answers = [arrived(site, one) for one in late]

    assert outcome.status == back.status == 0, (outcome.stderr, back.stderr)
    assert list(map(step, late)) == ["announce", "hide"]
    assert answers == [200, 409]
    assert site.found() == [label(2)]


def given_up(site: Site, *steps: str) -> list[Sent]:
    """The first request of each of *steps*, which never arrives: its sender repeats it.

    They are there once the run has come so far.
    """
    late: list[Sent] = []

    def give_up() -> None:
        sent = site.proxy.sent[-1]
        what = step(sent)
        if what in steps and what not in map(step, late):
            late.append(sent)
            raise DropError

    site.proxy.on("PATCH", "").before.append(give_up)
    return late


def arrived(site: Site, late: Sent) -> int:
    """The status of what Glance answers a request that comes so late."""
    headers = {"Content-Type": content(late)}
    answer = site.owner.glance("PATCH", late.path, data=late.body, headers=headers)
    return int(answer.status_code)


def marks(image: dict[str, Any]) -> set[str]:
    return {name for name in image if f"/{name}".startswith(MARKS)}


def test_F138_what_a_person_hides_after_a_rollback_stays_hidden_by_a_hiding_unanswered(
    site: Site,
) -> None:
    """The run can't know that its own hiding did nothing."""
    old = site.published(2, CURRENT)

    def roll_back() -> None:
        assert site.owner.openstack(*rollback(site)).status == 0
        # Not in that instant.
        told = {"lifecycle_published_at": f"{BUILT[2]}T00:00:00Z"}
        changed(site.owner, old, os_hidden=True, **told)
        raise DropError

    outcome = rotated(site, "hide", roll_back, answered=False)

    assert outcome.status == 1, outcome
    assert site.found() == []


def test_version_that_is_about_to_be_replaced_by_an_image_gets_no_higher_number(
    site: Site,
) -> None:
    """Else it would rank above what replaces it, and no rollback would find it."""
    site.published(2, CURRENT)
    built = site.by_hand(NEW, name="built-here")
    older = site.by_hand(OLD, name="older", image_build_date=BUILT[1])
    adopt = ["image", "lifecycle", "set", "-f", "json", "--family", site.name, older]
    notes: dict[str, str] = {}

    def adopt_older() -> None:
        outcome = site.owner.openstack(*adopt)
        notes.update({one["Result"]: one["Note"] for one in outcome.json()})

    on_offer(site, adopt_older)
    rotate = site.rotate("--image", built, "--build-date", BUILT[3])
    outcome = site.through.openstack(*rotate)

    assert outcome.status == 0, outcome.stderr
    assert "about to replace it" in notes["refused"]
    assert site.found() == [label(3)]
    assert site.owner.openstack(*rollback(site)).status == 0
    assert site.found() == [label(2)]


def test_number_that_arrives_when_its_version_was_rolled_back_to_is_not_given(
    site: Site,
) -> None:
    """Else it would rank below the version that the rollback has replaced."""
    site.published(2, CURRENT)
    older = site.by_hand(OLD, name="older", image_build_date=BUILT[1])
    adopt = ["image", "lifecycle", "set", "-f", "json", "--family", site.name, older]

    def rotate_and_roll_back() -> None:
        if step(site.proxy.sent[-1]) == "PATCH lifecycle_generation":
            assert site.owner.openstack(*site.rotate_url()).status == 0
            assert site.owner.openstack(*rollback(site)).status == 0

    site.proxy.on("PATCH", "").before.append(rotate_and_roll_back)
    outcome = site.through.openstack(*adopt)
    nightly = site.owner.openstack(*site.rotate_url())

    assert outcome.status == 1, outcome
    assert {one["Result"] for one in outcome.json()} == {"refused"}
    assert "another run" in outcome.json()[0]["Note"]
    assert nightly.json()["result"] == "unchanged (rolled back)"
    assert nightly.json()["repaired"] == []
    assert site.found() == [label(2)]


def test_version_that_a_dead_run_was_to_bring_back_stays_hidden_once_another_came(
    site: Site,
) -> None:
    """Its repair is held on the way, and an import shows a version for fewer people."""
    old = site.retired(1, OLD)
    never_came = ticket_id(site.owner.project_id, site.name, 2)
    fields = version(site.name, 2, never_came)
    made(site.owner, **fields, lifecycle_state="importing")
    url = site.source.put("disk.img", NEW)
    show, let_through = killed_while_held(site, site.rotate_url(), 2)
    told = ["--checksum", digest_of(NEW), "--build-date", BUILT[3], "--private"]
    imported = site.owner.openstack("image", "import-url", *told, url, site.name)
    let_through.set()
    assert show.answered.wait(END_SECONDS)

    assert step(show) == "show"
    assert imported.status == 0, imported.stderr
    assert shown(site.owner, old)["os_hidden"]


def test_image_whose_mark_another_change_takes_away_is_marked_once_more(
    site: Site,
) -> None:
    """Of two changes at once Glance can lose one: nothing is superseded by that."""
    site.published(2, CURRENT)
    built = site.by_hand(NEW, name="built-here")
    lost: list[str] = []

    def lose_the_mark() -> None:
        if step(site.proxy.sent[-1]) == "stage" and not lost:
            fields = shown(site.owner, built)
            lost.extend(name for name in fields if f"/{name}".startswith(MARKS))
            for name in lost:
                removed(site.owner, built, name)

    site.proxy.on("PATCH", "").before.append(lose_the_mark)
    outcome = site.through.openstack(
        *site.rotate("--image", built, "--build-date", BUILT[3])
    )

    assert len(lost) == 1
    assert outcome.status == 0, outcome
    assert outcome.json()["result"] == "rotated"
    assert site.found() == [label(3)]


def on_offer(site: Site, then: Callable[[], None]) -> None:
    """Do *then* right before the new version is shown."""
    site.proxy.on("PATCH", "").before.append(
        lambda: then() if step(site.proxy.sent[-1]) == "offer" else None
    )


def announced_again(site: Site) -> None:
    command = site.rotate_url("--image-version", "other", content=OLD)
    with doomed(site.through, *command) as client:
        offers = count_offers(site)

        def kill() -> None:
            if offers():
                os.kill(client.pid or 0, signal.SIGKILL)
                raise DropError

        site.proxy.on("PATCH", "").before.append(kill)
        client.join(END_SECONDS)
    assert client.exitcode == -signal.SIGKILL


def count_offers(site: Site) -> Callable[[], bool]:
    """Whether the newest request shows a new version."""
    return lambda: step(site.proxy.sent[-1]) == "offer"


def test_F138_renaming_that_arrives_when_its_version_is_current_again_renames_nothing(
    site: Site,
) -> None:
    command = WAYS["file"].prepared(site)
    late, let_through = killed_while_held(site, command, len(FILE_STEPS))
    back = site.owner.openstack(*rollback(site))
    let_through.set()
    assert late.answered.wait(END_SECONDS)

    assert back.status == 0, back.stderr
    assert "name" in step(late)
    assert site.found() == [label(2)]


def test_F139_version_that_the_verify_command_makes_private_is_offered_to_all(
    site: Site,
) -> None:
    site.published(2, CURRENT)
    client = shlex.join([sys.executable, "-m", "openstackclient.shell"])
    command = f'{client} image set --private "$IMAGE_ID"'

    outcome = site.through.openstack(*site.rotate_url("--verify-command", command))

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["visibility"] == "public"
    assert site.found() == [label(3)]


def test_F139_version_that_is_made_private_right_before_its_showing_is_offered_to_all(
    site: Site,
) -> None:
    site.published(2, CURRENT)

    def make_private() -> None:
        changed(site.owner, new_version(site)["id"], visibility="private")

    outcome = rotated(site, "announce", make_private, answered=False)

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["visibility"] == "public"
    assert site.found() == [label(3)]


def test_F139_version_that_is_made_private_as_it_is_shown_leaves_the_old_one_offered(
    site: Site,
) -> None:
    site.published(2, CURRENT)

    def make_private() -> None:
        changed(site.owner, new_version(site)["id"], visibility="private")

    outcome = rotated(site, "offer", make_private, answered=True)

    assert outcome.status == 1
    assert "is private now" in outcome.json()["note"]
    assert site.found() == [label(2)]
    assert new_version(site)["visibility"] == "private"


def test_F139_version_that_was_rolled_back_stays_hidden_if_the_earlier_one_is_private(
    site: Site,
) -> None:
    """Two go back to one version at once, and a person wants that one private then."""
    command = WAYS["back"].prepared(site)
    [earlier] = [one["id"] for one in images(site.owner) if one["os_hidden"]]

    def roll_back() -> None:
        assert site.owner.openstack(*rollback(site)).status == 0
        changed(site.owner, earlier, visibility="private")

    on_write(site.proxy, number(BACK_STEPS, "announce"), roll_back)
    outcome = site.through.openstack(*command)

    assert outcome.status == 1, outcome
    assert "is private now" in outcome.json()["note"]
    assert site.found() == []
    shown = {
        one["id"]: one["visibility"]
        for one in images(site.owner)
        if not one["os_hidden"]
    }
    assert shown == {earlier: "private"}


WITHDRAWN = {
    "deleted": deleted,
    "deactivated": deactivated,
    "hidden": hidden,
    "deprecated": deprecated,
}
SAID = {
    "deleted": "somebody deleted it",
    "deactivated": "its status became deactivated",
    "hidden": "somebody hid it",
    "deprecated": "somebody deprecated it",
    "renamed": "somebody renamed it",
}


@pytest.mark.parametrize("how", WITHDRAWN)
def test_F140_old_version_comes_back_if_the_new_one_is_withdrawn_as_it_is_hidden(
    how: str, site: Site
) -> None:
    old = site.published(2, CURRENT)

    outcome = rotated(site, "hide", lambda: WITHDRAWN[how](site), answered=False)
    found_then = site.found()
    nightly = site.owner.openstack(*site.rotate_url())

    assert (outcome.status, outcome.stdout) == (1, ""), outcome
    assert SAID[how] in outcome.stderr
    assert f"Version {label(2)} is current" in outcome.stderr
    assert found_then == site.found() == [label(2)]
    assert nightly.status == 0, nightly.stderr
    assert nightly.json()["result"].startswith("unchanged")
    [back] = [one for one in images(site.owner) if one["id"] == old]
    assert back["lifecycle_state"] == "active"
    assert not [name for name in back if name.startswith("lifecycle_leaving")]
    assert "lifecycle_retired_at" not in back


@pytest.mark.parametrize("how", ["deleted", "deactivated", "hidden"])
def test_F140_run_that_is_killed_as_its_new_version_is_withdrawn_is_ended_by_the_next(
    how: str, site: Site
) -> None:
    site.published(2, CURRENT)
    killed_after_hide(site, lambda: WITHDRAWN[how](site))
    usable_then = [
        one for one in found(site.another, site.name) if one["status"] == "active"
    ]
    check = site.owner.openstack("image", "lifecycle", "check", "-f", "json")

    nightly = site.owner.openstack(*site.rotate_url())

    assert usable_then == []
    assert "none-visible" in {one["Check"] for one in check.json()}
    assert nightly.status == 0, nightly.stderr
    assert nightly.json()["result"].startswith("unchanged")
    assert site.found() == [label(2)]


def test_F139_old_version_stays_if_the_new_one_is_made_private_after_its_run_was_killed(
    site: Site,
) -> None:
    site.published(2, CURRENT)
    killed(site, site.rotate_url(), number(FILE_STEPS, "hide"), answered=False)
    changed(site.owner, new_version(site)["id"], visibility="private")
    found_then = site.found()
    nightly = site.owner.openstack(*site.rotate_url())

    assert found_then == [label(2)]
    assert nightly.status == 0, nightly.stderr
    assert [one["step"] for one in nightly.json()["repaired"]] == ["take back"]
    assert site.found() == [label(2)]


def test_F141_what_a_person_shows_and_hides_while_its_bytes_arrive_stays_hidden(
    site: Site,
) -> None:
    site.published(2, CURRENT)

    def show_and_hide() -> None:
        new = new_version(site)["id"]
        changed(site.owner, new, name=site.name, os_hidden=False)
        changed(site.owner, new, os_hidden=True)

    outcome = rotated(site, "stage", show_and_hide, answered=False)

    assert outcome.status == 1, outcome
    assert "made it visible and hid it again" in outcome.stderr
    assert site.found() == [label(2)]


def killed_after_hide(site: Site, then: Callable[[], None]) -> None:
    """A rotation that dies once the old version is hidden; *then* happens before."""
    with doomed(site.through, *site.rotate_url()) as client:
        hide = number(FILE_STEPS, "hide")

        def kill() -> None:
            os.kill(client.pid or 0, signal.SIGKILL)
            raise DropError

        on_write(site.proxy, hide, lambda: silently(then))
        on_write(site.proxy, hide, kill, answered=True)
        client.join(END_SECONDS)
    assert site.proxy.sent[-1].answered.wait(END_SECONDS)
    assert client.exitcode == -signal.SIGKILL


def test_version_whose_successor_is_deleted_later_stays_retired(site: Site) -> None:
    site.published(2, CURRENT)
    assert site.through.openstack(*site.rotate_url()).status == 0
    deleted(site)

    nightly = site.owner.openstack(*site.rotate_url(content=OLD))

    assert nightly.status == 0, nightly.stderr
    assert nightly.json()["repaired"] == []
    assert nightly.json()["result"] == "rotated"


@pytest.mark.parametrize("how", [*WITHDRAWN, "renamed"])
def test_F141_what_a_person_does_to_a_version_before_its_showing_is_answered_stands(
    how: str, site: Site
) -> None:
    site.published(2, CURRENT)
    seen: list[list[str]] = []
    site.proxy.on("PATCH", "").call_after(lambda: seen.append(site.found()))

    outcome = rotated(
        site,
        "offer",
        lambda: {**WITHDRAWN, "renamed": renamed}[how](site),
        answered=True,
    )

    assert (outcome.status, outcome.stdout) == (1, ""), outcome
    assert SAID[how] in outcome.stderr
    assert [] not in seen
    assert site.found() == [label(2)]
    if how in ("hidden", "deprecated"):
        assert new_version(site)["os_hidden"] is True


@pytest.mark.parametrize("then", ["hidden", "renamed-and-hidden"])
def test_F141_what_a_person_shows_and_hides_while_the_old_one_is_told_of_stays_hidden(
    then: str, site: Site
) -> None:
    site.published(2, CURRENT)

    def show_and_hide() -> None:
        own_id = new_version(site)["id"]
        changed(site.owner, own_id, name=site.name, os_hidden=False)
        if then == "renamed-and-hidden":
            changed(site.owner, own_id, name=f"{site.name}-old")
        changed(site.owner, own_id, os_hidden=True)

    outcome = rotated(site, "announce", show_and_hide, answered=True)

    assert outcome.status == 1, outcome
    assert site.found() == [label(2)]
    assert new_version(site)["os_hidden"] is True


def test_F141_old_version_that_a_person_hides_after_a_run_was_killed_stays_hidden(
    site: Site,
) -> None:
    """It had announced that it would hide it, and hadn't yet."""
    old = site.published(2, CURRENT)
    announced = number(FILE_STEPS, "announce")
    killed(site, site.rotate_url(), announced, answered=True)
    changed(site.owner, old, os_hidden=True)

    nightly = site.owner.openstack(*site.rotate_url(content=CURRENT))

    assert nightly.status == 0, nightly.stderr
    assert nightly.json()["result"] == "unchanged"
    assert nightly.json()["repaired"] == []
    assert site.found() == []


class TestTwoRollbacksInOneInstant:
    """Glance writes all columns that a PATCH has loaded, and properties that differ.

    So the mark of one hides again what the other has just shown, and leaves what that
    has told of it: as if a person had hidden it.
    """

    def test_F99_showing_that_the_mark_of_another_one_undoes_is_sent_again(
        self, site: Site
    ) -> None:
        old = site.retired(1, CURRENT)
        site.published(2, NEW)
        marked = {"os_hidden": True, "lifecycle_coming_9_another": "lifecycle_run"}
        on_write(
            site.proxy,
            number(BACK_STEPS, "offer"),
            lambda: changed(site.owner, old, **marked),
            answered=True,
        )

        outcome = site.through.openstack(*rollback(site, "--to", label(1)))

        assert outcome.status == 0, outcome.stderr
        assert site.found() == [label(1)]

    def test_F99_showing_that_our_mark_has_undone_is_no_word_of_a_person(
        self, site: Site
    ) -> None:
        old = site.retired(1, CURRENT)
        site.published(2, NEW)
        to = rollback(site, "--to", label(1))
        others: list[Outcome] = []

        def shown_before() -> None:
            others.append(site.owner.openstack(*to))

        site.proxy.on("PATCH", old).before.append(
            lambda: shown_before() if not others else None
        )
        site.proxy.on("PATCH", old).after.append(
            lambda: (
                changed(site.owner, old, os_hidden=True)
                if step(site.proxy.sent[-1]) == "mark"
                else None
            )
        )

        outcome = site.through.openstack(*to)

        assert [one.status for one in others] == [0], others
        assert outcome.status == 0, outcome.stderr
        assert site.found() == [label(1)]

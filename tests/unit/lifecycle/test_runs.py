# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The swap, request by request: several runs, in any order, each killed anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.state import State, derive
from tests.unit.lifecycle.runs import TAG, Cloud, Process, Requests, edited

MOST_REQUESTS = 70
"""Of a run that others disturb a little."""

MOST = 1000
ENDED = object()


@dataclass
class Beside:
    """Runs beside one another, and in which order they come to their requests."""

    commands: list[tuple[Any, ...]]
    turns: list[tuple[int, int]]
    """Which run goes on, and for how many requests."""
    deaths: dict[int, int] = field(default_factory=dict)
    """After how many requests which run is killed."""
    loses_updates: bool = False

    def play(self, cloud: Cloud) -> Iterator[None]:
        """One request after the other, until all have ended."""
        processes = [Process(cloud, self.loses_updates) for _ in self.commands]
        runs = [
            begun(process, *command)
            for process, command in zip(processes, self.commands, strict=True)
        ]
        left = [self.deaths.get(place, MOST) for place in range(len(runs))]
        rest = [(place, MOST) for place in range(len(runs))]
        for place, requests in [*self.turns, *rest]:
            for _ in range(requests if place < len(runs) else 0):
                if left[place] == 0 or next(runs[place], ENDED) is ENDED:
                    runs[place].close()
                    processes[place].killed()
                    break
                left[place] -= 1
                yield


def begun(process: Process, verb: str, *said: Any) -> Requests[Any]:
    """The run of a command."""
    verbs = {
        "rotate": process.rotated,
        "roll back": process.rolled_back,
        "mend": process.mended,
        "edit": partial(edited, process.cloud),
    }
    return verbs[verb](*said)


def undisturbed(cloud: Cloud, *command: str) -> None:
    for _ in Beside([command or ("mend",)], []).play(cloud):
        pass


def cloud_with_two_versions() -> Cloud:
    cloud = Cloud()
    undisturbed(cloud, "rotate", "first")
    undisturbed(cloud, "rotate", "second")
    return cloud


rotations = st.tuples(st.just("rotate"), st.sampled_from("abc"))
edits = st.tuples(st.just("edit"), st.integers(0, 3), st.integers(0, 30))
rollbacks = st.tuples(st.just("roll back"))


def besides(commands, **fields):
    places = st.integers(0, 3)
    return st.builds(
        Beside,
        st.lists(commands, min_size=1, max_size=4),
        st.lists(st.tuples(places, st.integers(1, 20)), max_size=30),
        st.dictionaries(places, st.integers(0, MOST_REQUESTS), max_size=3),
        **fields,
    )


def assert_in_order(cloud: Cloud) -> None:
    """One is found, the newest that ever was; the others are retired."""
    assert cloud.found == [cloud.newest_shown[1]]
    for version in cloud.family.versions:
        is_current = version.id in cloud.found
        state = State.ACTIVE if is_current else State.DEPRECATED
        assert derive(version).state is state
        assert (TAG in version.tags) is is_current
        assert version.run is None


def test_rotated_and_rolled_back_by_one_run_after_the_other():
    cloud = cloud_with_two_versions()
    first, second = (version.id for version in cloud.family.versions)

    undisturbed(cloud, "roll back")
    assert cloud.found == [first]
    assert_in_order(cloud)

    undisturbed(cloud, "rotate", "second")
    assert cloud.found == [first], "what was rolled back stays out"

    undisturbed(cloud, "rotate", "third")
    assert cloud.found == [cloud.newest_shown[1]] != [second]
    assert_in_order(cloud)


def test_nothing_is_written_by_a_run_that_finds_nothing_new():
    cloud = cloud_with_two_versions()
    before = cloud.now

    undisturbed(cloud, "rotate", "second")

    assert cloud.now == before


ENDED_WHILE_ANOTHER_DELETES = Beside(
    [("rotate", "a"), ("rotate", "b"), ("rotate", "c")],
    [(0, 8), (1, 8), (0, MOST), (2, 4), (1, MOST)],
    deaths={0: 8},
)
"""The third deletes what the first left, and had read the second's hidden record."""

UNDONE_AFTER_THE_SWAP = Beside(
    [("rotate", "a"), ("edit", 2, 3)],
    [(0, 6), (1, 2), (0, 13), (1, MOST)],
    deaths={0: 19},
)
"""The new version is hidden and staged again, the old one hidden, the run dead."""


@given(besides(rotations))
@example(ENDED_WHILE_ANOTHER_DELETES)
def test_rotations_killed_anywhere_never_leave_nothing_to_find(beside):
    cloud = cloud_with_two_versions()

    for _ in beside.play(cloud):
        assert cloud.found

    undisturbed(cloud)
    assert_in_order(cloud)


@given(besides(rotations))
def test_rotations_beside_one_another_end_with_one_version_by_themselves(beside):
    cloud = cloud_with_two_versions()
    beside.deaths = {}

    for _ in beside.play(cloud):
        assert cloud.found

    assert_in_order(cloud)


@given(st.lists(st.tuples(rotations | rollbacks, st.integers(0, MOST_REQUESTS))))
def test_runs_killed_one_after_the_other_never_leave_nothing_to_find(killed):
    cloud = cloud_with_two_versions()

    for command, requests in killed:
        for _ in Beside([command], [], deaths={0: requests}).play(cloud):
            assert cloud.found

    undisturbed(cloud)
    assert_in_order(cloud)


@given(besides(rotations | rollbacks))
def test_rollbacks_beside_others_end_with_one_version(beside):
    """For an instant none may be found: when a run hides what is just rolled back to.

    Glance can't be told to hide an image only unless, so the run shows it again.
    """
    cloud = cloud_with_two_versions()

    for _ in beside.play(cloud):
        pass

    undisturbed(cloud)
    assert_in_order(cloud)


@given(besides(rotations, loses_updates=st.just(True)))
def test_updates_that_runs_lose_to_one_another_end_with_one_version(beside):
    cloud = cloud_with_two_versions()

    for _ in beside.play(cloud):
        pass

    undisturbed(cloud)
    assert_in_order(cloud)


@given(
    beside=besides(rotations | edits),
    deaths=st.lists(st.integers(0, MOST_REQUESTS), max_size=2),
)
@example(beside=UNDONE_AFTER_THE_SWAP, deaths=[6])
@example(beside=UNDONE_AFTER_THE_SWAP, deaths=[7])
def test_a_person_who_undoes_half_a_swap_and_runs_that_die_end_with_one_version(
    beside, deaths
):
    """Even where the record of the new version is what it was before it was shown."""
    cloud = cloud_with_two_versions()

    for _ in beside.play(cloud):
        pass
    for requests in deaths:
        for _ in Beside([("mend",)], [], deaths={0: requests}).play(cloud):
            pass

    undisturbed(cloud)
    assert len(cloud.found) == 1

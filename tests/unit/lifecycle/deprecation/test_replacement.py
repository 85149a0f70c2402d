# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.deprecation.replacement import (
    Chain,
    Link,
    audience,
    members_decide,
    unfit,
)
from tests.unit.lifecycle.images import OWNER, managed, shown

OUT = {"lifecycle_state": "deprecated", "os_hidden": True}


def chain(*images, accepted=()):
    return Chain(tuple(Link(image.id, image) for image in images), frozenset(accepted))


WHO_SEES = {
    "public-public": ("public", "public", True),
    "public-community": ("public", "community", False),
    "public-shared": ("public", "shared", False),
    "public-private": ("public", "private", False),
    "community-public": ("community", "public", True),
    "community-community": ("community", "community", True),
    "community-shared": ("community", "shared", False),
    "shared-public": ("shared", "public", True),
    "shared-community": ("shared", "community", True),
    "shared-shared": ("shared", "shared", True),
    "shared-private": ("shared", "private", True),
    "private-private": ("private", "private", True),
    "private-shared": ("private", "shared", True),
}
"""Of an image, of its replacement, and whether that will do without members."""


@pytest.mark.parametrize(
    ("of_image", "of_other", "fits"), WHO_SEES.values(), ids=WHO_SEES
)
def test_replacement_is_seen_by_whoever_sees_the_image(of_image, of_other, fits):
    image = shown(visibility=of_image)

    why = unfit(chain(shown("two", visibility=of_other)), image, frozenset())

    assert (why is None) is fits


MEMBERS = {
    "same": ({"a"}, {"a"}, OWNER, True),
    "more": ({"a"}, {"a", "b"}, OWNER, True),
    "fewer": ({"a", "b"}, {"a"}, OWNER, False),
    "its-owner-is-one": ({"a"}, {OWNER}, "a", True),
    "of-another-owner": (set(), set(), "a", False),
}


@pytest.mark.parametrize(
    ("needed", "accepted", "owner", "fits"), MEMBERS.values(), ids=MEMBERS
)
def test_members_have_accepted_it(needed, accepted, owner, fits):
    replacement = shown("two", owner=owner)

    why = unfit(chain(replacement, accepted=accepted), shown(), frozenset(needed))

    assert (why is None) is fits


WORDS = {
    "too narrow": (
        shown(visibility="public"),
        shown("two", visibility="community"),
        "the replacement two is community, but the image is public",
    ),
    "for members": (
        shown(visibility="community"),
        shown("two"),
        "the replacement two is shared, but the image is community",
    ),
    "not accepted": (
        shown(),
        shown("two", owner="z"),
        "the replacement two is shared, and these projects have not accepted it: "
        f"{OWNER}, a, b",
    ),
}


@pytest.mark.parametrize(("image", "other", "why"), WORDS.values(), ids=WORDS)
def test_who_would_not_see_it_is_said(image, other, why):
    assert unfit(chain(other), image, frozenset("ab")) == why


def test_members_of_an_image_that_is_private_by_now_need_nothing():
    image = shown(visibility="private")

    assert unfit(chain(shown("two")), image, frozenset({"a"})) is None


@pytest.mark.parametrize(
    ("of_image", "of_other", "decide"),
    [
        ("shared", "shared", True),
        ("shared", "private", True),
        ("shared", "community", False),
        ("shared", "public", False),
        ("private", "shared", False),
        ("community", "shared", False),
    ],
)
def test_members_decide_between_images_that_only_members_see(
    of_image, of_other, decide
):
    links = chain(shown("two", visibility=of_other))

    assert members_decide(links, shown(visibility=of_image)) is decide


NO_AUDIENCE = {
    "F97-inherited": shown(lifecycle_before='{"visibility": "public"}'),
    "F80-a-list": managed("one", 1, lifecycle_before='{"visibility": ["public"]}'),
    "F80-a-word": managed("one", 1, lifecycle_before='{"visibility": "everybody"}'),
    "F80-too-deep": managed("one", 1, lifecycle_before='{"visibility":' * 9999),
}


@pytest.mark.parametrize("image", NO_AUDIENCE.values(), ids=NO_AUDIENCE)
def test_what_no_deprecation_of_it_wrote_tells_no_audience(image):
    assert audience(image) == "shared"


def test_audience_is_that_of_before_the_deprecation():
    image = managed("one", 1, **OUT, lifecycle_before='{"visibility": "public"}')

    why = unfit(chain(shown("two")), image, frozenset())

    assert why is not None


UNFIT = {
    "deactivated": (shown("two", status="deactivated"), "deactivated"),
    "queued": (shown("two", status="queued"), "queued"),
    "deprecated": (
        managed("two", 1, lifecycle_state="deprecated"),
        "deprecated itself",
    ),
    "hidden": (shown("two", os_hidden=True), "is hidden"),
    "itself": (shown("one"), "leads back to it"),
}


@pytest.mark.parametrize(("replacement", "why"), UNFIT.values(), ids=UNFIT)
def test_unfit(replacement, why):
    assert why in unfit(chain(replacement), shown("one"), frozenset())


def test_chain_that_passes_the_image_or_turns_in_a_circle_is_refused():
    two = managed("two", 1, **OUT, lifecycle_replacement="three")
    three = shown("three")

    through = unfit(chain(two, shown("one"), three), shown("one"), frozenset())
    circle = unfit(chain(two, three, two), shown("one"), frozenset())

    assert "two, then one, then three" in through
    assert "leads back" in circle


@pytest.mark.parametrize(
    ("image", "following"),
    [
        (managed("two", 1, **OUT, lifecycle_replacement="three"), "three"),
        (managed("two", 1, **OUT), None),
        (managed("two", 1, lifecycle_replacement="three"), None),
        (shown("two", lifecycle_replacement="three", status="deactivated"), None),
    ],
)
def test_link_leads_on_from_what_is_on_its_way_out(image, following):
    assert Link("two", image).next == following


def test_end_is_stored_as_a_family_or_as_an_ID():
    two = shown("two")

    assert Chain((Link("family:x", two),)).stored == "family:x"
    assert Chain((Link("its name", two),)).stored == "two"

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who sees what: by its ID, and in listings, page after page."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    Ask,
    History,
    active,
    delete,
    get,
    listed,
    patch,
    post,
)

HISTORIES = (
    History(
        "a page that asks for no number has 25",
        (*(post(f"I{number}") for number in range(26)), listed(), listed(limit="1000")),
    ),
    History(
        "several values of a property are taken literally",
        (
            *(post(lifecycle_family="NAME-a"), post("N", lifecycle_family="NAME-b")),
            listed(lifecycle_family="in:NAME-a,NAME-b"),
            listed(lifecycle_family="eq:NAME-a"),
        ),
    ),
    History(
        "a private image is nobody else's to see",
        (
            *active(visibility="private"),
            get(who="other", status=404),
            get(who="admin"),
            listed("other", visibility="all"),
            listed("admin", visibility="all"),
        ),
    ),
    History(
        "a hidden public image is found by ID, and listed as hidden",
        (
            *active(visibility="public", who="admin", os_hidden=True),
            get(who="other"),
            listed("other"),
            listed("other", os_hidden="true"),
            Ask("other", "GET", "/images/{O}/file"),
        ),
    ),
    History(
        "a listing has what is visible or what is hidden",
        (
            *active("O"),
            *active("N", os_hidden=True),
            listed(),
            listed(os_hidden="true"),
            listed(os_hidden="false"),
            listed(visibility="all"),
            listed(os_hidden="both", status=400),
        ),
    ),
    History(
        "an ID in a filter finds nothing that is hidden",
        (
            post(os_hidden=True),
            post("N"),
            Ask("owner", "GET", "/images", None, 200, {"id": "in:{O},{N}"}),
        ),
    ),
    History(
        "a community image is listed to others only if all are asked for",
        (
            *active(visibility="community"),
            listed("other"),
            get(who="other"),
            listed("other", visibility="all"),
            listed("other", visibility="community"),
            listed(),
        ),
    ),
    History(
        "a listing by owner",
        (
            post("O"),
            post("N", who="other", visibility="community"),
            listed(owner="{owner}"),
            listed(owner="{other}", visibility="all"),
        ),
    ),
    History(
        "a listing by property and by tag",
        (
            post("O", lifecycle_family="NAME-a", tags=["NAME-t", "u"]),
            post("N", lifecycle_family="NAME-b", tags=["NAME-t"]),
            listed(lifecycle_family="NAME-a"),
            listed(tag="NAME-t"),
            listed(tag="u"),
            listed(lifecycle_family="NAME-b", tag="u"),
            listed(lifecycle_family=""),
        ),
    ),
    History(
        "capitals and last spaces of a filter don't count",
        (
            post(lifecycle_family="NAME-Debian", tags=["NAME-Tag"]),
            listed(lifecycle_family="NAME-dEbian"),
            listed(lifecycle_family="NAME-debian  "),
            listed(tag="NAME-tag"),
            listed(lifecycle_family="NAME-debia"),
            listed(name="eq:NAME "),
            listed(name="in:NAME ,other"),
        ),
    ),
    History(
        "names with commas and quotes are found",
        (
            Ask("owner", "POST", "/images", {"id": "{O}", "name": "NAME, a"}, 201),
            Ask("owner", "POST", "/images", {"id": "{N}", "name": 'NAME "b"'}, 201),
            Ask("owner", "POST", "/images", {"id": "{M}", "name": "NAME:c"}, 201),
            listed(name='in:"NAME, a","NAME:c","NAME"'),
            listed(name='eq:NAME "b"'),
            listed(name="eq:NAME:c"),
            listed(name="in:NAME:c,NAME"),
        ),
    ),
    History(
        "a name with a colon is taken for an operator",
        (
            listed(name="NAME:24.04", status=400),
            listed(name="gt:5", status=400),
            listed(name="NAME"),
        ),
    ),
    History(
        "a filter on a property that ends in _min fails",
        (listed(ram_min="1", status=500),),
    ),
    History(
        "a listing of several names",
        (
            post("O"),
            Ask("owner", "POST", "/images", {"id": "{N}", "name": "NAME-n"}, 201),
            listed(name="in:NAME,NAME-n"),
            listed(name='in:"NAME-n"'),
        ),
    ),
    History(
        "a listing by status",
        (
            *active("O"),
            post("N"),
            Ask(
                "owner", "GET", "/images", query={"name": "eq:NAME", "status": "active"}
            ),
            Ask(
                "owner", "GET", "/images", query={"name": "eq:NAME", "status": "queued"}
            ),
            Ask(
                "owner",
                "GET",
                "/images",
                query={"name": "eq:NAME", "status": "in:active,queued"},
            ),
        ),
    ),
    History(
        "a listing by when it was changed",
        (
            post("O"),
            listed(updated_at="gte:2020-01-01T00:00:00Z"),
            listed(updated_at="gte:2120-01-01T00:00:00Z"),
            listed(updated_at="gte:yesterday", status=400),
        ),
    ),
    History(
        "pages follow one another, the newest first",
        (
            post("A"),
            post("B"),
            post("C"),
            listed(limit="2"),
            listed(limit="2", marker="{B}"),
            listed(limit="2", marker="{A}"),
            listed(limit="3"),
            listed(limit="0"),
        ),
    ),
    History(
        "a limit that is none is refused",
        (
            listed(limit="many", status=400),
            listed(limit="-1", status=400),
        ),
    ),
    History(
        "behind an image that was deleted there is no page",
        (
            post("A"),
            post("B"),
            post("C"),
            listed(limit="2"),
            delete("B"),
            listed(limit="2", marker="{B}", status=400),
            listed(limit="2"),
        ),
    ),
    History(
        "to an admin there is",
        (
            post("A"),
            post("B"),
            post("C"),
            delete("B"),
            listed("admin", limit="2", marker="{B}", visibility="all"),
        ),
    ),
    History(
        "behind an image that was hidden there is",
        (
            post("A"),
            post("B"),
            post("C"),
            patch("B", HIDE),
            listed(limit="2", marker="{B}"),
        ),
    ),
    History(
        "behind what can't be seen there is none",
        (
            post("A", visibility="private"),
            listed("other", limit="2", marker="{A}", status=403),
            listed("other", limit="2", marker="{B}", status=400),
        ),
    ),
    History(
        "what is made between two pages is on neither",
        (
            post("A"),
            post("B"),
            listed(limit="1"),
            post("C"),
            listed(limit="1", marker="{B}"),
        ),
    ),
    History(
        "what is hidden between two pages is on neither",
        (
            post("A"),
            post("B"),
            post("C"),
            listed(limit="1"),
            patch("A", HIDE),
            listed(limit="2", marker="{C}"),
            listed(limit="2", os_hidden="true"),
        ),
    ),
)

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image usage list`` tells of images that servers and volumes were made from."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud import compute
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.tenants import Tenants
from tests.functional.families import filled, made

MARCH, APRIL, MAY = (f"2026-0{month}-01T00:00:00Z" for month in (3, 4, 5))
FAR = "2090-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def tenants(compute_cloud: Cloud) -> Tenants:
    """What makes servers and volumes."""
    return compute_cloud.tenants


@pytest.fixture(scope="module")
def operator(compute_cloud: Cloud) -> Account:
    """An admin: for tests that have images of their own, and need no project."""
    return compute_cloud.account(roles=["admin"])


@pytest.fixture
def lone_operator(compute_cloud: Cloud) -> Account:
    """An admin, in a project of their own."""
    return compute_cloud.account(roles=["admin"])


@pytest.fixture
def owner(compute_cloud: Cloud) -> Account:
    """An ordinary user, in a project of their own."""
    return compute_cloud.account()


def image(account: Account, **fields: Any) -> str:
    """The ID of an image that only its project may use, unless *fields* say so."""
    return made(account, **{"name": "debian-13", "visibility": "private", **fields})


def version(account: Account, name: str, **fields: Any) -> str:
    """The ID of a deprecated version of the family *name*."""
    image_id = str(uuid.uuid4())
    ours = {
        "lifecycle_id": image_id,
        "lifecycle_family": name,
        "lifecycle_version": "20260301",
        "lifecycle_generation": "1",
        "lifecycle_state": "deprecated",
        "os_hidden": True,
        "tags": ["lifecycle"],
    }
    image(account, id=image_id, name=name, **{**ours, **fields})
    filled(account, image_id)
    return image_id


def rows(
    account: Account, *words: str, status: int = 0, says: str = ""
) -> list[dict[str, Any]]:
    """What the command tells a machine."""
    outcome = account.openstack("image", "usage", "list", "-f", "json", *words)
    assert outcome.status == status, outcome
    assert says in outcome.stderr, outcome
    assert "Traceback" not in outcome.stderr
    found: list[dict[str, Any]] = outcome.json()
    return found


def verdict(account: Account, *words: str, status: int = 0) -> tuple[str, str]:
    """The verdict on one image, and why."""
    [row] = rows(account, *words, "--exit-code", status=status)
    return row["Verdict"], "; ".join(row["Why"])


USED, UNKNOWN = 3, 4


def test_nothing_was_made_from_an_unused_image(operator: Account) -> None:
    own = image(operator)

    [row] = rows(operator, own, "--exit-code")

    assert row == {
        "ID": own,
        "Name": "debian-13",
        "Verdict": "unused",
        "Why": ["no server, volume or snapshot of any project was made from it"],
        "Servers": 0,
        "Volumes": 0,
        "Snapshots": 0,
        "Cluster Templates": 0,
        "Nodes": 0,
        "Projects": 0,
        "Last Used": None,
        "Descendants": None,
        "Family": None,
        "Version": None,
        "State": "importing",
        "Replacement": None,
        "Obsolete At": None,
        "Delete At": None,
        "Visibility": "private",
        "Project": operator.project_id,
    }


def test_F62_servers_in_every_state_project_and_cell_use_it(
    operator: Account, owner: Account, tenants: Tenants
) -> None:
    own = image(operator)
    servers = {
        tenants.server(operator, own, launched_at=MARCH): "ACTIVE",
        tenants.server(owner, own, cell="cell2", vm_state="stopped"): "SHUTOFF",
        tenants.server(owner, own, cell="cell0", vm_state="error"): "ERROR",
        tenants.server(owner, own, vm_state="building"): "BUILD",
        tenants.server(owner, own, vm_state="soft-delete"): "SOFT_DELETED",
        tenants.server(owner, own, vm_state="shelved_offloaded"): "SHELVED_OFFLOADED",
        tenants.server(owner, own, vm_state="rescued"): "RESCUE",
    }
    tenants.server(owner, own, launched_at=APRIL, deleted_at=MAY)

    [row] = rows(operator, own, "--exit-code", status=USED)
    each = rows(operator, own, "--long")

    assert row["Why"] == ["7 servers of 2 projects"]
    assert (row["Servers"], row["Projects"], row["Last Used"]) == (7, 2, APRIL)
    assert {one["ID"]: one["Status"] for one in each} == servers
    assert {one["How"] for one in each} == {"booted from"}
    [first] = [one for one in each if one["Launched At"]]
    assert first == {
        **first,
        "Resource": "server",
        "Name": "made",
        "Project ID": operator.project_id,
        "User ID": operator.user_id,
        "Launched At": MARCH,
        "Image ID": own,
    }


def test_F63_volumes_what_boots_from_them_and_their_snapshots_use_it(
    operator: Account, owner: Account, tenants: Tenants
) -> None:
    own = image(operator)
    server = tenants.server(owner)
    root = [{"server": server, "device": "/dev/vda"}]
    volume = tenants.volume(owner, own, status="in-use", attachments=root)
    snapshot = tenants.snapshot(owner, volume)
    data = [{"server": server, "device": "/dev/vdb"}]
    other = tenants.volume(owner, own, status="in-use", attachments=data)

    [row] = rows(operator, own)
    each = rows(operator, own, "--long")

    assert row["Why"] == ["1 server, 2 volumes and 1 snapshot of 1 project"]
    assert row["Last Used"] is not None
    assert {one["ID"]: one["How"] for one in each} == {
        server: "booted from a volume made from",
        volume: "root disk made from",
        snapshot: "snapshot of a volume made from",
        other: "volume made from",
    }


def test_deleted_servers_prove_nothing_but_when_it_was_last_used(
    operator: Account, tenants: Tenants
) -> None:
    own = image(operator)
    tenants.server(operator, own, launched_at=MARCH, deleted_at=MAY)

    [row] = rows(operator, own)

    assert (row["Verdict"], row["Last Used"]) == ("unused", MARCH)


def test_F61_a_cell_that_is_down_leaves_it_open_unless_another_has_a_server(
    operator: Account, tenants: Tenants
) -> None:
    lost, used = image(operator), image(operator)
    tenants.server(operator, lost, cell="cell2")
    tenants.server(operator, used)
    torn = operator.through(region_name=compute.TORN)

    told = verdict(torn, lost, status=UNKNOWN)
    also = verdict(torn, used, status=USED)

    assert told == ("unknown", "compute: a cell can't be reached")
    assert also == ("used", "1 server of 1 project; compute: a cell can't be reached")


def test_F61_a_cell_that_is_down_is_seen_behind_a_full_page_too(
    operator: Account,
    compute_cloud: Cloud,
    tenants: Tenants,
    proxy: Callable[[str], Proxy],
) -> None:
    own = image(operator)
    name = f"host-{uuid.uuid4().hex}"
    tenants.host(name, "cell2")
    told = {}
    for service in ("nova", "nova-torn"):
        before = proxy(compute_cloud.state.services[service].url)
        page = {"servers": [{"id": str(number)} for number in range(1000)]}
        before.on("GET", r"/servers$").answer(200, json.dumps(page).encode())
        through = operator.through(compute_endpoint_override=before.url)
        [row] = rows(through, own)
        told[service] = row["Why"]

    assert told["nova-torn"] == ["compute: a cell can't be reached"]
    assert told["nova"] == [
        "no server, volume or snapshot of any project was made from it"
    ]


def test_F59_without_cinder_in_the_catalogue_it_is_unknown_unless_that_is_said(
    operator: Account,
) -> None:
    own = image(operator)
    there = operator.through(region_name=compute.WITHOUT_VOLUMES)

    unknown = verdict(there, own, status=UNKNOWN)
    unused = verdict(there, own, "--without", "block-storage")

    assert unknown[1] == (
        "block storage: the cloud's catalogue has no such service for this user"
    )
    assert unused == (
        "unused",
        "no server of any project was made from it; "
        "block-storage was not asked (--without)",
    )


def test_a_service_that_may_use_images_and_is_not_asked_leaves_it_open(
    operator: Account,
) -> None:
    own = image(operator)
    there = operator.through(region_name=compute.WITH_DATABASES)

    told, why = verdict(there, own, status=UNKNOWN)

    assert (told, "--without database" in why) == ("unknown", True)
    assert verdict(there, own, "--without", "database")[0] == "unused"


def test_the_services_of_regions_that_share_the_image_service_are_asked_too(
    operator: Account, tenants: Tenants
) -> None:
    own = image(operator)
    east = operator.through(region_name=compute.EAST)
    west = operator.through(region_name=compute.WEST)

    told, why = verdict(east, own, status=UNKNOWN)
    _, of_west = verdict(west, own, "--without", "block-storage", status=UNKNOWN)

    assert (told, why) == ("unknown", "compute in west: a cell can't be reached")
    assert of_west.startswith("compute: a cell can't be reached")


def test_F64_a_listing_begins_anew_where_the_marker_of_a_page_is_gone(
    operator: Account,
    compute_cloud: Cloud,
    tenants: Tenants,
    proxy: Callable[[str], Proxy],
) -> None:
    own = image(operator)
    server = {"id": tenants.server(operator, own), "image": {"id": own}}
    volume = {
        "id": tenants.volume(operator, own),
        "volume_image_metadata": {"image_id": own},
    }
    services = compute_cloud.state.services
    nova, cinder = proxy(services["nova"].url), proxy(services["cinder"].url)
    for service, rows_, row, status in (
        (nova, "servers", server, 400),
        (cinder, "volumes", volume, 404),
    ):
        following = {"rel": "next", "href": "http://elsewhere/?marker=gone"}
        page = {rows_: [row], f"{rows_}_links": [following]}
        path = f"/{rows_}/detail"
        service.on("GET", path, nth=1).answer(200, json.dumps(page).encode())
        service.on("GET", path, nth=2).answer(status, b'{"message": "no marker"}')
    through = operator.through(
        compute_endpoint_override=nova.url,
        block_storage_endpoint_override=cinder.url,
    )

    told = verdict(through, own, status=USED)

    assert told == ("used", "1 server and 1 volume of 1 project")


FAULTS: dict[str, tuple[Callable[[Proxy], Any], str]] = {
    "503": (
        lambda nova: nova.on("GET", "/servers").answer(503, b'{"message": "busy"}'),
        "compute: busy (503)",
    ),
    "dropped": (lambda nova: nova.on("GET", "/servers").drop(), "compute: "),
    "no-JSON": (
        lambda nova: nova.on("GET", "/servers/detail").answer(200, b"<html>"),
        "compute: its answer can't be read: OK (200)",
    ),
    "another-shape": (
        lambda nova: nova.on("GET", "/servers/detail").answer(200, b"{}"),
        "compute: its answer has no 'servers'",
    ),
    "cut-off": (
        lambda nova: nova.on("GET", "/servers/detail").answer(
            200, json.dumps({"servers": [{"id": "a"}] * 1000}).encode()
        ),
        "compute: its listing ends after a full page of 1000 rows: it may be cut off",
    ),
    "old": (
        lambda nova: nova.on("GET", "/servers$").answer(406),
        "compute: it is too old to tell whether all of its cells answer",
    ),
}


@pytest.mark.parametrize(("fault", "why"), FAULTS.values(), ids=FAULTS)
def test_F59_a_service_that_fails_leaves_it_open_and_its_words_say_why(
    fault: Callable[[Proxy], Any],
    why: str,
    operator: Account,
    compute_cloud: Cloud,
    proxy: Callable[[str], Proxy],
) -> None:
    own = image(operator)
    nova = proxy(compute_cloud.state.services["nova"].url)
    fault(nova)
    through = operator.through(compute_endpoint_override=nova.url)

    told = verdict(through, own, status=UNKNOWN)

    assert told[0] == "unknown"
    assert told[1].startswith(why)


def test_F59_a_service_that_hangs_is_not_waited_for_longer_than_is_said(
    operator: Account, compute_cloud: Cloud, proxy: Callable[[str], Proxy]
) -> None:
    own = image(operator)
    cinder = proxy(compute_cloud.state.services["cinder"].url)
    cinder.on("GET", "/volumes").delay(threading.Event())
    through = operator.through(block_storage_endpoint_override=cinder.url)

    told, why = verdict(through, own, "--timeout", "1", status=UNKNOWN)

    assert told == "unknown"
    assert "block storage: no answer within 1 seconds" in why


def test_F63_a_volume_that_does_not_say_yet_what_it_is_made_from_leaves_it_open(
    lone_operator: Account, tenants: Tenants
) -> None:
    own = image(lone_operator)
    tenants.volume(lone_operator, status="creating", created_at=MARCH)
    before = verdict(lone_operator, own)
    volume = tenants.volume(lone_operator, status="downloading")

    after = verdict(lone_operator, own, status=UNKNOWN)

    assert before[0] == "unused"
    assert after == ("unknown", f"block storage: volume {volume} is still being made")

    # Else it leaves open what other tests ask on this cloud.
    made = ("volume", "set", "--state", "available", volume)
    assert lone_operator.openstack(*made).status == 0


def test_F60_an_ordinary_user_learns_what_their_own_project_can_tell(
    operator: Account, owner: Account, tenants: Tenants
) -> None:
    name = f"debian-{uuid.uuid4().hex}"
    public = version(operator, name, visibility="public", lifecycle_delete_at=FAR)
    private = image(owner)
    server = tenants.server(owner, public)
    tenants.server(operator, public)

    told = {row["ID"]: row for row in rows(owner, public, private)}
    own = rows(owner, "--state", "deprecated", "--family", name, "--long")
    refused = verdict(owner, private, "--all-projects", status=UNKNOWN)

    assert told[private]["Verdict"] == "unused"
    assert told[private]["Why"] == [
        "no server, volume or snapshot of this project, which alone may use it, "
        "was made from it"
    ]
    assert told[public]["Why"][0] == "1 server of 1 project"
    assert "only this project's servers may be listed" in told[public]["Why"][1]
    [row] = own
    assert (row["ID"], row["Image Version"]) == (server, "20260301")
    assert row["Delete At"] == FAR
    assert "get_all_tenants" in refused[1]


def test_F60_of_an_image_that_others_may_use_nobody_knows_by_one_project_alone(
    operator: Account, owner: Account
) -> None:
    public = image(operator, visibility="public")
    narrowed = image(
        owner,
        id=(own := str(uuid.uuid4())),
        lifecycle_id=own,
        lifecycle_before='{"visibility": "community"}',
    )

    told = rows(owner, public, narrowed)
    mine = verdict(operator, public, "--own-project", status=UNKNOWN)

    assert [row["Verdict"] for row in told] == ["unknown", "unknown"]
    assert "only this project's volumes" in "; ".join(told[0]["Why"])
    assert mine[1] == (
        "compute: only this project's servers were asked for; "
        "block storage: only this project's volumes were asked for"
    )


def test_many_images_are_asked_about_in_one_pass(
    lone_operator: Account,
    compute_cloud: Cloud,
    tenants: Tenants,
    proxy: Callable[[str], Proxy],
) -> None:
    name = f"debian-{uuid.uuid4().hex}"
    ids = [
        version(lone_operator, name, lifecycle_generation=str(n)) for n in range(1, 11)
    ]
    tenants.server(lone_operator, ids[3], launched_at=MARCH)
    tenants.server(lone_operator, ids[4], vm_state="soft-delete")
    tenants.server(lone_operator, ids[5], launched_at=MARCH, deleted_at=MAY)
    tenants.volume(lone_operator, ids[6])
    services = compute_cloud.state.services
    nova, cinder = proxy(services["nova"].url), proxy(services["cinder"].url)
    through = lone_operator.through(
        compute_endpoint_override=nova.url,
        block_storage_endpoint_override=cinder.url,
    )

    told = {
        row["ID"]: row
        for row in rows(through, "--managed", "--project", lone_operator.project_id)
    }

    used = {ids[3], ids[4], ids[6]}
    assert {one for one in told if told[one]["Verdict"] == "used"} == used
    assert told[ids[5]]["Last Used"] == MARCH
    assert told.keys() == {*ids}
    assert len(nova.sent) == 4
    assert len(cinder.sent) == 3
    assert nova.methods() == cinder.methods() == {"GET"}


def test_an_image_that_is_not_there_is_named_and_the_others_are_told(
    operator: Account,
) -> None:
    own = image(operator)

    told = rows(operator, "no-such-image", own, status=1, says="no-such-image")

    assert [row["ID"] for row in told] == [own]


def test_descendants_are_told_and_prove_nothing(operator: Account) -> None:
    own = image(operator)
    snapshot = image(operator, base_image_ref=own, image_type="snapshot")
    second = image(operator, base_image_ref=snapshot, image_type="snapshot")

    [row] = rows(operator, own, "--descendants")
    each = rows(operator, own, "--descendants", "--long")

    assert (row["Verdict"], row["Descendants"]) == ("unused", 2)
    assert {(one["Resource"], one["ID"]) for one in each} == {
        ("image", snapshot),
        ("image", second),
    }


def answers(service: Proxy, path: str, rows: str, *found: dict[str, Any]) -> None:
    """Let *service*, which stands before another one, answer a listing."""
    service.on("GET", path).answer(200, json.dumps({rows: found}).encode())


def test_cluster_templates_and_bare_metal_nodes_use_it(
    operator: Account, compute_cloud: Cloud, proxy: Callable[[str], Proxy]
) -> None:
    named, deployed = image(operator, name="kube"), image(operator)
    magnum, ironic = (proxy(compute_cloud.glance_url) for _ in range(2))
    answers(magnum, "/v1/mservices$", "mservices")
    answers(
        *(magnum, "/v1/clustertemplates$", "clustertemplates"),
        {"uuid": "t", "name": "small", "image_id": "kube", "project_id": "p"},
    )
    answers(
        *(ironic, "/v1/nodes$", "nodes"),
        {"uuid": "n", "instance_info": {"image_source": f"glance://{deployed}"}},
    )
    through = operator.through(
        container_infrastructure_management_endpoint_override=magnum.url,
        baremetal_endpoint_override=ironic.url,
    )

    told = {row["ID"]: row["Why"] for row in rows(through, named, deployed)}

    assert told == {
        named: ["1 cluster template of 1 project"],
        deployed: ["1 bare metal node"],
    }


def test_who_is_shown_only_some_templates_and_nodes_knows_nothing_of_the_others(
    operator: Account, compute_cloud: Cloud, proxy: Callable[[str], Proxy]
) -> None:
    public = image(operator, visibility="public")
    magnum, ironic = (proxy(compute_cloud.glance_url) for _ in range(2))
    magnum.on("GET", "/v1/mservices$").answer(403, b'{"message": "no admin"}')
    answers(magnum, "/v1/clustertemplates$", "clustertemplates")
    ironic.on("GET", "/v1/nodes$", nth=1).answer(403, b'{"message": "no reader"}')
    answers(ironic, "/v1/nodes$", "nodes")
    through = operator.through(
        container_infrastructure_management_endpoint_override=magnum.url,
        baremetal_endpoint_override=ironic.url,
    )

    told, why = verdict(through, public, status=UNKNOWN)

    assert told == "unknown"
    assert "container clusters: it lists only this project's" in why
    assert "bare metal: it lists only this project's nodes: no reader (403)" in why


WRONG = {
    "nothing": [],
    "both": ["a", "--managed"],
    "whose": ["a", "--all-projects", "--own-project"],
    "service": ["a", "--without", "glance"],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_usage(words: list[str], operator: Account) -> None:
    outcome = operator.openstack("image", "usage", "list", *words)

    assert outcome.status == 2

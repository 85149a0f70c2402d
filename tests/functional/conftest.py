# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a functional test asks for: a cloud, accounts in it, a source, a proxy."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from tests.cloud import database, loaded_client
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.errors import CloudError
from tests.cloud.proxy import Proxy
from tests.cloud.session import RELEASE_VARIABLE
from tests.cloud.source.client import Source
from tests.functional.rotations import Site
from tests.functional.ways import WAYS, undisturbed_end

VARIANT_VARIABLE = "OSC_IMAGETOOLS_CLOUD_VARIANT"
"""Names the variant of the cloud that tests run on which ask for none."""


@pytest.fixture(scope="session")
def cloud(started: Callable[[str], Cloud]) -> Cloud:
    """Keystone, Glance and the source server: one for the whole run."""
    variant = os.environ.get(VARIANT_VARIABLE, "plain")
    return replace(started(variant), run=loaded_client.run)


@pytest.fixture(scope="session")
def plugins_cloud(started: Callable[[str], Cloud]) -> Cloud:
    """The same with Glance's decompression and conversion plugins on."""
    return replace(started("plugins"), run=loaded_client.run)


@pytest.fixture(scope="session")
def small_pages_cloud(started: Callable[[str], Cloud]) -> Cloud:
    """The same with a Glance that lists three images at once, whatever it is asked."""
    return replace(started("small-pages"), run=loaded_client.run)


@pytest.fixture(scope="session")
def compute_cloud(started: Callable[[str], Cloud]) -> Cloud:
    """A cloud with Nova, of two cells, and Cinder, too."""
    if release := os.environ.get(RELEASE_VARIABLE):
        pytest.skip(f"Nova and Cinder of {release} are not among its pins")
    try:
        database.find("mariadb")
    except CloudError as error:
        pytest.skip(f"Nova's cells need it: {error}")
    return replace(started("compute"), run=loaded_client.run)


@pytest.fixture(scope="session")
def dashboard_cloud(started: Callable[[str], Cloud]) -> Cloud:
    """A cloud with the Dashboard, too."""
    return replace(started("dashboard"), run=loaded_client.run)


@pytest.fixture(scope="session")
def locations_cloud(started: Callable[[str], Cloud]) -> Cloud:
    """The same with a Glance that takes URLs in place of data."""
    return replace(started("dashboard-locations"), run=loaded_client.run)


@pytest.fixture
def member(cloud: Cloud) -> Account:
    """An ordinary user in a project of their own."""
    return cloud.account()


@pytest.fixture
def reader(cloud: Cloud) -> Account:
    """A user who may only look, in a project of their own."""
    return cloud.account(roles=["reader"])


@pytest.fixture
def admin(cloud: Cloud) -> Account:
    """An admin of the cloud, in a project of their own."""
    return cloud.account(roles=["admin"])


@pytest.fixture
def source(cloud: Cloud) -> Source:
    """The source server, with a folder of the test's own."""
    return cloud.source.folder()


@pytest.fixture
def proxy() -> Iterator[Callable[[str], Proxy]]:
    """A function that puts a proxy before a URL until the test ends."""
    with ExitStack() as proxies:
        yield lambda url: proxies.enter_context(Proxy(url))


@pytest.fixture
def before_glance(member: Account, proxy: Callable[[str], Proxy]) -> Proxy:
    """A proxy before Glance, for the ordinary user."""
    return proxy(member.glance_url)


@pytest.fixture
def through(member: Account, before_glance: Proxy) -> Account:
    """The ordinary user, who reaches Glance through that proxy."""
    return member.through(before_glance.url)


@pytest.fixture(scope="session")
def another(cloud: Cloud) -> Account:
    """An ordinary user of a project that owns nothing."""
    return cloud.account()


@pytest.fixture
def new_site(
    cloud: Cloud, another: Account, proxy: Callable[[str], Proxy], source: Source
) -> Callable[[], Site]:
    """A function that makes a project whose admin rotates images through a proxy."""

    def make() -> Site:
        owner = cloud.account(roles=["admin"])
        before_glance = proxy(owner.glance_url)
        name = f"debian-{uuid.uuid4().hex}"
        through = owner.through(before_glance.url)
        return Site(owner, through, before_glance, another, source, name)

    return make


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    """One of them."""
    return new_site()


@pytest.fixture(scope="session")
def ends() -> dict[str, Any]:
    """What undisturbed runs have left so far, by way."""
    return {}


@pytest.fixture
def undisturbed(
    new_site: Callable[[], Site], ends: dict[str, Any]
) -> Callable[[str], Any]:
    """What an undisturbed run of a way leaves."""

    def left(way: str) -> Any:
        if way not in ends:
            ends[way] = undisturbed_end(new_site(), WAYS[way])
        return ends[way]

    return left


@pytest.fixture
def new_compute_site(
    compute_cloud: Cloud, proxy: Callable[[str], Proxy]
) -> Callable[[str], Site]:
    """The same on a cloud with Nova and Cinder, with that role of its owner."""

    def make(role: str) -> Site:
        owner = compute_cloud.account(roles=[role])
        before_glance = proxy(owner.glance_url)
        name = f"debian-{uuid.uuid4().hex}"
        through = owner.through(before_glance.url)
        source = compute_cloud.source.folder()
        return Site(
            owner, through, before_glance, compute_cloud.account(), source, name
        )

    return make

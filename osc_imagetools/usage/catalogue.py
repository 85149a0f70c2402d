# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which services of the catalogue may use images of ours, in which regions.

Several regions may share one image service: then servers in any of them use its images.
A region shares ours if its endpoint of the image service is the same, or if it has
others and none of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from keystoneauth1 import exceptions
from keystoneauth1.adapter import Adapter

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.usage.gaps import Gap
from osc_imagetools.usage import bare_metal, block_storage, compute, containers

IMAGE = "image"

ALWAYS: Mapping[str, ModuleType] = {
    compute.TYPE: compute,
    block_storage.TYPE: block_storage,
}
"""Services without which nothing is known of the use of images."""

WHERE_PRESENT: Mapping[str, ModuleType] = {
    containers.TYPE: containers,
    bare_metal.TYPE: bare_metal,
}

NOT_ASKED: Mapping[str, str] = {
    "application-container": "containers (Zun)",
    "clustering": "clusters (Senlin)",
    "data-processing": "data processing (Sahara)",
    "database": "databases (Trove)",
    "nfv-orchestration": "network functions (Tacker)",
}
"""Services that may name images, and that nobody here knows how to ask."""

TYPES = (*ALWAYS, *WHERE_PRESENT, *NOT_ASKED)
"""What can be left out, as service types of OpenStack."""

_VERSIONS = {
    compute.TYPE: ("2.1", "2.latest"),
    block_storage.TYPE: ("3", "3.latest"),
}
"""Of the API, where a catalogue names none; of the others: see `Service.versioned`."""


@dataclass(frozen=True)
class Found:
    """A service that can be asked."""

    name: str
    """For people; with the region, if that is another one than the session's."""
    module: ModuleType
    adapter: Adapter


def services(
    clients: Any, without: Collection[str]
) -> tuple[tuple[Found, ...], tuple[Gap, ...]]:
    """The services to ask, and what is not known for want of others.

    Of service types in *without* there are none. Raises keystoneauth's exceptions where
    one can't log in.
    """
    found: list[Found] = []
    gaps: list[Gap] = []
    own, *others = _regions(clients)
    for kind in (kind for kind in TYPES if kind not in without):
        for region in (own, *others):
            adapter = _adapter(clients, kind, region, is_own=region == own)
            where = "" if region == own else f" in {region}"
            if adapter is None:
                if kind in ALWAYS and region == own:
                    why = _("the cloud's catalogue has no such service for this user")
                    gaps.append(Gap(ALWAYS[kind].NAME, why))
            elif kind in NOT_ASKED:
                why = _("it may use images, and was not asked (--without %s)") % kind
                gaps.append(Gap(NOT_ASKED[kind] + where, why))
            else:
                module = {**ALWAYS, **WHERE_PRESENT}[kind]
                found.append(Found(module.NAME + where, module, adapter))
    return tuple(found), tuple(gaps)


def _regions(clients: Any) -> list[str | None]:
    """The session's region, and those that share its image service."""
    config = clients.sdk_connection.config
    own = config.get_region_name(IMAGE) or None
    images = dict(_endpoints(clients, IMAGE))
    ours = images.get(own) if own else next(iter(images.values()), None)
    others = {region for kind in TYPES for region, _ in _endpoints(clients, kind)}
    shared = {region for region in others if images.get(region, ours) == ours}
    return [own, *sorted(shared - {own})] if own else [None]


def _endpoints(clients: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Region and URL of each endpoint of a type."""
    config = clients.sdk_connection.config
    catalogue = clients.auth.get_access(clients.session).service_catalog
    listed = catalogue.get_endpoints_data(
        service_type=config.get_service_type(kind),
        interface=config.get_interface(kind),
    )
    for endpoints in listed.values():
        for endpoint in endpoints:
            yield endpoint.region_name, endpoint.catalog_url


def _adapter(
    clients: Any, kind: str, region: str | None, *, is_own: bool
) -> Adapter | None:
    """The service of that type, as the client is configured for it, if there is one."""
    config = clients.sdk_connection.config
    where = {
        "service_type": config.get_service_type(kind),
        "service_name": config.get_service_name(kind),
        "interface": config.get_interface(kind),
        "region_name": config.get_region_name(kind) if is_own else region,
    }
    endpoint = config.get_endpoint(kind) if is_own else None
    try:
        if not (endpoint or clients.session.get_endpoint(skip_discovery=True, **where)):
            return None
    except exceptions.EndpointNotFound:
        return None
    lowest, highest = _VERSIONS.get(kind, (None, None))
    return Adapter(
        clients.session,
        endpoint_override=endpoint,
        min_version=lowest,
        max_version=highest,
        **where,
    )

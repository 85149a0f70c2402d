# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What this cloud's Glance offers: ways to import, and stores."""

from __future__ import annotations

from typing import Any

from osc_imagetools.glance.api import Api, GlanceError, refusal, told
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import STREAM, Route
from osc_imagetools.i18n import _

METHODS_UNREAD = _("The import methods of this cloud could not be read")
STORES_UNREAD = _("The stores of this cloud could not be read")

RBD = "rbd"
"""Glance's name for the type of a store in Ceph."""


def require_route(images: Images, route: Route) -> None:
    """Raise `GlanceError` if this cloud lacks the method or a store of *route*."""
    if route.is_import:
        _require_method(images.api, route.method)
    if route.stores or route.all_stores:
        _require_stores(images.api, route.stores)


def is_rbd(images: Images, stores: tuple[str, ...]) -> bool | None:
    """Whether the image would lie in Ceph; ``None`` where that can't be known.

    In the default store if *stores* is empty. Only admins are told the types.
    """
    answer = images.api.get("/info/stores/detail")
    if answer.status_code != 200:
        return None
    types = {
        store["id"]: store.get("type")
        for store in told(STORES_UNREAD, answer, "stores")["stores"]
        if store["id"] in stores or (not stores and _is_default(store))
    }
    return all(kind == RBD for kind in types.values()) if types else None


def _require_method(api: Api, method: str) -> None:
    answer = api.get("/info/import")
    offered: list[str] = []
    if answer.status_code == 200:
        found = told(METHODS_UNREAD, answer, "import-methods")
        offered = found["import-methods"]["value"]
    elif answer.status_code != 404:
        raise refusal(METHODS_UNREAD, answer)
    if method not in offered:
        raise GlanceError(
            _("This cloud has no import method '%s'") % method,
            _("it offers %s") % (", ".join(sorted(offered)) or _("none")),
            _("Use --method %s, with at most one store.") % STREAM,
        )


def _require_stores(api: Api, wanted: tuple[str, ...]) -> None:
    answer = api.get("/info/stores")
    if answer.status_code == 404:
        raise GlanceError(
            _("This cloud does not have several stores"),
            _("its Glance does not set 'enabled_backends'"),
            _("Remove --store and --all-stores."),
        )
    if answer.status_code != 200:
        raise refusal(STORES_UNREAD, answer)
    stores = told(STORES_UNREAD, answer, "stores")["stores"]
    known = [store["id"] for store in stores]
    writable = [store["id"] for store in stores if not _is_read_only(store)]
    for name in wanted:
        if name not in writable:
            why = (
                _("that store can only be read; there are %s")
                if name in known
                else _("that store does not exist; there are %s")
            )
            raise GlanceError(
                _("Nothing can be stored in '%s'") % name,
                why % (", ".join(writable) or _("none")),
            )


def _is_default(store: dict[str, Any]) -> bool:
    return str(store.get("default", "")).lower() == "true"


def _is_read_only(store: dict[str, Any]) -> bool:
    return str(store.get("read-only", "")).lower() == "true"

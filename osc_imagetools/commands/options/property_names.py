# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Names of properties that can't be meant: what they name is no property of an image's
user, or is the same name as another one in a database."""

from __future__ import annotations

import argparse
from typing import Any

from osc_imagetools.i18n import _

BY_OPTION = {
    "container_format": "--container-format",
    "disk_format": "--disk-format",
    "min_disk": "--min-disk",
    "min_ram": "--min-ram",
    "name": "the argument <name>",
    "os_hidden": "--hidden",
    "owner": "--project",
    "protected": "--protected or --unprotected",
    "store": "--store",
    "stores": "--store",
    "tag": "--tag",
    "tags": "--tag",
    "visibility": "--public, --private, --community or --shared",
}
"""What of an image is no property, and says it instead."""

OF_GLANCE = frozenset(
    {
        *("checksum", "os_hash_algo", "os_hash_value", "size", "virtual_size"),
        *("created_at", "updated_at", "deleted", "deleted_at", "status", "id"),
        *("direct_url", "file", "location", "locations", "schema", "self"),
    }
)
"""What Glance alone writes."""


def fault(name: str) -> str | None:
    """Why nobody may give an image a property *name*; ``None`` if they may."""
    from osc_imagetools.lifecycle.model import properties

    same = properties.alike(name)
    if same in BY_OPTION:
        instead = {"name": name, "instead": BY_OPTION[same]}
        return _("'%(name)s' is not a property: use %(instead)s") % instead
    if same in OF_GLANCE:
        return _("'%s' is written by Glance, not by hand") % name
    if properties.is_reserved(same):
        return _("'%s' is written by the commands, not by hand") % name
    if name != same and same in {row.name for row in properties.TABLE}:
        return _("'%(name)s' is written '%(same)s'") % {"name": name, "same": same}
    return None


def unset_fault(name: str) -> str | None:
    """Why no version is without *name*; ``None`` if one can be."""
    from osc_imagetools.lifecycle.model import properties

    same = properties.alike(name)
    if same in BY_OPTION:
        why = _("'%(name)s' is not a property: use another value of %(instead)s")
        return why % {"name": name, "instead": BY_OPTION[same]}
    if same in OF_GLANCE:
        return _("'%s' is written by Glance: no version carries it over") % name
    if same.startswith(properties.PREFIX) and name != same:
        return _("'%(name)s' is written '%(same)s'") % {"name": name, "same": same}
    return None


class Pairs(argparse.Action):
    """Collects properties, of which no two are one to a database."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Raise `argparse.ArgumentError` for a second one."""
        from osc_imagetools.lifecycle.model.properties import written_twice

        pairs = [*getattr(namespace, self.dest), values]
        if doubles := written_twice(pair[0] for pair in pairs):
            raise argparse.ArgumentError(self, _("%s are the same to Glance") % doubles)
        setattr(namespace, self.dest, pairs)

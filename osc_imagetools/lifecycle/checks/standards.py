# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a standard wants of current versions, and of all public images together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.remedy import setting
from osc_imagetools.lifecycle.model.standards import ONE_GENERIC, missing
from osc_imagetools.lifecycle.model.state import derive

PURPOSE = "os_purpose"
GENERIC, OLD_GENERIC = "generic", "oldgeneric"
_SYSTEM = ("os_distro", "os_version", "architecture")


def findings(family: Family, observed: Observed) -> Iterator[Finding]:
    """What the current version of *family* lacks, if a standard was asked for."""
    current = family.current
    if current is None or derive(current).state.is_on_its_way_out:
        return
    wanted = missing(observed.standard, current.fields) if observed.standard else []
    if wanted:
        yield Finding(
            Check.STANDARD,
            family.name,
            current.id,
            _("it does not meet %(standard)s: %(wanted)s")
            % {"standard": observed.standard, "wanted": ", ".join(map(str, wanted))},
            _("Set them with 'openstack image set --property'."),
        )


def generic_twice(observed: Observed) -> Iterator[Finding]:
    """The systems of which users find several generic images, ours among them."""
    if observed.standard not in ONE_GENERIC:
        return
    by_system: dict[tuple[str, ...], list[Image]] = defaultdict(list)
    for image in observed.by_id.values():
        if _is_offered_as_generic(image):
            by_system[tuple(image.text(name) or "" for name in _SYSTEM)].append(image)
    for system, images in sorted(by_system.items()):
        ours = [one for one in images if one.owner == observed.owner]
        if len(images) > 1 and any(_is_asked_for(one, observed) for one in ours):
            yield _twice(system, images, observed)


def _is_offered_as_generic(image: Image) -> bool:
    is_found = image.visibility == "public" and not image.hidden
    has_system = image.text("os_distro") and image.text("os_version")
    return is_found and bool(has_system) and image.text(PURPOSE) == GENERIC


def _is_asked_for(image: Image, observed: Observed) -> bool:
    return observed.covers(image.family if image.is_managed else None)


def _twice(system: tuple[str, ...], images: list[Image], observed: Observed) -> Finding:
    *older, newest = sorted(images, key=_age)
    ours = [one for one in older if one.owner == observed.owner]
    what = _(
        "%(standard)s requires one public, visible image that is %(generic)s for "
        "%(system)s; there are %(count)d: %(images)s"
    ) % {
        "standard": observed.standard,
        "generic": GENERIC,
        "system": " ".join(filter(None, system)),
        "count": len(images),
        "images": ", ".join(observed.told(one) for one in (*older, newest)),
    }
    do = _("The other projects have to set theirs to something else.")
    if ours:
        do = _("Set all but the newest to %s, or to their purpose") % OLD_GENERIC
    commands = tuple(setting(one, PURPOSE, OLD_GENERIC) for one in ours)
    return Finding(Check.STANDARD, "", "", what, do, commands)


def _age(image: Image) -> tuple[str, str, str]:
    built = image.text(properties.BUILD_DATE) or ""
    made = str(image.created_at or "")
    return built or made[:10], made, image.id

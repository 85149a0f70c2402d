# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the fields of one image must agree in, each being right by itself."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from osc_imagetools.catalog.definitions.catalogue import AUTO
from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.catalog.definitions.records import ReadRecord
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.rotation.new_version import LONGEST_NAME

DEFAULT_SEPARATOR = " "


def check(image: ReadRecord, faults: Faults) -> None:
    """Add what the fields of *image* contradict each other in."""
    for node, words in (*_of_image(image), *_of_versions(image), *_of_names(image)):
        faults.at(node, words)


Contradictions = Iterator[tuple[yaml.Node, str]]


def is_rolling(image: ReadRecord) -> bool:
    """Whether its versions succeed one another under its name."""
    return bool(image.get("multi", True))


def versions_of(image: ReadRecord) -> tuple[ReadRecord, ...]:
    """As they stand."""
    return tuple(image.get("versions", ()))


def long_name(image: ReadRecord, label: str) -> str:
    """What openstack-image-manager calls the image of the version *label*."""
    name, separator = image.get("name", ""), image.get("separator", DEFAULT_SEPARATOR)
    told = f"({label})" if is_rolling(image) else label
    return f"{name}{separator}{told}"


def _of_image(image: ReadRecord) -> Contradictions:
    at = image.at
    if "versions" not in at and "source" not in at:
        yield image.node, _("an image needs the field 'versions' or 'source'")
    if versions_of(image) and "source" in at:
        words = _("'source' finds the newest build by itself: remove it, or 'versions'")
        yield at["source"], words
    for name in ("source", "candidate"):
        if name in at and not is_rolling(image):
            yield at[name], _("'%s' is for one family: it needs 'multi: true'") % name
    if image.get("members") and image.get("visibility") != "shared":
        yield at["members"], _("'members' needs 'visibility: shared'")
    candidate = image.get("candidate")
    if candidate and candidate.get("name") == image.get("name", ""):
        yield candidate.where("name"), _("a candidate needs a name of its own")


def _of_versions(image: ReadRecord) -> Contradictions:
    seen: dict[str, ReadRecord] = {}
    for version in versions_of(image):
        label = version.get("version")
        first = seen.setdefault(label, version) if label else version
        if first is not version:
            line = first.place.line
            words = _("version '%(label)s' stands twice, first in line %(line)d")
            yield version.where("version"), words % {"label": label, "line": line}
        if version.get("checksum_url") and version.get("checksums_url"):
            words = _("give 'checksum_url' or 'checksums_url', not both")
            yield version.where("checksums_url"), words
        if image.get("keyring") and version.get("checksum", AUTO) != AUTO:
            words = _("'keyring' verifies a list, not a 'checksum' in the file")
            yield version.where("checksum"), words


def _of_names(image: ReadRecord) -> Contradictions:
    """Names that are only made of what stands there."""
    if is_rolling(image):
        return
    for version in versions_of(image):
        name = long_name(image, version.get("version", ""))
        if len(name) > LONGEST_NAME:
            words = _("the name '%(name).40s…' has more than %(most)d characters")
            told = {"name": name, "most": LONGEST_NAME}
            yield version.where("version"), words % told

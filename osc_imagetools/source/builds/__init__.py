# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build of a vendor, found in what the vendor lists."""

from __future__ import annotations

from osc_imagetools.source.builds.build import Build
from osc_imagetools.source.builds.build_source import BuildSource
from osc_imagetools.source.builds.find import find_build

__all__ = ["Build", "BuildSource", "find_build"]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One verified image, from a URL."""

from __future__ import annotations

from osc_imagetools.operations.importing.import_url import (
    Imported,
    import_url,
    plan_import,
)
from osc_imagetools.operations.importing.offered import offered
from osc_imagetools.operations.importing.request import (
    Download,
    ImportRequest,
)
from osc_imagetools.operations.importing.requirements import refuse_limit

__all__ = [
    "Download",
    "ImportRequest",
    "Imported",
    "import_url",
    "offered",
    "plan_import",
    "refuse_limit",
]

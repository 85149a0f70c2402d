# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of the format, for editors; it is made from the table of fields.

The file ``schema.json`` beside this one is what `schema_text` returns; a test
compares them, and says how to write it anew.
"""

from __future__ import annotations

import json

from osc_imagetools.catalog.definitions.fields import TOP
from osc_imagetools.catalog.definitions.kinds import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema, as its file has it."""
    schema: Schema = {
        "$schema": DIALECT,
        "title": "A catalogue of images",
        "description": "What 'openstack image catalog' reads. openstack-image-manager "
        "has defined most of it.",
        **TOP.schema(),
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Imported by Glance when tests run: what it validates, it validates once.

For every operation of a patch jsonschema also checks whether Glance's own schema is
one, by the schema of schemas: that is half of what Glance computes. It is one.
"""

from __future__ import annotations

from typing import Any

import jsonschema
from jsonschema import exceptions, validators


def validate(instance: Any, schema: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError, as jsonschema.validate does."""
    validator = validators.validator_for(schema)(schema)
    error = exceptions.best_match(validator.iter_errors(instance))
    if error is not None:
        raise error


jsonschema.validate = validate

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Translation of what people read, as in the client."""

import oslo_i18n

_translators = oslo_i18n.TranslatorFactory(domain="osc_imagetools")

_ = _translators.primary

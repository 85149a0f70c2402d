# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Horizon as an application with these settings: its own one insists on others."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

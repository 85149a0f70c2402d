# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Horizon's settings in the loopback cloud: its own, and what it can't know.

A module of its own folder: Horizon's Python finds it there, and nothing else of ours.
"""

import os

from openstack_dashboard.settings import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "of a cloud on loopback"
OPENSTACK_KEYSTONE_URL = os.environ.get("DASHBOARD_KEYSTONE_URL", "")
OPENSTACK_API_VERSIONS = {"identity": 3, "image": 2}

IMAGES_ALLOW_LOCATION = bool(os.environ.get("DASHBOARD_ALLOW_LOCATION"))

# No memcached: who is logged in is known by the cookie alone.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

STATIC_ROOT = os.environ["DASHBOARD_STATIC"]
COMPRESS_OFFLINE = True

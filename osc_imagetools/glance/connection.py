# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The way to Glance; or, where there is none, why not."""

from __future__ import annotations

from typing import Any

from keystoneauth1.exceptions import ClientException
from openstack.exceptions import SDKException
from osc_lib.exceptions import PluginAttributeError

from osc_imagetools.glance.api import Api, GlanceError, reason
from osc_imagetools.glance.remedies import CHECK_ENDPOINT, unanswered
from osc_imagetools.i18n import _

TIMEOUT_SECONDS = 10
"""Of a second look, for its reason, at what didn't work."""


def connected(clients: Any) -> Api:
    """Glance, as the client that is logged in finds it; raises `GlanceError`.

    The SDK says only that it found no endpoint: why not, a second look tells.
    """
    try:
        return Api(clients.image)
    # The last is what becomes of openstacksdk 4.4, which looks at what it didn't find.
    except (SDKException, ClientException, PluginAttributeError) as error:
        why, do = _reason(clients, error)
    raise GlanceError(_("The image service can't be used"), why, do)


def _reason(clients: Any, error: Exception) -> tuple[str, str]:
    """Why it didn't work, and what to do."""
    try:
        url = clients.sdk_connection.config.get_endpoint("image")
        url = url or clients.get_endpoint_for_service_type(
            "image", region_name=clients.region_name, interface=clients.interface
        )
        if not url:
            return str(error), unanswered(error)
        answer = clients.session.get(
            url, authenticated=False, raise_exc=False, timeout=TIMEOUT_SECONDS
        )
    except ClientException as failure:
        return str(failure), unanswered(failure)
    return (
        _("%(url)s does not answer as an image service: %(reason)s")
        % {"url": url, "reason": reason(answer)},
        CHECK_ENDPOINT,
    )

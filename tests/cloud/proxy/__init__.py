# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A proxy before Glance or Keystone that counts, and breaks what a test picks.

    with Proxy(glance_url) as proxy:
        proxy.on("PATCH", r"/v2/images/[^/]+$", nth=1).drop_answer()
        ...
    assert proxy.methods() <= {"GET", "HEAD"}

Bodies stream through it in bounded memory. An upload that ends early is cut towards
the target as well, as haproxy and nginx do. Each connection carries one request.
"""

from tests.cloud.proxy.proxy import Proxy
from tests.cloud.proxy.rules import Rule
from tests.cloud.proxy.sent import Sent

__all__ = ["Proxy", "Rule", "Sent"]

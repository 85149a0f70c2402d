# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What tenants have made of images: servers and volumes, as rows of Nova and Cinder.

    server = cloud.tenants.server(account, image_id, vm_state="shelved_offloaded")

No compute host and no volume is behind them. ``serve.py`` writes the rows, in a process
of each service.
"""

from tests.cloud.tenants.client import Tenants

__all__ = ["Tenants"]

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that were changed long ago, and runs of other machines."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.functional.families import LISTING

ANOTHER_MACHINE = Run("a-run", "0123456789abcdef", 1, 1)


def aged(proxy: Proxy, account: Account, age: timedelta) -> None:
    """From now on listings through *proxy* show when images were that much younger.

    Nobody can wait for a day, or set a date of Glance's own: this rewrites the dates
    in its answers and nothing else.
    """

    def answer() -> Answer:
        asked = next(s for s in reversed(proxy.sent) if s.fits("GET", LISTING))
        shown = account.glance("GET", f"{asked.path}?{asked.query}").json()
        for image in shown["images"]:
            moment = datetime.now(timezone.utc) - age
            image["updated_at"] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        return Answer(200, json.dumps(shown).encode())

    proxy.on("GET", LISTING).before.append(answer)

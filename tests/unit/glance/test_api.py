# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import requests
from keystoneauth1.access import AccessInfoV3
from keystoneauth1.adapter import Adapter
from keystoneauth1.identity.base import BaseIdentityPlugin
from keystoneauth1.session import Session

from osc_imagetools.glance.api import Api, GlanceError, reason


def answer(body, status=403, words="Forbidden"):
    response = requests.Response()
    response.status_code = status
    response.reason = words
    response._content = body.encode()
    return response


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "<html><head>\n<title>403 Forbidden</title>\n</head><body>"
            "<h1>403 Forbidden</h1>\nYou may not &#x27;publicize_image&#x27;."
            "<br /><br />\n\n</body></html>",
            "You may not 'publicize_image'. (403)",
        ),
        ("plain words", "plain words (403)"),
        ("", "Forbidden (403)"),
        ("<html><title>403 Forbidden</title></html>", "Forbidden (403)"),
    ],
)
def test_the_reason_is_in_the_servers_own_words(body, words):
    assert reason(answer(body)) == words


def test_a_reason_is_bounded():
    assert len(reason(answer("x" * 1_000_000))) < 5000


class Auth(BaseIdentityPlugin):
    """One whose token lasts for so many seconds from now."""

    def __init__(self, seconds):
        super().__init__()
        expires = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        body = {"token": {"expires_at": expires.isoformat()}}
        self.always = AccessInfoV3(body, "a token")

    def get_auth_ref(self, session, **how):
        return self.always

    def get_cache_id_elements(self):
        return {}


@pytest.mark.parametrize(("seconds", "ran_out"), [(-60, True), (3600, False)])
def test_F132_token_has_run_out_only_where_it_has(seconds, ran_out):
    api = Api(Adapter(Session(auth=Auth(seconds))))
    # Its clock is asked for where no answer has told the time.
    api._date = format_datetime(datetime.now(timezone.utc))

    with pytest.raises(GlanceError):
        api.put_stream("http://127.0.0.1:1/", iter([]))

    assert api.token_ran_out == ran_out

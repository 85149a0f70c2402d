# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest
import requests

from osc_imagetools.glance.api import reason


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

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import argparse
import io

import pytest

from osc_imagetools.commands.options import source
from osc_imagetools.errors import OperatorError
from osc_imagetools.source.access import Access

URL = "https://vendor.example/image.raw"


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


def parsed(*options):
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    source.add(parser)
    return parser.parse_args([URL, *options])


def test_nothing_has_to_be_said():
    said = parsed()

    assert source.access(said) == Access(60, connections=4, retries=5, user_url=URL)
    assert source.urls(said) == (URL,)


def test_all_can_be_said(tmp_path):
    said = parsed(
        *("--connections", "8", "--stall-timeout", "5", "--source-retries", "0"),
        *("--source-insecure", "--source-user", "joe:p:w", "--user-agent", "Wget/1.21"),
        *("--mirror", "https://one.example/x", "--mirror", "file:///two"),
    )

    assert source.access(said) == Access(
        5,
        connections=8,
        retries=0,
        insecure=True,
        user="joe:p:w",
        user_agent="Wget/1.21",
        user_url=URL,
    )
    assert source.urls(said) == (URL, "https://one.example/x", "file:///two")


def test_no_password_is_in_what_is_logged():
    assert "p:w" not in repr(source.access(parsed("--source-user", "joe:p:w")))


def test_a_password_that_was_not_said_is_that_of_netrc(home):
    netrc = home / ".netrc"
    netrc.write_text("machine vendor.example login joe password pw\n")
    netrc.chmod(0o600)

    assert source.access(parsed("--source-user", "joe")).user == "joe:pw"


def test_without_a_terminal_nobody_is_asked_for_a_password():
    with pytest.raises(OperatorError, match=r"'joe' has no password.*~/\.netrc"):
        source.access(parsed("--source-user", "joe"))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--connections", "0"], "1 to 16"),
        (["--connections", "17"], "1 to 16"),
        (["--connections", "-1"], "1 to 16"),
        (["--connections", "four"], "1 to 16"),
        (["--source-retries", "-1"], "0 to 1000"),
        (["--source-user", ":pw"], "<name>[:<password>]"),
        (["--source-user", "joe\n:pw"], "<name>[:<password>]"),
        (["--mirror", "ftp://h/x"], "http:, https:, file:"),
        (["--source-cacert", "/no/such/file"], "No such file"),
        (["--source-cacert", "/"], "directory"),
        (["--source-cacert", __file__], "contains no certificate"),
        (["--source-retries", "9" * 5000], "0 to 1000"),
        (["--stall-timeout", "1e300"], "1 to 604800"),
        (["--stall-timeout", "nan"], "1 to 604800"),
        (["--user-agent", ""], "ASCII"),
        (["--user-agent", "a\r\nX-Forged: 1"], "ASCII"),
        (["--mirror", "http://joe:S3c/ret@h/x"], "'/' as %2F"),
        (["--mirror", "http://joe:S3c#ret@h/x"], "'#' as %23"),
        (["--mirror", "http://joe:S3c[ret@h/x"], "'[' as %5B"),
        (["--mirror", "http://joe:S3c\u2100@h/x"], "can't be parsed"),
        (["--mirror", f"http://h/{'x' * 60_000}"], "at most 60000 bytes"),
        (["--source-insecure", "--source-cacert", "/x"], "not allowed with|/x"),
    ],
)
def test_F114_F127_F133_what_cannot_be_meant_is_wrong_usage(options, why, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed(*options)

    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert any(words in shown for words in why.split("|"))
    assert "S3c" not in shown
    assert ":pw" not in shown or "<name>" in why

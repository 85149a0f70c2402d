# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image rotate --source`` finds the newest build, now and whenever it runs again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import BasicAuth, Page, Status
from tests.cloud.vendors.folders import apache, nginx
from tests.cloud.vendors.openpgp import Key
from tests.functional.families import changed
from tests.functional.generations import (
    FAMILY,
    NEW,
    NEWER,
    OLD,
    ONLY_READS,
    current,
    done,
    everything,
    planned,
    refused,
    roll_back,
    rotate,
    shown,
    version,
)
from tests.functional.outcomes import WRONG_USAGE, digest_of

SOURCE = "lifecycle_source"
KEY, STRANGER = Key.generate(), Key.generate()


@dataclass
class Vendor:
    """A vendor who publishes each build in a folder of its day, and lists them."""

    source: Source
    days: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        return self.source.url("noble/") + "{date}/disk.img"

    def begin(self, day: str) -> None:
        """Make the folder, and nothing in it yet."""
        self.days.append(f"{day}/")
        self.source.misbehave("noble/", Page(apache([*self.days, "current/"])))

    def publish(self, day: str, content: bytes) -> str:
        """The URL of the build of that day."""
        if f"{day}/" not in self.days:
            self.begin(day)
        listed = f"{digest_of(content)[7:]}  disk.img\n"
        self.source.put(f"noble/{day}/SHA256SUMS", listed.encode())
        return self.source.put(f"noble/{day}/disk.img", content)

    def requests(self) -> list[str]:
        """All that was asked for, by path below the folder."""
        names = ["", *(f"{day}disk.img" for day in self.days)]
        return [
            f"{one.method} {name}"
            for name in names
            for one in self.source.requests(f"noble/{name}")
        ]


@pytest.fixture
def vendor(source: Source) -> Vendor:
    return Vendor(source)


def test_newest_build_is_imported_and_each_later_run_finds_the_next(
    member: Account, through: Account, before_glance: Proxy, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    url = vendor.publish("20260401.1", NEW)

    first = done(rotate(member, "--source", vendor.pattern))

    image = current(member)
    assert member.glance("GET", image["file"]).content == NEW
    assert (first["new_version"], first["build_date"]) == ("20260401.1", "2026-04-01")
    assert first["source"] == image["image_source"] == url
    assert (image[SOURCE], first["verified"]) == (vendor.pattern, "sha256")

    before = everything(member)
    asked = len(vendor.requests())
    told = done(rotate(through), "unchanged")
    assert told["new_id"] == image["id"]
    assert before_glance.methods() <= ONLY_READS
    assert everything(member) == before
    assert len(vendor.requests()) - asked == 2

    vendor.publish("20260501", NEWER)
    third = done(rotate(member))
    assert (third["old_id"], third["new_version"]) == (image["id"], "20260501")
    assert current(member)[SOURCE] == vendor.pattern
    assert SOURCE in third["carried_over"]


def test_source_of_a_family_that_has_its_newest_build_is_recorded_by_a_command(
    member: Account, vendor: Vendor
) -> None:
    own_id = version(member, content=OLD)
    vendor.publish("20260301", OLD)
    before = everything(member)

    told = done(rotate(member, "--source", vendor.pattern), "unchanged")
    unrecorded = everything(member)
    _, _, how = told["note"].partition("to record its source: openstack ")
    recorded = member.openstack(*shlex.split(how))
    again = done(rotate(member, "--source", vendor.pattern), "unchanged")

    assert unrecorded == before
    assert recorded.status == 0, recorded
    assert shown(member, own_id)[SOURCE] == vendor.pattern
    assert "record" not in again["note"]
    vendor.publish("20260401", NEW)
    assert done(rotate(member))["new_version"] == "20260401"


def test_source_is_set_and_forgotten_with_the_policy(
    member: Account, vendor: Vendor
) -> None:
    own_id = version(member, content=OLD)
    family = ["--family", FAMILY, "-f", "json"]
    index = ["--source-index", vendor.source.url("noble/")]
    settings = ["image", "lifecycle", "set", *family]

    done_so = member.openstack(*settings, "--source", vendor.pattern, *index)
    told = shown(member, own_id)[SOURCE]
    unmeant = member.openstack(*settings, *index)
    forgotten = member.openstack("image", "lifecycle", "unset", *family, "--source")

    assert [row["Result"] for row in done_so.json()] == ["set"]
    assert told == f"{vendor.pattern} {index[1]}"
    assert (unmeant.status, unmeant.stdout) == (WRONG_USAGE, "")
    assert [row["Result"] for row in forgotten.json()] == ["unset"]
    assert SOURCE not in shown(member, own_id)


def test_build_that_is_published_half_way_is_passed_over_until_it_is_there(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    vendor.begin("20260401")

    early = rotate(member, "--source", vendor.pattern)
    again = rotate(member)
    vendor.publish("20260401", NEW)
    late = done(rotate(member))

    assert done(early)["new_version"] == "20260301"
    assert "noble/20260401/disk.img" in early.stderr
    assert "Trying the build before it" in early.stderr
    assert done(again, "unchanged")
    assert late["new_version"] == "20260401"


def test_F93_index_that_went_back_does_not_take_the_family_back(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    old = version(member, content=NEW, image_build_date="2026-04-01")
    changed(member, old, **{SOURCE: vendor.pattern})
    before = everything(member)

    refused(rotate(member), "2026-03-01", "2026-04-01", "--allow-downgrade")
    assert everything(member) == before
    told = done(rotate(member, "--allow-downgrade"))

    assert (told["old_id"], told["build_date"]) == (old, "2026-03-01")


def test_dry_run_shows_which_build_was_found_and_only_reads(
    member: Account, through: Account, before_glance: Proxy, vendor: Vendor
) -> None:
    url = vendor.publish("20260301", OLD)

    steps = planned(rotate(through, "--dry-run", "--source", vendor.pattern))

    assert (steps[0]["Step"], steps[0]["What"]) == ("find", url)
    assert vendor.pattern in steps[0]["Reason"]
    assert "fetch" in [step["Step"] for step in steps]
    assert everything(member) == {}
    assert before_glance.methods() <= ONLY_READS


def test_page_or_list_that_names_the_builds_can_be_another(
    member: Account, source: Source
) -> None:
    names = {"disk-9.9-20260301.0.img": OLD, "disk-9.10-20260301.0.img": NEW}
    for name, content in names.items():
        source.put(f"images/{name}", content)
    listed = "".join(f"{digest_of(one)[7:]}  {name}\n" for name, one in names.items())
    index = source.put("images/CHECKSUM", listed.encode())
    pattern = source.url("images/") + "disk-{version}-{date}.img"

    told = done(rotate(member, "--source", pattern, "--source-index", index))

    assert told["new_version"] == "9.10-20260301.0"
    assert current(member)[SOURCE] == f"{pattern} {index}"
    assert done(rotate(member), "unchanged")
    assert [one.path for one in source.requests("images/")] == []


def test_URL_replaces_the_source_and_a_file_does_not(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    done(rotate(member, "--source", vendor.pattern))
    path = member.home / "disk.img"
    path.write_bytes(NEW)

    by_file = ["--file", path.name, "--allow-unverified"]
    done(rotate(member, *by_file))
    kept = current(member)
    url = vendor.source.put("disk.img", NEWER)
    by_url = ["--url", url, "--checksum", digest_of(NEWER)]
    done(rotate(member, *by_url, "--image-version", "mine"))

    assert kept[SOURCE] == vendor.pattern
    assert SOURCE not in current(member)
    again = done(rotate(member, "--allow-unverified"), "unchanged")
    assert again["source"] == url


def test_said_version_and_date_count_more_than_what_the_build_tells(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    said = ["--image-version", "spring", "--build-date", "2026-02-28"]

    told = done(rotate(member, "--source", vendor.pattern, *said))

    assert (told["new_version"], told["build_date"]) == ("spring", "2026-02-28")


def test_build_that_changed_in_its_place_gets_a_label_of_its_own(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    done(rotate(member, "--source", vendor.pattern))
    vendor.publish("20260301", NEW)

    assert done(rotate(member))["new_version"] == "20260301.2"


def test_rollback_keeps_the_source_and_the_build_stays_out(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    done(rotate(member, "--source", vendor.pattern))
    vendor.publish("20260401", NEW)
    done(rotate(member))

    done(roll_back(member), "rolled back")

    assert current(member)[SOURCE] == vendor.pattern
    assert done(rotate(member), "unchanged (rolled back)")
    vendor.publish("20260501", NEWER)
    assert done(rotate(member))["new_version"] == "20260501"


def test_F92_credentials_of_a_source_are_sent_and_recorded_nowhere(
    member: Account, vendor: Vendor
) -> None:
    vendor.publish("20260301", OLD)
    who = BasicAuth("joe", "S3cret")
    page = Status(200, nginx(vendor.days), content_type="text/html")
    vendor.source.misbehave("noble/", page, who)
    for name in ("disk.img", "SHA256SUMS"):
        vendor.source.misbehave(f"noble/20260301/{name}", who)
    secret = vendor.pattern.replace("//", "//joe:S3cret@")

    in_the_url = rotate(member, "--source", f"{secret}?sig=S3cret")
    login = ["--source-user", "joe:S3cret"]
    by_option = rotate(member, "--source", vendor.pattern, *login)
    without = rotate(member)

    assert current(member)[SOURCE] == vendor.pattern
    assert "S3cret" not in in_the_url.stdout + in_the_url.stderr
    assert "S3cret" not in json.dumps(everything(member))
    assert done(in_the_url)
    assert done(by_option, "unchanged")
    refused(without, "401", "--source-user")


class TestNothingFound:
    """Nothing is created, and the reason is said."""

    def test_where_no_name_matches(self, member: Account, vendor: Vendor) -> None:
        for day in ("2026-Q1", "2026-Q2", "2025-Q4", "trunk"):
            vendor.begin(day)

        outcome = rotate(member, "--source", vendor.pattern)

        words = ("none of 5 links", "{date}", "2026-Q1", "--source-index")
        refused(outcome, vendor.pattern, *words)
        assert everything(member) == {}

    @pytest.mark.parametrize(
        ("page", "words"),
        [
            (Page('<!doctype html><input type="password">'), "asks for a password"),
            (Page("<!doctype html><p>Moved</p>"), "without a link"),
            (Page(""), "it is empty"),
            (Page("<html>" + "x" * (4 << 20)), "longer than"),
            (Status(404, "No"), "--source-index"),
            (Status(500, "No"), "500"),
        ],
        ids=["login", "no-links", "empty", "too-large", "absent", "broken"],
    )
    def test_where_the_page_is_none(
        self, page: Any, words: str, member: Account, vendor: Vendor
    ) -> None:
        vendor.source.misbehave("noble/", page)

        outcome = rotate(member, "--source", vendor.pattern, "--source-retries", "0")

        refused(outcome, words, "noble/")
        assert everything(member) == {}

    def test_for_an_architecture_that_the_vendor_lacks(self, member: Account) -> None:
        other = ["--property", "architecture=s390x"]

        refused(rotate(member, "--source", "arch", *other), "s390x", "x86_64")

    def test_where_something_else_was_recorded(self, member: Account) -> None:
        own_id = version(member)
        changed(member, own_id, **{SOURCE: "file:///etc/{date}"})

        refused(rotate(member), SOURCE, "http", "--source or --url")


WRONG = {
    "unknown-layout": (["--source=debain/13"], "did you mean 'debian/13'"),
    "unknown-placeholder": (["--source=https://h/{day}.img"], "{day} is not a"),
    "nothing-to-find": (["--source=https://h/x.img"], "use --url"),
    "file-of-this-machine": (["--source=file:///{date}.img"], "http:"),
    "no-product": (["--source=simplestreams:https://h/index.json"], "#<product>"),
    "two": (["--source=arch", "--url=https://h/x"], "not allowed with"),
    "index-of-nothing": (["--source-index=https://h/"], "--source-index requires"),
    "index-of-a-layout": (["--source=arch", "--source-index=https://h/"], "URL with"),
    "index-in-a-file": (["--source-index=file:///x"], "http: and https:"),
    "mirror": (["--source=arch", "--mirror=https://h/x"], "--mirror requires --url"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_wrong_usage(
    options: list[str], words: str, member: Account
) -> None:
    outcome = rotate(member, *options)

    assert (outcome.status, outcome.stdout) == (WRONG_USAGE, "")
    assert words in outcome.stderr


PRODUCT = "com.ubuntu.cloud:server:24.04:amd64"


@dataclass
class Streams:
    """A mirror of simplestreams, signed in the files and beside them."""

    source: Source
    key: Key = KEY
    versions: dict[str, Any] = field(default_factory=dict)

    def publish(self, label: str, content: bytes, published: bytes = b"") -> str:
        """The URL of the build; *published* is what the digest is of."""
        path = f"server/{label}/disk1.img"
        digest = digest_of(published or content)[7:]
        item = {"ftype": "disk1.img", "path": path, "sha256": digest}
        self.versions[label] = {"items": {"disk1.img": item}}
        for suffix in ("json", "sjson"):
            self._write(suffix)
        return self.source.put(path, content)

    def at(self, suffix: str = "json") -> str:
        url = self.source.url(f"streams/v1/index.{suffix}")
        return f"simplestreams:{url}#{PRODUCT}"

    def _write(self, suffix: str) -> None:
        listed = f"streams/v1/download.{suffix}"
        entry = {"datatype": "image-downloads", "path": listed, "products": [PRODUCT]}
        index = {"format": "index:1.0", "index": {"download": entry}}
        products = {PRODUCT: {"versions": self.versions}}
        told = {"format": "products:1.0", "products": products}
        for path, content in ((f"streams/v1/index.{suffix}", index), (listed, told)):
            text = json.dumps(content, indent=1) + "\n"
            if suffix == "sjson":
                self.source.put(path, self.key.clearsigned(text))
                continue
            self.source.put(path, text.encode())
            self.source.put(f"{path}.gpg", self.key.detached(text.encode()))


@pytest.fixture
def keyring(member: Account) -> Callable[[Key], list[str]]:
    """A function that makes the option for a ring with a certificate."""

    def option(key: Key) -> list[str]:
        path = member.home / "vendor.gpg"
        path.write_bytes(key.certificate())
        return ["--keyring", str(path)]

    return option


Keyring = Callable[[Key], list[str]]


class TestStream:
    """A product of simplestreams."""

    def test_newest_version_is_imported_by_the_digest_published_there(
        self, member: Account, source: Source
    ) -> None:
        streams = Streams(source)
        streams.publish("20260301", OLD)
        url = streams.publish("20260401.2", NEW)

        told = done(rotate(member, "--source", streams.at()))
        asked = len(source.requests("server/20260401.2/disk1.img"))
        again = done(rotate(member), "unchanged")

        assert (told["new_version"], told["build_date"]) == ("20260401.2", "2026-04-01")
        assert (told["source"], told["verified"]) == (url, "sha256")
        assert told["published_digest"] == f"{digest_of(NEW)} wire"
        assert again["new_id"] == told["new_id"]
        assert len(source.requests("server/20260401.2/disk1.img")) == asked
        assert current(member)[SOURCE] == streams.at()

    @pytest.mark.parametrize("suffix", ["json", "sjson"])
    def test_signature_is_verified_where_there_is_a_keyring(
        self, suffix: str, member: Account, source: Source, keyring: Keyring
    ) -> None:
        streams = Streams(source)
        streams.publish("20260301", OLD)

        told = done(rotate(member, "--source", streams.at(suffix), *keyring(KEY)))

        assert told["verified"] == "sha256+pgp"

    @pytest.mark.parametrize("suffix", ["json", "sjson"])
    def test_F18_signature_of_somebody_else_is_refused(
        self, suffix: str, member: Account, source: Source, keyring: Keyring
    ) -> None:
        streams = Streams(source, STRANGER)
        streams.publish("20260301", OLD)

        outcome = rotate(member, "--source", streams.at(suffix), *keyring(KEY))

        refused(outcome, "signature", "streams/v1/index.")
        assert everything(member) == {}

    def test_unsigned_stream_is_refused_where_there_is_a_keyring(
        self, member: Account, source: Source, keyring: Keyring
    ) -> None:
        streams = Streams(source)
        streams.publish("20260301", OLD)
        source.misbehave("streams/v1/download.json.gpg", Status(404, ""))

        outcome = rotate(member, "--source", streams.at(), *keyring(KEY))

        refused(outcome, "no signature", "index.sjson", "--keyring")

    def test_F18_other_bytes_than_published_leave_nothing(
        self, member: Account, source: Source
    ) -> None:
        streams = Streams(source)
        streams.publish("20260301", OLD, published=NEW)

        outcome = rotate(member, "--source", streams.at())

        refused(outcome, digest_of(OLD)[7:], digest_of(NEW)[7:])
        assert everything(member) == {}

    def test_product_that_is_not_there_is_said_with_those_like_it(
        self, member: Account, source: Source
    ) -> None:
        streams = Streams(source)
        streams.publish("20260301", OLD)
        wrong = streams.at().replace("amd64", "arm64")

        refused(rotate(member, "--source", wrong), "nearest", PRODUCT, "#<product>")

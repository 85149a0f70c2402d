# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import re
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from osc_imagetools.commands.output import findings
from osc_imagetools.lifecycle.checks.checkup import Checkup
from osc_imagetools.lifecycle.checks.finding import Finding
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.reports import nagios, prometheus

NOW = datetime(2026, 3, 1, 4, 5, 6, tzinfo=timezone.utc)


def finding(check: Check, family: str = "debian-13", what: str = "it is so"):
    return Finding(check, family, "one", what, "do that")


OLD, TWICE = finding(Check.TOO_OLD), finding(Check.TWO_VISIBLE)

LINES = {
    "nothing": ((), 0, "IMAGES OK - 0 errors, 0 warnings"),
    "a warning": (
        (OLD,),
        *(1, "IMAGES WARNING - 0 errors, 1 warning: debian-13: it is so"),
    ),
    "a warning of several images": (
        (replace(OLD, family="", image="", what="9 images are so"),),
        *(1, "IMAGES WARNING - 0 errors, 1 warning: 9 images are so"),
    ),
    "an error": (
        (TWICE, OLD, OLD),
        *(2, "IMAGES CRITICAL - 1 error, 2 warnings: debian-13: it is so"),
    ),
}


@pytest.mark.parametrize(("found", "status", "line"), LINES.values(), ids=LINES)
def test_nagios_gets_a_status_and_a_line_with_numbers(found, status, line):
    checked = Checkup(found, images=60, families=5)

    reported = nagios.report(checked)

    numbers = f"errors={len(found[:1]) if status == 2 else 0} "
    assert reported[0] == status
    assert reported[1].startswith(f"{line} | {numbers}")
    assert reported[1].endswith("images=60 families=5\n")


def test_a_strangers_words_keep_within_the_line_of_nagios():
    hostile = finding(Check.TOO_OLD, "a\n|b", "x | evil=1\n\x1b[31m")

    _, line = nagios.report(Checkup((hostile,), 1, 1))

    assert line.count("|") == 1
    assert line.removesuffix("\n").isprintable()


def late(image: str, family: str):
    said = "should be deleted by now"
    one = finding(Check.PAST_DUE, family, f"since {image}")
    return replace(one, image=image, together=said)


def test_monitoring_systems_count_images_and_people_read_one_line_for_several():
    checked = Checkup(tuple(late(name, f"of {name}") for name in "abc"), 3, 3)

    _, line = nagios.report(checked)
    text = prometheus.report(checked, "p", NOW)
    _, rows = findings.rows(checked)

    assert line.startswith("IMAGES WARNING - 0 errors, 3 warnings: 3 images should be ")
    assert 'check="past-due",severity="warning"} 3\n' in text
    assert [
        f'family="of {name}",severity="warning"}} 1\n' in text for name in "abc"
    ] == [True] * 3
    assert len(list(rows)) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError("no\nroute"), "no route"), (KeyError(), "KeyError")],
)
def test_nagios_is_told_why_nothing_is_known(error, said):
    assert nagios.unknown(error) == f"IMAGES UNKNOWN - {said}\n"


def test_prometheus_gets_every_check_and_escaped_labels():
    found = (TWICE, OLD, finding(Check.TOO_OLD, 'the "old"\\\n'))

    text = prometheus.report(Checkup(found, 60, 5), "p1", NOW)

    name = "openstack_image_lifecycle"
    lines = text.splitlines()
    assert (
        f'{name}_findings{{project="p1",check="too-old",severity="warning"}} 2' in text
    )
    assert f'{name}_findings{{project="p1",check="stuck",severity="warning"}} 0' in text
    assert r'family="the \"old\"\\\n",severity="warning"} 1' in text
    assert f'{name}_images{{project="p1"}} 60' in lines
    assert f'{name}_check_timestamp_seconds{{project="p1"}} 1772337906' in lines
    assert sum(line.startswith(f"{name}_findings{{") for line in lines) == len(Check)
    sample = re.compile(r'#.*|\w+\{(\w+="([^"\\\n]|\\.)*",?)*\} \d+')
    assert [line for line in lines if not sample.fullmatch(line)] == []

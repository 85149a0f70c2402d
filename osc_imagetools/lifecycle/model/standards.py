# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What standards want of an image's properties.

scs-0102 is the image metadata standard of the Sovereign Cloud Stack, version 1:
https://docs.scs.community/standards/scs-0102-v1-image-metadata; scs-0102-v2 is its
version 2, a draft (``scs-0102-v2-image-metadata``). ``min_disk``, which they want as
well, is set from the image's own disk if by nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from osc_imagetools.i18n import _

SHOWN_CHARACTERS = 40
"""Of a wrong value."""


class StandardError(ValueError):
    """An image is not what a standard wants; the message says what to give."""


@dataclass(frozen=True)
class ValueTest:
    """Tells whether a standard takes a value."""

    form: str
    """A regular expression, also of JSON Schema: what is taken matches it whole."""
    is_taken: Callable[[str], bool]
    choices: tuple[str, ...] = ()
    """All that is taken, where that is a list of words."""

    def __call__(self, value: str) -> bool:
        return self.is_taken(value)


@dataclass(frozen=True)
class Rule:
    """What a standard says of one property."""

    name: str
    wants: str
    """The values that it takes, in words."""
    takes: ValueTest
    is_mandatory: bool = True


@dataclass(frozen=True)
class Shortfall:
    """What is wrong with one property."""

    name: str
    value: str | None
    """``None`` where it is missing."""
    wants: str

    def __str__(self) -> str:
        words = {"name": self.name, "wants": self.wants}
        if self.value is None:
            return _("%(name)s is missing (%(wants)s)") % words
        shown = self.value[:SHOWN_CHARACTERS]
        return _("%(name)s must not be %(value)r (%(wants)s)") % {
            **words,
            "value": shown,
        }


def missing(standard: str, fields: Mapping[str, object]) -> list[Shortfall]:
    """What of *standard* an image with these *fields* lacks; empty if nothing.

    Fields are those of its record, properties among them. An empty value and a zero
    count as missing. Raises `KeyError` for a standard that isn't in `STANDARDS`.
    """
    findings = []
    for rule in STANDARDS[standard]:
        value = str(fields.get(rule.name) or "")
        if value and not rule.takes(value):
            findings.append(Shortfall(rule.name, value, rule.wants))
        elif not value and rule.is_mandatory:
            findings.append(Shortfall(rule.name, None, rule.wants))
    return findings


def refuse_missing(standard: str | None, fields: Mapping[str, object]) -> None:
    """Raise `StandardError` unless an image with these *fields* meets *standard*."""
    findings = missing(standard, fields) if standard else []
    if findings:
        raise StandardError(
            _(
                "The image does not meet %(standard)s: %(findings)s. "
                "Set them with --property <name>=<value>, and min_ram with --min-ram."
            )
            % {"standard": standard, "findings": ", ".join(map(str, findings))}
        )


def _is_one_of(*values: str) -> ValueTest:
    form = "|".join(map(re.escape, values))
    return ValueTest(form, frozenset(values).__contains__, values)


def _fits(pattern: str) -> ValueTest:
    compiled = re.compile(pattern, re.ASCII | re.DOTALL)
    return ValueTest(pattern, lambda value: compiled.fullmatch(value) is not None)


_DIGITS = {
    "%Y": "[0-9]{4}",
    **dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), "[0-9]{2}"),
}


def _is_date(*forms: str) -> ValueTest:
    def fits(value: str) -> bool:
        return any(_parses(value, form) for form in forms)

    return ValueTest("|".join(map(_digits, forms)), fits)


def _digits(form: str) -> str:
    return re.sub("%[a-zA-Z]", lambda found: _DIGITS[found[0]], form)


def _parses(value: str, form: str) -> bool:
    try:
        # strptime also takes a day of one digit.
        return datetime.strptime(value, form).strftime(form) == value
    except ValueError:
        return False


def _either(*tests: ValueTest) -> ValueTest:
    form = "|".join(test.form for test in tests)
    return ValueTest(form, lambda value: any(test(value) for test in tests))


_ANYTHING = _fits(r".*\S.*")
_DAY = _is_date("%Y-%m-%d")
_BOOLEAN = _is_one_of("true", "false", "True", "False")

_ARCHITECTURES = (
    *("aarch64", "alpha", "armv7l", "cris", "i686", "ia64", "lm32", "m68k"),
    *("microblaze", "microblazeel", "mips", "mips64", "mips64el", "mipsel"),
    *("openrisc", "parisc", "parisc64", "ppc", "ppc64", "ppc64le", "ppcemb"),
    *("riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32"),
    *("x86_64", "xtensa", "xtensaeb"),
)
"""Glance's documentation has them, or Nova knows them besides."""

_DISK_BUSES = ("scsi", "virtio", "uml", "xen", "ide", "usb", "fdc", "sata", "lxc")
_PURPOSES = ("generic", "minimal", "k8snode", "gpu", "network", "custom")
_NEXT_PURPOSES = ("oldgeneric",)
"""Of version 2 of the standard, whose tests check version 1 as well."""
_HYPERVISORS = ("hyperv", "ironic", "lxc", "qemu", "kvm", "uml", "vmware", "xen")
_FREQUENCIES = (
    *("yearly", "quarterly", "monthly", "weekly", "daily", "critical_bug", "never"),
)

_SCS_0102 = (
    Rule("architecture", _("such as x86_64, aarch64"), _is_one_of(*_ARCHITECTURES)),
    Rule("os_distro", _("in lower case, such as ubuntu"), _fits(r"[a-z][a-z0-9._-]*")),
    Rule("os_version", _("such as 24.04"), _ANYTHING),
    Rule("min_ram", _("MiB, 1 or more"), _fits(r"[1-9]\d*")),
    Rule(
        "hw_disk_bus",
        _("scsi or virtio, or another of Glance's"),
        _is_one_of(*_DISK_BUSES),
    ),
    Rule(
        "image_source",
        _("an http, https or ftp URL, or private"),
        _fits(r"private|(?:https?|ftps?)://\S+"),
    ),
    Rule("image_description", _("a URL or text about the image"), _ANYTHING),
    Rule(
        "image_build_date",
        "YYYY-MM-DD",
        _is_date("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"),
    ),
    Rule("image_original_user", _("the login user, or none"), _ANYTHING),
    Rule("replace_frequency", ", ".join(_FREQUENCIES), _is_one_of(*_FREQUENCIES)),
    Rule(
        "uuid_validity",
        "YYYY-MM-DD, last-N, notice, forever, none",
        _either(_DAY, _fits(r"last-[1-9]\d*|notice|forever|none")),
    ),
    Rule(
        "provided_until",
        "YYYY-MM-DD, notice, none",
        _either(_DAY, _is_one_of("notice", "none")),
    ),
    Rule(
        "os_purpose",
        ", ".join(_PURPOSES),
        _is_one_of(*_PURPOSES, *_NEXT_PURPOSES),
        is_mandatory=False,
    ),
    Rule(
        "hypervisor_type",
        ", ".join(_HYPERVISORS),
        _is_one_of(*_HYPERVISORS),
        is_mandatory=False,
    ),
    Rule("hotfix_hours", _("a number"), _fits(r"\d+"), is_mandatory=False),
    Rule("maintained_until", "YYYY-MM-DD", _DAY, is_mandatory=False),
    *(
        Rule(name, _("true or false"), _BOOLEAN, is_mandatory=False)
        for name in (
            "license_included",
            "license_required",
            "subscription_included",
            "subscription_required",
        )
    ),
)

_SCS_0102_V2 = tuple(
    replace(rule, is_mandatory=True) if rule.name == "os_purpose" else rule
    for rule in _SCS_0102
)

STANDARDS: Mapping[str, tuple[Rule, ...]] = {
    "scs-0102": _SCS_0102,
    "scs-0102-v2": _SCS_0102_V2,
}
"""By the name that ``--standard`` takes."""

ONE_GENERIC = frozenset({"scs-0102-v2"})
"""Those by which users who search a distribution's version find one generic image."""

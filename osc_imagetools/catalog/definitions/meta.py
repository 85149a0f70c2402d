# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The field ``meta``: properties of an image, of which a site may invent others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

from osc_imagetools.catalog.definitions import nodes
from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.catalog.definitions.kinds import (
    ScalarKind,
    Schema,
    not_this,
    refuse_unstorable,
)
from osc_imagetools.catalog.definitions.records import (
    FieldRow,
    ReadRecord,
    RecordKind,
    is_misspelt,
    or_nothing,
)
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.nearest import nearest
from osc_imagetools.lifecycle.model.standards import STANDARDS, Rule

LONGEST_PROPERTY = 15_000
"""Characters: 60,000 bytes at most, which Glance's database takes."""

_RULES = {rule.name: rule for rule in STANDARDS["scs-0102"]}

_FIELDS = {
    properties.IMAGE_SOURCE: "url",
    properties.BUILD_DATE: "build_date",
    "min_ram": "min_ram",
    "min_disk": "min_disk",
    "disk_format": "format",
    "visibility": "visibility",
    "tags": "tags",
    "name": "name",
    "image_original_user": "login",
}
"""The field that says it, by the name of a property."""


@dataclass(frozen=True)
class PropertyValueKind(ScalarKind):
    """The value of a property: text as it is written, but True for ``yes``."""

    rule: Rule | None = None
    others: tuple[str, ...] = ()
    """What it may be besides."""

    @property
    def wants(self) -> str:
        """The values that the standard takes."""
        return self.rule.wants if self.rule else _("a text, a number or a truth value")

    def value(self, node: yaml.ScalarNode) -> str:
        """The text that Glance is given."""
        text = str(node.value)
        if nodes.kind_of(node) == nodes.TRUTH:
            # So openstack-image-manager writes it.
            text = str(nodes.constructed(node))
        refuse_unstorable(text, LONGEST_PROPERTY, also="\n\t")
        if self.rule and not (self.rule.takes(text) or text in self.others):
            raise not_this(node)
        return text

    def schema(self) -> Schema:
        """A string, and what else is written as one."""
        if self.rule is None:
            types = ["string", "number", "boolean"]
            return {"type": types, "maxLength": LONGEST_PROPERTY}
        if self.rule.takes.choices and not self.rule.takes("True"):
            return {"enum": [*self.rule.takes.choices, *self.others]}
        forms = "|".join((self.rule.takes.form, *map(re.escape, self.others)))
        numbers = ["number"] if self.rule.takes("1") else []
        truths = ["boolean"] if self.rule.takes("True") else []
        return {"type": ["string", *numbers, *truths], "pattern": f"^(?:{forms})$"}


def property_row(name: str, meaning: str = "", *others: str) -> FieldRow:
    """The row of a property; *others* it may be besides what scs-0102 takes."""
    kind = PropertyValueKind(_RULES.get(name), others)
    return FieldRow(name, kind, meaning)


KNOWN = frozenset(
    {
        *("architecture", "auto_disk_config", "kernel_id", "ramdisk_id"),
        *("hw_boot_menu", "hw_cdrom_bus", "hw_floppy_bus", "hw_input_bus"),
        *("hw_cpu_cores", "hw_cpu_sockets", "hw_cpu_threads", "hw_cpu_policy"),
        *("hw_cpu_max_cores", "hw_cpu_max_sockets", "hw_cpu_max_threads"),
        *("hw_cpu_realtime_mask", "hw_cpu_thread_policy", "hw_disk_type"),
        *("hw_emulation_architecture", "hw_ephemeral_encryption"),
        *("hw_ephemeral_encryption_format", "hw_firmware_stateless"),
        *("hw_ipxe_boot", "hw_locked_memory", "hw_maxphysaddr_bits"),
        *("hw_maxphysaddr_mode", "hw_mem_encryption", "hw_mem_encryption_model"),
        *("hw_mem_page_size", "hw_numa_cpus", "hw_numa_mem", "hw_numa_nodes"),
        *("hw_pci_numa_affinity_policy", "hw_pmu", "hw_pointer_model"),
        *("hw_rescue_bus", "hw_rescue_device", "hw_serial_port_count"),
        *("hw_sound_model", "hw_time_hpet", "hw_tpm_model", "hw_tpm_version"),
        *("hw_usb_model", "hw_video_model", "hw_video_ram", "hw_vif_model"),
        *("hw_viommu_model", "hw_virtio_packed_ring", "hw_vm_mode"),
        *("hypervisor_version_requires", "os_command_line", "os_require_quiesce"),
        *("os_secure_boot", "os_skip_agent_inject_files_at_boot"),
        *("os_skip_agent_inject_ssh", "vmware_adaptertype", "vmware_disktype"),
        *("vmware_ostype", "image_name", "internal_version", "upstream_checksum"),
        *_RULES,
    }
)
"""Properties that Nova, Glance and scs-0102 know, besides those of a table."""


@dataclass(frozen=True)
class MetaKind(RecordKind):
    """Properties by name. Any name is taken, but for the slip of a known one."""

    def read(self, node: yaml.Node, name: str, faults: Faults) -> ReadRecord | None:
        """The properties of *node*; each fault in it is one of its own."""
        entry = super().read(node, name, faults)
        if entry and (doubles := properties.written_twice(entry.at)):
            faults.at(node, _("%s are the same to Glance") % doubles)
        return entry

    def other(self, key: yaml.ScalarNode, faults: Faults) -> FieldRow | None:
        """The row of a property that is in no table; else ``None``, and a fault."""
        name = str(key.value)
        why = _fault(name, [row.name for row in self.table])
        if why:
            faults.at(key, why)
            return None
        return property_row(name)

    def schema_of_others(self) -> Any:
        """What a property that is in no table may have."""
        return or_nothing(PropertyValueKind().schema())


def _fault(name: str, table: list[str]) -> str:
    """Why no image is given a property *name*; empty if it may be."""
    same = properties.alike(name)
    if not name.strip() or not name.isprintable() or len(name) > 255:
        return _("the name of a property has 1 to 255 characters that can be printed")
    if name == "image_original_user":
        return ""
    if same in _FIELDS:
        return _("'%(name)s' is written from the field '%(field)s'") % {
            "name": name,
            "field": _FIELDS[same],
        }
    if properties.is_reserved(same):
        return _("'%s' is written by the commands, not by hand") % name
    if any(fnmatchcase(same, each) for each in properties.OF_GLANCE):
        return _("'%s' is a field of every image, not a property") % name
    if name in KNOWN:
        return ""
    known = (*KNOWN, *table)
    meant = nearest(name, (each for each in known if abs(len(each) - len(name)) <= 2))
    if meant and is_misspelt(name, meant) and not name.startswith(meant):
        return _("no property is called '%(name)s'; did you mean '%(meant)s'?") % {
            "name": name,
            "meant": meant,
        }
    return ""


META = MetaKind(
    "meta",
    (
        property_row("architecture", "the processor, such as x86_64", "risc-v"),
        property_row("hotfix_hours", "within how many hours critical fixes come"),
        property_row("hw_cdrom_bus", "the bus of CD-ROMs: ide, sata, scsi or usb"),
        property_row("hw_disk_bus", "the bus of disks, such as virtio or scsi"),
        property_row("hw_firmware_type", "the firmware: uefi or bios"),
        property_row("hw_machine_type", "the machine, such as pc, q35 or virt"),
        property_row(
            "hw_qemu_guest_agent", "whether the guest runs QEMU's agent: yes or no"
        ),
        property_row("hw_rng_model", "the source of random numbers: virtio"),
        property_row("hw_scsi_model", "the controller of SCSI disks: virtio-scsi"),
        property_row(
            "hw_vif_multiqueue_enabled", "whether network cards have several queues"
        ),
        property_row(
            "hw_watchdog_action",
            "what a hanging guest causes: disabled, reset, poweroff, pause or none",
        ),
        property_row("hypervisor_type", "the hypervisor, such as qemu"),
        property_row("image_description", "a text or a URL about the image"),
        property_row("os_distro", "the distribution, in lower case, such as ubuntu"),
        property_row("os_version", "the version of the distribution, such as 24.04"),
        property_row("os_purpose", "what it is meant for, such as generic or k8snode"),
        property_row("os_type", "the kind of system: linux or windows"),
        property_row("os_admin_user", "the user that administers the guest"),
        property_row("patchlevel", "which patches it has"),
        property_row(
            "provided_until", "until when the family is offered: a date, notice or none"
        ),
        property_row(
            "replace_frequency", "how often a new version comes, such as monthly"
        ),
        property_row(
            "uuid_validity", "how long the ID of a version stays valid, such as last-3"
        ),
    ),
)
"""What the schema of openstack-image-manager has, and any other property."""

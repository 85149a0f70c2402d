# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Why the bytes of a source can be trusted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.checksums import Checksum
    from osc_imagetools.source.trust import Trust

AUTO = "auto"


def add(parser: argparse.ArgumentParser) -> None:
    """``--checksum``, ``--checksum-url``, ``--keyring``, ``--allow-unverified``."""
    group = groups.group(parser, groups.VERIFICATION)
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        "--checksum",
        metavar="[<algorithm>:]<hex>|auto",
        type=_checksum_or_auto,
        action=_StoreUnlessContradicting,
        help=_(
            "Verify the image by this published digest, of the file as served or of "
            "the image in it; auto: find the list of digests that the vendor publishes "
            "beside the file (default: auto)"
        ),
    )
    exclusive.add_argument(
        "--checksum-url",
        metavar="<url>",
        type=types.url,
        help=_("Verify the image by the published list of digests at this URL"),
    )
    group.add_argument(
        "--keyring",
        metavar="<file>",
        action=_StoreUnlessContradicting,
        help=_(
            "Require a signature of the list, by one of the OpenPGP certificates in "
            "this file, armoured or binary (needs osc-imagetools[pgp])"
        ),
    )
    add_unverified(
        group,
        _(
            "Import even if nothing proves that the bytes are the vendor's; the list "
            "is then searched for only with --checksum auto or --keyring"
        ),
    )


def add_unverified(group: groups.Group, meaning: str) -> None:
    """``--allow-unverified``."""
    group.add_argument("--allow-unverified", action="store_true", help=meaning)


def trust(parsed_args: argparse.Namespace) -> Trust:
    """What was said."""
    from osc_imagetools.source.trust import Trust

    is_auto = parsed_args.checksum == AUTO
    return Trust(
        checksum=None if is_auto else parsed_args.checksum,
        checksum_url=parsed_args.checksum_url,
        auto=is_auto,
        keyring=parsed_args.keyring,
        allow_unverified=parsed_args.allow_unverified,
    )


class _StoreUnlessContradicting(argparse.Action):
    """Store the value; but a keyring proves lists, never a digest that was typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, values)
        if namespace.keyring and namespace.checksum not in (None, AUTO):
            raise argparse.ArgumentError(
                self,
                _(
                    "--keyring verifies a list, not a digest on the command "
                    "line: remove one of them"
                ),
            )


def _checksum_or_auto(text: str) -> Checksum | str:
    return AUTO if text.strip().lower() == AUTO else types.checksum(text)

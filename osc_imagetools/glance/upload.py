# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an image, streamed into Glance, and whether Glance has them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import requests

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError, reason, refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.machine import Machine
from osc_imagetools.glance.patience import TOO_MANY, Patience
from osc_imagetools.glance.remedies import remedy
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image

LOG = logging.getLogger(__name__)

SETTLE_SECONDS = 600
"""For Glance to end what a proxy has given up: it hashes and stores on its own."""

SETTLE_POLL_SECONDS = 1.0

_UNSETTLED = (401, 408, 409, 500, 502, 503, 504)
"""After the last byte: Glance may have all of it, and still be storing it."""


_UNDONE = _("The upload into image %s was undone")
_DIFFERS = _("Image %s differs from what was sent")


class UploadUndoneError(OperatorError):
    """The upload went through, but somebody's change to the image undid it."""


def upload(
    images: Images, image: Image, blocks: Iterator[bytes], store: str = ""
) -> None:
    """Stream *blocks* into *image*, in the default store unless one is named.

    When they raise, the connection is closed before their end, Glance drops
    what it has, and the exception goes on. Raises `UploadUndoneError` when another
    writer spoiled it, `GlanceError` when Glance refuses it.

    A proxy that gave up, or a lost answer, settles nothing: then the image is watched
    until it tells.
    """
    _put(images, image, f"/images/{image.id}/file", blocks, store)


def stage(images: Images, image: Image, blocks: Iterator[bytes]) -> None:
    """Stream *blocks* to where Glance imports *image* from; raises like `upload`."""
    _put(images, image, f"/images/{image.id}/stage", blocks)


def _put(
    images: Images, image: Image, path: str, blocks: Iterator[bytes], store: str = ""
) -> None:
    LOG.info(_("Uploading to image %s …"), image.id)
    sent = _Sent(blocks, images.machine)
    try:
        answer = images.api.put_stream(path, iter(sent), store=store)
    except GlanceError as error:
        if not (sent.all and _took(images, image, sent.size)):
            raise error from None
        return
    if answer.status_code == 204:
        return
    if answer.status_code == TOO_MANY and Patience(images.machine.sleep).waits(answer):
        raise UploadUndoneError(
            _("Glance was too busy for the data of image %s") % image.id, reason(answer)
        )
    if answer.status_code in (404, 410):
        why = _(
            "Glance answered that the image was changed or deleted in the meantime (%d)"
        )
        raise UploadUndoneError(_UNDONE % image.id, why % answer.status_code)
    is_unsettled = answer.status_code in _UNSETTLED and sent.all
    if is_unsettled and _took(images, image, sent.size):
        return
    raise refusal(
        _("Glance did not accept the data of image %s") % image.id,
        answer,
        _remedy(images, answer),
    )


def _remedy(images: Images, answer: requests.Response) -> str:
    if answer.status_code == 401 and images.api.token_ran_out:
        return _("The token expired during the upload: ask for a longer lifetime.")
    if answer.status_code == 413 and not remedy(413, reason(answer)):
        return _(
            "No quota is named: the proxy in front of Glance may limit the size of a "
            "body (such as nginx with 'client_max_body_size')."
        )
    return _REMEDIES.get(answer.status_code, "")


def _took(images: Images, image: Image, size: int) -> bool:
    """Whether Glance has all of it after all, once the image is not ``saving``."""
    deadline = images.machine.monotonic() + SETTLE_SECONDS
    while (found := images.get(image.id)) and found.status == "saving":
        if images.machine.monotonic() > deadline:
            return False
        images.machine.sleep(SETTLE_POLL_SECONDS)
    if found is None or found.status not in ("active", "uploading"):
        return False
    return found.size in (size, None)


def stored(
    images: Images, image: Image, size: int, digests: Mapping[str, str]
) -> Image:
    """The image, read back ``active`` with *size* bytes and the right hash.

    *digests* holds what was computed on the way, by algorithm; Glance's own
    hash is compared where it is of one of them. Raises `UploadUndoneError` where
    another writer has undone the upload, and `GlanceError`.
    """
    found = images.get(image.id)
    if found is None or found.status in ("queued", "saving"):
        gone = _(
            "Glance accepted the data, but the image is gone: "
            "somebody changed it during the upload"
        )
        other = _(
            "Glance accepted the data, but the image is '%s': "
            "somebody changed it during the upload"
        )
        why = gone if found is None else other % found.status
        raise UploadUndoneError(_UNDONE % image.id, why)
    if found.status != "active" or found.size != size:
        raise GlanceError(
            _DIFFERS % image.id,
            _("it is '%(status)s' with %(size)s bytes; %(sent)s were sent")
            % {"status": found.status, "size": found.size, "sent": size},
        )
    computed = digests.get(found.hash_algorithm or "")
    if computed and found.hash_value and computed != found.hash_value:
        raise GlanceError(
            _DIFFERS % image.id,
            _("its %(algorithm)s is %(value)s; %(sent)s was sent")
            % {
                "algorithm": found.hash_algorithm,
                "value": found.hash_value,
                "sent": computed,
            },
        )
    told = {"id": image.id, "size": size}
    LOG.info(_("Image %(id)s is active, with all of its %(size)s bytes."), told)
    return found


class _Sent:
    """A plain generator of the blocks, which tells how far it came.

    What has a length or can be rewound would be sent otherwise.
    """

    def __init__(self, blocks: Iterator[bytes], machine: Machine) -> None:
        self._blocks, self._machine = blocks, machine
        self.size = 0
        self.all = False

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self._machine.go_on()
            self.size += len(block)
            yield block
        self.all = True


_REMEDIES = {
    409: _("Another upload into it may have started: find out who else works on it."),
    415: _(
        "Check that it is the right file; if it is, use --convert qcow2, or name its "
        "format with --disk-format."
    ),
}

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an image, streamed into Glance, and whether Glance has them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError, refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.image import Image

SETTLE_SECONDS = 600
"""For Glance to end what a proxy has given up: it hashes and stores on its own."""

SETTLE_POLL_SECONDS = 1.0

_UNSETTLED = (401, 408, 409, 500, 502, 503, 504)
"""After the last byte: Glance may have all of it, and still be storing it."""


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
    sent = _Sent(blocks)
    try:
        answer = images.api.put_stream(path, iter(sent), store=store)
    except GlanceError as error:
        if not (sent.all and _took(images, image, sent.size)):
            raise error from None
        return
    if answer.status_code == 204:
        return
    if answer.status_code in (404, 410):
        raise UploadUndoneError(
            f"The upload into image {image.id} was undone",
            "Glance answered that the image was changed or deleted meanwhile "
            f"({answer.status_code})",
        )
    is_unsettled = answer.status_code in _UNSETTLED and sent.all
    if is_unsettled and _took(images, image, sent.size):
        return
    raise refusal(
        f"Glance did not take the data of image {image.id}",
        answer,
        _REMEDIES.get(answer.status_code, ""),
    )


def _took(images: Images, image: Image, size: int) -> bool:
    """Whether Glance has all of it after all, once the image is not ``saving``."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := images.get(image.id)) and found.status == "saving":
        if time.monotonic() > deadline:
            return False
        time.sleep(SETTLE_POLL_SECONDS)
    if found is None or found.status not in ("active", "uploading"):
        return False
    return found.size in (size, None)


def stored(
    images: Images, image: Image, size: int, digests: Mapping[str, str]
) -> Image:
    """The image, read back ``active`` with *size* bytes and the right hash.

    *digests* holds what was computed on the way, by algorithm; Glance's own
    hash is compared where it is of one of them.
    """
    found = images.get(image.id)
    if found is None or found.status in ("queued", "saving"):
        status = "gone" if found is None else f"'{found.status}'"
        raise UploadUndoneError(
            f"The upload into image {image.id} was undone",
            f"Glance took the data, yet the image is {status}: "
            "somebody changed it while its bytes were moving",
        )
    if found.status != "active" or found.size != size:
        raise GlanceError(
            f"Image {image.id} is not what was sent",
            f"it is '{found.status}' with {found.size} bytes; {size} were sent",
        )
    computed = digests.get(found.hash_algorithm or "")
    if computed and found.hash_value and computed != found.hash_value:
        raise GlanceError(
            f"Image {image.id} is not what was sent",
            f"its {found.hash_algorithm} is {found.hash_value}; sent was {computed}",
        )
    return found


class _Sent:
    """A plain generator of the blocks, which tells how far it came.

    What has a length or can be rewound would be sent otherwise.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.size = 0
        self.all = False

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.size += len(block)
            yield block
        self.all = True


_REMEDIES = {
    401: "The token ran out during the upload: ask for a longer lifetime, or again.",
    409: "Another upload into it has begun: see who else works on it.",
    413: "Free some of the quota, or ask for a larger one: an old and a new version "
    "exist side by side for a while.",
    415: "Say what the bytes are with --disk-format, if the inspection is wrong.",
}

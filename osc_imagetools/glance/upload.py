# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an image, streamed into Glance, and whether Glance has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError, refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.image import Image


class UploadUndoneError(OperatorError):
    """The upload went through, but somebody's change to the image undid it."""


def upload(images: Images, image: Image, blocks: Iterator[bytes]) -> None:
    """Stream *blocks* into *image*.

    When they raise, the connection is closed before their end, Glance drops
    what it has, and the exception goes on. Raises `UploadUndoneError` when another
    writer spoiled it, `GlanceError` when Glance refuses it.
    """
    answer = images.api.put_stream(f"/images/{image.id}/file", _once(blocks))
    if answer.status_code == 204:
        return
    if answer.status_code in (404, 410):
        raise UploadUndoneError(
            f"The upload into image {image.id} was undone",
            "Glance answered that the image was changed or deleted meanwhile "
            f"({answer.status_code})",
        )
    raise refusal(
        f"Glance did not take the data of image {image.id}",
        answer,
        _REMEDIES.get(answer.status_code, ""),
    )


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


def _once(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """A plain generator: what has a length or can be rewound is sent otherwise."""
    yield from blocks


_REMEDIES = {
    401: "The token ran out during the upload: ask for a longer lifetime, or again.",
    413: "A quota or 'image_size_cap' of this cloud is too small for it.",
    415: "Say what the bytes are with --disk-format, if the inspection is wrong.",
}

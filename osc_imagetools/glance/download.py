# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an image, out of Glance again."""

from __future__ import annotations

from collections.abc import Generator

import requests

from osc_imagetools.glance.api import GlanceError, refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image

_PIECE_BYTES = 1 << 18


def download(images: Images, image: Image) -> Generator[bytes, None, None]:
    """The bytes that Glance has stored for *image*, 256 KiB at most at a time.

    Raises `GlanceError`, also when fewer or more come than the image says it has.
    """
    answer = images.api.stream(f"/images/{image.id}/file")
    if answer.status_code != 200:
        raise refusal(
            _("The data of image %s could not be read back") % image.id, answer
        )
    size = 0
    with answer:
        try:
            for block in answer.iter_content(_PIECE_BYTES):
                size += len(block)
                yield block
        except (requests.RequestException, OSError) as error:
            raise GlanceError(
                _("The data of image %s was interrupted") % image.id, str(error)
            ) from error
    if size != image.size:
        raise GlanceError(
            _("The data of image %s could not be read back completely") % image.id,
            _("%(arrived)s of %(size)s bytes arrived")
            % {"arrived": size, "size": image.size},
        )

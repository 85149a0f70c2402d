# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A web server for sources of images, which misbehaves on command.

``python -m tests.cloud.source --root DIR --state FILE`` serves the files under DIR.
Tests speak to it through :class:`tests.cloud.source.client.Source`.
"""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The Dashboard in a browser, as a page of the documentation says.

``page`` reads the steps of the page, ``steps`` knows what each sentence means, and
``browser`` does it in Chromium.
"""

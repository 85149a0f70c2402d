# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The plugin in OpenStack-Ansible's utility container, release by release.

``sets`` says which clients such a container has; ``container`` makes the environment
that it would have, without a container around it. ``constraints`` holds copies of the
lines of the upper constraints that these environments need, for machines that can't
fetch the published files.
"""

# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A real Keystone and Glance on loopback, with a web server for sources of images.

``python -m tests.cloud up`` gives anybody one to play with. How it comes about:

- ``control`` is asked for a cloud. It makes sure of the services' own virtual
  environment (``services_venv``) and starts a ``supervisor``.
- The supervisor owns the cloud: all services are its children and die with it. It
  puts them together (``assembly``), starts them from prepared databases
  (``template``), and starts again what dies (``services``).
- Tests hold a ``cloud`` and work as ``accounts`` of it.

A cloud lives in one folder and is empty each time it is started.
"""

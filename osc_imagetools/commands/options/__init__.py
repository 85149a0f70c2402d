# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, each declared once: a module a subject.

The client loads every command's module whatever it is asked to do, so these import
others of ours only where they need them.
"""

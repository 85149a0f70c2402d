# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows *and* an exit status: what every command of ours stands on."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import compress
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from osc_lib import exceptions
from osc_lib.command import command

from osc_imagetools.commands.help import Example, epilog, shorten
from osc_imagetools.commands.output import steps
from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.session import Outcome

T = TypeVar("T")

Row = tuple[Any, ...]
Rows = tuple[Sequence[str], Iterable[Any]]


if TYPE_CHECKING:

    class _Display(command.Command):
        """What is common to the client's two kinds of commands that show rows."""

        formatter: Any

        def _generate_columns_and_selector(
            self, parsed_args: argparse.Namespace, column_names: Sequence[str]
        ) -> tuple[list[str], list[bool] | None]: ...

        def produce_output(
            self,
            parsed_args: argparse.Namespace,
            column_names: Sequence[str],
            data: Any,
        ) -> int: ...

else:
    _Display = command.Command


class _Status(_Display):
    """A command whose rows are printed whatever its status becomes."""

    status = 0
    """Set it to 1 when a part was not done; cliff alone would always exit 0."""

    ended_by: BaseException | None = None
    """What ended the work early, while there are rows of what was done before."""

    _has_rows = False

    headings: Sequence[str] = ()
    """All columns, where they are known before the work is done."""

    planned_headings: Sequence[str] = steps.HEADINGS
    """The columns of a dry run."""

    examples: Sequence[Example] = ()
    """What stands below the options in ``--help``."""

    short: Sequence[str] = ()
    """What a table shows without ``--long``; empty: everything."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """The parser, which is kept: what can't be meant is an error of usage."""
        self._parser = super().get_parser(prog_name)
        shorten(self._parser)
        return self._parser

    def get_epilog(self) -> str:
        """The examples, and whose command it is."""
        parts = [epilog(self.examples), str(super().get_epilog())]
        return "\n\n".join(part for part in parts if part.strip())

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status: that of the client if it failed, else ours."""
        from osc_imagetools.commands.boundary import around

        self._refuse_unknown_columns(parsed_args)
        with around(f"openstack {self.cmd_name}"):
            status = int(super().run(parsed_args))
            if self.ended_by is not None:
                raise self.ended_by
            return status or self.status

    def _refuse_unknown_columns(self, parsed_args: argparse.Namespace) -> None:
        """End with wrong usage where the client would refuse all columns afterwards."""
        is_planned = getattr(parsed_args, "dry_run", False)
        if known := self.planned_headings if is_planned else self.headings:
            try:
                self._generate_columns_and_selector(parsed_args, known)
            except ValueError as error:
                self._parser.error(f"-c: {error}")

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        """Write the rows, with nothing in them that their reader would obey.

        A table has the columns of `short` that say something, unless others are named.
        """
        from osc_imagetools.commands.output.formats import SafeFormatter

        is_long = parsed_args.columns or getattr(parsed_args, "long", True)
        if parsed_args.formatter == "table" and not is_long:
            data = [*data]
            parsed_args.columns = self._telling(column_names, data)
        self.formatter = SafeFormatter(parsed_args.formatter, self.formatter)
        with self.standard_output():
            try:
                return self._emit(parsed_args, column_names, data)
            except ValueError as error:
                # A column that there is none of, in the client's own words.
                raise exceptions.CommandError(str(error)) from error

    @contextmanager
    def standard_output(self) -> Iterator[TextIO]:
        """Where the result goes; raises `OperatorError` where it can't be written."""
        what = _("The result can't be shown")
        do = _("The command itself has completed.")
        if self.app.stdout is None:
            raise OperatorError(what, _("standard output is closed"), do)
        try:
            yield self.app.stdout
            # At its own exit the client tries it again, and has a status for that.
            with suppress(BrokenPipeError):
                self.app.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            why = error.strerror or str(error)
            raise OperatorError(what, _("standard output: %s") % why, do) from error

    def _telling(self, names: Sequence[str], data: list[Any]) -> list[str]:
        """Of the *names* those of `short` that have a value in some row."""
        from osc_imagetools.commands.output.formats import is_told

        rows = data if self._has_rows else [data]
        chosen = [name for name in names if name in self.short]
        columns = zip(names, zip(*rows, strict=True), strict=False)
        told = {name for name, column in columns if any(map(is_told, column))}
        return [name for name in chosen if name in told] or chosen

    def _emit(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        return super().produce_output(parsed_args, column_names, data)


class Writer(_Status):
    """A text, and a status."""


class Lister(_Status, command.Lister):
    """Several rows, each a part of the work, and one status for all."""

    _has_rows = True

    def told(
        self,
        parsed_args: argparse.Namespace,
        outcomes: Iterable[Outcome],
        row: Callable[[Outcome], Row],
    ) -> Rows:
        """The *row* of what became of each image; status 1 if one was not done.

        Of a dry run: the steps that would be taken.
        """
        from osc_imagetools.operations.session import NOT_DONE

        headings = self.headings
        if parsed_args.dry_run:
            headings, row = steps.HEADINGS, steps.outcome
        done = self.completed(outcomes)
        if any(outcome.result in NOT_DONE for outcome in done):
            self.status = 1
        return headings, [row(outcome) for outcome in done]

    def completed(self, outcomes: Iterable[T]) -> list[T]:
        """All *outcomes*, or those that came before something ended the work early.

        Raises what that was, once the rows are shown; at once where there are none.
        """
        done: list[T] = []
        try:
            done.extend(outcomes)
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            if not done:
                raise
            self.ended_by = error
        return done


class ShowOne(_Status, command.ShowOne):
    """One row, and a status; of a dry run, a row a step."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; wrong usage if the format has no place for steps."""
        if getattr(parsed_args, "dry_run", False) and parsed_args.formatter == "shell":
            self._parser.error(
                _("-f shell shows one row, and --dry-run shows several: use -f json")
            )
        return super().run(parsed_args)

    def _emit(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        if not getattr(parsed_args, "dry_run", False):
            return super()._emit(parsed_args, column_names, data)
        names, chosen = self._generate_columns_and_selector(parsed_args, column_names)
        rows = [row if chosen is None else tuple(compress(row, chosen)) for row in data]
        # What shows one row shows several as well, but for that of shells.
        self.formatter.emit_list(names, rows, self.app.stdout, parsed_args)
        return 0

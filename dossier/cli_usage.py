"""What is said of options that a verb does not know: for `--json` a document too, as for every other error.

Here: the outermost group of the command line. Not here: errors of the verbs themselves (`dossier/cli_desk.py`), and
what a person reads without `--json`, which Typer words.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import typer
from typer.core import TyperGroup

from dossier.cli_desk import BAD_INPUT, Desk, home_of
from dossier.errors import BadInput

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # Typer names only this one of its kind in public


class Verbs(TyperGroup):
    """All verbs. A call with `--json` that is wrong in its options answers with one JSON document, exit code 2."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line on `args`, those of the process by default."""
        given = list(sys.argv[1:] if args is None else args)
        as_json = standalone_mode and "--json" in takewhile(lambda word: word != "--", given)
        standalone_mode = standalone_mode and not as_json
        try:
            code = super().main(given, prog_name, complete_var, standalone_mode, windows_expand_args, **extra)
        except _UsageError as error:
            if not as_json:
                raise
            Desk(home_of(None), as_json=True).complain(_told(error))
            code = BAD_INPUT
        except typer.Abort:
            if not as_json:
                raise
            Desk(home_of(None), as_json=True).complain(BadInput("Stopped.", "Nobody answered."))
            code = 1
        if as_json:
            sys.exit(code)
        return code


def _told(error: Any) -> BadInput:
    """Return a usage error in our form: what is wrong, and where the options are explained."""
    verb = error.ctx.command_path if error.ctx else "dossier"
    return BadInput(error.format_message(), "The command line is not understood.", f"See: {verb} --help")

"""What every verb of the command line shares: its three options, its way to answer, and its way to fail.

Here: `--home`, `--json`, `--debug`, exit codes, and output that a hostile name cannot steer. Not here: any verb.
Results go to standard output, progress and complaints to standard error.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dossier import stopping
from dossier.disk_faults import of_the_system
from dossier.errors import BadInput, BudgetExceeded, DossierError, Stopped
from dossier.models import JsonDict
from dossier.text_safety import printable

if TYPE_CHECKING:
    from dossier.store.database import Store
    from resources.settings import Settings

P = ParamSpec("P")

NO_TERMINAL_WIDTH = 1000  # nothing is wrapped on its way into a file or a pipe
OK, FAILED, BAD_INPUT, BUDGET, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 130

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Where everything is kept (DOSSIER_HOME, default .dossier).", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
_COMMON = {"home": (Home, None), "as_json": (AsJson, False), "debug": (Debug, False)}


@dataclass(frozen=True)
class Outcome:
    """What a verb answers: `document` for `--json`, `shown` for a person, and the exit code."""

    document: JsonDict
    shown: Sequence[str | Table] = ()
    code: int = OK


@dataclass
class Desk:
    """What a verb works with: the settings of this call, the store, and the two places it writes to.

    `go_on` says how to go on with what the verb leaves when it is stopped.
    """

    home: Path
    as_json: bool = False
    out: Console = field(default_factory=lambda: _console(sys.stdout))
    log: Console = field(default_factory=lambda: _console(sys.stderr))
    go_on: str = "repeat the command"

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings from the environment, with the home of this call."""
        from resources.settings import Settings

        return Settings(home=self.home)

    @functools.cached_property
    def store(self) -> Store:
        """The store of this home, at the newest revision. Raises BadInput where nobody said `init`."""
        from dossier.store.database import Store

        # Opening makes a file: look first, so that only `init` leaves traces.
        store = Store.open(self.settings.database_url) if self.home.is_dir() else None
        if store is None or store.revision() is None:
            there = self.home if store is None or store.dialect == "sqlite" else store.url_without_password
            raise BadInput(
                f"There is no database in {there}.",
                "It was not set up yet.",
                f"Run: dossier init --home {self.home}",
            )
        store.upgrade()
        return store

    def keep_to_home(self) -> None:
        """Use the database in this home, the extractive engine and no network, whatever the environment says."""
        from dossier.store.addresses import sqlite_file
        from resources.settings import Settings

        database = sqlite_file(self.home / "dossier.db")
        chosen = {"database_url": database, "provider": "extractive", "search": "corpus", "registers": ""}
        self.__dict__["settings"] = Settings(home=self.home, dagster_database_url=None, **chosen)

    def tell(self, text: str) -> None:
        """Write a line of progress for a person, on standard error."""
        self.log.print(Text(printable(text)), soft_wrap=True)

    def answer(self, outcome: Outcome) -> None:
        """Write the outcome of the verb to standard output."""
        if self.as_json:
            sys.stdout.write(json.dumps(outcome.document, ensure_ascii=True, indent=2, default=str) + "\n")
            return
        for item in outcome.shown:
            if isinstance(item, str):
                self.out.print(Text(printable(item)), soft_wrap=True)
            else:
                self.out.print(item)

    def complain(self, error: DossierError, *, with_traceback: bool = False) -> None:
        """Say what happened, why, and what to do next; with `--json` also as a document."""
        if with_traceback:
            self.log.print(Text(printable(traceback.format_exc(), multiline=True)), soft_wrap=True)
        if self.as_json:
            said = {"what": error.what, "why": error.why, "next": error.next_step}
            sys.stdout.write(json.dumps({"error": said}, indent=2) + "\n")
        for label, part in (("Error", error.what), ("  Why", error.why), (" Next", error.next_step)):
            if part:
                self.log.print(Text(f"{label}: ", style="bold red" if label == "Error" else "bold"), end="")
                self.log.print(Text(printable(part)), soft_wrap=True)


def verb(function: Callable[Concatenate[Desk, P], Outcome]) -> Callable[..., None]:
    """Turn a function of a desk into a command: it gets the three options, and its outcome or error is shown."""

    work: Callable[..., Outcome] = function

    @functools.wraps(function)
    def command(**arguments: Any) -> None:
        home, as_json, debug = (arguments.pop(name) for name in _COMMON)
        desk = Desk(home_of(home), as_json)
        _log_to_standard_error(as_json, debug)
        raise typer.Exit(_attend(desk, debug, lambda: work(desk, **arguments)))

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _COMMON.items()
    ]
    command.__signature__ = inspect.Signature([*own, *common])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *common]}
    return command


def home_of(given: Path | None) -> Path:
    """Return the home of this call: the option, else `DOSSIER_HOME`, else `.dossier` here; absolute."""
    return (given or Path(os.environ.get("DOSSIER_HOME") or ".dossier")).expanduser().absolute()


def exit_code(error: DossierError) -> int:
    """Return the exit code of CONTRACT 2 for an error that ended a verb."""
    if isinstance(error, BadInput):
        return BAD_INPUT
    return BUDGET if isinstance(error, BudgetExceeded) else FAILED


def table(headers: Iterable[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a plain table; what stands in cells came from outside and is shown, never obeyed."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, header in enumerate(headers):
        made.add_column(header, overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    return made


def _attend(desk: Desk, debug: bool, work: Callable[[], Outcome]) -> int:
    try:
        with _told_to_stop():
            outcome = work()
        desk.answer(outcome)
    except (KeyboardInterrupt, Stopped):
        stopping.tell()
        desk.complain(DossierError("Stopped.", "", f"Nothing finished is lost; go on with: {desk.go_on}"))
        return INTERRUPTED
    except DossierError as error:
        desk.complain(error, with_traceback=debug)
        return exit_code(error)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - nobody reads on, so let it close quietly
        return OK
    except OSError as error:
        told = of_the_system(error)
        desk.complain(told, with_traceback=debug)
        return exit_code(told)
    except Exception as error:  # noqa: BLE001 - the last stop before a person: no traceback unless asked for
        what = f"Unexpected: {type(error).__name__}: {str(error)[:500]}"
        defect = DossierError(what, "This is a defect of ours.", "Repeat with --debug and report what it shows.")
        desk.complain(defect, with_traceback=debug)
        return FAILED
    return outcome.code


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let SIGTERM stop a verb as Ctrl-C does. What it then still waits for, a second one ends at once."""
    stopping.begin()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_to_standard_error(as_json: bool, debug: bool) -> None:
    from dossier.logging import configure

    configure(sys.stderr, json_lines=as_json, level="debug" if debug else "warning")


def _console(stream: Any) -> Console:
    terminal = stream.isatty()
    return Console(
        file=stream, highlight=False, markup=False, emoji=False, width=None if terminal else NO_TERMINAL_WIDTH
    )

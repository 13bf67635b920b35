"""The command line `dossier`: every verb in one place, each with its options, examples and exit codes.

Here: which verbs there are. Not here: what they do (`dossier/cli_*.py`). Heavy imports wait until a verb needs
them, so that `--help` answers at once.
"""

from __future__ import annotations

import typer

from dossier import (
    cli_budget,
    cli_demo,
    cli_eval,
    cli_export,
    cli_flows,
    cli_intake,
    cli_onboard,
    cli_prompt_test,
    cli_queue,
    cli_runs,
    cli_setup,
    cli_stock,
    cli_summary,
)
from dossier.cli_usage import Verbs

app = typer.Typer(
    name="dossier",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Leads go in, evidence-backed dossiers come out.",
    epilog="Exit codes: 0 ok, 1 failed, 2 bad usage or input, 3 budget reached, 4 partial.",
)
app.command("init")(cli_setup.init)
app.command("doctor")(cli_setup.doctor)
app.command("demo")(cli_demo.demo)
app.add_typer(cli_stock.clients, name="clients")
app.add_typer(cli_onboard.onboard, name="onboard")
app.add_typer(cli_stock.leads, name="leads")
app.add_typer(cli_stock.corpus, name="corpus")
app.command("prep")(cli_flows.prep)
app.command("compose")(cli_flows.compose)
app.command("import")(cli_intake.import_folder)
app.command("run")(cli_runs.run)
app.command("status")(cli_queue.status)
app.command("retry")(cli_queue.retry)
app.command("cancel")(cli_queue.cancel)
app.command("delete")(cli_queue.delete)
app.add_typer(cli_prompt_test.prompts, name="prompts")
app.command("budget")(cli_budget.budget)
app.command("summary")(cli_summary.summary)
app.command("export")(cli_export.export)
app.command("eval")(cli_eval.evaluate)
app.command("dev")(cli_setup.dev)


def main() -> None:
    """Run the command line."""
    app()

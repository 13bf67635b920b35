"""The verb `prompts test`: what a step of a run was given, asked again with another text, beside what it gave.

Here: which step run, which text, and how both outputs are shown. Not here: asking (`dossier/prompt_trials.py`). The run
is read and never written; a model's answer is paid from the client's budgets, outside every run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy.orm import Session

from dossier.cli_desk import FAILED, OK, Desk, Outcome, table, verb
from dossier.cli_prompts import PromptId, pick, prompts, synced
from dossier.errors import BadInput
from dossier.keys import parse_run_id
from dossier.models import JsonDict

__all__ = ["prompts"]

if TYPE_CHECKING:
    from dossier.prompt_files import PromptFile
    from dossier.prompt_trials import Trial

_SHOWN = ("provider", "version", "status", "model", "llm_calls", "cached_calls", "tokens_in", "tokens_out", "cost_usd")


@prompts.command("test")
@verb
def try_again(
    desk: Desk,
    prompt_id: PromptId,
    run: Annotated[str, typer.Option("--run", help="The run whose inputs are taken, see: dossier status")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="This version.", show_default=False)] = None,
    label: Annotated[str | None, typer.Option("--label", help="The version of this label (latest).")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="The text of this file, which need not be imported.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="extractive or anthropic; as the run's.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Keep everything as JSON in this file.")] = None,
) -> Outcome:
    """Ask a step of a run again with another version of its prompt, and show both outputs side by side.

    The inputs are those stored with the run's newest step run of this prompt. The run stays as it is, and the answer is
    not kept for other runs. Quotes are not bound to sources and style is not checked here: steps do that.

    Example: dossier prompts test writer_intro --run RUN --file writer_intro.md --out trial.json
    """
    if sum(option is not None for option in (version, label, file)) > 1:
        raise BadInput("Give one of --version, --label and --file.", "They may mean several texts.")
    with desk.store.transaction() as session:
        synced(desk, session)
        step_run = _newest(session, run, prompt_id)
        prompt, name = _wanted(session, prompt_id, version, label, file)
    trial, writer = _ask(desk, run, prompt, step_run, provider or _provider(desk, run))
    document = _document(prompt_id, run, step_run, trial, name, writer)
    if out is not None:
        _keep(out, document)
    return Outcome(document, _beside(document), FAILED if trial.failed else OK)


def _newest(session: Session, run_id: str, prompt_id: str) -> JsonDict:
    from dossier.store.prompt_views import get_prompt
    from dossier.store.step_runs import full_steps

    get_prompt(session, prompt_id)
    steps = full_steps(session, run_id)
    found = [step for step in steps if step["prompt_id"] == prompt_id and step["status"] != "running"]
    if not found:
        asked = ", ".join(dict.fromkeys(step["prompt_id"] for step in steps if step["prompt_id"]))
        raise BadInput(f"Run {run_id} did not ask {prompt_id}.", f"It asked: {asked or 'nothing'}.")
    return found[-1]


def _wanted(
    session: Session, prompt_id: str, version: int | None, label: str | None, file: Path | None
) -> tuple[PromptFile, str]:
    from dossier.prompt_texts import read_prompt_file

    if file is None:
        label = "latest" if version is None and label is None else label
        found = pick(session, prompt_id, version, label)
        return found.prompt(), f"version {found.number}"
    return read_prompt_file(file, prompt_id), str(file)


def _provider(desk: Desk, run_id: str) -> str | None:
    from dossier.store.taking import run_row

    with desk.store.reading() as session:
        return run_row(session, run_id).provider


def _ask(desk: Desk, run_id: str, prompt: PromptFile, step_run: JsonDict, provider: str | None) -> tuple[Trial, str]:
    from dossier.answers import ANSWERS
    from dossier.prompt_trials import try_prompt, whole_inputs
    from dossier.store.errands import errand_for
    from resources.engines import AdapterChoice

    slug = parse_run_id(run_id).client
    engines = AdapterChoice(desk.settings, desk.store)
    with desk.store.reading() as session:
        errand = errand_for(session, slug, provider)
    llm = engines.llm(errand)
    if llm.provider == "anthropic":
        from resources import claude_http  # noqa: F401 - a second of imports that is no time of the model's
    inputs = whole_inputs(step_run["input_variables"], engines.library(slug))
    return try_prompt(llm, prompt, inputs, ANSWERS[prompt.id]), llm.provider


def _document(prompt_id: str, run_id: str, step_run: JsonDict, trial: Trial, name: str, provider: str) -> JsonDict:
    number = step_run["prompt_version"]
    told = ("status", "model", "llm_calls", "cached_calls", "tokens_in", "tokens_out", "cost_usd", "duration_ms")
    record = trial.record
    return {
        "prompt": prompt_id,
        "run_id": run_id,
        "step_run": step_run["id"],
        "old": {
            "version": f"version {number}" if number else None,
            **{key: step_run[key] for key in told},
            "error": step_run["error_message"],
            "prompt": step_run["interpolated_prompt"],
            "output": step_run["parsed_output"],
        },
        "new": {
            "version": name,
            "provider": provider,
            **{key: getattr(record, key) for key in told},
            "error": record.error_message,
            "prompt": trial.text,
            "output": record.parsed_output,
            "raw_output": record.raw_output,
        },
        "same_output": step_run["parsed_output"] == record.parsed_output,
    }


def _keep(out: Path, document: JsonDict) -> None:
    from dossier.exports.whole_files import put_file

    put_file(out, (json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n").encode("utf-8"))


def _beside(document: JsonDict) -> list[Any]:
    from dossier.prompt_texts import beside
    from dossier.prompt_trials import fields_beside

    old, new = document["old"], document["new"]
    figures = [(key, old.get(key), new.get(key)) for key in (*_SHOWN, "duration_ms", "error")]
    outputs = [(name, _pretty(a), _pretty(b)) for name, a, b in fields_beside(old["output"], new["output"])]
    return [
        table(("", f"run, {old['version']}", f"test, {new['version']}"), figures),
        "",
        table(("output", "run", "test"), beside(outputs)),
        "Both outputs are the same." if document["same_output"] else "The outputs differ.",
    ]


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, default=str)

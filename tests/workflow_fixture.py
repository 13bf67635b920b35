"""GitHub's side of a workflow, small: the steps of a job as they stand in the YAML, their variables, and how the
runner reads the log. Expressions are evaluated only where they stand in `env:`; in `run:` they are an error.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from test_house import ROOT, SKIP

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")  # what the runner means by `shell: bash`
COMMANDS = {"debug", "notice", "warning", "error", "group", "endgroup", "add-mask", "set-output", "save-state", "echo"}
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
# The runner looks for the first form at the start of a line and for the second anywhere in it.
_COMMAND = re.compile(r"^\s*::([\w-]+)(?: [^:]*)?::(.*)$|##\[([\w-]+)(?: [^\]]*)?\](.*)$")


def load(path: Path) -> dict[str, Any]:
    """The workflow; YAML 1.1 reads the key `on` as true."""
    workflow = yaml.safe_load(path.read_text("utf-8"))
    workflow["on"] = workflow.pop(True)
    return workflow


def steps(workflow: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every step with its job."""
    for job in workflow["jobs"].values():
        yield from ((job, step) for step in job["steps"])


@dataclass(frozen=True)
class Dispatch:
    """What starts a job: the event with its inputs, and what the repository has set."""

    event: str = "workflow_dispatch"
    inputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def filled(self, text: object) -> str:
        """`text` with its expressions evaluated, as the runner does it for `env:`."""
        return _EXPRESSION.sub(lambda found: self._value(found[1]), str(text))

    def _value(self, expression: str) -> str:
        value = ""
        for alternative in expression.split(" || "):
            for term in alternative.split(" && "):
                value = self._operand(term)
                if not value:
                    break
            if value:
                return value
        return value

    def _operand(self, term: str) -> str:
        if " == " in term:
            left, right = map(self._operand, term.split(" == "))
            return "true" if left == right else ""
        if term.startswith("'"):
            return term.strip("'")
        context, _, name = term.partition(".")
        known = {"inputs": self.inputs, "vars": self.variables, "secrets": self.secrets}
        known["github"] = {"event_name": self.event}
        return known[context].get(name, "")


@dataclass
class Runner:
    """A workspace with a fake of the files that the runner gives to steps."""

    workspace: Path
    workflow: Mapping[str, Any]

    @property
    def summary(self) -> Path:
        return self.workspace.parent / "summary.md"

    def run(self, name: str, dispatch: Dispatch) -> subprocess.CompletedProcess[str]:
        """Run one step by its name with a fresh summary page; the log is standard output and error together."""
        [(job, step)] = [(job, step) for job, step in steps(self.workflow) if step.get("name") == name]
        script = self.workspace.parent / "step.sh"
        script.write_text(step["run"], "utf-8")
        self.summary.write_text("")
        environment = {**job.get("env", {}), **step.get("env", {})}
        return subprocess.run(
            [*BASH, str(script)],
            cwd=self.workspace,
            env=self._given() | {key: dispatch.filled(value) for key, value in environment.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )

    def _given(self) -> dict[str, str]:
        files = {name: str(self.workspace.parent / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_ENV")}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.workspace.parent),
            "CI": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **files,
        }


def obeyed(log: str) -> list[str]:
    """The workflow commands in a log that the runner would carry out."""
    token, found = "", []
    for line in log.splitlines():
        match = _COMMAND.search(line)
        name = (match[1] or match[3]) if match else ""
        if token:
            token = "" if name == token else token
        elif name == "stop-commands":
            token = match[2]
        elif name in COMMANDS:
            found.append(line.strip())
    return found


def copy_of_the_tree(to: Path) -> Path:
    """The files of the repository, committed or not, without what the targets make."""
    return Path(shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*SKIP, "__pycache__", "materialized")))


def lend_the_environment(to: Path) -> None:
    """Put this test's packages where `make` looks for `.venv`, so that it does not install them again."""
    executable = to / ".venv" / "bin" / "dossier"
    executable.parent.mkdir(parents=True)
    start = "from dossier.cli import main; main()"
    executable.write_text(f'#!/bin/sh\nPYTHONPATH="{to}" exec "{sys.executable}" -c "{start}" "$@"\n')
    executable.chmod(0o755)
    (to / ".venv" / ".ready").touch()

"""The decorator `@artifact`: what one asset is, written for one run, before Dagster sees it.

Here: the description of an artifact, making it from a run and its inputs, and judging it by its checks. Not
here: Dagster's side of it (`graph.py`), and any step: a decorated function calls one and returns.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, get_type_hints

from pydantic import BaseModel

from dossier.errors import Permanent
from dossier.models import Cost
from dossier.open_runs import OpenRun
from dossier_assets.checks import Check
from dossier_assets.metadata import Shown


class Stage(StrEnum):
    """The groups of the graph. Dagster lists groups by name: the number keeps them in the order of the work."""

    FIND_LEAD = "1_find_lead"
    ENRICH = "2_enrich"
    EVIDENCE = "3_evidence"
    JUDGE = "4_judge"
    WRITE = "5_write"
    DELIVER = "6_deliver"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: nothing, or complaints that name the ids at fault."""

    check: Check
    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """An artifact of a run, as made now or found finished, with its findings, its seconds and its cost."""

    value: Any
    shown: Shown
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    cost: Cost = Cost()  # noqa: RUF009 - it is frozen
    reused: bool = True

    @property
    def refused(self) -> str:
        """Why it must not be stored: the complaints of blocking checks, in words; else empty."""
        return "; ".join(
            f"{finding.check.name}: {', '.join(finding.complaints[:3])}"
            for finding in self.findings
            if finding.check.blocking and finding.complaints
        )


@dataclass(frozen=True, slots=True, eq=False)
class Artifact:
    """One asset: `make(run, **inputs)` for one run. `steps` are the prompts whose digests version it.

    `inputs` are the types of its upstream artifacts by name, `type` is its own, `columns` the model of its rows.
    """

    make: Callable[..., Any]
    stage: Stage
    steps: tuple[str, ...]
    checks: tuple[Check, ...]
    show: Callable[[Any, Mapping[str, Any]], Shown]
    kinds: frozenset[str]
    columns: type[BaseModel] | None
    inputs: Mapping[str, Any]
    type: Any

    @property
    def name(self) -> str:
        """The asset's name: the function's."""
        return self.make.__name__

    @property
    def description(self) -> str:
        """One line: the function's docstring."""
        return (inspect.getdoc(self.make) or "").splitlines()[0]

    def build(self, run: OpenRun, inputs: Mapping[str, Any]) -> Made:
        """Make the artifact and judge it. Raises what its step raises."""
        mine = run.within(self.name)
        begun = time.monotonic()
        made = self.judge(mine, self.make(mine, **inputs), inputs)
        return replace(made, seconds=time.monotonic() - begun, cost=mine.context.exchange.cost, reused=False)

    def judge(self, run: OpenRun, value: Any, inputs: Mapping[str, Any]) -> Made:
        """Return an artifact that stands already, with what its checks find today."""
        findings = tuple(Finding(check, tuple(check.look(run, value, inputs))) for check in self.checks)
        return Made(value, self.show(value, inputs), findings)


def artifact(
    stage: Stage,
    *,
    show: Callable[[Any, Mapping[str, Any]], Shown],
    steps: tuple[str, ...] = (),
    checks: tuple[Check, ...] = (),
    kinds: frozenset[str] = frozenset({"python"}),
    columns: type[BaseModel] | None = None,
) -> Callable[[Callable[..., Any]], Artifact]:
    """Turn `f(run: OpenRun, upstream: Type, ...) -> Type` into an Artifact; parameters name the upstream assets."""

    def describe(make: Callable[..., Any]) -> Artifact:
        names = list(inspect.signature(make).parameters)
        hints = get_type_hints(make)
        if names[:1] != ["run"] or not {*names, "return"} <= hints.keys():
            raise Permanent(f"The asset {make.__name__} is not written as f(run: OpenRun, upstream: Type) -> Type.")
        inputs = {name: hints[name] for name in names[1:]}
        return Artifact(make, stage, steps, checks, show, kinds, columns, inputs, hints["return"])

    return describe

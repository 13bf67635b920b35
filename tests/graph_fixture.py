"""A small graph for tests of the machinery: six assets with the names that matter, made without any engine.

It runs on a real Dagster instance and a real store; `Plan` says what each asset does and remembers what was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dossier_fixture import dossier as a_dossier
from store_fixture import add_run

from dossier.models import ContactSet, Delivery, Dossier, OutreachSet, Query, SearchPlan, SectionSet, SourceSet
from dossier.open_runs import OpenRun, OpenRuns
from dossier.store import runs
from dossier.store.database import Store
from dossier.store.taking import TakenRun
from dossier.testing import FixedSearch, MemoryLibrary, ScriptedLlm
from dossier_assets import previews, written_previews
from dossier_assets.artifact import Artifact, Stage, artifact
from dossier_assets.checks import Check
from dossier_assets.graph import assets_of
from dossier_assets.jobs import build_dossier
from io_managers.artifacts import ArtifactIOManager

ORDER = ("search_queries", "sources", "contacts", "outreach", "sections", "dossier", "delivery")


@dataclass
class Plan:
    """What happens in an asset: `acts[asset]` is called before it is made; `made` are the assets made so far."""

    acts: dict[str, Callable[[OpenRun], Any]] = field(default_factory=dict)
    complaints: dict[str, list[str]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def make(self, run: OpenRun, asset: str, value: Any) -> Any:
        if asset in self.acts:
            other = self.acts[asset](run)
            value = value if other is None else other
        self.made.append(asset)
        return value

    def raises(self, asset: str, *errors: BaseException) -> None:
        """Raise one of `errors` each time the asset is made, then no more."""
        left = list(errors)

        def act(run: OpenRun) -> None:
            if left:
                raise left.pop(0)

        self.acts[asset] = act


class FakeEngines:
    """Ports that no asset of the small graph uses."""

    def llm(self, run: TakenRun) -> ScriptedLlm:
        return ScriptedLlm({}, run.provider or "scripted")

    def search(self, run: TakenRun) -> FixedSearch:
        return FixedSearch([])

    def library(self, client_slug: str) -> MemoryLibrary:
        return MemoryLibrary([])

    def advance_batches(self) -> int:
        return 0


def artifacts(plan: Plan) -> dict[str, Artifact]:
    """The seven artifacts of the small graph."""

    def check(name: str, *, blocking: bool = False) -> Check:
        return Check(name, "A promise.", lambda run, value, inputs: plan.complaints.get(name, []), blocking)

    @artifact(Stage.FIND_LEAD, show=previews.search_plan, checks=(check("soft"), check("hard", blocking=True)))
    def search_queries(run: OpenRun) -> SearchPlan:
        """What to look for."""
        return plan.make(run, "search_queries", SearchPlan(objective="find", queries=[Query(query="x")]))

    @artifact(Stage.FIND_LEAD, show=previews.source_set)
    def sources(run: OpenRun, search_queries: SearchPlan) -> SourceSet:
        """What was found."""
        return plan.make(run, "sources", SourceSet(found=[], hits=len(search_queries.queries)))

    @artifact(Stage.WRITE, show=written_previews.contact_set)
    def contacts(run: OpenRun, sources: SourceSet) -> ContactSet:
        """Who to talk to."""
        return plan.make(run, "contacts", ContactSet(contacts=[], gap="Nobody."))

    @artifact(Stage.WRITE, show=written_previews.outreach_set)
    def outreach(run: OpenRun, contacts: ContactSet) -> OutreachSet:
        """What to say."""
        return plan.make(run, "outreach", OutreachSet(items=[], gap=contacts.gap))

    @artifact(Stage.WRITE, show=written_previews.section_set)
    def sections(run: OpenRun, sources: SourceSet) -> SectionSet:
        """What is written."""
        return plan.make(run, "sections", SectionSet(sections=[]))

    @artifact(Stage.DELIVER, show=written_previews.dossier)
    def dossier(run: OpenRun, contacts: ContactSet, outreach: OutreachSet, sections: SectionSet) -> Dossier:
        """The dossier."""
        return plan.make(run, "dossier", a_dossier().model_copy(update={"run_id": run.run_id}))

    @artifact(Stage.DELIVER, show=written_previews.delivery)
    def delivery(run: OpenRun, dossier: Dossier) -> Delivery:
        """The files."""
        return plan.make(run, "delivery", Delivery(version=run.dossier_version(), files=[]))

    made = (search_queries, sources, contacts, outreach, sections, dossier, delivery)
    return {one.name: one for one in made}


def graph(plan: Plan, in_hand: OpenRuns) -> dg.Definitions:
    """The small graph as definitions, with the final branches in one op as in the real one."""
    of = artifacts(plan)
    ops = {
        "search_queries": [[of["search_queries"]]],
        "sources": [[of["sources"]]],
        "final_branches": [[of["contacts"], of["outreach"]], [of["sections"]]],
        "dossier": [[of["dossier"]]],
        "delivery": [[of["delivery"]]],
    }
    return dg.Definitions(
        assets=[assets_of(name, branches, {}, ORDER) for name, branches in ops.items()],
        jobs=[build_dossier],
        resources={
            "runs": in_hand,
            "io_manager": dg.IOManagerDefinition.hardcoded_io_manager(ArtifactIOManager(lambda: in_hand)),
        },
        executor=dg.in_process_executor,
    )


@dataclass
class Bench:
    """A store with one queued run, a Dagster instance on disk, and the small graph over both."""

    store: Store
    home: Path
    instance: dg.DagsterInstance
    plan: Plan = field(default_factory=Plan)
    run_id: str = ""

    def __post_init__(self) -> None:
        self.runs = OpenRuns(self.store, FakeEngines(), self.home)
        self.defs = graph(self.plan, self.runs)
        self.run_id = self.queue("Harbor Foods")

    def queue(self, name: str) -> str:
        """Queue a run for a lead of this name; return its run id."""
        run_id = add_run(self.store, name, None)
        self.instance.add_dynamic_partitions("dossier_run", [run_id])
        return run_id

    def run(self, *assets: str, run_id: str | None = None) -> dg.ExecuteInProcessResult:
        """Run the whole job, or the named assets, on the partition."""
        job = self.defs.resolve_job_def("build_dossier")
        return job.execute_in_process(
            instance=self.instance,
            partition_key=run_id or self.run_id,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        )

    def view(self) -> runs.RunView:
        """The run as the queue sees it."""
        with self.store.reading() as session:
            return runs.get_run(session, self.run_id)

"""Small rows for the tests of the store: a client, leads, documents and a run that is taken."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import pytest

from dossier.intake.rows import LeadInput, ParsedDocument
from dossier.models import Client, ClientConfig, Precision, Query, RunStatus, SearchPlan, Tier
from dossier.store import artifacts, clients, leads, owners, runs
from dossier.store.database import Store
from dossier.store.step_runs import SqlRecorder
from dossier.store.taking import TakenRun

PLAN = SearchPlan(objective="find news", queries=[Query(query='"Acme"')])


def add_client(store: Store, slug: str = "seller") -> str:
    config = ClientConfig.model_validate({"client": {"name": slug.title()}, "scoring": "rubric"})
    with store.transaction() as session:
        clients.save_client(session, Client(slug=slug, name=slug.title(), config=config))
    return slug


def row(name: str = "Acme Corp", domain: str | None = "acme.example", number: int = 2, **more: Any) -> LeadInput:
    return LeadInput(number, name, domain, **more)


def add_run(store: Store, name: str = "Acme Corp", domain: str | None = "acme.example", slug: str = "seller") -> str:
    """Queue a run of a lead of a client; return its run id."""
    add_client(store, slug)
    with store.transaction() as session:
        saved = leads.save_leads(session, slug, [row(name, domain)], hold=True)
        return runs.queue_run(session, slug, saved.lead_ids[0], trigger="manual")


def take(store: Store, run_id: str, worker: str = "dagster-1", owner: str | None = None, **more: Any) -> TakenRun:
    with store.transaction() as session:
        return runs.take(
            session,
            run_id,
            owner=owner or owners.current_owner(),
            dagster_run_id=worker,
            snapshot=more.pop("snapshot", lambda: {"taken": worker}),
            **more,
        )


def save(store: Store, run: TakenRun, asset: str, artifact: Any = PLAN) -> None:
    listed = artifact if isinstance(artifact, list) else [artifact]
    payload = json.dumps([item.model_dump(mode="json") for item in listed]).encode()
    with store.transaction() as session:
        artifacts.save(session, run, asset, payload, hashlib.sha256(payload).hexdigest(), artifact)


def document(text: str, title: str = "A title", **more: Any) -> ParsedDocument:
    fields: dict[str, Any] = {
        "url": None,
        "publisher": "The Paper",
        "published_at": date(2026, 1, 2),
        "published_precision": Precision.DAY,
        "tier": Tier.NEWS,
        "tier_reason": "made up",
    }
    return ParsedDocument(title=title, text=text, **{**fields, **more})


def dead_owner() -> str:
    """Return the name of a process of this host that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{owners.place()}:{ended.pid}"


def run_of(store: Store, run_id: str) -> runs.RunView:
    with store.reading() as session:
        return runs.get_run(session, run_id)


def lead_status(store: Store, slug: str = "seller") -> list[str]:
    with store.reading() as session:
        return [view.status for view in leads.list_leads(session, slug)]


def finish(store: Store, run: TakenRun, status: RunStatus = RunStatus.COMPLETED, **more: Any) -> None:
    with store.transaction() as session:
        runs.finish(session, run.run_id, run.fence, status, **more)


def open_step(store: Store, run: TakenRun, step: str = "search_builder") -> tuple[SqlRecorder, str]:
    recorder = SqlRecorder(store, run)
    return recorder, recorder.open(step, asset="search_queries", variables={})


def wrong_clock(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    """Let this worker's clock be wrong by so many hours; the database's clock stays right."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr("dossier.store.columns.datetime", Wrong)

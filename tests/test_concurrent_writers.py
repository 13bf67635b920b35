"""Two writers at once, on both databases: the second waits where it has to, and sees what the first one did.

The first transaction has written and not yet committed when the second begins. On PostgreSQL the first commits only
when the database says that the second waits for it, or when the second is through: a lock that is missing shows
every time, not by luck.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import dossier_fixture
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from store_fixture import PLAN, add_client, add_run, document, row, take

from dossier.models import Client, ClientConfig
from dossier.prompt_files import load_prompts
from dossier.store import artifacts, clients, dossiers, leads, parses, prompts, runs, sources, step_runs
from dossier.store.database import Store
from dossier.store.tables_evidence import ArtifactRow, DossierRow, ParseRow
from dossier.store.tables_queue import ClientRow, LeadRow, PromptVersionRow, RunRow, SourceRow

WAITS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'
"""


def interleaved(store: Store, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> tuple[Any, Any]:
    """What `first` and `second` give when the second begins before the first has committed."""
    later: Future = Future()

    def run_second() -> None:
        try:
            with store.transaction() as session:
                result = second(session)
            later.set_result(result)
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            later.set_exception(error)

    thread = threading.Thread(target=run_second)
    with store.transaction() as session:
        result = first(session)
        session.flush()
        thread.start()
        wait_for(store, thread)
    thread.join(60)
    return result, later.result(timeout=0)


def wait_for(store: Store, thread: threading.Thread) -> None:
    """Return when the thread waits for a lock of the database or has ended. On SQLite it cannot begin to write."""
    while store.dialect == "postgresql" and thread.is_alive():
        with store.reading() as session:
            if session.scalar(text(WAITS)):
                return
        time.sleep(0.005)


def count(store: Store, table: Any) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def client(slug: str = "seller", industry: str = "steel") -> Client:
    config = ClientConfig.model_validate({"client": {"name": slug}, "industry": industry})
    return Client(slug=slug, name=slug, config=config)


def test_one_client_imported_twice_is_one_client(store):
    said = interleaved(
        store,
        lambda session: clients.save_client(session, client()),
        lambda session: clients.save_client(session, client(industry="glass")),
    )
    assert said == ("created", "updated")
    assert count(store, ClientRow) == 1


def test_one_lead_imported_twice_is_one_lead_with_one_run_and_what_both_rows_say(store):
    add_client(store)

    def bring(profile: dict[str, str]) -> Callable[[Session], leads.LeadImport]:
        return lambda session: leads.save_leads(session, "seller", [row(profile=profile)], hold=False)

    first, second = interleaved(store, bring({"city": "Boise"}), bring({"state": "Idaho"}))
    assert (first.created, second.updated) == (1, 1)
    assert (count(store, LeadRow), count(store, RunRow)) == (1, 1)
    with store.reading() as session:
        assert session.scalars(select(LeadRow)).one().profile == {"city": "Boise", "state": "Idaho"}


@pytest.mark.parametrize("owner", [None, "seller"])
def test_one_text_imported_twice_is_one_source_with_both_references(store, owner):
    add_client(store)
    texts = ["Acme builds a plant.", "Acme hires.", "Acme rests."]

    def bring(address: str, *numbers: int) -> Callable[[Session], sources.CorpusImport]:
        read = [document(texts[n], url=f"https://{address}/{n}") for n in numbers]
        return lambda session: sources.save_documents(session, read, owner)

    first, second = interleaved(store, bring("a.example", 0, 1), bring("b.example", 2, 1, 0))
    assert (first.added, second.added, second.unchanged) == (2, 1, 2)
    with store.reading() as session:
        kept = {source.text: len(source.references) for source in session.scalars(select(SourceRow))}
    assert kept == {texts[0]: 2, texts[1]: 2, texts[2]: 1}


def test_a_prompt_that_two_processes_bring_is_one_version(store):
    read = list(load_prompts().values())
    edited = [read[0].model_copy(update={"content": "Other words."}), *read[1:]]
    first, second = interleaved(
        store,
        lambda session: prompts.sync_prompts(session, read),
        lambda session: prompts.sync_prompts(session, edited),
    )
    assert set(first.values()) == {1}
    assert second[read[0].id] == 2
    assert count(store, PromptVersionRow) == len(read) + 1


def test_a_parse_that_two_workers_made_is_kept_once(store):
    interleaved(
        store,
        lambda session: parses.put_many(session, "model", {"a": b"1", "b": b"1"}),
        lambda session: parses.put_many(session, "model", {"c": b"2", "b": b"2", "a": b"2"}),
    )
    with store.reading() as session:
        assert parses.get_many(session, ["a", "b", "c"]) == {"a": b"1", "b": b"1", "c": b"2"}
    assert count(store, ParseRow) == 3


def test_an_artifact_that_is_saved_twice_at_once_is_one_row_and_the_later_one_stays(store):
    run = take(store, add_run(store))

    def bring(payload: bytes) -> Callable[[Session], None]:
        digest = hashlib.sha256(payload).hexdigest()
        return lambda session: artifacts.save(session, run, "search_queries", payload, digest, PLAN)

    interleaved(store, bring(b"1"), bring(b"2"))
    assert count(store, ArtifactRow) == 1
    with store.reading() as session:
        assert artifacts.load(session, run.run_id, "search_queries").payload == b"2"


def test_two_dossiers_of_one_company_that_end_at_once_leave_one_that_stands(store):
    taken = [take(store, add_run(store, name, f"{name}.example"), f"dagster-{name}") for name in ("acme", "beta")]

    def end(run: Any) -> Callable[[Session], int]:
        return lambda session: dossiers.save_dossier(
            session, runs.guard(session, run.run_id, run.fence), dossier_fixture.dossier()
        )

    assert interleaved(store, end(taken[0]), end(taken[1])) == (1, 1)
    with store.reading() as session:
        status = {made.pipeline_run_id: made.status for made in session.scalars(select(DossierRow))}
    assert status == {taken[0].key: "superseded", taken[1].key: "ready"}


def test_step_runs_that_begin_at_once_have_numbers_of_their_own(store):
    run = take(store, add_run(store))
    recorders = [step_runs.SqlRecorder(store, run) for _ in range(8)]
    begin = threading.Barrier(len(recorders))

    def work(recorder: step_runs.SqlRecorder) -> None:
        begin.wait(30)
        for number in range(5):
            recorder.open(f"writer_{number}", asset="sections", variables={})

    threads = [threading.Thread(target=work, args=(recorder,)) for recorder in recorders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as session:
        numbers = [one["seq"] for one in step_runs.full_steps(session, run.run_id)]
    assert numbers == list(range(1, 41))


def test_the_schema_that_two_processes_upgrade_at_once_is_made_once(postgres_url):
    stores = [Store.open(postgres_url) for _ in range(3)]
    begin = threading.Barrier(len(stores))
    faults: list[Exception] = []

    def work(store: Store) -> None:
        begin.wait(30)
        try:
            store.upgrade()
        except Exception as error:  # noqa: BLE001 - shown below
            faults.append(error)

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    assert stores[0].revision() == Store.newest_revision()
    for store in stores:
        store.close()

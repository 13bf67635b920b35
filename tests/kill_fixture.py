"""Workers as processes of their own, killed from outside, and what must be true of a home afterwards.

`Hold` stops every writer of a store while a test looks at it: what it sees is then exactly where a worker stands,
and a worker that is killed meanwhile dies there. No test waits for a time to pass, only for a state.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from oracle import Seen, observe, violations
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from dossier.intake.clients import read_client
from dossier.intake.documents import read_documents
from dossier.intake.leads import read_leads
from dossier.models import Delivery
from dossier.sample_files import COLLECTED, sample_clients, sample_documents, sample_leads
from dossier.store import clients, leads, runs, sources
from dossier.store.addresses import SQLITE, normal_url
from dossier.store.database import SCHEMA, Store
from dossier.store.owners import is_alive

ROOT = Path(__file__).resolve().parents[1]
DOSSIER = (str(Path(sys.executable).with_name("dossier")),)
CLIENT = "sample-career-services"
SELLERS = (CLIENT, "sample-steel-builders")
PATIENCE = 240  # seconds after which a process hangs; nothing is decided by it while all is well
Worker = subprocess.Popen[str]
WRITTEN = "v2_pipeline_runs, v2_step_runs, v2_artifacts, v2_llm_calls"
IS_BEGUN = """SELECT s.asset, r.owner FROM v2_step_runs s JOIN v2_pipeline_runs r ON r.id = s.pipeline_run_id
    LEFT JOIN v2_artifacts a ON a.pipeline_run_id = r.id AND a.asset = s.asset AND a.attempt = r.attempt
    WHERE r.status = 'running' AND s.attempt = r.attempt AND a.id IS NULL"""
# a call that was held a moment ago has not left yet: what is asked for was sent, or will have been when it is killed
IS_ASKING = f"""{IS_BEGUN} AND EXISTS (SELECT 1 FROM v2_llm_calls k WHERE k.pipeline_run_id = r.id
    AND k.step = s.step AND k.state = 'inflight' AND k.fence = r.fence)"""
# what a dossier may differ in between two runs with the same input
MAY_DIFFER = ("run_id", "created_at", "cost")


@dataclass(frozen=True)
class Home:
    """A home with flagged leads: its folder, its database and the verbs of the command line over both."""

    folder: Path
    url: str
    started: list[Worker] = field(default_factory=list)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given to know of the world."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOSSIER_", "DAGSTER_"))}
        return {**kept, "DOSSIER_HOME": str(self.folder), "DOSSIER_DATABASE_URL": self.url, **self.variables}

    def start(self, *words: str, program: Sequence[str] = DOSSIER, folder: Path = ROOT, **files: Any) -> Worker:
        """Start a command in a process group of its own; what it says goes into `files`."""
        process = subprocess.Popen(
            [*program, *words], cwd=folder, env=self.environment, start_new_session=True, text=True, **files
        )
        self.started.append(process)
        return process

    def run(self, program: Sequence[str] = DOSSIER) -> Worker:
        """Start a worker that makes all that waits."""
        words = ("run", "--flagged", "--as-of", str(COLLECTED), "--json")
        return self.start(*words, program=program, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store of this home, opened by the test."""
        store = Store.open(self.url)
        yield store
        store.close()

    def seen(self) -> Seen:
        """What the oracle is shown."""
        with self.store() as store:
            return observe(store, self.folder)


def ended(worker: Worker, code: int = 0) -> dict[str, Any]:
    """Wait until a worker has ended by itself; return what it answered."""
    out, said = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == code, f"exit code {worker.returncode}: {said[-3000:]}{out[-3000:]}"
    answer: dict[str, Any] = json.loads(out)
    return answer


def killed(worker: Worker) -> None:
    """Kill a worker with all that it started, as a host that dies does."""
    family = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    worker.communicate()
    psutil.wait_procs(family, PATIENCE)


class Hold:
    """A connection that can stop every writer of a store. Use as a context manager."""

    def __init__(self, url: str) -> None:
        parsed = normal_url(url)
        self._is_sqlite = parsed.get_backend_name() == SQLITE
        patience = {"timeout": 0} if self._is_sqlite else {}
        self._engine = create_engine(parsed, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args=patience)

    def __enter__(self) -> Hold:
        """Connect. Below SQLAlchemy, whose way round each statement would take longer than many a step."""
        self._connection = self._engine.raw_connection()
        self._cursor = self._connection.cursor()
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._connection.close()

    @contextmanager
    def writers(self) -> Iterator[Callable[[str], Sequence[Any]]]:
        """Let nobody write for the length of the block; give a way to ask the store."""
        self._begin()
        try:
            yield self._ask
        finally:
            self._cursor.execute("ROLLBACK")

    def _ask(self, statement: str) -> Sequence[Any]:
        self._cursor.execute(statement)
        return list(self._cursor.fetchall())

    def _begin(self) -> None:
        while self._is_sqlite:
            with suppress(sqlite3.OperationalError):  # a worker writes: again at once, not to miss the moment after
                self._cursor.execute("BEGIN IMMEDIATE")
                return
        self._cursor.execute(f"BEGIN; SET LOCAL search_path TO {SCHEMA}; LOCK TABLE {WRITTEN} IN EXCLUSIVE MODE")


def caught(
    home: Home, worker: Worker, assets: Collection[str], act: Callable[[int], None], where: str = IS_BEGUN
) -> str | None:
    """Call `act` with the pid of the worker once it has begun to make one of `assets`, and return which.

    None if it ended without being seen there: a step that takes less than the look at it may pass unseen. Whoever
    needs a sure catch names several assets. `where` may ask for more, such as a call that is under way.
    """
    return caught_while(lambda: worker.poll() is None, home, assets, act, where)


def caught_while(
    goes_on: Callable[[], bool],
    home: Home,
    assets: Collection[str],
    act: Callable[[int], None],
    where: str = IS_BEGUN,
) -> str | None:
    """As `caught`, with whichever worker of the home it is, for as long as `goes_on()`."""
    names = ", ".join(f"'{asset}'" for asset in assets)
    wanted = f"{where} AND s.asset IN ({names})"
    with Hold(home.url) as hold:
        while goes_on():
            with hold.writers() as ask:
                for asset, owner in ask(wanted):
                    if is_alive(owner):
                        act(_pid(owner))
                        return str(asset)
                owners = ask("SELECT DISTINCT owner FROM v2_pipeline_runs WHERE status = 'running'")
            at_work = any(is_alive(owner) for (owner,) in owners)
            time.sleep(0.0002 if at_work else 0.02)  # as often as a worker can write, while one does
    return None


def _pid(owner: str) -> int:
    return int(owner.split(":")[1])


def let_leases_pass(home: Home) -> None:
    """Make the lease of every run under way one that is over, as time would."""
    with home.store() as store, store.transaction() as session:
        session.execute(text("UPDATE v2_pipeline_runs SET lease_until = started_at WHERE lease_until IS NOT NULL"))


def finished(seen: Seen) -> dict[tuple[str, str], tuple[str, int]]:
    """The artifacts that stand: their digests and attempts, by run and asset."""
    return {(row["run_id"], row["asset"]): (row["digest"], row["attempt"]) for row in seen.artifacts}


def remade(before: Seen, after: Seen) -> list[str]:
    """What stood before and was made again, or was lost, in words."""
    stood, stands = finished(before), finished(after)
    changed = [f"{asset} of {run_id} was made again" for (run_id, asset), made in stood.items()
               if stands.get((run_id, asset)) != made]  # fmt: skip
    known = {row["step_run_id"] for row in before.step_runs}
    repeated = [
        f"step {row['step']} of {row['asset']} of {row['run_id']} was repeated"
        for row in after.step_runs
        if row["step_run_id"] not in known and (row["run_id"], row["asset"]) in stood
    ]
    return changed + repeated


def faults(home: Home, seen: Seen, versions: int | None = 1) -> list[str]:
    """What is not as it must be once all work has ended, in words. Each run has so many dossiers; None: as made."""
    leads_of = [row["lead_id"] for row in seen.leads]
    found = violations(seen, acknowledged=leads_of, quiet=True)
    found += [f"{run['run_id']} is {run['status']}" for run in seen.runs if run["status"] != "completed"]
    made = Counter(row["run_id"] for row in seen.dossiers)
    wrong = [run["run_id"] for run in seen.runs if made[run["run_id"]] != versions] if versions else []
    found += [f"{run_id} has {made[run_id]} dossiers" for run_id in wrong]
    delivered = [run["run_id"] for run in seen.runs if run["status"] == "completed"]
    return found + _claims_twice(home) + [said for run_id in delivered for said in _files(home, seen, run_id)]


def _claims_twice(home: Home) -> list[str]:
    """Claims that stand twice in the tables or in a dossier, or in one of both only."""
    said = []
    with home.store() as store, store.reading() as session:
        rows = session.execute(
            text("SELECT run_id, claim_id FROM v2_claims c JOIN v2_pipeline_runs r ON r.id = c.pipeline_run_id")
        ).all()
    stored = Counter((row.run_id, row.claim_id) for row in rows)
    said += [
        f"claim {claim} of {run_id} stands {times} times" for (run_id, claim), times in stored.items() if times > 1
    ]
    for made in dossiers(home).values():
        claims = [claim["id"] for claim in made["claims"]]
        said += [f"claim {claim} stands twice in {made['run_id']}" for claim, n in Counter(claims).items() if n > 1]
        said += [f"{claim} of {made['run_id']} is not stored" for claim in claims if not stored[made["run_id"], claim]]
    return said


def _files(home: Home, seen: Seen, run_id: str) -> Iterator[str]:
    """Version folders that are half there, or that no delivery names."""
    [payload] = [row["payload"] for row in seen.artifacts if (row["run_id"], row["asset"]) == (run_id, "delivery")]
    named = {home.folder / file.path for file in Delivery.model_validate_json(bytes(payload)).files}
    folder = next(iter(named)).parent.parent
    there = {path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder)}
    if {path for path in there if path.parent in {file.parent for file in named}} != named:
        yield f"{run_id}: {sorted(map(str, there ^ named))}"


def _is_hidden(path: Path, below: Path) -> bool:
    """Whether it is what a killed worker was writing: no version."""
    return any(part.startswith(".") for part in path.relative_to(below).parts)


def dossiers(home: Home) -> dict[str, dict[str, Any]]:
    """The newest delivered dossier of each run."""
    made: dict[str, dict[str, Any]] = {}
    for path in sorted(home.folder.glob("runs/*/*/v*/dossier.json")):
        made[path.parent.parent.name] = json.loads(path.read_text("utf-8"))
    return made


def comparable(made: Mapping[str, Any]) -> dict[str, Any]:
    """A dossier without what two runs with the same input may differ in."""
    kept = {name: value for name, value in made.items() if name not in MAY_DIFFER}
    cited = [{name: value for name, value in one.items() if name != "retrieved_at"} for one in kept["sources"]]
    return kept | {"sources": cited}


def differing(home: Home, expected: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The runs whose newest dossier is not the expected one."""
    return [run_id for run_id, made in dossiers(home).items() if comparable(made) != expected[run_id]]


class ModelProcess:
    """A model server as a process of its own, which outlives every worker. Use as a context manager."""

    def __init__(self, latency_s: float) -> None:
        words = ("-m", "dossier.model_server", "--latency", str(latency_s))
        self._process = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> ModelProcess:
        """Wait until it serves."""
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def always(self, name: str, **arguments: Any) -> None:
        """Let it give the reply or fault of this name from now on."""
        order = json.dumps({"always": {"name": name, "args": arguments}}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_script", order), timeout=PATIENCE).close()

    @property
    def served(self) -> list[dict[str, Any]]:
        """What it has served: a dict for each request."""
        with urllib.request.urlopen(f"{self.url}/_served", timeout=PATIENCE) as answer:
            return [one for one in map(json.loads, answer) if one["path"] == "/v1/messages"]

    @property
    def variables(self) -> dict[str, str]:
        """What a worker needs to know to be answered by it."""
        key = {"ANTHROPIC_API_KEY": "key-of-the-test", "ANTHROPIC_BASE_URL": self.url}
        return {"DOSSIER_PROVIDER": "anthropic", "NO_PROXY": "127.0.0.1", **key}


@contextmanager
def prepared(
    folder: Path, url: str | None = None, sellers: Sequence[str] = (CLIENT,), most: int | None = None, **variables: str
) -> Iterator[Home]:
    """Give a home with bundled samples: clients, at `most` so many leads of each flagged, all documents.

    Its workers are given `variables` as well, and end with it.
    """
    folder.mkdir(exist_ok=True)
    home = Home(folder, url or f"sqlite:///{folder / 'dossier.db'}", variables=variables)
    with home.store() as store:
        store.upgrade()
        with store.transaction() as session:
            for batch in read_documents([sample_documents()]):
                sources.save_documents(session, batch.documents, None)
            for seller in sellers:
                _flag_leads(session, seller, most)
    try:
        yield home
    finally:
        for process in home.started:
            if process.poll() is None:
                killed(process)


def _flag_leads(session: Session, seller: str, most: int | None) -> None:
    [config] = [path for path in sample_clients() if seller in path.name]
    clients.save_client(session, read_client(config))
    saved = leads.save_leads(session, seller, read_leads(sample_leads(seller)).rows[:most], hold=True)
    for lead_id in saved.lead_ids:
        runs.queue_run(session, seller, lead_id, trigger="manual", reference_date=COLLECTED)

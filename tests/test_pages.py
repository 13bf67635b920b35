"""Dagster's pages as an operator uses them: the real webserver and daemon, started by `dossier dev`.

Here: what a click there does to our runs: a backfill of many, re-execution, termination. Slow: one server for all.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import update

from dossier.keys import make_run_id
from dossier.store import runs
from dossier.store.artifacts import load
from dossier.store.database import Store
from dossier.store.dossiers import versions
from dossier.store.tables_queue import RunRow

pytestmark = pytest.mark.whole
ROOT = Path(__file__).resolve().parents[1]
CLIENT = "sample-career-services"
DOSSIER = [str(Path(sys.executable).with_name("dossier"))]
PATIENCE = 180

BACKFILL = """mutation($names: [String!]!, $assets: [AssetKeyInput!]) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $names}) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
BACKFILL_RUNS = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status runs { id status tags { key value } } } } }"""
ADD = """mutation($key: String!) { addDynamicPartition(partitionsDefName: "dossier_run", partitionKey: $key,
  repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "dossier"}) { __typename } }"""
RUNS_OF = """query($tags: [ExecutionTag!]) { runsOrError(filter: {tags: $tags}) {
  ... on Runs { results { id status tags { key value } } } } }"""
AGAIN = """mutation($id: String!) { launchRunReexecution(reexecutionParams: {parentRunId: $id, strategy: ALL_STEPS}) {
  __typename ... on LaunchRunSuccess { run { id } } ... on PythonError { message } } }"""
TERMINATE = """mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) { __typename } }"""
METADATA = """query($key: AssetKeyInput!, $partitions: [String!]) { assetOrError(assetKey: $key) { ... on Asset {
  assetMaterializations(partitions: $partitions) { partition metadataEntries {
    label ... on TextMetadataEntry { text } } } } } }"""


class Pages:
    """A home with the sample client's leads, and `dossier dev` over it."""

    def __init__(self, home, port):
        self.home, self.port = home, port
        self.environment = {**os.environ, "DOSSIER_HOME": str(home)}
        self.process = None

    def dossier(self, *arguments):
        done = subprocess.run(
            [*DOSSIER, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        self.process = subprocess.Popen([*DOSSIER, "dev", "--port", str(self.port)], cwd=ROOT, env=self.environment)
        self.until(lambda: self.answers("query { version }"))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def ask(self, query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.loads(answer.read())
        assert "errors" not in said, said
        return said["data"]

    def answers(self, query):
        try:
            return self.ask(query)
        except OSError:
            return None

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not (found := condition()):
            assert time.monotonic() < end, "waited in vain"
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.3)
        return found

    def view(self, run_id):
        store = Store.open(f"sqlite:///{self.home / 'dossier.db'}")
        with store.reading() as session:
            view = runs.get_run(session, run_id)
        store.close()
        return view

    def ended(self, run_id, *words):
        return self.until(lambda: (view := self.view(run_id)).status in words and view)

    def backfill(self, run_ids):
        assets = [{"path": [name]} for name in ASSETS]
        started = self.ask(BACKFILL, names=run_ids, assets=assets)["launchPartitionBackfill"]
        return started["backfillId"]

    def runs_of_backfill(self, backfill):
        found = self.ask(BACKFILL_RUNS, id=backfill)["partitionBackfillOrError"]
        return found["runs"] if found["status"].startswith("COMPLETED") else None

    def told_of(self, asset, run_id):
        found = self.ask(METADATA, key={"path": [asset]}, partitions=[run_id])["assetOrError"]
        return {e["label"]: e.get("text") for e in found["assetMaterializations"][0]["metadataEntries"]}


ASSETS = """search_queries sources signals entity_research contact_research enrichment claims context_packs
merged_claims score dossier_plan insight contacts outreach sections fact_check dossier delivery""".split()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Pages(tmp_path_factory.mktemp("home"), port)
    served.dossier("init")
    served.dossier("clients", "import", f"samples/clients/{CLIENT}.json")
    served.dossier("leads", "import", f"samples/leads/{CLIENT}.csv", "--client", CLIENT)
    served.dossier("corpus", "import", "samples/documents.jsonl")
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def made(pages):
    """The run ids of the imported leads, once the sensor has had them all made."""
    leads = json.loads(pages.dossier("leads", "list", "--client", CLIENT, "--json"))["leads"]
    run_ids = sorted(lead["run_id"] for lead in leads)
    for run_id in run_ids:
        pages.ended(run_id, "completed")
    return run_ids


def test_imported_leads_are_made_by_the_sensor_and_their_runs_can_be_filtered(pages, made):
    for run_id in made:
        tags = [{"key": "client", "value": CLIENT}, {"key": "dagster/partition", "value": run_id}]
        [run] = pages.ask(RUNS_OF, tags=tags)["runsOrError"]["results"]
        assert {"key": "trigger", "value": "sensor"} in run["tags"]


def test_a_backfill_of_many_is_one_run_in_which_one_bad_partition_fails_alone(pages, made):
    unknown = make_run_id(CLIENT, "Nobody", "nobody.example", 1)
    pages.ask(ADD, key=unknown)
    backfill = pages.backfill([*made, unknown])
    [run] = pages.until(lambda: pages.runs_of_backfill(backfill))
    assert run["status"] == "SUCCESS"
    store = Store.open(f"sqlite:///{pages.home / 'dossier.db'}")
    with store.reading() as session:
        for run_id in made:
            assert versions(session, run_id) == [1, 2]
            assert load(session, run_id, "delivery").attempt == 2
    store.close()
    told = pages.told_of("dossier", unknown)
    assert told["status"] == "failed"
    assert "Unknown run" in told["error"]


def test_a_failed_run_is_retried_by_reexecution(pages, made):
    lead = json.loads(pages.dossier("leads", "list", "--client", CLIENT, "--json"))["leads"][0]
    store = Store.open(f"sqlite:///{pages.home / 'dossier.db'}")
    with store.transaction() as session:
        run_id = runs.queue_run(session, CLIENT, lead["id"], trigger="sensor", provider="anthropic")
    assert pages.ended(run_id, "failed").error
    with store.transaction() as session:
        session.execute(update(RunRow).where(RunRow.run_id == run_id).values(provider="extractive"))
    store.close()
    tags = [{"key": "dagster/partition", "value": run_id}]

    def launched():
        [run] = pages.ask(RUNS_OF, tags=tags)["runsOrError"]["results"]
        return run

    pages.until(lambda: launched()["status"] == "FAILURE")  # our row says so a moment before Dagster does
    pages.ask(AGAIN, id=launched()["id"])
    assert pages.ended(run_id, "completed").attempt == 2


def test_a_run_that_is_terminated_on_the_pages_is_cancelled(pages, made):
    backfill = pages.backfill(made)
    pages.until(lambda: all(pages.view(run_id).status == "running" for run_id in made))
    found = pages.ask(BACKFILL_RUNS, id=backfill)["partitionBackfillOrError"]["runs"]
    pages.ask(TERMINATE, id=found[0]["id"])
    assert {pages.ended(run_id, "cancelled", "completed").status for run_id in made} == {"cancelled"}

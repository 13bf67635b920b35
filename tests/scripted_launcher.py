"""A stand-in for Dagster in the tests of the command line: it takes runs and ends them as a script says."""

import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import ModuleType

from dossier.errors import BadInput, Superseded
from dossier.keys import digest
from dossier.models import DeliveredFile, Delivery, RunStatus
from dossier.store import artifacts, runs
from dossier.store.database import Store
from tests.dossier_fixture import dossier

ORDER = ("search_queries", "sources", "signals", "sections", "dossier", "delivery")


class ScriptedLauncher:
    """Ends each run as `script` says for its lead's domain, `complete` where it says nothing."""

    def __init__(self):
        self.script: dict[str, list[str]] = {}
        self.launched: list[str] = []

    def run_dossiers(self, settings, run_ids, watcher, seen):
        for run_id in run_ids:
            with suppress(Superseded, BadInput):  # it was made, cancelled or deleted meanwhile
                self._run(settings, run_id, watcher, seen[run_id])

    def _run(self, settings, run_id, watcher, attempt):
        store = Store.open(settings.database_url)
        with store.transaction() as session:
            number = str(len(self.launched))
            taken = runs.take(
                session, run_id, owner="elsewhere:1", dagster_run_id=number, snapshot=dict, attempt=attempt
            )
        self.launched.append(run_id)
        watcher.step(run_id, "signals")
        endings = self.script.get(taken.lead.domain, ["complete"])
        ending = endings.pop(0) if len(endings) > 1 else endings[0]
        with store.transaction() as session:
            self._end(session, taken, ending, settings.home)
        watcher.ended(run_id)

    def _end(self, session, taken, ending, home):
        if ending == "requeue":
            past = datetime.now(UTC) - timedelta(minutes=1)
            runs.requeue(session, taken.run_id, taken.fence, "the line was busy", now=past)
        elif ending in ("complete", "partial"):
            self._deliver(session, taken, ending, home)
            runs.finish(session, taken.run_id, taken.fence, RunStatus.COMPLETED)
        elif ending == "undelivered":
            self._deliver(session, taken, "complete", home)
            runs.finish(session, taken.run_id, taken.fence, RunStatus.FAILED, "the disk is full", "delivery")
        else:
            runs.finish(session, taken.run_id, taken.fence, RunStatus(ending), "the reason")

    def _deliver(self, session, taken, status, home):
        path = f"runs/{taken.client}/{taken.run_id}/v1/dossier.html"
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text("<html>")
        file = DeliveredFile(path=path, bytes=6, sha256="0" * 64)
        made = dossier(run_id=taken.run_id, client=taken.client, status=status)
        for asset, artifact in (("dossier", made), ("delivery", Delivery(version=1, files=[file]))):
            text = artifact.model_dump_json(by_alias=True)
            artifacts.save(session, taken, asset, text.encode(), digest(text), artifact)


def install(monkeypatch):
    """Put a scripted launcher in the place of Dagster's and return it."""
    scripted = ScriptedLauncher()
    module = ModuleType("dossier_assets.launch")
    module.run_dossiers = scripted.run_dossiers
    module.prepare_instance = lambda settings: settings.dagster_home.mkdir(parents=True, exist_ok=True)
    module.ASSET_ORDER = ORDER
    monkeypatch.setitem(sys.modules, "dossier_assets.launch", module)
    return scripted

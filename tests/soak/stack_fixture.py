"""Dagster's pages and daemon over a home, as `dossier dev` starts them, to be killed in part or whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from kill_fixture import PATIENCE, ROOT, Home, killed

from dossier_assets.launch import ASSET_ORDER

T = TypeVar("T")
BACKFILL = """mutation($names: [String!]!, $assets: [AssetKeyInput!]) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $names}) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
ADD = """mutation($key: String!) { addDynamicPartition(partitionsDefName: "dossier_run", partitionKey: $key,
  repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "dossier"}) { __typename } }"""


class Stack:
    """`dossier dev` on a free port. `folder` is where it is started: a `workspace.yaml` there names what is served."""

    def __init__(self, home: Home, folder: Path = ROOT) -> None:
        self.home, self._folder = home, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.dev: subprocess.Popen[str]

    def start(self) -> None:
        """Start it and wait until its pages answer."""
        with (self.home.folder / "dev.log").open("a", encoding="utf-8") as log:
            self.dev = self.home.start("dev", "--port", str(self._port), folder=self._folder, stdout=log, stderr=log)
        self.until(lambda: self._answers("query { version }"))

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.dev.send_signal(signal.SIGINT)
        self.dev.wait(PATIENCE)

    def kill_all(self) -> None:
        """Kill it with everything that it started, as a host that dies does."""
        killed(self.dev)

    def kill(self, pid: int) -> None:
        """Kill one process; the others of the family live on."""
        os.kill(pid, signal.SIGKILL)

    def until(self, condition: Callable[[], T], patience: float = PATIENCE) -> T:
        """Wait for a state; return what `condition` says of it."""
        end = time.monotonic() + patience
        while not (found := condition()):
            assert time.monotonic() < end, "waited in vain"
            assert self.dev.poll() is None, "the server ended"
            time.sleep(0.3)
        return found

    def backfill(self, run_ids: Sequence[str]) -> str:
        """Make the runs in one backfill, as a person does on the pages; return its id."""
        for run_id in run_ids:
            self.ask(ADD, key=run_id)
        assets = [{"path": [name]} for name in ASSET_ORDER]
        began = self.ask(BACKFILL, names=list(run_ids), assets=assets)["launchPartitionBackfill"]
        return str(began["backfillId"])

    def ask(self, query: str, **variables: Any) -> Any:
        """Ask the pages' own interface."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        address = f"http://127.0.0.1:{self._port}/graphql"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.loads(answer.read())
        assert "errors" not in said, said
        return said["data"]

    def _answers(self, query: str) -> bool:
        with suppress(OSError):
            return bool(self.ask(query))
        return False


@contextmanager
def served(home: Home, folder: Path = ROOT) -> Iterator[Stack]:
    """Give a stack that runs, and end it, whatever is left of it."""
    stack = Stack(home, folder)
    stack.start()
    try:
        yield stack
    finally:
        if stack.dev.poll() is None:
            stack.kill_all()

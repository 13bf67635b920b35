"""`make pictures`: the pictures of the guides, taken from the running product.

Here: which pages are shown and how large, and how a home comes about in which they have something to show: the
samples, one run that failed, and a backfill of all of them in which it fails again. Not here: the words around the
pictures, which stand in the guides. Names of pages, buttons and icons are Dagster's: after an upgrade of Dagster, or
of what its pages show, make the pictures again and look at each.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from dossier.cli_demo import prepare
from dossier.cli_desk import Desk
from dossier.cli_runs import finish_all
from dossier.cli_setup import set_up
from dossier.keys import parse_run_id
from dossier.models import RunStatus
from dossier.sample_files import sample_clients
from dossier.store import runs
from dossier_assets.artifact import Stage
from dossier_assets.definitions import ASSET_ORDER

FOLDER = Path(__file__).parent
PATIENCE = 180
FAILS, SHOWN = "general-mills", "micron-technology"  # the first partition fails, so that its next run ends the range
PAUSE = 1500  # milliseconds in which a page settles
# Nothing of the maker's own may come into a picture, and the run that is to fail must not find a key.
OURS = ("ANTHROPIC_", "DOSSIER_", "EMAIL_", "NOTION_", "SLACK_", "SMTP_")

BACKFILL = """mutation($names: [String!]!, $assets: [AssetKeyInput!]) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $names}) {
    ... on LaunchBackfillSuccess { backfillId } } }"""
STATUS = "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"


@dataclass(frozen=True, slots=True)
class Place:
    """The running product with something to show: `run_ids` by lead, and the address of its pages."""

    home: Path
    run_ids: dict[str, str]
    pages: str

    def page_one(self) -> str:
        """The newest dossier of the lead that is shown, as a file."""
        return sorted(self.home.glob(f"runs/*/{self.run_ids[SHOWN]}/v*/dossier.html"))[-1].as_uri()

    def graph(self) -> str:
        """The graph with all its groups open."""
        return f"{self.pages}/asset-groups?expanded={','.join(f'global@global:{stage}' for stage in Stage)}"

    def partition(self, asset: str) -> str:
        """The page of an asset for the lead that is shown."""
        return f"{self.pages}/assets/{asset}?view=partitions&partition={self.run_ids[SHOWN]}"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the page, words that stand on it once it is there, the size of the window, what is done on it.

    `act` returns the part of the window that is kept, or None for all of it.
    """

    page: Callable[[Place], str]
    shows: str
    window: tuple[int, int]
    act: Callable[[Page], FloatRect | None] = lambda page: None


def _graph(page: Page) -> FloatRect | None:
    """Hide the list of assets, let the graph fill the window, and keep only the graph."""
    page.get_by_label("panel_show_right").first.click()
    page.add_style_tag(content="* { background-image: none !important }")  # dots make the file twice as large
    page.wait_for_timeout(PAUSE)
    around: FloatRect = page.evaluate(AROUND_ALL_NODES)
    return around


def _details(page: Page) -> FloatRect | None:
    """Open the details and keep only them."""
    page.get_by_text("[Show Markdown]").first.click()
    page.wait_for_timeout(PAUSE)
    return page.get_by_role("dialog").first.bounding_box()


def _runs(page: Page) -> FloatRect | None:
    page.get_by_text("Show runs within backfills").click()
    return None


# Taken while all is well, and after a run and a range failed.
CALM = {
    "page-one": Picture(Place.page_one, "Suggested next step", (1000, 1080)),
    "graph": Picture(Place.graph, "merged_claims", (1900, 1700), _graph),
    "dossier": Picture(lambda place: place.partition("dossier"), "Write to", (1300, 720)),
    "claims": Picture(lambda place: place.partition("claims"), "[Show Markdown]", (1500, 1100), _details),
}
BROKEN = {
    "runs": Picture(lambda place: f"{place.pages}/runs", "build_dossier", (1300, 600), _runs),
    "check": Picture(
        lambda place: f"{place.pages}/assets/dossier?view=checks&checkDetail=all_made",
        "did not get this far",
        (1300, 600),
    ),
}
PICTURES = CALM | BROKEN

# What Dagster's pages keep in the browser: which way the graph runs, what a node shows, and how wide the menu is.
KEPT_IN_BROWSER = {
    "asset-graph-direction": "vertical",
    "asset-node-facets": ["kind-tag", "description", "status"],
    "dagster-nav-collapsed": True,
}
KEEP = "entries => entries.forEach(([name, value]) => localStorage.setItem(name, JSON.stringify(value)))"
AROUND_ALL_NODES = """() => {
  const boxes = [...document.querySelectorAll('svg foreignObject')].map(node => node.getBoundingClientRect())
  const left = Math.min(...boxes.map(box => box.left)) - 12, top = Math.min(...boxes.map(box => box.top)) - 12
  return { x: left, y: top, width: Math.max(...boxes.map(box => box.right)) + 12 - left,
    height: Math.max(...boxes.map(box => box.bottom)) + 12 - top } }"""


def main() -> None:
    """Make all pictures, or those that are named on the command line."""
    wanted = sys.argv[1:] or list(PICTURES)
    unknown = set(wanted) - set(PICTURES)
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(PICTURES)}")
    chromium = os.environ.get("DOSSIER_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    with (
        tempfile.TemporaryDirectory(prefix="dossier-") as folder,
        _served(Path(folder)) as (desk, place),
        sync_playwright() as runner,
    ):
        browser = runner.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _take(browser, place, {name: picture for name, picture in CALM.items() if name in wanted})
        if broken := {name: picture for name, picture in BROKEN.items() if name in wanted}:
            _break(desk, place)
            _take(browser, place, broken)
        browser.close()


@contextmanager
def _served(home: Path) -> Iterator[tuple[Desk, Place]]:
    """Yield a home with the samples made into dossiers, and the product's pages and daemon over it; end them."""
    desk = Desk(home, as_json=True)
    desk.keep_to_home()
    set_up(desk)
    run_ids = {parse_run_id(run_id).lead: run_id for path in sample_clients() for run_id in prepare(desk, path)}
    finish_all(desk, list(run_ids.values()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("dossier")), "dev", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    place = Place(home, run_ids, f"http://127.0.0.1:{port}")
    try:
        _until(lambda: _ask(place, "query { version }"))
        yield desk, place
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _break(desk: Desk, place: Place) -> None:
    """Let the sensor launch a run that asks for an engine without a key; then backfill one run of each lead."""
    with desk.store.transaction() as session:
        before = runs.get_run(session, place.run_ids[FAILS])
        run_id = runs.queue_run(session, before.client, before.lead_id or "", trigger="scheduled", provider="anthropic")

    def has_failed() -> bool:
        with desk.store.reading() as session:
            return runs.get_run(session, run_id).status == RunStatus.FAILED

    _until(has_failed)
    assets = [{"path": [name]} for name in ASSET_ORDER]
    chosen = [*(place.run_ids | {FAILS: run_id}).values()]
    started = _ask(place, BACKFILL, names=chosen, assets=assets)["launchPartitionBackfill"]

    def is_over() -> bool:
        found = _ask(place, STATUS, id=started["backfillId"])["partitionBackfillOrError"]
        return str(found["status"]).startswith("COMPLETED")

    _until(is_over)


def _take(browser: Browser, place: Place, pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        width, height = picture.window
        context = browser.new_context(viewport=ViewportSize(width=width, height=height))
        context.add_init_script(f"({KEEP})(Object.entries({json.dumps(KEPT_IN_BROWSER)}))")
        page = context.new_page()
        page.goto(picture.page(place))
        page.get_by_text(picture.shows).first.wait_for(timeout=PATIENCE * 1000)
        page.wait_for_timeout(PAUSE)
        kept = picture.act(page)
        page.wait_for_timeout(PAUSE)
        file = FOLDER / f"{name}.png"
        page.screenshot(path=file, clip=kept, animations="disabled")
        print(f"{file.relative_to(Path.cwd())}  {file.stat().st_size // 1000} kB", file=sys.stderr)
        context.close()


def _ask(place: Place, query: str, **variables: Any) -> Any:
    """Return the answer of Dagster's pages, None while they do not answer."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{place.pages}/graphql", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["data"]
    except OSError:
        return None


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"Waited {PATIENCE} s in vain.")
        time.sleep(0.5)


if __name__ == "__main__":
    main()

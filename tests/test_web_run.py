"""A whole run over a vendor of searches: its pages are the dossier's sources, and no search is paid twice."""

import shutil

import pytest
import search_servers as web
from search_servers import Item, as_json, serving
from store_fixture import add_run

from dossier.models import RunStatus
from dossier.store import artifacts, runs
from dossier_assets.launch import run_dossiers
from resources.fetch import Fetcher
from resources.runs import open_store
from resources.searches import Web
from resources.settings import Settings

pytestmark = pytest.mark.whole
TEXT = (
    "Quiet Foods, Inc. said on May 4, 2026 that it will build a new plant in Boise, Idaho. "
    "The company will invest $40 million and hire 120 people at the plant. "
)


@pytest.fixture
def vendor():
    item = Item("http://paper.example/quiet", "Quiet Foods builds a plant in Boise", TEXT * 2)
    with serving(lambda _: as_json(web.exa([item]))) as server:
        yield server


@pytest.fixture
def settings(tmp_path, upgraded, vendor, monkeypatch):
    shutil.copyfile(upgraded, tmp_path / "dossier.db")
    monkeypatch.delenv("DOSSIER_REGISTERS", raising=False)
    monkeypatch.setenv("EXA_API_KEY", "k-secret")
    way = Web(web.wire(), Fetcher("Dossier", resolve=lambda host, port: []), addresses={"exa": vendor.url})
    monkeypatch.setattr("resources.searches.Web", lambda: way)
    return Settings(home=tmp_path, search="exa", provider="extractive")


def run_again(store, run_id):
    """Queue one more run of the lead of `run_id`."""
    with store.transaction() as session:
        return runs.queue_run(session, "seller", runs.get_run(session, run_id).lead_id, trigger="manual")


def test_a_dossier_is_made_of_what_a_vendor_finds_and_the_next_run_of_the_day_asks_it_nothing(settings, vendor):
    store = open_store(settings.database_url)
    first = add_run(store, "Quiet Foods, Inc.", "quietfoods.example")
    run_dossiers(settings, [first])
    asked = len(vendor.asked)
    assert 1 <= asked <= 8
    second = run_again(store, first)
    run_dossiers(settings, [second])
    assert len(vendor.asked) == asked
    with store.reading() as session:
        for run_id in (first, second):
            assert runs.get_run(session, run_id).status is RunStatus.COMPLETED
            found = artifacts.load(session, run_id, "sources")
            assert b"http://paper.example/quiet" in found.payload
            assert b"Quiet Foods, Inc. said on May 4, 2026" in artifacts.load(session, run_id, "claims").payload


def test_a_refused_key_fails_the_run_with_the_name_of_its_variable(settings, vendor):
    vendor.answer = lambda _: as_json({"error": "k-secret is unknown"}, 401)
    store = open_store(settings.database_url)
    run_id = add_run(store, "Quiet Foods, Inc.", "quietfoods.example")
    run_dossiers(settings, [run_id])
    with store.reading() as session:
        view = runs.get_run(session, run_id)
    assert view.status is RunStatus.FAILED
    assert "EXA_API_KEY" in view.error
    assert "k-secret" not in view.error
    assert len(vendor.asked) == 1

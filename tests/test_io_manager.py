"""The io manager: artifacts as checked JSON by their type, and three different sentences for what is not there."""

import hashlib
from datetime import date

import dagster as dg
import pytest
from graph_fixture import FakeEngines
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from store_fixture import add_run

from dossier.errors import Permanent, Superseded
from dossier.models import ContextPack, Query, SearchPlan
from dossier.open_runs import Launch, Manifest, OpenRuns
from dossier.store import artifacts, runs
from dossier.store.tables_evidence import ArtifactRow
from dossier_assets.graph import dagster_type
from io_managers.artifacts import ArtifactIOManager, adapter, to_bytes

PLAN = SearchPlan(objective="find", queries=[Query(query='"Acme" OR "Acmé"', priority=2)])
PACKS = [ContextPack(pack_type="signal_to_entity", data={"known_facts": ["a"]}, anchor_claim_ids=["search_001"])]


@pytest.fixture
def bench(store, tmp_path):
    return Bench(store, tmp_path)


class Bench:
    """An io manager with one run in hand."""

    def __init__(self, store, home):
        self.store = store
        self.run_id = add_run(store)
        self.runs = OpenRuns(store, FakeEngines(), home)
        self.run = self.runs.open_all([self.run_id], Launch("dagster-1", ["search_queries"]), lambda run_id: None)[0]
        self.manager = ArtifactIOManager(lambda: self.runs)

    def put(self, value, kind=SearchPlan, asset="search_queries"):
        return self.manager.keep(self.run, asset, kind, value)

    def get(self, kind=SearchPlan, asset="search_queries"):
        context = dg.build_input_context(
            asset_key=dg.AssetKey(asset),
            dagster_type=dagster_type(kind),
            partition_key=self.run_id,
            asset_partitions_def=dg.StaticPartitionsDefinition([self.run_id]),
            asset_partition_key_range=dg.PartitionKeyRange(self.run_id, self.run_id),
        )
        return self.manager.load_input(context)

    def spoil(self, payload, *, digest=None):
        with self.store.transaction() as session:
            digest = digest or hashlib.sha256(payload).hexdigest()
            session.execute(update(ArtifactRow).values(payload=payload, digest=digest))


def test_what_was_stored_comes_back_as_its_type(bench):
    bench.put(PLAN)
    assert bench.get() == PLAN
    assert isinstance(bench.get(), SearchPlan)


def test_a_list_of_models_comes_back_as_a_list_of_models(bench):
    bench.put(PACKS, list[ContextPack], "context_packs")
    assert bench.get(list[ContextPack], "context_packs") == PACKS


def test_an_artifact_is_json_that_a_person_can_read(bench):
    bench.put(PLAN)
    with bench.store.reading() as session:
        stored = artifacts.load(session, bench.run_id, "search_queries")
    assert stored.payload.startswith(b'{"objective":"find"')
    assert stored.digest == hashlib.sha256(stored.payload).hexdigest()


def test_what_is_missing_torn_or_out_of_date_are_three_sentences(bench):
    with pytest.raises(Permanent, match=r"is missing\. It was not made yet"):
        bench.get()
    bench.put(PLAN)
    bench.spoil(b'{"objective": "fi', digest="0" * 64)
    with pytest.raises(Permanent, match="is torn"):
        bench.get()
    bench.spoil(b'{"objective": "find", "queries": [], "moods": []}')
    with pytest.raises(Permanent, match=r"is out of date.*dossier retry .* --from search_queries"):
        bench.get()


def test_what_is_not_of_the_type_is_refused_before_anything_is_stored(bench):
    with pytest.raises(Permanent, match="not what its asset promises"):
        bench.put(PACKS)
    with bench.store.reading() as session:
        assert artifacts.load(session, bench.run_id, "search_queries") is None


def test_only_the_manifest_of_what_was_kept_is_handed_to_dagster(bench):
    context = dg.build_output_context(asset_key="search_queries", partition_key=bench.run_id)
    bench.manager.handle_output(context, Manifest({bench.run_id: bench.put(PLAN)}))
    with pytest.raises(Permanent, match="run by run"):
        bench.manager.handle_output(context, PLAN)


def test_a_worker_that_lost_the_run_stores_nothing(bench):
    with bench.store.transaction() as session:
        runs.requeue(session, bench.run_id, bench.run.taken.fence, "taken away")
    with pytest.raises(Superseded):
        bench.put(PLAN)


def test_an_error_never_shows_what_stood_in_the_artifact(bench):
    bench.put(PLAN)
    bench.spoil(b'{"objective": {"secret": "sk-1234"}, "queries": []}')
    with pytest.raises(Permanent) as error:
        bench.get()
    assert "sk-1234" not in str(error.value)


@given(
    st.builds(
        SearchPlan, objective=st.text(), queries=st.lists(st.builds(Query, query=st.text()), min_size=1, max_size=8)
    )
)
def test_any_text_survives_the_way_to_bytes_and_back(plan):
    assert adapter(SearchPlan).validate_json(to_bytes(plan, SearchPlan)) == plan


def test_dates_survive_the_way_to_bytes_and_back():
    assert adapter(list[date]).validate_json(to_bytes([date(2026, 6, 30)], list[date])) == [date(2026, 6, 30)]

"""Dagster's list of runs: every run can be filtered by client and lead, also one that was begun on the pages."""

import dagster as dg
import pytest
from graph_fixture import ORDER, Bench

from dossier.errors import Permanent
from dossier_assets.jobs import BACKFILL, RANGE_END, RANGE_START, missing_tags, run_tags

MICRON, NIKE = "steel--micron-0a1b2c3d-1", "steel--nike-0a1b2c3d-1"


def test_a_run_of_one_has_client_lead_and_trigger():
    assert missing_tags([MICRON], {}) == {"client": "steel", "lead": "micron", "trigger": "manual"}


def test_a_run_of_many_has_what_they_share():
    assert missing_tags([MICRON, NIKE], {BACKFILL: "x"}) == {"client": "steel", "trigger": "backfill"}
    assert missing_tags([MICRON, "schools--nike-0a1b2c3d-1"], {}) == {"trigger": "manual"}


def test_a_run_that_the_sensor_began_lacks_nothing():
    assert missing_tags([MICRON], run_tags(["steel"], ["sensor"], ["micron"])) == {}


def test_a_partition_that_is_no_run_id_brings_no_tag():
    assert missing_tags(["../../etc", MICRON], {}) == missing_tags([MICRON], {})


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with dg.instance_for_test(temp_dir=str(tmp_path_factory.mktemp("dagster"))) as made:
        yield made


def tags_of(instance, result):
    return instance.get_run_by_id(result.run_id).tags


def test_a_run_begun_without_tags_gets_them_from_its_first_asset(sqlite_store, tmp_path, instance):
    bench = Bench(sqlite_store, tmp_path, instance)
    whole = tags_of(instance, bench.run())
    assert (whole["client"], whole["lead"], whole["trigger"]) == ("seller", "harbor-foods", "manual")
    part = tags_of(instance, bench.run("dossier", "delivery"))
    assert (part["client"], part["lead"]) == ("seller", "harbor-foods")


def test_a_range_in_which_some_failed_says_so_in_the_list_of_runs(sqlite_store, tmp_path, instance):
    bench = Bench(sqlite_store, tmp_path, instance)
    others = [bench.queue(name) for name in ("Range Foods", "Late Foods")]
    bench.plan.raises("sources", Permanent("No."))
    job = bench.defs.resolve_job_def("build_dossier")
    result = job.execute_in_process(
        instance=instance, tags={RANGE_START: others[0], RANGE_END: others[1]}, raise_on_error=False
    )
    assert result.success
    tags = tags_of(instance, result)
    assert (tags["client"], tags["failed"]) == ("seller", "1 of 2")
    assert "lead" not in tags
    history = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey(ORDER[-1]), "all_made"), limit=1
    )
    said = history[0].event.dagster_event.asset_check_evaluation_data.description
    assert said.startswith("**1 of 2 dossier runs did not get this far.**")
    assert "sources: No." in said

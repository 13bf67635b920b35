"""What happens to a run that stops: resumed from finished artifacts, requeued, failed, or left to another worker.

A small graph on a real Dagster instance on disk and a real store; no engine.
"""

import dagster as dg
import pytest
from graph_fixture import ORDER, Bench
from store_fixture import take

from dossier.errors import BudgetExceeded, Permanent, Retryable
from dossier.models import LeadStatus, RunStatus, SearchPlan
from dossier.store import artifacts, dossiers, leads, runs


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    return dg.DagsterInstance.from_config(str(_home(tmp_path_factory.mktemp("dagster"))))


def _home(folder):
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return folder


@pytest.fixture
def bench(store, tmp_path, instance):
    return Bench(store, tmp_path, instance)


def lead_status(bench):
    with bench.store.reading() as session:
        [lead] = leads.list_leads(session, "seller")
    return lead.status


def materialized(result):
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}


def test_a_run_makes_every_artifact_once_and_ends_as_completed(bench):
    assert bench.run().success
    assert sorted(bench.plan.made) == sorted(ORDER)
    view = bench.view()
    assert (view.status, view.attempt, view.dossier_version) == (RunStatus.COMPLETED, 1, 1)
    assert lead_status(bench) == LeadStatus.READY


def test_a_permanent_fault_fails_the_run_and_names_asset_and_reason(bench):
    bench.plan.raises("sources", Permanent("No search.", "It is off.", "Turn it on."))
    assert not bench.run().success
    view = bench.view()
    assert (view.status, view.error_step) == (RunStatus.FAILED, "sources")
    assert view.error == "No search. It is off. Turn it on."
    assert lead_status(bench) == LeadStatus.BLOCKED


def test_a_fault_that_nobody_foresaw_fails_the_run_and_names_its_class(bench):
    bench.plan.raises("sources", ZeroDivisionError("division by zero"))
    bench.run()
    assert bench.view().status is RunStatus.FAILED
    assert "ZeroDivisionError" in bench.view().error


def test_a_passing_fault_puts_the_run_back_into_the_queue_with_a_time(bench):
    bench.plan.raises("sources", Retryable("Overloaded.", retry_after=60))
    result = bench.run()
    view = bench.view()
    assert not result.success
    assert (view.status, view.attempt) == (RunStatus.PENDING, 2)
    assert view.not_before is not None
    with bench.store.reading() as session:
        assert bench.run_id not in [due.run_id for due in runs.due_runs(session)]


def test_a_requeued_run_makes_only_what_is_missing(bench):
    bench.plan.raises("dossier", Retryable("Overloaded."))
    bench.run()
    bench.plan.made.clear()
    result = bench.run()
    assert bench.plan.made == ["dossier", "delivery"]
    assert materialized(result) == set(ORDER), "what was loaded is shown, too"
    assert bench.view().status is RunStatus.COMPLETED


def test_a_fault_that_stays_blocks_the_run_after_three_requeues(bench):
    bench.plan.raises("search_queries", *[Retryable("Down.")] * 9)
    for _ in range(4):
        bench.run()
    assert bench.view().status is RunStatus.BLOCKED
    assert bench.plan.made == []


def test_a_budget_that_allows_nothing_skips_the_run_and_frees_the_lead(bench):
    bench.plan.raises("search_queries", BudgetExceeded("The budget is spent."))
    bench.run()
    assert bench.view().status is RunStatus.SKIPPED
    assert lead_status(bench) == LeadStatus.NEW


def test_a_failed_run_that_is_executed_again_by_hand_makes_what_is_missing(bench):
    bench.plan.raises("sources", Permanent("No."))
    bench.run()
    assert bench.view().status is RunStatus.FAILED
    assert bench.run().success
    assert bench.plan.made.count("search_queries") == 1
    assert (bench.view().status, bench.view().attempt) == (RunStatus.COMPLETED, 2)


def test_retry_from_an_asset_makes_it_and_all_after_it_again(bench):
    bench.run()
    bench.plan.made.clear()
    with bench.store.transaction() as session:
        runs.retry(session, bench.run_id, "dossier", order=ORDER)
    bench.run()
    assert bench.plan.made == ["dossier", "delivery"]
    assert bench.view().dossier_version == 2


def test_a_run_in_other_hands_is_left_alone_and_ends_quietly(bench):
    taken = take(bench.store, bench.run_id, worker="another Dagster run")
    result = bench.run()
    assert result.success
    assert materialized(result) == set()
    assert bench.plan.made == []
    with bench.store.reading() as session:
        assert runs.get_run(session, bench.run_id).attempt == taken.attempt


def test_a_worker_that_lost_its_run_writes_nothing_more(bench):
    def another_takes_it(run):
        with bench.store.transaction() as session:
            runs.requeue(session, run.run_id, run.taken.fence, "taken away")

    bench.plan.acts["sources"] = another_takes_it
    result = bench.run()
    assert result.success, "it ends quietly"
    assert "sources" not in materialized(result)
    with bench.store.reading() as session:
        assert artifacts.load(session, bench.run_id, "sources") is None
    assert bench.view().status is RunStatus.PENDING


def test_one_branch_keeps_what_it_made_when_the_other_fails(bench):
    bench.plan.raises("sections", Permanent("The writer failed."))
    bench.run()
    assert {"contacts", "outreach"} <= set(bench.plan.made)
    with bench.store.transaction() as session:
        runs.retry(session, bench.run_id, order=ORDER)
    bench.plan.made.clear()
    bench.run()
    assert bench.plan.made == ["sections", "dossier", "delivery"]


def test_a_part_made_by_hand_on_a_completed_run_leaves_its_status(bench):
    bench.run()
    ended = bench.view().completed_at
    bench.plan.made.clear()
    assert bench.run("sources").success
    assert bench.plan.made == ["sources"]
    view = bench.view()
    assert (view.status, view.attempt, view.completed_at) == (RunStatus.COMPLETED, 2, ended)


def test_a_part_that_fails_leaves_the_status_of_a_completed_run(bench):
    bench.run()
    bench.plan.raises("sources", Permanent("No."))
    assert not bench.run("sources").success
    assert bench.view().status is RunStatus.COMPLETED


def test_one_of_several_assets_of_an_op_is_made_alone_from_stored_inputs(bench):
    bench.run()
    bench.plan.made.clear()
    result = bench.run("outreach")
    assert bench.plan.made == ["outreach"]
    assert materialized(result) == {"outreach"}


def test_a_dossier_made_again_by_hand_is_the_next_version(bench):
    bench.run()
    assert bench.run("dossier", "delivery").success
    with bench.store.reading() as session:
        assert dossiers.versions(session, bench.run_id) == [1, 2]
    assert bench.view().status is RunStatus.COMPLETED


def test_a_part_made_by_hand_first_leaves_the_run_waiting_and_is_used_by_it(bench):
    assert bench.run("search_queries").success
    assert bench.view().status is RunStatus.PENDING
    bench.run()
    assert bench.plan.made.count("search_queries") == 1
    assert bench.view().status is RunStatus.COMPLETED


def test_an_asset_whose_input_was_never_made_says_so(bench):
    result = bench.run("sources")
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "'search_queries' of run" in failure.step_failure_data.error.message
    assert "is missing" in failure.step_failure_data.error.message


def test_a_dossier_asked_for_before_its_parts_leaves_the_run_waiting(bench):
    assert not bench.run("dossier", "delivery").success
    view = bench.view()
    assert (view.status, view.attempt, view.error) == (RunStatus.PENDING, 1, None)


def test_a_broken_promise_that_blocks_stops_the_run_before_the_artifact_is_stored(bench):
    bench.plan.complaints["hard"] = ["claim_1 does not stand"]
    result = bench.run()
    [evaluation] = [one for one in result.get_asset_check_evaluations() if one.check_name == "hard"]
    assert not evaluation.passed
    assert r"claim\_1 does not stand" in evaluation.description
    assert materialized(result) == set()
    with bench.store.reading() as session:
        assert artifacts.load(session, bench.run_id, "search_queries") is None
    assert bench.view().status is RunStatus.FAILED
    assert "hard: claim_1 does not stand" in bench.view().error


def test_a_broken_promise_that_does_not_block_is_shown_and_the_run_goes_on(bench):
    bench.plan.complaints["soft"] = ["odd"]
    result = bench.run()
    assert result.success
    assert {one.check_name: one.passed for one in result.get_asset_check_evaluations()} == {"soft": False, "hard": True}


def test_an_artifact_that_is_not_what_the_asset_promises_is_refused(bench):
    bench.plan.acts["sources"] = lambda run: SearchPlan.model_construct(objective=3)
    assert not bench.run().success
    assert bench.view().status is RunStatus.FAILED
    with bench.store.reading() as session:
        assert artifacts.load(session, bench.run_id, "sources") is None


def test_two_partitions_do_not_see_each_other(bench):
    other = bench.queue("Other Foods")
    bench.run()
    assert bench.run(run_id=other).success
    with bench.store.reading() as session:
        assert artifacts.load(session, other, "sources") is not None
        assert runs.get_run(session, other).status is RunStatus.COMPLETED


def test_an_artifact_made_without_its_checks_asks_none(bench):
    bench.plan.complaints["hard"] = ["claim_1 does not stand"]
    everything = dg.AssetSelection.assets("search_queries").without_checks()
    job = dg.define_asset_job("without_checks", everything)
    defs = dg.Definitions.merge(bench.defs, dg.Definitions(jobs=[job]))
    result = defs.resolve_job_def("without_checks").execute_in_process(
        instance=bench.instance, partition_key=bench.run_id, raise_on_error=False
    )
    assert not result.success
    assert result.get_asset_check_evaluations() == []
    with bench.store.reading() as session:
        assert artifacts.load(session, bench.run_id, "search_queries") is None, "a blocking promise holds all the same"


def test_checks_alone_need_a_partition_and_say_so(bench):
    job = dg.define_asset_job("only", dg.AssetSelection.checks_for_assets("search_queries"))
    defs = dg.Definitions.merge(bench.defs, dg.Definitions(jobs=[job]))
    result = defs.resolve_job_def("only").execute_in_process(instance=bench.instance, raise_on_error=False)
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "No partition was chosen." in failure.step_failure_data.error.message

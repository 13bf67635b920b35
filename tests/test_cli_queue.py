"""The verbs of the queue: status at a glance, retry, cancel and delete, and errors that help.

The store is real, its runs are put into each state by hand; Dagster is replaced by a scripted launcher.
"""

import json
import sys

import pytest
from sqlalchemy import update
from store_fixture import add_run, dead_owner, finish, open_step, run_of, take
from test_deletion import made, make_all
from test_leases import ELSEWHERE, lease_is_over

from dossier.cli_words import money, span
from dossier.errors import BudgetReached, Retryable
from dossier.exchange import NOT_ASKED
from dossier.models import RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import runs
from dossier.store.options import note_budget
from dossier.store.tables_queue import RunRow
from tests.scripted_launcher import install


@pytest.fixture
def store(home_store):
    """The store of the command line's home."""
    return home_store


def line_of(text, run_id):
    return next(line for line in text.splitlines() if line.startswith(run_id))


def cost(store, run, usd, step="signal_discovery", status=StepStatus.COMPLETED):
    recorder, opened = open_step(store, run, step)
    recorder.close(opened, StepRecord(status, cost_usd=usd, llm_calls=2))


def since(store, run_id, **times):
    with store.transaction() as session:
        session.execute(update(RunRow).where(RunRow.run_id == run_id).values(**times))


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (86400 * 3 + 5, "3 d")],
)
def test_an_age_is_told_in_its_largest_unit(seconds, words):
    assert span(seconds) == words


def test_a_cost_is_told_in_cents_and_nothing_as_nothing():
    assert [money(usd) for usd in (0, 0.0004, 0.005, 12.3456)] == ["-", "< $0.01", "$0.01", "$12.35"]


# ---------------------------------------------------------------- status


def test_status_counts_the_runs_and_tells_of_each_its_age_its_cost_its_step_and_why(call, store):
    waiting, held, failed = (add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3"))
    run = take(store, held, owner=ELSEWHERE)
    cost(store, run, 1.239)
    open_step(store, run, "entity_research")
    finish(store, take(store, failed, "dagster-2"), RunStatus.FAILED, error="The page was gone.", step="sources")
    code, out, _ = call("status")
    assert code == 0
    assert out.splitlines()[0] == "3 runs: 1 pending, 1 running, 1 failed"
    assert "  a1" in line_of(out, waiting)
    for words in ("running", "entity_research", "$1.24", "held by process 1 on elsewhere, lease ends in 2"):
        assert words in line_of(out, held)
    for words in ("s ago", "sources", "The page was gone.", "failed"):
        assert words in line_of(out, failed)


def test_status_tells_in_figures_what_it_tells_in_words(document, store):
    run_id = add_run(store)
    cost(store, take(store, run_id, owner=ELSEWHERE), 0.5)
    code, said = document("status")
    [row] = said["runs"]
    assert (code, said["counts"]) == (0, {"running": 1})
    figures = (row["cost_usd"], row["llm_calls"], row["owner"], row["step"])
    assert figures == (0.5, 2, ELSEWHERE, "signal_discovery")
    assert 0 < row["lease_s"] <= runs.LEASE_SECONDS
    assert 0 <= row["age_s"] < 3600
    assert row["reason"].startswith("held by")
    assert not row["interrupted"]


def test_status_tells_a_dead_worker_from_one_that_is_not_heard_from(call, store):
    dead, silent = add_run(store), add_run(store, "Beta", "beta.example")
    take(store, dead, owner=dead_owner())
    take(store, silent, "dagster-2", owner=ELSEWHERE)
    lease_is_over(store, silent)
    _, out, _ = call("status")
    assert "its worker died: process" in line_of(out, dead)
    assert "was not heard from, its lease is over since" in line_of(out, silent)


def test_status_tells_when_a_requeued_run_is_due_and_what_it_waits_for(call, store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "The service answered 529.", retry_after=300, step="signals")
    _, out, _ = call("status")
    for words in ("due in 4 min", "attempt 2", "The service answered 529.", "signals"):
        assert words in line_of(out, run_id)


def test_status_shows_the_newest_and_says_how_many_more_there_are(call, store):
    for name in ("a1", "b2", "c3"):
        add_run(store, name, f"{name}.example")
    _, out, _ = call("status", "--limit", 1)
    assert out.splitlines()[0] == "3 runs: 3 pending"
    assert out.splitlines()[-1] == "2 older ones: add --limit 3"


def test_status_of_a_run_shows_its_steps_and_what_to_do_next(call, document, store):
    run_id = add_run(store)
    run = take(store, run_id)
    cost(store, run, 0.25, "search_builder")
    cost(store, run, 0.5, "signal_discovery", StepStatus.FAILED)
    finish(store, run, RunStatus.BLOCKED, error="Out of retries.", step="signals")
    code, out, _ = call("status", run_id)
    assert code == 0
    assert out.splitlines()[0] == f"{run_id}: blocked in signals, Out of retries."
    assert "$0.75 for 4 calls" in out
    assert out.splitlines()[-1] == f"Next: Look at the reason, then: dossier retry {run_id}"
    said = document("status", run_id)[1]
    assert [step["step"] for step in said["steps"]] == ["search_builder", "signal_discovery"]
    assert said["next"] in out


def test_a_partial_dossier_is_made_again_from_the_step_that_failed(document, store):
    run_id = add_run(store)
    run = take(store, run_id)
    cost(store, run, 0.0, "writer_intro", StepStatus.FAILED)
    make_all(store, run, status="partial")
    said = document("status", run_id)[1]["next"]
    assert said == f"Ask anew: dossier retry {run_id} --from writer_intro --no-cache"


@pytest.mark.parametrize(
    ("reached", "next_words"),
    [
        (
            BudgetReached("signal_discovery", "Reached.", limit="run", cap_usd=0.2),
            "Raise the run's budget: dossier retry {} --from signal_discovery --budget-usd 1.10",
        ),
        (
            BudgetReached("signal_discovery", "Reached.", limit="run", cap_usd=3.0),
            "Raise the run's budget: dossier retry {} --from signal_discovery --budget-usd 6.00",
        ),
        (
            BudgetReached("signal_discovery", "Reached.", limit="all clients, today", cap_usd=0.1),
            "Once the budget allows it (dossier budget): dossier retry {} --from signal_discovery",
        ),
        (
            BudgetReached("signal_discovery", "The ceiling is reached."),
            "Ask anew: dossier retry {} --from signal_discovery --no-cache",
        ),
    ],
    ids=["the run's", "the run's, a large one", "all clients'", "the ceiling"],
)
def test_a_dossier_that_a_budget_cut_short_says_so_and_which_command_makes_it_whole(call, store, reached, next_words):
    run_id = add_run(store)
    run = take(store, run_id)
    cost(store, run, 0.1, "search_builder")
    skipped(store, run, "media", "No source speaks of the lead.")
    skipped(store, run, "signal_discovery", str(reached), {NOT_ASKED: 1})
    cost(store, run, 0.0, "writer_intro", StepStatus.FAILED)
    with store.transaction() as session:
        note_budget(session, run_id, reached)
    make_all(store, run, status="partial")
    code, out, _ = call("status", run_id)
    assert code == 0
    assert out.splitlines()[-2] == f"Partial: signal_discovery: {reached}"
    assert out.splitlines()[-1] == "Next: " + next_words.format(run_id)


def skipped(store, run, step, why, counts=None):
    recorder, opened = open_step(store, run, step)
    recorder.close(opened, StepRecord(StepStatus.SKIPPED, error_message=why, counts=counts or {}))


def test_a_step_that_was_mended_since_is_not_named(document, store):
    run_id = add_run(store)
    first = take(store, run_id)
    cost(store, first, 0.0, "signal_discovery", StepStatus.FAILED)
    make_all(store, first, status="partial")
    again = take(store, run_id, "by-hand")
    cost(store, again, 0.0, "signal_discovery")
    cost(store, again, 0.0, "media", StepStatus.FAILED)
    make_all(store, again, status="partial")
    assert "--from media " in document("status", run_id)[1]["next"]


def test_a_partial_dossier_beside_a_whole_one_is_marked_and_not_exported_for_the_client(
    call, document, store, tmp_path
):
    whole = made(store, sources=[])
    partial = made(store, worker="dagster-2", sources=[], status="partial")
    rows = {run["run_id"]: run for run in document("status")[1]["runs"]}
    assert (rows[whole.run_id]["dossier_stands"], rows[partial.run_id]["dossier_stands"]) == (True, False)
    assert "not standing" in line_of(call("status")[1], partial.run_id)
    assert call("export", "--client", "seller", "--format", "json", "--out", tmp_path / "out")[0] == 0
    assert [path.stem for path in (tmp_path / "out").iterdir()] == [whole.run_id]
    assert call("export", partial.run_id, "--format", "json", "--out", tmp_path / "partial.json")[0] == 0


def test_a_partial_new_version_leaves_the_whole_one_for_the_client(call, store, tmp_path):
    run = made(store, sources=[])
    make_all(store, take(store, run.run_id, "by-hand"), sources=[], status="partial")
    assert call("export", "--client", "seller", "--format", "json", "--out", tmp_path / "out")[0] == 0
    assert call("export", run.run_id, "--format", "json", "--out", tmp_path / "newest.json")[0] == 0
    paths = (tmp_path / "out" / f"{run.run_id}.json", tmp_path / "newest.json")
    assert [json.loads(path.read_text())["status"] for path in paths] == ["complete", "partial"]


@pytest.mark.parametrize("verb", ["status", "retry", "cancel"])
def test_a_mistyped_run_id_is_answered_with_the_nearest_ones(call, store, verb):
    run_id = add_run(store)
    code, _, err = call(verb, run_id.replace("acme", "amce"))
    assert code == 2
    assert f"Did you mean: {run_id}?" in err


# ---------------------------------------------------------------- retry


def test_a_completed_run_is_not_retried_but_the_way_to_remake_a_part_is_told(call, store):
    run_id = made(store).run_id
    code, _, err = call("retry", run_id)
    assert code == 2
    assert f"dossier retry {run_id} --from STEP" in err


def test_a_cancelled_run_is_made_after_all(document, store):
    run_id = add_run(store)
    assert document("cancel", run_id)[0] == 0
    code, said = document("retry", run_id)
    assert (code, said["runs"][0]["status"]) == (0, "completed")


@pytest.mark.parametrize(("name", "near"), [("sectoins", "sections"), ("signal_discvery", "signal_discovery")])
def test_a_mistyped_step_is_answered_with_the_nearest_ones(call, store, name, near):
    run_id = add_run(store)
    cost(store, take(store, run_id), 0.0)
    call("cancel", run_id)
    code, _, err = call("retry", run_id, "--from", name)
    assert code == 2
    assert f"Did you mean: {near}" in err
    assert len(err) < 400
    code, _, err = call("retry", run_id, "--from", "zzzz")
    assert (code, "Did you mean" in err) == (2, False)
    assert "Assets, in their order: search_queries, sources" in err


def test_several_runs_are_retried_and_one_that_is_refused_is_named(document, store):
    done, cancelled = made(store).run_id, add_run(store, "Bolt", "bolt.example")
    assert document("cancel", cancelled)[0] == 0
    code, said = document("retry", cancelled, done, cancelled)
    assert (code, [row["run_id"] for row in said["runs"]]) == (4, [cancelled])
    assert [row["run_id"] for row in said["refused"]] == [done]
    code, said = document("retry", cancelled, done)
    assert (code, said["runs"], len(said["refused"])) == (2, [], 2)


def test_all_that_failed_are_retried_those_of_a_client_alone(document, store):
    waiting = add_run(store)
    ended = {}
    for status in (RunStatus.FAILED, RunStatus.BLOCKED):
        run_id = add_run(store, f"Lead {status}", f"{status}.example")
        taken = take(store, run_id)
        with store.transaction() as session:
            runs.finish(session, run_id, taken.fence, status, "the reason")
        ended[run_id] = status
    assert document("retry", "--failed", "--client", "nobody")[0] == 2
    code, said = document("retry", "--failed", "--client", "seller")
    assert (code, {row["run_id"] for row in said["runs"]}) == (0, set(ended))
    assert run_of(store, waiting).status is RunStatus.PENDING
    assert document("retry", "--failed") == (0, {"runs": []})


@pytest.mark.parametrize("arguments", [(), ("x--y-00000000-1", "--failed"), ("x--y-00000000-1", "--client", "seller")])
def test_retry_asks_which_runs(call, store, arguments):
    code, _, err = call("retry", *arguments)
    assert code == 2
    assert "Which runs?" in err


# ---------------------------------------------------------------- cancel


def test_a_run_is_cancelled(document, store):
    run_id = add_run(store)
    assert document("cancel", run_id) == (0, {"run_id": run_id, "status": "cancelled"})
    assert run_of(store, run_id).status is RunStatus.CANCELLED


def test_a_run_that_has_ended_is_not_cancelled(call, store):
    run_id = made(store).run_id
    code, _, err = call("cancel", run_id)
    assert code == 2
    assert "is completed" in err


def test_a_whole_queue_is_cancelled_and_what_is_under_way_goes_on(document, store):
    waiting = [add_run(store, name, f"{name}.example") for name in ("a1", "b2")]
    held = add_run(store, "c3", "c3.example")
    take(store, held)
    code, said = document("cancel", "--client", "seller", "--status", "pending")
    assert code == 0
    assert {row["run_id"] for row in said["runs"]} == set(waiting)
    assert run_of(store, held).status is RunStatus.RUNNING
    assert document("cancel", "--client", "seller") == (0, {"run_id": held, "status": "cancelled"})
    assert document("cancel", "--client", "seller") == (0, {"runs": []})


def test_of_several_runs_those_that_can_be_are_cancelled(document, store):
    ended, waiting = made(store).run_id, add_run(store, "Beta", "beta.example")
    code, said = document("cancel", ended, waiting)
    assert code == 4
    assert [row["status"] for row in said["runs"]] == [None, "cancelled"]
    assert "is completed" in said["runs"][0]["error"]


@pytest.mark.parametrize("arguments", [(), ("x--y-00000000-1", "--client", "seller")])
def test_cancel_asks_which_runs(call, store, arguments):
    code, _, err = call("cancel", *arguments)
    assert code == 2
    assert "Which runs?" in err


def test_runs_that_have_ended_cannot_be_chosen_for_cancelling(call, store):
    add_run(store)
    code, _, err = call("cancel", "--client", "seller", "--status", "failed")
    assert code == 2
    assert "Give pending or running." in err


# ---------------------------------------------------------------- delete


@pytest.fixture
def with_files(store, tmp_path):
    run_id = made(store).run_id
    folder = tmp_path / "home" / "runs" / "seller" / run_id
    (folder / "v1").mkdir(parents=True)
    (folder / "v1" / "dossier.html").write_text("<html>")
    (folder.parent / "another").mkdir()
    return run_id, folder


def test_a_deleted_run_is_gone_with_its_files(document, call, store, with_files):
    run_id, folder = with_files
    assert document("delete", run_id, "--yes") == (0, {"run_id": run_id, "status": "deleted"})
    assert not folder.exists()
    assert (folder.parent / "another").is_dir()
    code, _, err = call("status", run_id)
    assert code == 2
    assert "It was deleted." in err


def test_delete_asks_first(call, store, with_files, monkeypatch):
    run_id, folder = with_files
    code, _, err = call("delete", run_id)
    assert code == 2
    assert "Add: --yes" in err
    monkeypatch.setattr("dossier.cli_queue._someone_is_there", lambda desk: True)
    assert call("delete", run_id, input="n\n")[0] == 2
    assert folder.is_dir()
    assert call("delete", run_id, input="y\n")[0] == 0
    assert not folder.exists()


def test_a_run_under_way_is_not_deleted_and_keeps_its_files(call, store, with_files):
    run_id, folder = with_files
    take(store, run_id, "by-hand", owner=ELSEWHERE)
    code, _, err = call("delete", run_id, "--yes")
    assert code == 2
    assert f"dossier cancel {run_id}" in err
    assert folder.is_dir()


def test_a_run_whose_files_cannot_be_removed_stays_and_can_be_deleted_again(call, store, with_files, monkeypatch):
    run_id, folder = with_files

    def refuse(path):
        raise PermissionError(f"not yours: {path}")

    monkeypatch.setattr("dossier.cli_queue.shutil.rmtree", refuse)
    assert call("delete", run_id, "--yes")[0] == 1
    assert run_of(store, run_id).status is RunStatus.COMPLETED
    monkeypatch.undo()
    assert call("delete", run_id, "--yes", "--home", folder.parents[2])[0] == 0


def test_a_superseded_dossier_can_still_be_exported(call, store, tmp_path):
    older = made(store, sources=[]).run_id
    made(store, worker="dagster-2")
    code, _, err = call("export", older, "--format", "json", "--out", tmp_path / "old.json")
    assert code == 0, err
    assert json.loads((tmp_path / "old.json").read_text())["schema"] == "dossier/v1"


# ---------------------------------------------------------------- while a batch works


@pytest.fixture
def launcher(call, monkeypatch):
    return install(monkeypatch)


def meanwhile(monkeypatch, launcher, act):
    """Let `act(run_ids)` happen when the batch has looked and before it takes the first run."""
    work, done = launcher.run_dossiers, []

    def run_dossiers(settings, run_ids, *more):
        if not done:
            done.append(True)
            act(run_ids)
        work(settings, run_ids, *more)

    monkeypatch.setattr(sys.modules["dossier_assets.launch"], "run_dossiers", run_dossiers)


def test_a_run_that_is_deleted_while_a_batch_works_is_named_and_the_rest_is_answered(
    document, store, launcher, monkeypatch
):
    run_ids = [add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3")]

    def delete_one(_):
        with store.transaction() as session:
            runs.delete(session, run_ids[1])

    meanwhile(monkeypatch, launcher, delete_one)
    code, said = document("run", "--flagged")
    assert code == 4
    assert [(row["run_id"], row["status"]) for row in said["runs"]] == [
        (run_ids[0], "completed"),
        (run_ids[1], "cancelled"),
        (run_ids[2], "completed"),
    ]
    assert said["runs"][1]["error"] == "It was deleted while this command worked."
    assert (said["runs"][1]["paths"], said["runs"][1]["claims"]) == ({}, None)


def test_a_queue_that_is_cancelled_while_a_batch_works_stays_cancelled(document, store, launcher, monkeypatch):
    run_ids = [add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3")]

    def cancel(_):
        for run_id in run_ids[1:]:
            with store.transaction() as session:
                runs.cancel(session, run_id)

    meanwhile(monkeypatch, launcher, cancel)
    code, said = document("run", "--flagged")
    assert (code, [row["status"] for row in said["runs"]]) == (4, ["completed", "cancelled", "cancelled"])
    assert launcher.launched == run_ids[:1]


def test_what_another_process_made_meanwhile_is_shown_and_not_made_again(document, store, launcher, monkeypatch):
    run_ids = [add_run(store, name, f"{name}.example") for name in ("a1", "b2")]

    def make(_):
        finish(store, take(store, run_ids[1], "another process"))

    meanwhile(monkeypatch, launcher, make)
    _, said = document("run", "--flagged")
    assert [row["status"] for row in said["runs"]] == ["completed", "completed"]
    assert launcher.launched == run_ids[:1]
    assert run_of(store, run_ids[1]).attempt == 1


@pytest.mark.parametrize("times", [1, 3])
def test_a_busy_database_is_waited_for(call, store, launcher, monkeypatch, times):
    add_run(store)
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)

    def busy(_):
        raise Retryable("The database could not be used.", "It answered: database is locked.")

    for _ in range(times):
        meanwhile(monkeypatch, sys.modules["dossier_assets.launch"], busy)
    code, _, err = call("run", "--flagged")
    assert (code, waits) == (0, [2.0, 4.0, 8.0][:times])
    assert "database is locked. Trying again in 2 s." in err


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2100-01-02", "9999-12-31"])
def test_a_day_that_no_dossier_can_count_to_queues_nothing(call, store, day):
    run_id = add_run(store)
    for more in (["--flagged"], ["--lead", "acme.example"], ["--discover", 1], ["--flagged", "--dry-run"]):
        code, _, err = call("run", "--client", "seller", *more, "--as-of", day)
        assert (code, "1900-01-01 to 2100-01-01" in err) == (2, True)
    with store.reading() as session:
        assert [view.run_id for view in runs.list_runs(session)] == [run_id]
    assert run_of(store, run_id).reference_date is None


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"DOSSIER_SEARCH": "exa"}, "EXA_API_KEY"),
        ({"DOSSIER_SEARCH": "brave", "EXA_API_KEY": "k"}, "BRAVE_API_KEY"),
        ({"DOSSIER_SEARCH": "anthropic"}, "ANTHROPIC_API_KEY"),
        ({"DOSSIER_REGISTERS": "edgar,sam"}, "SAM_API_KEY"),
    ],
)
def test_a_search_without_its_key_queues_nothing(call, store, launcher, monkeypatch, variables, missing):
    run_id = add_run(store)
    with store.transaction() as session:
        runs.cancel(session, run_id)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, _, err = call("run", "--client", "seller", "--lead", "acme.example")
    assert (code, f"{missing} is not set" in err) == (2, True)
    with store.reading() as session:
        assert [view.run_id for view in runs.list_runs(session)] == [run_id]
    monkeypatch.setenv(missing, "k")
    assert call("run", "--client", "seller", "--lead", "acme.example")[0] == 0


def test_a_run_that_ends_partial_says_why_and_which_command_makes_it_whole(call, store, launcher):
    run_id = add_run(store)
    run = take(store, run_id)
    cost(store, run, 0.1, "signal_discovery", StepStatus.FAILED)
    finish(store, run, RunStatus.BLOCKED, error="Out of retries.", step="signals")
    launcher.script = {"acme.example": ["partial"]}
    code, out, _ = call("retry", run_id)
    assert code == 4
    assert f"{run_id} is partial: signal_discovery: a step gave no usable answer" in out.splitlines()
    assert out.splitlines()[-1] == f"Next: Ask anew: dossier retry {run_id} --from signal_discovery --no-cache"

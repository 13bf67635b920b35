"""Whole dossiers by Claude over loopback: what they cost, what is never asked twice, and what bad answers come to."""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from claude_fixture import by_hand
from kill_fixture import CLIENT, comparable, faults
from place_fixture import KEY, Place, place
from sqlalchemy import text

from dossier.ceiling import CEILING
from dossier.evidence.invariants import broken
from dossier.models import Dossier
from dossier.sample_files import COLLECTED
from dossier.store import runs, sources
from dossier.testing import Fault, ModelServer, Reply
from dossier_assets.launch import run_dossiers
from resources.settings import Settings

pytestmark = pytest.mark.whole
NAMES = ("General Mills", "Intel")
AT_ONCE = 10  # calls that are under way when the first one is refused


# --- one home in which nothing goes wrong -------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """Two leads, made once; made again with the model's port closed; the first one anew, and one step anew."""

    place: Place
    first: list
    served: list
    closed: list
    anew: dict
    asked_anew: int
    one_step: dict
    asked_for_one_step: int


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with ModelServer() as server, place(tmp_path_factory.mktemp("story"), server.url, most=len(NAMES)) as home:
        first, served = home.run("--flagged"), server.served
        port = int(server.url.rpartition(":")[2])
        server.__exit__()
        closed = home.run("--client", CLIENT, *(word for name in NAMES for word in ("--lead", name)))
        with ModelServer(port=port) as again:
            anew = home.again("--no-cache")
            asked = again.count()
            one_step = home.again("--fresh", "insight")
            yield Story(home, first, served, closed, anew, asked, one_step, again.count() - asked)


def test_the_sample_leads_become_complete_dossiers_that_keep_every_promise(story):
    assert [(run["lead"], run["status"], run["dossier_status"]) for run in story.first] == [
        (name, "completed", "complete") for name in NAMES
    ]
    assert not faults(story.place.home, story.place.home.seen())
    for run in story.first:
        made = Dossier.model_validate(story.place.dossiers[run["run_id"]])
        ids = [source.id for source in made.sources]
        with story.place.home.store() as store, store.reading() as session:
            texts = {one.id: one.text for one in sources.documents(session, ids, CLIENT)}
        raw = [row.claim_id for row in story.place.rows(_CLAIMS, run=run["run_id"])]
        assert raw
        assert broken(made, texts, raw) == []
        assert made.provider == "anthropic"


_CLAIMS = """SELECT claim_id FROM v2_claims c JOIN v2_pipeline_runs r ON r.id = c.pipeline_run_id
    WHERE r.run_id = :run"""


def test_the_ledger_is_what_the_server_counted_to_the_token_and_the_nano_dollar(story):
    counted = {
        one.message_id: (
            one.body_key,
            one.usage["input_tokens"] + one.usage["cache_creation_input_tokens"] + one.usage["cache_read_input_tokens"],
            one.usage["output_tokens"],
            by_hand(one.usage, one.body["model"]),
        )
        for one in story.served
    }
    first = [call for run in story.first for call in story.place.calls(run["run_id"])]
    assert {call.message_id: (call.key, call.tokens_in, call.tokens_out, call.cost) for call in first} == counted
    assert {(call.state, call.held, call.accepted) for call in first} == {("answered", 0, 1)}
    for run in story.first:
        mine = story.place.calls(run["run_id"])
        assert len(mine) == run["llm_calls"] <= CEILING
        assert run["cost_usd"] * 1e9 == pytest.approx(sum(call.cost for call in mine))


def test_with_the_port_of_the_model_closed_every_dossier_is_made_again_the_same_without_a_call(story):
    for before, after in zip(story.first, story.closed, strict=True):
        assert (after["status"], after["llm_calls"], after["cost_usd"]) == ("completed", 0, 0.0)
        assert after["cached_calls"] == before["llm_calls"]
        assert set(story.place.asked(after["run_id"]).values()) <= {(0, 1), (0, 2), (0, 3)}
        assert story.place.calls(after["run_id"]) == []
        made, again = (comparable(story.place.dossiers[run["run_id"]]) for run in (before, after))
        assert again == made


def test_without_the_kept_answers_everything_is_asked_again_and_of_one_step_only_this_step(story):
    assert story.anew["llm_calls"] == story.first[0]["llm_calls"] == story.asked_anew
    assert story.anew["cached_calls"] == 0
    asked = story.place.asked(story.one_step["run_id"])
    assert asked.pop("insight") == (1, 0)
    assert {calls for calls, _ in asked.values()} == {0}
    assert story.asked_for_one_step == 1


def test_the_key_of_the_vendor_stands_nowhere_in_a_home(story):
    files = [path for path in story.place.home.folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


# --- answers that cannot be used ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A model server and a home of one lead, for runs that do not see each other's answers."""
    with ModelServer() as server, place(tmp_path_factory.mktemp("desk"), server.url) as home:
        yield home, server


@contextmanager
def told(server, action):
    """Let the server answer like this for the length of the block; how often it was asked is counted from here."""
    server.clear()
    server.always(action)
    yield server.count()
    server.clear()


BAD = {
    "another schema": (Reply.wrong_schema(), 2),
    "a NUL and half a character": (Reply.nul(), 2),
    "refused": (Reply.refusal(), 1),
    "a megabyte": (Reply.big(1), 1),
}


@pytest.mark.parametrize(("reply", "asked_at_most"), BAD.values(), ids=BAD)
def test_answers_that_cannot_be_used_leave_gaps_and_are_repaired_once_at_most(desk, reply, asked_at_most):
    home, server = desk
    with told(server, reply) as before:
        run = home.again("--no-cache")
    assert (run["status"], run["dossier_status"]) == ("completed", "partial")
    asked = home.asked(run["run_id"])
    assert len(asked) >= 8
    assert max(calls for calls, _ in asked.values()) == asked_at_most
    assert server.count() - before == run["llm_calls"] <= CEILING
    ends = home.rows(_STEPS, run=run["run_id"])
    assert {row.status for row in ends if row.step in asked} == {"failed"}
    assert all(row.raw_output for row in ends if row.step in asked) == (reply.texts != ())
    made = home.dossiers[run["run_id"]]
    assert made["gaps"]
    assert made["claims"] == []


_STEPS = """SELECT s.* FROM v2_step_runs s JOIN v2_pipeline_runs r ON r.id = s.pipeline_run_id
    WHERE r.run_id = :run"""


def test_a_key_that_is_refused_fails_the_run_at_the_first_call(desk):
    home, server = desk
    with told(server, Fault.of_status(401)) as before:
        run = home.again("--no-cache")
    assert (run["status"], server.count() - before) == ("failed", 1)
    assert "refuses the key" in run["error"]


def test_a_model_that_invents_leaves_nothing_behind_but_the_count_of_what_was_dropped(desk):
    home, server = desk
    with told(server, Reply.inventing()):
        run = home.again("--no-cache")
    assert run["status"] == "completed"
    pages = home.pages(run["run_id"])
    made = home.dossiers[run["run_id"]]
    for invention in ("Quackenbush", "made-up.invalid", "MERGED_987", "$987 million", "source-unknown"):
        assert invention not in pages
    assert made["invalid_claims"]
    assert f"{len(made['invalid_claims'])} statements were left out" in " ".join(made["gaps"])


# --- too many, and budgets ----------------------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path):
    """A model server and a home of its own, with two flagged leads."""
    with ModelServer() as server, place(tmp_path / "home", server.url, most=len(NAMES)) as home:
        yield home, server


def test_a_storm_of_429_sends_runs_back_to_the_queue_and_nothing_is_paid_twice(fresh, monkeypatch):
    home, server = fresh
    monkeypatch.setattr("resources.claude.LONGEST_TURN", 0.1)  # nobody waits here for the storm to end
    ids = [row.run_id for row in home.rows("SELECT run_id FROM oracle_runs ORDER BY run_id")][:1]
    server.script(*[Reply.sensible()] * 6)
    for storm, least, most in ((Fault.rate_limited(7), 5, 7), (Fault.rate_limited(), 0, 4)):
        server.always(storm)
        run_dossiers(Settings(), ids)
        run = the_run(home, ids[0])
        assert run.status == "pending"
        assert "takes no more calls now" in run.error
        assert least <= run.due_in_s <= most
        with home.home.store() as store, store.transaction() as session:
            session.execute(text("DELETE FROM v2_rate_limits"))  # as time would
    assert server.count(status=200) == 6
    server.clear()
    run_dossiers(Settings(), ids)
    assert the_run(home, ids[0]).status == "completed"
    assert server.repeated() == []
    counted = [by_hand(one.usage, one.body["model"]) for one in server.served if one.usage]
    assert sum(call.cost for call in home.calls()) == sum(counted)


def the_run(home, run_id):
    with home.home.store() as store, store.reading() as session:
        return runs.get_run(session, run_id)


def test_a_spend_limit_of_the_vendor_holds_the_queue_until_it_is_over(fresh):
    home, server = fresh
    server.script(*[Reply.sensible()] * 5)
    server.always(Fault.spend_limit())
    code, said = home("run", "--flagged", "--as-of", str(COLLECTED))
    assert code == 3
    assert [(run["status"], "paused until" in run["error"]) for run in said["runs"]] == [("pending", True)] * len(NAMES)
    asked = server.count()
    assert asked <= 5 + AT_ONCE
    assert {run["status"] for run in home.run("--flagged")} == {"pending"}
    assert server.count() == asked, "nobody asks while calls are paused"
    server.clear()
    home("budget", "--resume")
    assert {(run["status"], run["dossier_status"]) for run in home.run("--flagged")} == {("completed", "complete")}
    assert server.repeated() == []


def test_a_budget_that_is_too_small_for_a_call_skips_runs_and_one_that_runs_out_leaves_gaps(fresh, monkeypatch):
    home, server = fresh
    monkeypatch.setenv("DOSSIER_BUDGET_USD_DAY", "0.0001")
    runs = home.run("--flagged")
    assert [(run["status"], server.count()) for run in runs] == [("skipped", 0)] * 2
    assert all("The budget is reached: all clients, today" in run["error"] for run in runs)
    monkeypatch.setenv("DOSSIER_BUDGET_USD_DAY", "0.1")
    runs = home.run("--client", CLIENT, *(word for name in NAMES for word in ("--lead", name)))
    assert {run["status"] for run in runs} <= {"completed", "skipped"}
    assert "partial" in {run["dossier_status"] for run in runs}
    assert 0 < sum(call.cost for call in home.calls()) <= 100_000_000
    partial = [home.dossiers[run["run_id"]] for run in runs if run["dossier_status"] == "partial"]
    assert all("budget is reached" in " ".join(made["gaps"]) for made in partial)


def test_a_model_that_always_wants_one_more_search_is_stopped(fresh, monkeypatch):
    home, server = fresh
    monkeypatch.setenv("DOSSIER_SEARCH", "anthropic")
    server.always(Reply.more_searches())
    run = home.again("--budget-usd", "5")
    assert run["status"] == "completed"
    assert "No source about General Mills was found." in home.dossiers[run["run_id"]]["gaps"]
    assert 3 <= server.count() <= CEILING
    assert sum(call.cost for call in home.calls()) <= 5_000_000_000

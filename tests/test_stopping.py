"""A process that is told to stop: every wait ends at once, nothing is held or lost, and its runs wait in the queue."""

import json
import signal
import sys
import threading

import pytest
from claude_fixture import SMART, server, world_of
from dagster import DagsterExecutionInterruptedError
from store_fixture import add_run, lead_status, run_of, take

from dossier import stopping
from dossier.errors import Stopped
from dossier.models import RunStatus
from dossier.store import limits, runs
from dossier.store.budgets import Budgets
from dossier.store.calls import Ask, CallBook
from dossier.testing import Fault
from dossier_assets import launch
from dossier_assets.side_by_side import as_they_come

__all__ = ["server"]


@pytest.fixture(autouse=True)
def _begun():
    yield
    stopping.begin()


class ToldMeanwhile:
    """Nobody has said a word yet, but whoever waits is told while it does."""

    def __init__(self):
        self.waits = []

    def wait(self, seconds):
        self.waits.append(seconds)
        return seconds > 0


@pytest.fixture
def told_meanwhile(monkeypatch):
    told = ToldMeanwhile()
    monkeypatch.setattr(stopping, "_told", told)
    return told


def test_a_wait_of_minutes_ends_at_the_word_and_a_later_one_does_not_begin():
    ended = []

    def wait():
        try:
            stopping.pause(300)
        except Stopped:
            ended.append(True)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    stopping.tell()
    thread.join(20)
    assert ended == [True]
    with pytest.raises(Stopped):
        stopping.pause(0)
    stopping.begin()
    stopping.pause(0)


def test_a_call_that_waits_for_its_turn_holds_nothing_once_it_is_stopped(store, server, told_meanwhile):
    world = world_of(store, server.url)
    with store.transaction() as session:
        limits.slow(session, SMART, 200)
    with pytest.raises(Stopped):
        world.ask()
    assert told_meanwhile.waits[-1] > 100
    assert [(made.state, made.cost, made.held) for made in world.calls()] == [("failed", 0, 0)]
    assert server.count() == 0


def test_a_call_that_waits_for_others_holds_has_none_of_its_own(sqlite_store, server, told_meanwhile):
    world = world_of(sqlite_store, server.url)
    CallBook(sqlite_store, world.another_run(), Budgets(day=150)).hold(Ask("media", "a" * 64, SMART, 100))
    with pytest.raises(Stopped):
        CallBook(sqlite_store, world.run, Budgets(day=150)).hold(Ask("media", "b" * 64, SMART, 100))
    assert [made.held for made in world.calls()] == [100]


def test_after_the_word_nothing_is_asked_and_what_is_kept_still_answers(sqlite_store, server):
    world = world_of(sqlite_store, server.url)
    answer = world.ask()
    stopping.tell()
    assert world.ask().text == answer.text
    with pytest.raises(Stopped):
        world.ask(prompt="Another question.")
    assert (server.count(), len(world.calls())) == (1, 1)


def test_an_answer_that_was_lost_is_booked_and_not_asked_for_again(sqlite_store, server, monkeypatch):
    world = world_of(sqlite_store, server.url)
    book = CallBook.attempted

    def attempted(self, *about):
        book(self, *about)
        stopping.tell()

    monkeypatch.setattr(CallBook, "attempted", attempted)
    monkeypatch.setattr("anthropic._base_client.INITIAL_RETRY_DELAY", 0.0005)
    server.always(Fault.lost_answer())
    with pytest.raises(Stopped):
        world.ask()
    [made] = world.calls()
    assert (made.state, made.held, made.attempts[0][0]) == ("unknown", 0, None)
    assert made.cost > 0
    assert server.count() == 1


@pytest.fixture(autouse=True)
def interruptible():
    """A process that a shell began in the background ignores Ctrl-C, and hands that down."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_branches_that_wait_end_when_their_caller_is_interrupted():
    begun = threading.Event()

    def waits():
        begun.set()
        stopping.pause(300)
        yield "never"

    def interrupts():
        begun.wait(20)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        stopping.pause(300)
        yield "never"

    with pytest.raises(KeyboardInterrupt):
        list(as_they_come([waits, interrupts]))
    with pytest.raises(Stopped):
        stopping.pause(0)


def test_a_run_that_was_stopped_waits_in_the_queue_and_nothing_is_counted(store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.give_back(session, run_id, run.fence, "The work was stopped.", "signals")
    view = run_of(store, run_id)
    assert (view.status, view.attempt, view.requeues, view.error_step) == (RunStatus.PENDING, 2, 0, "signals")
    assert lead_status(store) == ["flagged"]
    with store.reading() as session:
        assert [due.run_id for due in runs.due_runs(session)] == [run_id]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_told_to_end_says_how_to_go_on(call, home_store, monkeypatch, number):
    add_run(home_store)
    module = sys.modules["dossier_assets.launch"]
    monkeypatch.setattr(module, "run_dossiers", lambda *_: signal.raise_signal(number))
    before = signal.getsignal(signal.SIGTERM)
    code, out, err = call("run", "--flagged", "--json")
    assert code == 130
    said = json.loads(out)["error"]
    assert (said["what"], said["next"]) == (
        "Stopped.",
        "Nothing finished is lost; go on with: dossier run --flagged",
    )
    assert "Traceback" not in err
    assert signal.getsignal(signal.SIGTERM) is before


def test_dagsters_own_word_for_an_interruption_does_not_reach_the_command(monkeypatch):
    def interrupted(*_):
        raise DagsterExecutionInterruptedError

    class Place:
        class runs:
            expect = close = staticmethod(lambda *_: None)
            watched = staticmethod(lambda _: threading.Lock())

    monkeypatch.setattr(launch, "_execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        launch._run_group(Place(), {}, None, {})

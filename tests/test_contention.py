"""Two that want the same run at the same moment on PostgreSQL: one waits for the other's commit, then sees it.

Each test holds a first transaction open until the server says that the second one waits for its lock. On SQLite
there is one writer at a time, see `tests/test_migrations.py`.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from store_fixture import PLAN, add_run, finish, run_of, take
from test_leases import ELSEWHERE, lease_is_over

from dossier.errors import BadInput, Superseded
from dossier.models import RunStatus
from dossier.store import artifacts, leads, runs

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{}'"
ORDER = ("search_queries", "sources")


@pytest.fixture
def store(postgres_store):
    return postgres_store


@pytest.fixture
def meanwhile(store, postgres_server, postgres_shared):
    """Do `first` in a transaction, begin `second` in another, and commit the first when the second waits for it.

    Returns what `second` returned or raised.
    """

    def do(first, second):
        def other():
            with store.transaction() as session:
                return second(session)

        with ThreadPoolExecutor(1) as pool:
            with store.transaction() as session:
                first(session)
                asked = pool.submit(other)
                while not postgres_server.sql(WAITING.format(postgres_shared))[0][0]:
                    assert not asked.done(), f"did not wait: {asked.exception() or asked.result()}"
            return asked.exception() or asked.result()

    return do


def taking(run_id, worker="dagster-2", owner=ELSEWHERE, **more):
    return lambda session: runs.take(session, run_id, owner=owner, dagster_run_id=worker, snapshot=dict, **more)


def saving(run):
    return lambda session: artifacts.save(session, run, "sources", b"{}", "0" * 64, PLAN)


def queueing(store, **wishes):
    with store.reading() as session:
        lead = leads.get_lead(session, "seller", "acme.example")
    return lambda session: runs.queue_run(session, "seller", lead.id, trigger="manual", **wishes)


def cancelling(run_id):
    return lambda session: runs.cancel(session, run_id)


def test_of_two_workers_one_gets_the_run(store, meanwhile):
    run_id = add_run(store)
    refused = meanwhile(taking(run_id, "dagster-1"), taking(run_id, "dagster-2"))
    assert isinstance(refused, Superseded)
    assert run_of(store, run_id).owner == ELSEWHERE
    with store.transaction() as session:
        assert runs.renew(session, ELSEWHERE) == {run_id: 1}


def test_of_two_workers_one_gets_a_run_whose_worker_is_gone(store, meanwhile):
    run_id = add_run(store)
    take(store, run_id, "dagster-0", owner=ELSEWHERE)
    lease_is_over(store, run_id)
    refused = meanwhile(taking(run_id, "dagster-1"), taking(run_id, "dagster-2"))
    assert isinstance(refused, Superseded)
    assert run_of(store, run_id).attempt == 2


def test_a_write_that_waits_for_a_cancellation_is_refused(store, meanwhile):
    run_id = add_run(store)
    run = take(store, run_id)
    refused = meanwhile(cancelling(run_id), saving(run))
    assert isinstance(refused, Superseded)
    with store.reading() as session:
        assert artifacts.load(session, run_id, "sources") is None


def test_a_cancellation_waits_for_a_write_and_comes_after_it(store, meanwhile):
    run_id = add_run(store)
    run = take(store, run_id)
    assert meanwhile(saving(run), cancelling(run_id)) is None
    assert (run_of(store, run_id).status, run_of(store, run_id).steps_completed) == (RunStatus.CANCELLED, ["sources"])


def test_a_worker_that_is_heard_from_at_the_last_moment_keeps_its_run(store, meanwhile):
    run_id = add_run(store)
    take(store, run_id, owner=ELSEWHERE)
    lease_is_over(store, run_id)
    assert meanwhile(lambda session: runs.renew(session, ELSEWHERE), runs.recover) == []
    assert run_of(store, run_id).status is RunStatus.RUNNING


def test_a_worker_that_is_given_up_at_the_last_moment_learns_it(store, meanwhile):
    run_id = add_run(store)
    take(store, run_id, owner=ELSEWHERE)
    lease_is_over(store, run_id)
    assert meanwhile(runs.recover, lambda session: runs.renew(session, ELSEWHERE)) == {}


def test_a_lead_that_two_queue_at_once_gets_one_run(store, meanwhile):
    first = add_run(store)
    finish(store, take(store, first))
    second = first.removesuffix("1") + "2"
    assert meanwhile(queueing(store), queueing(store)) == second
    with store.reading() as session:
        assert [due.run_id for due in runs.due_runs(session)] == [second]


def test_a_run_that_is_taken_while_its_lead_is_queued_again_keeps_its_wishes(store, meanwhile):
    run_id = add_run(store)
    assert meanwhile(taking(run_id), queueing(store, provider="anthropic")) == run_id
    assert (run_of(store, run_id).status, run_of(store, run_id).provider) == (RunStatus.RUNNING, None)


def test_a_run_that_is_taken_while_its_lead_is_queued_for_another_day_says_so(store, meanwhile):
    run_id = add_run(store)
    refused = meanwhile(taking(run_id), queueing(store, reference_date=date(2020, 1, 1)))
    assert isinstance(refused, BadInput)
    assert "is being made now" in str(refused)


@pytest.mark.parametrize("again", ["take", "retry"])
def test_an_old_run_does_not_begin_again_beside_one_that_is_just_queued(store, meanwhile, again):
    old = add_run(store)
    finish(store, take(store, old), RunStatus.FAILED, error="no")
    begin = taking(old) if again == "take" else lambda session: runs.retry(session, old, order=ORDER)
    refused = meanwhile(queueing(store), begin)
    assert isinstance(refused, BadInput)
    assert old.removesuffix("1") + "2" in str(refused)
    assert run_of(store, old).status is RunStatus.FAILED


def test_a_retry_asked_for_twice_at_once_makes_one_attempt(store, meanwhile):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED, error="no")

    def retrying(session):
        runs.retry(session, run_id, order=ORDER)

    assert isinstance(meanwhile(retrying, retrying), BadInput)
    assert run_of(store, run_id).attempt == 2


def test_a_run_that_is_deleted_while_a_worker_takes_it_is_unknown_to_it(store, meanwhile):
    run_id = add_run(store)
    refused = meanwhile(lambda session: runs.delete(session, run_id), taking(run_id))
    assert isinstance(refused, BadInput)
    assert "deleted" in str(refused)

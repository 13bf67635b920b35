"""PostgreSQL in particular: what its faults mean, what a pooler sees of us, text that only SQLite would take."""

from __future__ import annotations

import re
import threading
import traceback

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from store_fixture import add_client, add_run, document, row, take

from dossier.errors import BadInput, DossierError, Retryable
from dossier.models import StepStatus
from dossier.ports import StepRecord, Variable
from dossier.store import clients, leads, sources, step_runs
from dossier.store.addresses import in_schema, normal_url
from dossier.store.database import Store
from dossier.store.faults import meaning
from dossier.store.tables_queue import ClientRow, LeadRow

NOTHING = {"industry_research": {}, "research_context": {}, "settings": {}}
URL = make_url("postgresql+psycopg2://seller:s3cret%2Fword@db.example/leads")

# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg", "POSTGRES"])
def test_every_way_to_write_the_address_means_the_driver_that_is_installed(scheme):
    url = normal_url(f" {scheme}://u:p%40w@pooler.example:6543/postgres?sslmode=require ")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg2://u:p%40w@pooler.example:6543/postgres?sslmode=require"
    )


def test_no_secret_of_an_address_is_shown():
    store = Store.open("postgres://u@h/d?password=s3cret&sslpassword=s3cret&sslmode=require")
    assert store.url_without_password == "postgresql+psycopg2://u:***@h/d?sslmode=require"
    assert store._url.password == "s3cret"


def test_dagsters_address_is_ours_in_another_schema():
    assert in_schema("postgres://u:p%40w@h/d", "dagster") == (
        "postgresql+psycopg2://u:p%40w@h/d?options=-csearch_path%3Ddagster"
    )
    both = in_schema("postgres://u@h/d?options=-cstatement_timeout%3D9000", "dagster")
    assert make_url(both).query["options"] == "-cstatement_timeout=9000 -csearch_path=dagster"


# ---------------------------------------------------------------- what a fault means


def fault(message: str, state: str | None = None, kind: str = "OperationalError") -> DBAPIError:
    class Original(getattr(psycopg2, kind)):
        pgcode = state

    return DBAPIError.instance("SELECT 1", {}, Original(message), psycopg2.Error)


@pytest.mark.parametrize(
    ("message", "state"),
    [
        (
            'connection to server at "db.example" (10.0.0.1), port 5432 failed: Connection refused\n\tIs it running?',
            None,
        ),
        ("connection to server at db.example failed: timeout expired", None),
        ("server closed the connection unexpectedly", None),
        ('could not translate host name "db.example" to address: Temporary failure in name resolution', None),
        ("FATAL:  sorry, too many clients already", None),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", None),
        ("FATAL:  MaxClientsInSessionMode: max clients reached", None),
        ("FATAL:  the database system is starting up", None),
        ("terminating connection due to administrator command", "57P01"),
        ("could not serialize access due to concurrent update", "40001"),
        ("deadlock detected", "40P01"),
        ("canceling statement due to lock timeout", "55P03"),
        ("canceling statement due to statement timeout", "57014"),
        ("could not extend file: No space left on device", "53100"),
        ("too many connections for role", "53300"),
        ("cannot execute UPDATE in a read-only transaction", "25006"),
    ],
)
def test_a_passing_fault_is_tried_again(message, state):
    told = meaning(fault(message, state), URL)
    assert isinstance(told, Retryable)
    assert "\n" not in str(told)


@pytest.mark.parametrize(
    "address",
    [
        "u:se@cret@h/d",
        "u:se@cret@h:5432/d",
        "u:s@e@cret@h/d",
        "u:se@cr/et@h/d",
        "u:se@cr?et@h/d",
        "u:se@cr#et@h/d",
        "u:se@cr:et@h/d",
        "u:s@[cret@h/d",
        "u:se@%40cret@h/d",
    ],
)
def test_a_password_with_a_bare_at_sign_is_refused_and_no_part_of_it_is_shown(address):
    for scheme in ("postgres", "postgresql", "postgresql+psycopg2"):
        with pytest.raises(BadInput) as refused:
            normal_url(f"{scheme}://{address}")
        assert not {"se", "cret", "cr", "et"} & set(re.split(r"[^A-Za-z]+", str(refused.value)))


def test_an_at_sign_that_is_written_as_figures_stands_in_the_password():
    assert normal_url("postgres://u:se%40cret@h/d").password == "se@cret"
    assert normal_url("postgres://u:p@h/d?options=-cx%3Da@b").query["options"] == "-cx=a@b"


@pytest.mark.parametrize(
    ("message", "state", "what"),
    [
        ('FATAL:  password authentication failed for user "seller" (s3cret/word)', None, "refused the user"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "seller", no encryption', None, "refused the user"),
        ("fe_sendauth: no password supplied", None, "refused the user"),
        ("FATAL:  Tenant or user not found", "XX000", None),
        ("FATAL:  Tenant or user not found", None, "refused the user"),
        ('FATAL:  role "seller" does not exist', None, "does not know the user"),
        ('FATAL:  database "leads" does not exist', None, "no such database"),
        ('could not translate host name "db.exmaple" to address: Name or service not known', None, "host is not known"),
        ("permission denied for database leads", "42501", "lacks a right"),
        ('FATAL:  permission denied for database "leads"', None, "lacks a right"),
        ("server does not support SSL, but SSL was required", None, "No safe connection"),
        ('invalid dsn: invalid connection option "pgbouncer"', None, "does not know"),
    ],
)
def test_what_a_person_has_to_mend_says_what_without_the_password(message, state, what):
    kind = "ProgrammingError" if "dsn" in message or state else "OperationalError"
    told = meaning(fault(message, state, kind), URL)
    if what is None:
        assert told is None
        return
    assert isinstance(told, BadInput)
    assert what in told.what
    assert told.next_step
    assert "s3cret" not in str(told)


@pytest.mark.parametrize(
    ("message", "state", "kind"),
    [
        ("duplicate key value violates unique constraint", "23505", "IntegrityError"),
        ('relation "v2_clients" does not exist', "42P01", "ProgrammingError"),
        ("value too long for type character varying(30)", "22001", "DataError"),
        ("can't adapt type 'object'", None, "ProgrammingError"),
    ],
)
def test_a_bug_stays_a_bug(message, state, kind):
    assert meaning(fault(message, state, kind), URL) is None


def test_an_error_does_not_tell_the_row_that_broke_a_rule(store):
    add_client(store, "anna-secret")
    with pytest.raises(IntegrityError) as broken, store.transaction() as session:
        session.add(ClientRow(slug="anna-secret", name="Anna", icp_config={}, **NOTHING))
    seen = "".join(traceback.format_exception(broken.value))
    assert "UNIQUE" in seen.upper()
    assert "anna-secret" not in seen.replace('"anna-secret"', "")  # which stands in this file


# ---------------------------------------------------------------- the same, on the real server


def refused(url: str) -> DossierError:
    with pytest.raises(DossierError) as told:
        Store.open(url).upgrade()
    assert "wrong" not in str(told.value)
    return told.value


@pytest.fixture
def users(postgres_server):
    """A user with a password, and one who may do nothing but connect."""
    postgres_server.sql("CREATE ROLE secured LOGIN PASSWORD 'right'")
    postgres_server.sql("CREATE ROLE limited LOGIN")
    yield
    for user in ("secured", "limited"):
        postgres_server.sql(f"DROP ROLE {user}")


def test_a_server_says_no(postgres_server, postgres_url, users):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    assert "refused the user" in refused(postgres_server.url(name, "secured", "wrong")).what
    assert "does not know the user" in refused(postgres_server.url(name, "nobody")).what
    assert "no such database" in refused(postgres_server.url("nowhere")).what
    lacking = refused(postgres_server.url(name, "limited"))
    assert "lacks a right" in lacking.what
    assert "CREATE SCHEMA dossier AUTHORIZATION" in lacking.next_step
    postgres_server.sql("ALTER ROLE limited CONNECTION LIMIT 0")
    assert isinstance(refused(postgres_server.url(name, "limited")), Retryable)
    nobody_there = "postgresql://u:wrong@/db?host=/nonexistent"
    assert isinstance(refused(nobody_there), Retryable)
    assert isinstance(refused("postgresql://u:wrong@127.0.0.1:9/db"), Retryable)


def test_whoever_may_only_use_the_schema_that_an_administrator_made_can_work(postgres_server, postgres_url, users):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres_server.sql("CREATE SCHEMA dossier AUTHORIZATION limited", name)
    store = Store.open(postgres_server.url(name, "limited"))
    store.upgrade()
    with store.transaction() as session:
        sources.save_documents(session, [document("Acme builds.")], None)
    store.close()
    postgres_server.sql("DROP OWNED BY limited", name)


def test_a_server_that_is_too_old_is_refused(postgres_url, monkeypatch):
    monkeypatch.setattr("dossier.store.database.OLDEST_SERVER", 99)
    assert "99 or newer" in refused(postgres_url).why


def test_a_transaction_whose_connection_is_cut_is_tried_again_and_the_next_one_works(postgres_store, postgres_server):
    def cut() -> None:
        with postgres_store.transaction() as session:
            own = session.scalar(text("SELECT pg_backend_pid()"))
            postgres_server.sql(f"SELECT pg_terminate_backend({own}, 10000)")
            sources.count_documents(session)

    with pytest.raises(Retryable):
        cut()
    add_client(postgres_store)


def test_an_idle_connection_that_was_cut_is_not_noticed(postgres_store, postgres_server):
    with postgres_store.reading() as session:
        own = session.scalar(text("SELECT pg_backend_pid()"))
    postgres_server.sql(f"SELECT pg_terminate_backend({own}, 10000)")
    add_client(postgres_store)


def test_a_row_that_stays_locked_is_a_passing_fault(postgres_store, monkeypatch):
    add_client(postgres_store)
    monkeypatch.setattr("dossier.store.database.BUSY_SECONDS", "0.05")
    with postgres_store.transaction() as session:
        clients.client_row(session, "seller", lock=True)
        with pytest.raises(Retryable, match="lock timeout"), postgres_store.transaction() as other:
            clients.client_row(other, "seller", lock=True)


def test_of_two_that_wait_for_each_other_one_is_tried_again(postgres_store):
    for slug in ("a", "b"):
        add_client(postgres_store, slug)
    both_hold, outcomes = threading.Barrier(2), []

    def work(first: str, second: str) -> None:
        try:
            with postgres_store.transaction() as session:
                clients.client_row(session, first, lock=True)
                both_hold.wait(30)
                clients.client_row(session, second, lock=True)
            outcomes.append("done")
        except Retryable as fault:
            outcomes.append("again" if "deadlock" in str(fault) else str(fault))

    threads = [threading.Thread(target=work, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["again", "done"]


def test_when_no_connection_is_free_the_work_is_tried_again(postgres_url, monkeypatch):
    store = Store.open(postgres_url)
    monkeypatch.setattr(store._engine.pool, "_timeout", 0.05)
    held = [store._engine.connect() for _ in range(20)]
    with pytest.raises(Retryable, match="in use"), store.reading() as session:
        session.connection()
    for connection in held:
        connection.close()
    store.close()


# ---------------------------------------------------------------- what a pooler sees


def test_nothing_of_a_session_outlives_a_transaction(postgres_store):
    """A pooler in transaction mode gives the connection to somebody else after each commit."""
    run_id = add_run(postgres_store)
    recorder = step_runs.SqlRecorder(postgres_store, take(postgres_store, run_id))
    recorder.open("search_builder", asset="search_queries", variables={})
    seen = []
    for use in (postgres_store.transaction, postgres_store.reading):
        with use() as session:
            sources.count_documents(session)
            seen.append(session.connection().connection.dbapi_connection)
    changed = "SELECT name FROM pg_settings WHERE source = 'session' AND name !~ '^(transaction_|application_name)'"
    left = "SELECT name FROM pg_prepared_statements UNION ALL SELECT 'lock' FROM pg_locks WHERE locktype = 'advisory'"
    for connection in seen:
        with connection.cursor() as cursor:
            cursor.execute(changed)
            assert cursor.fetchall() == []
            cursor.execute(left)
            assert cursor.fetchall() == []
            cursor.execute("SHOW search_path")
            assert "dossier" not in cursor.fetchone()[0]
        connection.rollback()


def test_a_reader_cannot_write_and_a_writer_can_whatever_the_servers_default(postgres_server, postgres_url):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres_server.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    postgres_server.sql(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    store = Store.open(postgres_url)
    store.upgrade()
    add_client(store)
    with store.transaction() as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
    with pytest.raises(Retryable, match="read-only"), store.reading() as session:
        session.execute(text("DELETE FROM v2_clients"))
    store.close()


# ---------------------------------------------------------------- text, order, keys


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters() | st.sampled_from("\x00\ud800\udfff"), max_size=40))
def test_any_text_is_taken_and_what_no_database_holds_is_written_out(store, said):
    run_id = add_run(store)
    run = take(store, run_id)
    recorder = step_runs.SqlRecorder(store, run)
    step = recorder.open(
        "search_builder", asset="search_queries", variables={"v": Variable(said, "static")}, interpolated_prompt=said
    )
    recorder.close(
        step, StepRecord(StepStatus.FAILED, raw_output=said, parsed_output={"k": [said]}, error_message=said)
    )
    with store.reading() as session:
        kept = step_runs.full_steps(session, run_id)[-1]
    written = said.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
    assert kept["raw_output"] == kept["interpolated_prompt"] == kept["error_message"] == written
    assert kept["lineage"][0]["value_preview"] == written[:500]


def test_a_number_that_json_does_not_know_is_kept_as_text(store):
    add_client(store)
    with store.transaction() as session:
        client = clients.client_row(session, "seller")
        client.settings = {"weights": [1.5, float("nan"), {"most": float("inf")}]}
    with store.reading() as session:
        assert session.scalars(select(ClientRow)).one().settings == {"weights": [1.5, "nan", {"most": "inf"}]}


def test_leads_and_clients_are_listed_by_code_point(store):
    names = ["zeta", "Alpha", "alphb", "Ångström", "Zetb", "_under", "Beta Corp", "beta-corq", "10 Co", "9 Co", "Ωmega"]
    for slug in ("seller-b", "seller", "seller2", "seller-a"):
        add_client(store, slug)
    with store.transaction() as session:
        leads.save_leads(session, "seller", [row(name, None, number) for number, name in enumerate(names)], hold=True)
    with store.reading() as session:
        assert [view.name for view in leads.list_leads(session, "seller")] == sorted(names)
        assert [client.slug for client in clients.list_clients(session)] == [
            "seller",
            "seller-a",
            "seller-b",
            "seller2",
        ]


def test_a_name_that_writes_out_to_more_than_an_index_takes_is_refused_with_its_row(store):
    add_client(store)
    long = "".join(chr(0xFDFA) + chr(0x4E00 + n) for n in range(100))  # each sign of one word becomes eighteen letters
    with store.transaction() as session:
        report = leads.save_leads(session, "seller", [row(long, None, 7), row("Acme", None, 8)], hold=True)
    assert [(rejected.row, "1000 bytes" in rejected.reason) for rejected in report.rejected] == [(7, True)]
    with store.reading() as session:
        assert [lead.name for lead in session.scalars(select(LeadRow))] == ["Acme"]

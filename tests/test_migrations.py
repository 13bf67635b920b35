"""The way up and down the schema's revisions, and that it leads to what the models say."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Enum, create_engine, text
from store_fixture import add_run, document, save, take

from dossier.errors import BadInput, Retryable
from dossier.store import clients, runs, sources
from dossier.store.database import BUSY_SECONDS, SCHEMA, VERSION_TABLE, Store
from dossier.store.schema import metadata

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, collation_name
        FROM information_schema.columns WHERE table_schema = 'dossier' ORDER BY 1, 2
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'dossier'::regnamespace AND contype <> 'n' ORDER BY 1, 2
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'dossier' ORDER BY 1, 2",
}


def schema_of(path: Path) -> dict[str, list[str]]:
    """Every table, index and trigger of ours with the words of its SQL: only their order may differ."""
    rows = sqlite3.connect(path).execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view' AND name NOT LIKE 'sqlite_%'"
    )
    return {name: sorted(re.findall(r"[^\s,()]+", sql)) for name, sql in rows}


def catalogue_of(server, database: str, tables: set[str]) -> dict[str, list[tuple]]:
    """What PostgreSQL's catalogue says of `tables`."""
    found = {name: server.sql(query, database) for name, query in CATALOGUE.items()}
    return {name: [row for row in rows if row[0].removeprefix(f"{SCHEMA}.") in tables] for name, rows in found.items()}


def index_and_version(name: str) -> bool:
    return name.startswith("v2_sources_fts") or name == VERSION_TABLE


def names_left(store: Store) -> set[str]:
    """The tables and views that the store's database still has."""
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name <> 'sqlite_sequence'"
    if store.dialect == "postgresql":
        query = """
            SELECT relname FROM pg_class WHERE relnamespace = 'dossier'::regnamespace AND relkind <> 'i'
            UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'dossier'::regnamespace
        """
    with store.reading() as session:
        return set(session.scalars(text(query)))


def test_the_migrations_lead_to_exactly_the_schema_of_the_models(upgraded, tmp_path):
    made = tmp_path / "made.db"
    metadata().create_all(create_engine(f"sqlite:///{made}"))
    migrated = {name: sql for name, sql in schema_of(upgraded).items() if not index_and_version(name)}
    of_models = schema_of(made)
    assert sorted(migrated) == sorted(of_models)
    for name, sql in of_models.items():
        assert migrated[name] == sql, name


def test_on_postgresql_too(postgres_server, postgres_shared, postgres_url):
    made = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres_server.sql(f"CREATE SCHEMA {SCHEMA}", made)
    store = Store.open(postgres_url)
    with store.transaction() as session:
        metadata().create_all(session.connection())
    store.close()
    tables = set(metadata().tables)
    migrated = catalogue_of(postgres_server, postgres_shared, tables)
    of_models = catalogue_of(postgres_server, made, tables)
    assert len(of_models["columns"]) > 200
    for part, rows in of_models.items():
        assert migrated[part] == rows, part


def test_text_sorts_by_code_point_in_every_column(postgres_server, postgres_shared):
    columns = catalogue_of(postgres_server, postgres_shared, set(metadata().tables))["columns"]
    few_words = {(t.name, c.name) for t in metadata().sorted_tables for c in t.columns if isinstance(c.type, Enum)}
    texts = [row for row in columns if row[2] in ("text", "character varying") and row[:2] not in few_words]
    assert len(texts) > 100
    assert {row[6] for row in texts} == {"C"}


def test_down_to_base_leaves_nothing_and_up_again_works(store):
    add_run(store)
    store.downgrade("base")
    assert store.revision() is None
    assert names_left(store) <= {VERSION_TABLE}
    store.upgrade()
    with store.reading() as session:
        assert clients.list_clients(session) == []


def test_upgrading_twice_changes_nothing(store):
    run_id = add_run(store)
    before = store.revision()
    store.upgrade()
    assert store.revision() == before
    assert take(store, run_id).run_id == run_id


def test_one_revision_back_and_up_again_keeps_the_rows(store):
    with store.transaction() as session:
        sources.save_documents(session, [document("Acme builds a plant.")], None)
    run = take(store, add_run(store))
    save(store, run, "search_queries")
    store.downgrade("0003")
    store.upgrade()
    with store.reading() as session:
        assert sources.count_documents(session) == 1


def test_a_database_that_a_newer_version_set_up_is_refused(store):
    with store.transaction() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    for use in (store.revision, store.upgrade):
        with pytest.raises(BadInput, match=r"revision 9999.*a newer one set the database up"):
            use()


def test_a_migration_that_recreates_a_table_does_not_take_the_children_along(sqlite_store):
    add_run(sqlite_store)

    def recreate_clients(config, _):
        ask = config.attributes["connection"].exec_driver_sql
        ask("CREATE TABLE copy AS SELECT * FROM v2_clients")
        ask("DELETE FROM v2_clients")
        ask("INSERT INTO v2_clients SELECT * FROM copy")
        ask("DROP TABLE copy")

    sqlite_store._migrate(recreate_clients, "")
    with sqlite_store.reading() as session:
        assert len(runs.list_runs(session)) == 1


def test_a_migration_that_leaves_orphans_is_taken_back(sqlite_store):
    add_run(sqlite_store)
    with pytest.raises(RuntimeError, match="without their parents"):
        sqlite_store._migrate(
            lambda config, _: config.attributes["connection"].exec_driver_sql("DELETE FROM v2_clients"), ""
        )
    with sqlite_store.reading() as session:
        assert len(clients.list_clients(session)) == 1


def test_an_empty_database_has_no_revision(tmp_path, postgres_url):
    assert Store.open(f"sqlite:///{tmp_path / 'deep' / 'er' / 'new.db'}").revision() is None
    assert Store.open(postgres_url).revision() is None


def test_another_database_is_refused_without_showing_the_password():
    with pytest.raises(BadInput, match="not supported") as refused:
        Store.open("mysql://u:secret@h/d")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["secret nonsense", "postgresql://u:secret@host:port/db"])
def test_an_address_that_is_none_is_refused_without_showing_it(url):
    with pytest.raises(BadInput, match="cannot be read") as refused:
        Store.open(url)
    assert "secret" not in str(refused.value)


def test_the_address_is_shown_without_its_password(tmp_path):
    assert Store.open(f"sqlite:///{tmp_path}/x.db").url_without_password == f"sqlite:///{tmp_path}/x.db"
    assert "secret" not in Store.open("postgres://u:secret@host/db").url_without_password


def test_the_database_waits_logs_ahead_and_checks_references(sqlite_store):
    with sqlite_store.reading() as session:
        ask = session.connection().exec_driver_sql
        assert ask("PRAGMA journal_mode").scalar() == "wal"
        assert ask("PRAGMA foreign_keys").scalar() == 1
        assert ask("PRAGMA busy_timeout").scalar() == BUSY_SECONDS * 1000


def test_a_writer_holds_the_lock_from_the_first_moment(sqlite_store):
    with sqlite_store.transaction():
        other = sqlite3.connect(sqlite_store._url.database, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_a_locked_database_is_a_passing_fault(sqlite_store, monkeypatch):
    monkeypatch.setattr("dossier.store.database.BUSY_SECONDS", 0)
    second = Store.open(sqlite_store.url_without_password)
    with sqlite_store.transaction(), pytest.raises(Retryable, match="locked"), second.transaction():
        pass


def test_nothing_stays_of_a_transaction_that_raises(store):
    def save_and_fail() -> None:
        with store.transaction() as session:
            sources.save_documents(session, [document("Acme builds a plant.")], None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save_and_fail()
    with store.reading() as session:
        assert sources.count_documents(session) == 0


def test_a_reader_sees_one_snapshot_and_does_not_stop_a_writer(store):
    with store.reading() as reader:
        assert sources.count_documents(reader) == 0
        with store.transaction() as writer:
            sources.save_documents(writer, [document("Acme builds a plant.")], None)
        assert sources.count_documents(reader) == 0
    with store.reading() as reader:
        assert sources.count_documents(reader) == 1

"""Dagster's own storage on PostgreSQL: its instance file, its schema, its connections, and its pages and daemon."""

import json
import logging
import socket

import dagster as dg
import pytest
import yaml
from test_pages import CLIENT, RUNS_OF, Pages

from dossier.cli_desk import Desk
from dossier.errors import BadInput
from dossier.store import runs
from dossier.store.addresses import DAGSTER_VARIABLE, in_schema
from dossier.store.database import Store, prepare_schema
from dossier_assets.dev import INSTANCE, is_on_postgresql, weakened, write_instance
from dossier_assets.launch import open_instance
from dossier_assets.postgres_storage import KEPT
from resources.settings import Settings

CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'dagster' AND datname = '{}'"


@pytest.fixture
def settings(tmp_path, postgres_server, postgres_url, monkeypatch) -> Settings:
    """Settings whose database is PostgreSQL; what they put into the environment goes with the test."""
    monkeypatch.setenv(DAGSTER_VARIABLE, "")
    return Settings(home=tmp_path, database_url=postgres_url.replace("postgres@", "postgres:geheim@"))


def name_of(settings: Settings) -> str:
    return settings.database_url.partition("?")[0].rpartition("/")[2]


def test_the_instance_file_takes_the_address_from_the_environment(settings, monkeypatch):
    with open_instance(settings) as instance:
        assert "geheim" in instance.run_storage.postgres_url
        assert "geheim" not in instance.info_str()
    written = (settings.dagster_home / "dagster.yaml").read_text()
    assert "geheim" not in written
    assert weakened(yaml.safe_load(written)) == []
    monkeypatch.setenv(DAGSTER_VARIABLE, "")  # as in another process, which has to be told again
    with open_instance(settings) as instance:
        assert instance.get_dynamic_partitions("dossier_run") == []


def test_its_tables_lie_in_a_schema_of_their_own(settings, postgres_server):
    Store.open(settings.database_url).upgrade()
    open_instance(settings).dispose()
    found = postgres_server.sql("SELECT schemaname, tablename FROM pg_tables", name_of(settings))
    tables = {schema: {name for place, name in found if place == schema} for schema, _ in found}
    assert "alembic_version" in tables["dagster"]
    assert "v2_alembic_version" in tables["dossier"]
    assert set(tables) == {"dagster", "dossier", "pg_catalog", "information_schema"}


def test_few_connections_are_kept_whatever_the_number_of_instances_and_a_cut_one_is_replaced(settings, postgres_server):
    for number in range(6):
        with open_instance(settings) as instance:
            log = instance.event_log_storage
            for word in ("one", "two"):
                log.store_event(dg.EventLogEntry(None, logging.INFO, word, f"run-{number}", 1.0))
    [*held] = postgres_server.sql(CONNECTIONS.format(name_of(settings)))
    assert 0 < len(held) <= KEPT
    for (pid,) in held:
        postgres_server.sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    assert [entry.user_message for entry in log.get_logs_for_run("run-5")] == ["one", "two"]


def test_a_file_that_keeps_runs_in_files_stays_as_a_person_left_it(settings):
    path = settings.dagster_home / "dagster.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(INSTANCE))
    with open_instance(settings) as instance:
        assert "sqlite" in type(instance.event_log_storage).__name__.lower()
    assert yaml.safe_load(path.read_text()) == INSTANCE


def test_an_instance_on_postgresql_without_an_address_is_refused(tmp_path):
    path = write_instance(tmp_path, "postgresql://host/db")
    assert is_on_postgresql(path)
    with pytest.raises(BadInput, match=f"keeps runs in PostgreSQL, but neither .* nor {DAGSTER_VARIABLE}"):
        write_instance(tmp_path)


def test_dagster_may_have_a_database_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(DAGSTER_VARIABLE, "postgres://u:p@h/dagster")
    assert Settings(home=tmp_path).dagster_storage == "postgresql+psycopg2://u:p@h/dagster"
    monkeypatch.setenv(DAGSTER_VARIABLE, "sqlite:///x.db")
    with pytest.raises(BadInput, match="not an address of PostgreSQL"):
        _ = Settings(home=tmp_path).dagster_storage
    monkeypatch.delenv(DAGSTER_VARIABLE)
    assert Settings(home=tmp_path).dagster_storage is None


def test_the_demo_stays_in_its_home_whatever_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("DOSSIER_DATABASE_URL", "postgres://u@h/d")
    monkeypatch.setenv(DAGSTER_VARIABLE, "postgres://u@h/d")
    desk = Desk(tmp_path)
    desk.keep_to_home()
    assert desk.settings.dagster_storage is None
    assert desk.settings.database_url.startswith("sqlite:")


def test_telling_dagster_changes_no_settings(settings):
    settings.tell_dagster()
    again = Settings(home=settings.home, database_url=settings.database_url)
    assert again == settings
    assert again.dagster_storage == in_schema(settings.database_url, "dagster")


def test_a_pooler_that_drops_the_schema_is_noticed(postgres_url):
    with pytest.raises(BadInput, match="pooler"):
        prepare_schema(postgres_url, "dagster")
    prepare_schema(in_schema(postgres_url, "dagster"), "dagster")


class PagesOnPostgres(Pages):
    """The pages, with all tables in PostgreSQL."""

    def __init__(self, home, port, url):
        super().__init__(home, port)
        self.url = url
        self.environment |= {"DOSSIER_DATABASE_URL": url}

    def view(self, run_id):
        store = Store.open(self.url)
        with store.reading() as session:
            view = runs.get_run(session, run_id)
        store.close()
        return view


@pytest.mark.whole
def test_the_sensor_has_a_dossier_made_and_the_pages_show_its_run(postgres_url, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pages = PagesOnPostgres(tmp_path, port, postgres_url)
    (tmp_path / "lead.csv").write_text("name,domain\nDuolingo,duolingo.com\n")
    pages.dossier("init")
    pages.dossier("clients", "import", f"samples/clients/{CLIENT}.json")
    pages.dossier("corpus", "import", "samples/documents.jsonl")
    pages.start()
    try:
        pages.dossier("leads", "import", str(tmp_path / "lead.csv"), "--client", CLIENT)
        [lead] = json.loads(pages.dossier("leads", "list", "--client", CLIENT, "--json"))["leads"]
        made = pages.ended(lead["run_id"], "completed")
        assert made.dossier_version == 1
        tags = [{"key": "dagster/partition", "value": lead["run_id"]}]
        [run] = pages.until(
            lambda: [r for r in pages.ask(RUNS_OF, tags=tags)["runsOrError"]["results"] if r["status"] == "SUCCESS"]
        )
        assert {"key": "trigger", "value": "sensor"} in run["tags"]
    finally:
        pages.stop()
    assert not list(tmp_path.rglob("*.db"))

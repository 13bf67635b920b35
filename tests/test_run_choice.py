"""Which leads `run` means, for all clients and for lists, what a dry run leaves, and `import` of a whole folder.

Dagster is replaced by a scripted launcher; the store is real.
"""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from store_fixture import dead_owner
from typer.testing import CliRunner

from dossier.cli import app
from dossier.cli_choice import listed
from dossier.errors import BadInput
from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.database import Store
from tests.scripted_launcher import install

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
STEEL, CAREERS = "sample-steel-builders", "sample-career-services"


@pytest.fixture
def launcher(monkeypatch):
    return install(monkeypatch)


@pytest.fixture
def call(tmp_path, monkeypatch, launcher):
    """Call the command line in a home of its own that holds the samples; return exit code and document."""
    for name in ("DOSSIER_DATABASE_URL", "DOSSIER_PROVIDER", "DOSSIER_BUDGET_USD_RUN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))

    def call(*arguments):
        result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        return result.exit_code, json.loads(result.stdout or "null")

    assert call("init")[0] == 0
    assert call("import", SAMPLES)[0] == 0
    return call


@pytest.fixture
def store(call, tmp_path):
    return Store.open(f"sqlite:///{tmp_path / 'home' / 'dossier.db'}")


def view_of(store, lead):
    with store.reading() as session:
        [view] = [view for view in runs.list_runs(session) if view.lead == lead]
        return view


def everything(store):
    """The queue and the leads, every column."""
    with store.reading() as session:
        tables = ("v2_pipeline_runs", "v2_leads")
        return [session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in tables]


# ------------------------------------------------------------------------------- run


def test_without_a_client_all_that_wait_are_made(call):
    code, said = call("run", "--flagged")
    assert code == 0
    assert {row["client"] for row in said["runs"]} == {STEEL, CAREERS}
    assert len(said["runs"]) == 8


def test_a_list_names_several_leads(call, launcher):
    code, said = call("run", "--client", STEEL, "--leads", "micron.com,lilly.com\n geaerospace.com ,\r\n micron.com")
    assert code == 0
    assert len(launcher.launched) == 3
    assert [row["lead"] for row in said["runs"]] == ["Micron Technology", "Eli Lilly and Company", "GE Aerospace"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Acme, Inc., Bolt Works", ["Acme, Inc.", "Bolt Works"]),
        ("Acme Corp., LLC\nBolt", ["Acme Corp., LLC", "Bolt"]),
        ("Gates, Hinges & Bolts, acme.com", ["Gates, Hinges & Bolts", "acme.com"]),
        ("GATES , HINGES & BOLTS, Inc., Acme", ["GATES, HINGES & BOLTS, Inc.", "Acme"]),
        ("Gates, Hinges", ["Gates", "Hinges"]),
        ("Inc., Acme", ["Inc.", "Acme"]),
    ],
)
def test_a_comma_that_belongs_to_a_name_parts_nothing(text, names):
    assert listed(text, {"gates hinges and bolts", "gates hinges and bolts inc", "gates"}) == names


def test_a_known_name_with_commas_stays_whole_in_a_list(call, tmp_path):
    (tmp_path / "more.csv").write_text('company\n"Gates, Hinges & Bolts, Ltd."\n', encoding="utf-8")
    assert call("leads", "import", tmp_path / "more.csv", "--client", STEEL)[0] == 0
    said = call("run", "--client", STEEL, "--leads", "Gates, Hinges & Bolts, Ltd., Micron Technology, Inc.")[1]
    assert [row["lead"] for row in said["runs"]] == ["Gates, Hinges & Bolts, Ltd.", "Micron Technology"]


@pytest.mark.parametrize(
    ("name", "meant"), [("Micorn Technolgy", "Micron Technology (micron.com)"), ("micrn.com", "micron.com")]
)
def test_a_mistyped_lead_is_answered_with_few_near_ones(call, launcher, name, meant):
    code, said = call("run", "--client", STEEL, "--lead", name)
    assert (code, launcher.launched) == (2, [])
    assert meant in said["error"]["next"]
    assert said["error"]["next"].count("(") <= 3
    assert "Did you mean" not in call("run", "--client", STEEL, "--lead", "zzzzzzzz")[1]["error"]["next"]


@pytest.mark.parametrize("names", ["", " ", ",", "\n,\r\n"])
def test_an_empty_list_is_not_taken_for_all(names):
    with pytest.raises(BadInput, match="empty list"):
        listed(names)


@pytest.mark.parametrize("arguments", [("--leads", "micron.com"), ("--lead", "micron.com")])
def test_a_named_lead_needs_its_client(call, launcher, arguments):
    code, said = call("run", *arguments)
    assert (code, said["error"]["what"]) == (2, "Which client?")
    assert not launcher.launched


@pytest.mark.parametrize(
    "hostile",
    ["$(touch pwned)", '"; rm -rf "$HOME" #', "`touch pwned`", "::set-output name=a::b", "--flagged", "-rf *"],
)
def test_a_hostile_name_is_an_unknown_one(call, launcher, hostile):
    code, said = call("run", f"--client={STEEL}", f"--leads=micron.com\n{hostile}")
    assert code == 2
    assert "Unknown lead" in said["error"]["what"]
    code, said = call("run", f"--client={hostile}", "--leads=micron.com")
    assert code == 2
    assert "Unknown client" in said["error"]["what"]
    assert not launcher.launched


@pytest.mark.parametrize("budget", ["a lot", "-1", "nan", "inf", "1; touch pwned", "$(touch pwned)"])
def test_a_budget_that_is_no_amount_is_refused(call, launcher, monkeypatch, budget):
    monkeypatch.setenv("DOSSIER_BUDGET_USD_RUN", budget)
    code, said = call("run", "--flagged")
    assert code == 2
    assert "DOSSIER_BUDGET_USD_RUN" in said["error"]["why"]
    assert not launcher.launched


def test_who_asks_is_kept_with_the_run(call, store):
    call("run", "--client", STEEL, "--leads", "micron.com", "--trigger", "scheduled")
    assert view_of(store, "Micron Technology").trigger == "scheduled"


def test_a_run_whose_worker_died_is_taken_up_again_for_the_day_it_was_begun_for(call, store):
    before = view_of(store, "Micron Technology")
    with store.transaction() as session:
        runs.queue_run(session, STEEL, before.lead_id, trigger="manual", reference_date=date(2026, 5, 1))
        runs.take(session, before.run_id, owner=dead_owner(), dagster_run_id="1", snapshot=dict)
    assert view_of(store, "Micron Technology").status is RunStatus.RUNNING
    code, said = call("run", "--flagged", "--client", STEEL)
    assert code == 0
    assert before.run_id in {row["run_id"] for row in said["runs"]}
    assert view_of(store, "Micron Technology").reference_date == date(2026, 5, 1)


# ------------------------------------------------------------------------------- dry run


@pytest.mark.parametrize(
    ("arguments", "leads"),
    [
        (("--flagged",), 8),
        (("--flagged", "--client", CAREERS), 3),
        (("--client", STEEL, "--leads", "micron.com, lilly.com"), 2),
    ],
)
def test_a_dry_run_lists_and_leaves_everything_as_it_is(call, store, launcher, arguments, leads):
    before = everything(store)
    code, said = call("run", *arguments, "--dry-run")
    assert code == 0
    assert len(said["would_run"]) == leads
    assert all(view_of(store, row["lead"]).run_id == row["run_id"] for row in said["would_run"])
    assert everything(store) == before
    assert not launcher.launched


def test_a_dry_run_of_a_lead_that_does_not_wait_queues_nothing(call, store):
    call("run", "--client", STEEL, "--leads", "micron.com")
    before = everything(store)
    _, said = call("run", "--client", STEEL, "--leads", "micron.com", "--dry-run")
    assert [(row["lead"], row["run_id"]) for row in said["would_run"]] == [("Micron Technology", None)]
    assert everything(store) == before


def test_a_dry_run_refuses_what_a_run_would_refuse(call):
    assert call("run", "--client", STEEL, "--leads", "nobody.example", "--dry-run")[0] == 2


# ------------------------------------------------------------------------------- import


def test_a_folder_is_brought_in_as_a_whole_and_again_without_change(call):
    code, said = call("import", SAMPLES)
    assert code == 0
    assert said == {
        "clients": {"created": 0, "updated": 0, "unchanged": 2},
        "leads": {"created": 0, "updated": 0, "unchanged": 8},
        "documents": {"added": 0, "updated": 0, "unchanged": 40, "undated": 1},
        "rejected": [],
        "notes": [],
        "warnings": {},
    }


def test_rejected_rows_are_named_by_file_and_number_and_the_others_go_in(call, tmp_path):
    folder = shutil.copytree(SAMPLES, tmp_path / "folder")
    with (folder / "leads" / f"{STEEL}.csv").open("a", encoding="utf-8") as file:
        file.write("Acme Steel,not a domain\nGood Steel,good.example\n")
    code, said = call("import", folder)
    assert code == 4
    assert [(row["file"], row["row"]) for row in said["rejected"]] == [(f"{STEEL}.csv", 7)]
    assert said["leads"]["created"] == 1


def test_documents_may_be_a_folder_and_may_be_missing(call, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(SAMPLES / "clients", folder / "clients")
    assert call("import", folder)[1]["documents"]["added"] == 0
    (folder / "documents").mkdir()
    (folder / "documents" / "note.md").write_text("# A new plant\n\nAcme opened a plant in Ohio on 3 May 2026.\n")
    assert call("import", folder)[1]["documents"]["added"] == 1


def test_a_table_that_is_named_after_no_client_is_refused_by_name(call, tmp_path):
    folder = shutil.copytree(SAMPLES, tmp_path / "folder")
    (folder / "leads" / f"{STEEL}.csv").rename(folder / "leads" / "sample-steel.csv")
    code, said = call("import", folder)
    assert code == 2
    assert STEEL in said["error"]["next"]


@pytest.mark.parametrize("name", ["nowhere", "$(touch pwned)", ""])
def test_a_folder_without_clients_is_refused(call, tmp_path, name):
    code, said = call("import", tmp_path / "empty" / name)
    assert code == 2
    assert "no client" in said["error"]["what"]

"""The command line by its contract: documents, exit codes, errors that help, and text that cannot steer a terminal.

Dagster is replaced by a scripted launcher; the store is real. `tests/test_demo.py` holds one whole run.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dossier.cli import app
from dossier.cli_desk import Desk, Outcome, table
from dossier.errors import Retryable
from dossier.store import dossiers
from dossier.store.database import Store
from tests.dossier_fixture import documents
from tests.scripted_launcher import install

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
STEEL = "sample-steel-builders"


@dataclass
class Said:
    """What a call printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)


@pytest.fixture
def launcher(monkeypatch):
    return install(monkeypatch)


@pytest.fixture
def cli(tmp_path, monkeypatch, launcher):
    """Call the command line in a home of its own."""
    for name in ("DOSSIER_DATABASE_URL", "DOSSIER_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))

    def call(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def home(cli):
    """A home with a sample client and its leads, all queued."""
    assert cli("init").code == 0
    assert cli("clients", "import", SAMPLES / "clients" / f"{STEEL}.yaml").code == 0
    assert cli("leads", "import", SAMPLES / "leads" / f"{STEEL}.csv", "--client", STEEL).code == 0
    return cli


def commands(group=None):
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from ((f"{name} {below}", made) for below, made in commands(command))
        else:
            yield name, command


# ------------------------------------------------------------------------------- the verbs as a whole


def test_the_verbs_of_the_contract_are_there():
    names = {name for name, _ in commands()}
    assert names >= {"init", "doctor", "demo", "run", "status", "retry", "export", "dev"}
    assert names >= {"clients import", "clients list", "clients show", "leads import", "leads list", "corpus import"}
    assert names >= {"leads flag", "leads delete", "clients delete", "corpus list", "corpus delete"}


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_verb_takes_the_common_options_and_explains_itself(name, command):
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--home", "--json", "--debug"} <= options
    assert command.help
    if command.params and not name.endswith("list"):
        assert "Example" in command.help, name


def test_help_names_the_exit_codes(cli):
    assert "4 partial" in cli("--help").out


# ------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("run", "--nonsense"), "--nonsense"),
        (("run", "--discover", "several"), "--discover"),
        (("export", "RUN", "--format", "paper", "--out", "x"), "--format"),
        (("export", "RUN"), "--format"),
        (("leads", "list"), "--client"),
        (("leads", "lits"), "lits"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_option_is_answered_with_one_document_too(cli, arguments, fault):
    said = cli(*arguments, "--json")
    assert said.code == 2
    assert fault in said.document["error"]["what"]
    assert "--help" in said.document["error"]["next"]
    assert fault in said.err
    plain = cli(*arguments)
    assert (plain.code, plain.out) == (2, "")


def test_help_and_good_calls_are_the_same_with_json(home):
    assert home("leads", "list", "--client", STEEL, "--json").code == 0
    assert "Example" in home("run", "--json", "--help").out


def test_a_verb_without_a_home_says_how_to_make_one_and_leaves_no_trace(cli, tmp_path):
    said = cli("leads", "list", "--client", STEEL)
    assert said.code == 2
    assert "dossier init" in said.err
    assert said.out == ""
    assert not (tmp_path / "home").exists()


def test_an_unknown_client_is_bad_input_that_names_the_nearest(home):
    said = home("leads", "list", "--client", "sample-steel-builder")
    assert said.code == 2
    assert STEEL in said.err


def test_with_json_an_error_is_a_document_too(home):
    said = home("leads", "list", "--client", "nobody", "--json")
    assert said.code == 2
    assert set(said.document["error"]) == {"what", "why", "next"}


def test_an_unknown_option_is_bad_usage(cli):
    assert cli("status", "--nonsense").code == 2


@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_only_with_debug(home, launcher, monkeypatch, debug):
    def broken(*arguments, **named):
        raise ZeroDivisionError("hidden")

    monkeypatch.setattr(sys.modules["dossier_assets.launch"], "run_dossiers", broken)
    said = home("run", "--client", STEEL, "--flagged", *(["--debug"] if debug else []))
    assert said.code == 1
    assert ("Traceback" in said.err) is debug


def test_a_busy_database_is_a_failure_with_advice(home, monkeypatch):
    def busy(*arguments, **named):
        raise Retryable("The database is locked.", "Another process writes.", "Try again.")

    monkeypatch.setattr(sys.modules["dossier_assets.launch"], "run_dossiers", busy)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    said = home("run", "--client", STEEL, "--flagged")
    assert said.code == 1
    assert "Try again." in said.err


def test_a_name_cannot_steer_the_terminal(capsys, tmp_path):
    hostile = "Acme\x1b]52;c;aGk=\x07\u202e[bold]x\r"
    Desk(tmp_path).answer(Outcome({}, [hostile, table(("name",), [(hostile,)])]))
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(shown)
    assert shown.count("[bold]x") == 2


def test_ids_are_never_wrapped_where_no_terminal_shows_them(capsys, tmp_path):
    rows = [("x" * 90, "y" * 90, "z" * 90)]
    Desk(tmp_path).answer(Outcome({}, [table(("run", "lead", "error"), rows)]))
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_json_keeps_hostile_text_in_one_document(capsys, tmp_path):
    Desk(tmp_path, as_json=True).answer(Outcome({"name": "\x1b]0;x\x07\u202e"}))
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"name": "\x1b]0;x\x07\u202e"}
    assert shown.isascii()
    assert "\x1b" not in shown


# ------------------------------------------------------------------------------- setting up


def test_init_is_safe_to_repeat(cli, tmp_path):
    first, second = cli("init", "--json"), cli("init", "--json")
    assert first.code == second.code == 0
    assert first.document == second.document
    assert set(first.document) == {"home", "database_url", "dagster_home"}
    assert first.document["home"] == str(tmp_path / "home")


def test_home_is_an_option_too(cli, tmp_path):
    assert cli("init", "--home", tmp_path / "other", "--json").document["home"] == str(tmp_path / "other")


def test_a_home_that_cannot_be_made_is_bad_input(cli, tmp_path):
    (tmp_path / "file").write_text("")
    said = cli("init", "--home", tmp_path / "file" / "home")
    assert said.code == 2
    assert "--home" in said.err


def test_doctor_says_how_to_mend_what_is_missing(cli):
    said = cli("doctor", "--json")
    checks = {check["name"]: check for check in said.document["checks"]}
    assert said.code == 1
    assert not checks["home"]["ok"]
    assert "dossier init" in checks["home"]["hint"]
    assert all(set(check) == {"name", "ok", "detail", "hint"} for check in checks.values())
    assert all(check["ok"] or check["hint"] for check in checks.values())


# ------------------------------------------------------------------------------- bringing in


def test_clients_are_imported_once_and_listed(home):
    again = home("clients", "import", *sorted((SAMPLES / "clients").iterdir()), "--json").document["clients"]
    assert {row["slug"]: row["change"] for row in again} == {STEEL: "unchanged", "sample-career-services": "created"}
    listed = home("clients", "list", "--json").document["clients"]
    assert [row["slug"] for row in listed] == ["sample-career-services", STEEL]
    [shown] = home("clients", "show", STEEL, "--json").document["clients"]
    assert shown["config"]["scoring"] == "columnline"


def test_imported_leads_are_flagged_and_have_a_run(home):
    rows = home("leads", "list", "--client", STEEL, "--status", "flagged", "--json").document["leads"]
    assert len(rows) == 5
    assert all(row["run_id"].startswith(STEEL + "--") for row in rows)


def test_a_bad_row_comes_back_with_its_number_and_the_good_ones_go_in(home, tmp_path):
    (tmp_path / "leads.csv").write_text(
        "name,domain\nGood Works,good.example.com\n,nameless.example.com\nMicron Technology,micron.com\n"
    )
    said = home("leads", "import", tmp_path / "leads.csv", "--client", STEEL, "--json")
    assert said.code == 4
    assert said.document["created"] == 1
    assert [row["row"] for row in said.document["rejected"]] == [3]


def test_an_import_of_bad_rows_only_is_bad_input(home, tmp_path):
    (tmp_path / "leads.csv").write_text("name,domain\n,a.example.com\n")
    assert home("leads", "import", tmp_path / "leads.csv", "--client", STEEL).code == 2


def test_a_dry_run_changes_nothing(home, tmp_path):
    (tmp_path / "leads.csv").write_text("name\nGood Works\n")
    said = home("leads", "import", tmp_path / "leads.csv", "--client", STEEL, "--dry-run", "--json")
    assert said.document["created"] == 1
    assert len(home("leads", "list", "--client", STEEL, "--json").document["leads"]) == 5


def test_held_leads_are_not_queued(home, tmp_path):
    (tmp_path / "leads.csv").write_text("name\nGood Works\n")
    home("leads", "import", tmp_path / "leads.csv", "--client", STEEL, "--hold")
    [row] = home("leads", "list", "--client", STEEL, "--status", "new", "--json").document["leads"]
    assert row["run_id"] is None


def test_documents_are_stored_once(home):
    first = home("corpus", "import", SAMPLES / "documents.jsonl", "--json")
    again = home("corpus", "import", SAMPLES / "documents.jsonl", "--json")
    none = {"updated": 0, "undated": 1, "rejected": []}
    assert first.document == {"added": 40, "unchanged": 0, **none}
    assert again.document == {"added": 0, "unchanged": 40, **none}
    said = home("corpus", "import", SAMPLES / "documents.jsonl").out
    assert "1 document has no date" in said
    assert "can never be the why-now unless its text dates the event" in said


def test_a_mended_document_is_updated_and_said_so(home, tmp_path):
    (tmp_path / "note.md").write_text("Acme builds.\n")
    assert home("corpus", "import", tmp_path / "note.md", "--json").document["undated"] == 1
    (tmp_path / "note.md").write_text("---\ndate: 2026-03-01\n---\nAcme builds.\n")
    said = home("corpus", "import", tmp_path / "note.md")
    assert "0 added, 1 updated, 0 unchanged, 0 rejected" in said.out
    assert "Dossiers that stand keep what they were made with" in said.out
    assert "no date" not in said.out


def test_what_a_client_configuration_gets_wrong_is_told(home, tmp_path):
    (tmp_path / "c.yaml").write_text(
        "client: {name: C}\nicp_confg: {}\nicp_config: {signals: [{name: robotaxi_rollout, wieght: 3}]}\n"
    )
    said = home("clients", "import", tmp_path / "c.yaml")
    assert said.code == 0
    assert "Did you mean icp_config?" in said.out
    assert "icp_config.signals[].wieght: nothing reads this key. Did you mean icp_config.signals[].weight?" in said.out
    assert "knows no other word for robotaxi and rollout" in said.out
    [row] = home("clients", "import", tmp_path / "c.yaml", "--json").document["clients"]
    assert (row["change"], len(row["warnings"])) == ("unchanged", 3)


def test_another_name_of_a_lead_is_told_with_its_row(home, tmp_path):
    (tmp_path / "leads.csv").write_text("name,domain,aliases\nMicron,micron.com,MU; Micron Tech\n")
    said = home("leads", "import", tmp_path / "leads.csv", "--client", STEEL)
    assert said.code == 0
    assert "row 2: 'Micron Technology' is called 'Micron' now (same domain)" in said.out
    again = home("leads", "import", tmp_path / "leads.csv", "--client", STEEL, "--json").document
    assert (again["unchanged"], again["notes"]) == (1, [])


def test_a_folder_tells_what_its_parts_tell(home, tmp_path):
    folder = tmp_path / "folder"
    for part in ("clients", "leads", "documents"):
        (folder / part).mkdir(parents=True)
    (folder / "clients" / "c.yaml").write_text("client: {name: C}\nscorng: rubric\n")
    (folder / "leads" / "c.csv").write_text("name\nAcme\nAcme Inc\n")
    (folder / "documents" / "a.txt").write_text("Acme builds.")
    said = home("import", folder, "--json").document
    assert (said["leads"]["created"], said["documents"]["undated"]) == (1, 1)
    assert said["notes"][0]["file"] == "c.csv"
    assert "Did you mean scoring?" in said["warnings"]["c"][0]


def test_a_file_that_is_not_there_is_bad_input(home):
    said = home("corpus", "import", "nowhere.jsonl")
    assert said.code == 2
    assert "nowhere.jsonl" in said.err


# ------------------------------------------------------------------------------- running


def test_a_run_answers_with_the_figures_and_files_of_its_dossier(home, tmp_path):
    said = home("run", "--client", STEEL, "--lead", "micron.com", "--as-of", "2026-06-30", "--json")
    [row] = said.document["runs"]
    assert said.code == 0
    assert (
        list(row)
        == (
            "run_id client lead status dossier_status score tier claims merged_claims sources llm_calls cached_calls "
            "cost_usd wall_s error paths"
        ).split()
    )
    assert (row["lead"], row["status"], row["dossier_status"]) == ("Micron Technology", "completed", "complete")
    assert Path(row["paths"]["html"]).is_relative_to(tmp_path / "home" / "runs")


def test_the_day_given_is_the_reference_date_of_the_run(home):
    home("run", "--client", STEEL, "--lead", "Micron", "--as-of", "2026-06-30")
    rows = home("status", "--json").document["runs"]
    assert [row["reference_date"] for row in rows if row["domain"] == "micron.com"] == ["2026-06-30"]


def test_progress_goes_to_standard_error_only(home):
    said = home("run", "--client", STEEL, "--flagged", "--json")
    assert len(said.document["runs"]) == 5
    assert "[5/5]" in said.err


def test_what_is_done_is_not_flagged_any_more(home):
    home("run", "--client", STEEL, "--flagged")
    said = home("run", "--client", STEEL, "--flagged", "--json")
    assert (said.code, said.document) == (0, {"runs": []})


def test_a_requeued_run_is_run_until_it_is_final(home, launcher):
    launcher.script["micron.com"] = ["requeue", "requeue", "complete"]
    said = home("run", "--client", STEEL, "--lead", "micron.com", "--json")
    assert said.code == 0
    assert len(launcher.launched) == 3


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        (["complete", "complete"], 0),
        (["complete", "failed"], 4),
        (["complete", "blocked"], 4),
        (["complete", "skipped"], 4),
        (["complete", "partial"], 4),
        (["failed", "blocked"], 1),
        (["skipped", "skipped"], 3),
    ],
)
def test_the_exit_code_tells_how_the_runs_ended(home, launcher, endings, code):
    for domain, ending in zip(("micron.com", "lilly.com"), endings, strict=True):
        launcher.script[domain] = [ending]
    said = home("run", "--client", STEEL, "--lead", "micron.com", "--lead", "lilly.com")
    assert said.code == code


@pytest.mark.parametrize(
    "choice",
    [[], ["--flagged", "--lead", "micron.com"], ["--flagged", "--discover", "2"], ["--lead", "x", "--discover", "2"]],
)
def test_a_run_wants_either_leads_or_all_that_are_flagged_or_to_find_some(home, choice):
    said = home("run", "--client", STEEL, *choice)
    assert said.code == 2
    assert "--flagged" in said.err
    assert "--discover" in said.err


def test_leads_are_found_for_one_client_and_at_least_one(home):
    assert home("run", "--discover", 2).code == 2
    assert home("run", "--client", STEEL, "--discover", 0).code == 2
    assert home("run", "--client", "nobody", "--discover", 1).code == 2


def test_what_would_be_searched_for_is_said_and_nothing_is_queued(home):
    said = home("run", "--client", STEEL, "--discover", 2, "--dry-run", "--json")
    nobody = {"client": STEEL, "lead": None, "domain": None, "run_id": None, "lead_id": None}
    assert (said.code, said.document) == (0, {"would_run": [nobody, nobody]})
    runs = home("status", "--client", STEEL, "--json").document["runs"]
    assert not [run for run in runs if run["lead"] is None]


def test_a_lead_named_twice_is_run_once(home, launcher):
    home("run", "--client", STEEL, "--lead", "micron.com", "--lead", "Micron Technology")
    assert len(launcher.launched) == 1


# ------------------------------------------------------------------------------- afterwards


@pytest.fixture
def failed(home, launcher):
    launcher.script["micron.com"] = ["failed", "complete"]
    [row] = home("run", "--client", STEEL, "--lead", "micron.com", "--json").document["runs"]
    return row["run_id"]


def test_status_lists_runs_and_the_steps_of_one(home, failed):
    rows = home("status", "--client", STEEL, "--status", "failed", "--json").document["runs"]
    assert [row["run_id"] for row in rows] == [failed]
    one = home("status", failed, "--json").document
    assert one["run"]["error"] == "the reason"
    assert one["steps"] == []


def test_a_run_that_failed_after_its_dossier_was_made_is_not_called_complete(home, launcher):
    launcher.script["micron.com"] = ["undelivered"]
    said = home("run", "--client", STEEL, "--lead", "micron.com")
    assert said.code == 1
    assert "failed: the disk is full" in said.out
    assert "failed: the disk is full" in said.err
    assert "complete" not in said.out + said.err


def test_a_filter_that_fits_no_run_says_which(home):
    assert "No run has status blocked" in home("status", "--status", "blocked").out


def test_a_failed_run_is_retried(home, failed):
    said = home("retry", failed, "--json")
    assert said.code == 0
    assert said.document["runs"][0]["status"] == "completed"


def test_a_retry_from_an_unknown_step_names_the_known_ones(home, failed):
    said = home("retry", failed, "--from", "nonsense")
    assert said.code == 2
    assert "signals" in said.err


def test_a_run_that_went_well_is_not_retried(home):
    [row] = home("run", "--client", STEEL, "--lead", "micron.com", "--json").document["runs"]
    assert home("retry", row["run_id"]).code == 2


@pytest.fixture
def finished(home):
    rows = home("run", "--client", STEEL, "--lead", "micron.com", "--lead", "lilly.com", "--json").document["runs"]
    with Store.open(f"sqlite:///{rows[0]['paths']['html'].split('/runs/')[0]}/dossier.db").transaction() as session:
        from dossier.intake.rows import ParsedDocument
        from dossier.store.sources import save_documents

        stored = [
            ParsedDocument(d.title, d.text, d.url, d.publisher, d.published_at, d.published_precision, d.tier, "test")
            for d in documents()
        ]
        save_documents(session, stored, None)
        assert dossiers.get_dossier(session, rows[0]["run_id"])
    return [row["run_id"] for row in rows]


@pytest.mark.parametrize(("form", "name"), [("json", "a.json"), ("md", "a.md"), ("html", "a.html")])
def test_export_writes_one_file_and_makes_its_folders(home, finished, tmp_path, form, name):
    out = tmp_path / "new" / "folder" / name
    said = home("export", finished[0], "--format", form, "--out", out, "--json")
    assert said.document == {"path": str(out), "format": form}
    assert "Brightwater" in out.read_text("utf-8")


def test_export_writes_a_bundle(home, finished, tmp_path):
    assert home("export", finished[0], "--format", "bundle", "--out", tmp_path / "bundle").code == 0
    names = {path.name for path in (tmp_path / "bundle").iterdir()}
    assert names == {"dossier.json", "dossier.md", "dossier.html", "sources", "step_runs.jsonl"}


def test_export_writes_several_runs_as_csv(home, finished, tmp_path):
    assert home("export", *finished, "--format", "csv", "--out", tmp_path / "crm").code == 0
    assert {path.name for path in (tmp_path / "crm").iterdir()} == {"dossiers.csv", "contacts.csv"}


def test_csv_goes_to_a_named_file_too_with_the_contacts_beside_it(home, finished, tmp_path):
    out = tmp_path / "new" / "crm.csv"
    assert home("export", finished[0], "--format", "csv", "--out", out, "--json").document["path"] == str(out)
    assert {path.name for path in out.parent.iterdir()} == {"crm.csv", "crm-contacts.csv"}


def test_several_runs_do_not_go_into_one_page(home, finished, tmp_path):
    assert home("export", *finished, "--format", "html", "--out", tmp_path / "x.html").code == 2


def test_a_run_without_a_dossier_cannot_be_exported(home, failed, tmp_path):
    said = home("export", failed, "--format", "html", "--out", tmp_path / "x.html")
    assert said.code == 2
    assert "dossier status" in said.err


def test_a_place_that_cannot_be_written_is_bad_input(home, finished, tmp_path):
    (tmp_path / "file").write_text("")
    assert home("export", finished[0], "--format", "html", "--out", tmp_path / "file" / "x.html").code == 2


# ------------------------------------------------------------------------------- demo


def test_the_demo_needs_nothing_and_ends_with_one_line_per_dossier(cli, launcher, tmp_path, monkeypatch):
    monkeypatch.setenv("DOSSIER_DATABASE_URL", f"sqlite:///{tmp_path}/precious.db")
    monkeypatch.setenv("DOSSIER_PROVIDER", "anthropic")
    said = cli("demo", "--out", tmp_path / "demo")
    lines = said.out.splitlines()
    assert said.code == 0
    assert len(lines) == len(launcher.launched) == 8
    assert all(Path(line.split()[-1]).is_file() for line in lines)
    assert (tmp_path / "demo" / STEEL / "micron-technology" / "dossier.html").is_file()
    assert not (tmp_path / "precious.db").exists()


def test_the_demo_is_extractive_and_as_of_the_day_of_the_notes(cli):
    cli("demo")
    rows = cli("status", "--json").document["runs"]
    assert {(row["provider"], row["reference_date"]) for row in rows} == {("extractive", "2026-05-31")}


def test_beside_clients_of_the_users_own_the_demo_takes_a_home_of_its_own(home, tmp_path, monkeypatch):
    own = (SAMPLES / "clients" / f"{STEEL}.yaml").read_text("utf-8").replace("Sample Steel Builders", "Own Client")
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    assert home("clients", "import", tmp_path / "own.yaml").code == 0
    before = home("status", "--json").document["runs"]
    said = home("demo")
    assert said.code == 0
    assert "home-demo" in said.err
    assert all("home-demo" in line for line in said.out.splitlines())
    after = home("status", "--json").document["runs"]
    assert {row["run_id"] for row in after} == {row["run_id"] for row in before}
    assert len(home("status", "--home", tmp_path / "home-demo", "--json").document["runs"]) == 8


def test_a_demo_that_is_stopped_leaves_nothing_that_waits(cli, launcher, monkeypatch):
    def stopped(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["dossier_assets.launch"], "run_dossiers", stopped)
        assert cli("demo").code == 130
    assert cli("run", "--flagged", "--json").document == {"runs": []}
    assert len(cli("demo", "--json").document["runs"]) == 8


def test_the_demo_can_be_repeated(cli):
    cli("demo")
    assert len({row["run_id"] for row in cli("demo", "--json").document["runs"]}) == 8

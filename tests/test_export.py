"""The verb `export`: one dossier or many, each format, tables for CRMs, and what is said of what stayed out."""

import contextlib
import fcntl
import json
import os
import shutil
import socket as socket_module
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from typer.testing import CliRunner

from dossier.cli import app
from dossier.intake.rows import ParsedDocument
from dossier.keys import parse_run_id
from dossier.models import DossierLead
from dossier.store.database import Store
from dossier.store.sources import save_documents
from tests.dossier_fixture import documents, dossier
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


def call(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return Said(result.exit_code, result.stdout, result.stderr)


def run(*domains):
    leads = [part for domain in domains for part in ("--lead", domain)]
    return [row["run_id"] for row in call("run", "--client", STEEL, *leads, "--json").document["runs"]]


def of_its_own_lead(**changes):
    """The dossier of the fixtures, about the lead of the run."""
    name = parse_run_id(changes["run_id"]).lead
    return dossier(lead=DossierLead(id=name, name=name, domain=f"{name}.example"), **changes)


def prepare(patch, home):
    launcher = install(patch)
    launcher.script["gevernova.com"] = ["failed"]
    patch.setattr("tests.scripted_launcher.dossier", of_its_own_lead)
    patch.setenv("DOSSIER_HOME", str(home))
    patch.delenv("DOSSIER_DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with a client, its leads, two finished runs and one that failed, made once."""
    home = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        prepare(patch, home)
        call("init")
        call("clients", "import", SAMPLES / "clients" / f"{STEEL}.yaml")
        call("leads", "import", SAMPLES / "leads" / f"{STEEL}.csv", "--client", STEEL)
        runs = run("micron.com", "lilly.com", "gevernova.com")
        store = Store.open(f"sqlite:///{home / 'dossier.db'}")
        with store.transaction() as session:
            stored = [
                ParsedDocument(d.title, d.text, d.url, d.publisher, d.published_at, d.published_precision, d.tier, "t")
                for d in documents()
            ]
            save_documents(session, stored, None)
        store.close()
    return home, runs


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """A copy of that home; calls the command line there."""
    shutil.copytree(made[0], tmp_path / "home")
    prepare(monkeypatch, tmp_path / "home")
    return call


@pytest.fixture
def finished(made):
    return made[1][:2]


@pytest.fixture
def failed(made):
    return made[1][2]


def table(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-"), ("docx", b"PK\x03\x04")])
def test_a_dossier_goes_out_to_be_read_on_paper(place, finished, tmp_path, form, start):
    out = tmp_path / "new" / f"a.{form}"
    assert place("export", finished[0], "--format", form, "--out", out, "--json").document == {
        "path": str(out),
        "format": form,
    }
    assert out.read_bytes().startswith(start)


def test_a_folder_takes_a_dossier_under_its_own_name(place, finished, tmp_path):
    said = place("export", finished[0], "--format", "pdf", "--out", f"{tmp_path}/new/", "--json")
    assert said.document["path"] == str(tmp_path / "new" / "dossier.pdf")


def test_a_pipe_and_a_device_are_written_into_and_never_replaced(place, finished, tmp_path):
    pipe, link, target = tmp_path / "pipe", tmp_path / "link.md", tmp_path / "target.md"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 1_000_000)
    link.symlink_to(target)
    assert place("export", finished[0], "--format", "md", "--out", pipe).code == 0
    assert place("export", finished[0], "--format", "md", "--out", link).code == 0
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert os.read(reader, 1_000_000) == target.read_bytes()
    os.close(reader)
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    assert place("export", finished[0], "--format", "md", "--out", null).code == 0
    assert null.is_symlink()
    assert Path(os.devnull).is_char_device()


def test_what_can_hold_no_file_is_refused(place, finished, tmp_path):
    socket = tmp_path / "socket"
    with contextlib.closing(socket_module.socket(socket_module.AF_UNIX)) as held:
        held.bind(str(socket))
        said = place("export", finished[0], "--format", "md", "--out", socket)
        assert (said.code, socket.is_socket()) == (2, True)
    assert "Cannot write" in said.err


@pytest.mark.parametrize("out", ["-", "/dev/stdout"])
@pytest.mark.parametrize(("form", "start"), [("md", "# "), ("json", "{"), ("pdf", "%PDF-")])
def test_standard_output_takes_one_dossier_and_nothing_else(place, finished, tmp_path, form, start, out):
    result = CliRunner().invoke(app, ["export", finished[0], "--format", form, "--out", out])
    place("export", finished[0], "--format", form, "--out", tmp_path / "file")
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(start.encode())
    if form != "pdf":
        assert result.stdout_bytes == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("more", [["--format", "bundle"], ["--format", "csv"], ["--format", "md", "--json"]])
def test_standard_output_takes_no_more_than_one_file(place, finished, tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    assert place("export", finished[0], *more, "--out", "-").code == 2
    assert place("export", *finished, "--format", "md", "--out", "-").code == 2
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize(("form", "ends"), [("html", ".html"), ("pdf", ".pdf"), ("bundle", "")])
def test_several_runs_are_files_of_a_folder(place, finished, tmp_path, form, ends):
    said = place("export", *finished, "--format", form, "--out", tmp_path / "briefs", "--json")
    assert said.code == 0
    assert {path.name for path in (tmp_path / "briefs").iterdir()} == {f"{run_id}{ends}" for run_id in finished}
    assert [Path(path).name for path in said.document["files"]] == [f"{run_id}{ends}" for run_id in finished]


def test_all_dossiers_of_a_client_go_out_at_once(place, finished, tmp_path):
    said = place("export", "--client", STEEL, "--format", "csv", "--out", tmp_path / "crm", "--json")
    assert said.document["rows"] == {"dossiers": 2, "contacts": 6}
    assert sorted(table(tmp_path / "crm" / "dossiers.csv")["run_id"]) == sorted(finished)


def test_the_one_dossier_of_a_client_goes_into_a_folder_as_several_would(place, finished, tmp_path):
    place("delete", finished[1], "--yes")
    said = place("export", "--client", STEEL, "--format", "md", "--out", tmp_path / "briefs", "--json")
    assert [Path(path).name for path in said.document["files"]] == [f"{finished[0]}.md"]
    assert (tmp_path / "briefs").is_dir()


def test_of_two_runs_for_a_lead_only_the_dossier_that_stands_goes_out_with_its_client(place, finished, tmp_path):
    again = run("micron.com")
    place("export", "--client", STEEL, "--format", "csv", "--out", tmp_path / "crm")
    exported = set(table(tmp_path / "crm" / "dossiers.csv")["run_id"])
    assert exported == {finished[1], *again}


@pytest.mark.parametrize("form", ["csv", "md"])
def test_runs_without_a_dossier_are_named_and_do_not_stop_the_others(place, finished, failed, tmp_path, form):
    wanted = [failed, finished[0], "no-such--run-00000000-1"]
    said = place("export", *wanted, "--format", form, "--out", tmp_path / "out", "--json")
    assert said.code == 4
    assert [one["run_id"] for one in said.document["missing"]] == [failed, "no-such--run-00000000-1"]
    assert f"Run {failed} has no dossier." in said.err
    assert len(said.document["files"]) == (2 if form == "csv" else 1)


def test_only_runs_without_a_dossier_are_bad_input(place, failed, tmp_path):
    said = place("export", failed, "no-such--run-00000000-1", "--format", "csv", "--out", tmp_path / "out")
    assert said.code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["RUN", "--format", "md", "--out", ""], "--out is empty"),
        (["RUN", "--format", "md", "--out", "X", "--profile", "hubspot"], "Only csv has a profile"),
        (["--format", "md", "--out", "X"], "Neither runs nor --client"),
        (["RUN", "--client", STEEL, "--format", "md", "--out", "X"], "Both runs and --client"),
        (["--client", "sample-steel-bilders", "--format", "md", "--out", "X"], "Did you mean: sample-steel-builders"),
        (["RUN", "RUN2", "--format", "pdf", "--out", "X.pdf"], "several dossiers need a folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(place, finished, tmp_path, monkeypatch, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    names = {"RUN": finished[0], "RUN2": finished[1]}
    said = place("export", *(names.get(one, one) for one in arguments))
    assert said.code == 2
    assert complaint in said.err
    assert not list(tmp_path.glob("X*"))


def test_a_client_without_a_dossier_is_told_so(place, tmp_path):
    place("clients", "import", SAMPLES / "clients" / "sample-career-services.json")
    said = place("export", "--client", "sample-career-services", "--format", "csv", "--out", tmp_path / "out")
    assert said.code == 2
    assert "has no dossier yet" in said.err


def test_a_folder_in_the_place_of_the_file_is_bad_input(place, finished, tmp_path):
    (tmp_path / "out" / "dossier.md" / "x").mkdir(parents=True)
    said = place("export", finished[0], "--format", "md", "--out", tmp_path / "out")
    assert said.code == 2
    assert "Name another place" in said.err


def test_tables_for_a_crm_are_written_and_what_stays_out_is_said(place, finished, tmp_path):
    said = place("export", *finished, "--format", "csv", "--profile", "hubspot", "--out", tmp_path / "crm", "--json")
    assert said.document["rows"] == {"companies": 2, "contacts": 5}  # one address, one contact
    reasons = {(one["table"], one["what"]) for one in said.document["left_out"]}
    assert reasons == {("contacts", "E-mail of Ines Calloway"), ("contacts", "Dana Whitlock")}
    assert "Not in contacts: E-mail of Ines Calloway. It is inferred" in said.err
    assert table(tmp_path / "crm" / "contacts.csv")["Email"].tolist().count("dwhitlock@brightwater.example") == 1


def test_rows_that_a_crm_cannot_know_again_are_counted(place, finished, tmp_path):
    said = place("export", *finished, "--format", "csv", "--profile", "hubspot", "--out", tmp_path / "crm", "--json")
    lacking = [mail for mail in table(tmp_path / "crm" / "contacts.csv")["Email"] if not mail]
    assert lacking
    assert said.document["without_key"] == [{"table": "contacts", "column": "Email", "rows": len(lacking)}]
    assert f"In contacts: {len(lacking)} of 5 rows without Email" in said.err
    plain = place("export", *finished, "--format", "csv", "--out", tmp_path / "plain", "--json")
    assert plain.document["without_key"] == []


def test_leads_go_to_a_named_file(place, finished, tmp_path):
    out = tmp_path / "leads.csv"
    said = place("export", finished[0], "--format", "csv", "--profile", "salesforce", "--out", out, "--json")
    assert said.document["files"] == [str(out)]
    assert table(out)["Rating"].tolist() == ["Warm"] * 3


def test_a_client_has_headers_of_its_own(place, finished, tmp_path):
    config = (SAMPLES / "clients" / f"{STEEL}.yaml").read_text("utf-8")
    own = "crm: {salesforce: {leads: {Rating: Lead Rating, Lead Source: null}}}"
    (tmp_path / "own.yaml").write_text(f"{config}\n{own}\n", encoding="utf-8")
    assert place("clients", "import", tmp_path / "own.yaml").code == 0
    place("export", finished[0], "--format", "csv", "--profile", "salesforce", "--out", tmp_path / "leads.csv")
    columns = list(table(tmp_path / "leads.csv").columns)
    assert "Lead Rating" in columns
    assert not {"Rating", "Lead Source"} & set(columns)


def test_a_long_export_says_how_far_it_is(place, finished, tmp_path, monkeypatch):
    monkeypatch.setattr("dossier.cli_export._TOLD_EVERY", 1)
    assert "1 of 2" in place("export", *finished, "--format", "md", "--out", tmp_path / "out").err


def test_the_pages_of_a_pdf_hold_the_dossier_of_the_store(place, finished, tmp_path):
    place("export", finished[0], "--format", "pdf", "--out", tmp_path / "a.pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages)
    assert finished[0] in "".join(text.split())

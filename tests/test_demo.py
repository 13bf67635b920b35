"""One whole run of the demo, in a process of its own: empty home, no variables, and every connection refused."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

from dossier.exports import crm_rows, csv_files, docx_file, pdf_file
from dossier.exports.crm_profiles import broken, headers, profile
from dossier.models import Dossier
from tests.paper_text import docx_links, docx_text, missing, pdf_links, pdf_text

ROOT = Path(__file__).resolve().parents[1]
# Python imports this by itself at start: whoever tries to connect to anything ends with an error.
NO_NETWORK = """
import socket

def refuse(self, address, *rest):
    raise OSError(f"no network here: {address}")

socket.socket.connect = socket.socket.connect_ex = refuse
"""

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(home):
    """What `dossier demo` said, and the dossiers it made by lead."""
    (home / "sitecustomize.py").write_text(NO_NETWORK)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home / "nobody"), "PYTHONPATH": f"{home}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", "from dossier.cli import main; main()", "demo", "--out", "out", "--json"]
    ran = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert "no network here" not in ran.stderr
    rows = json.loads(ran.stdout)["runs"]
    return {row["lead"]: row for row in rows}


@pytest.fixture(scope="module")
def dossiers(demo):
    return {lead: json.loads(Path(row["paths"]["json"]).read_text("utf-8")) for lead, row in demo.items()}


def test_every_lead_becomes_a_complete_dossier(demo):
    assert len(demo) == 8
    assert {(row["status"], row["dossier_status"]) for row in demo.values()} == {("completed", "complete")}


def test_the_files_lie_where_the_answer_says(demo, home):
    for row in demo.values():
        assert set(row["paths"]) == {"json", "md", "html"}
        assert all(Path(path).is_relative_to(home / "out") and Path(path).is_file() for path in row["paths"].values())


def test_the_engine_is_extractive_and_costs_nothing(dossiers):
    assert {one["provider"] for one in dossiers.values()} == {"extractive"}
    assert {one["cost"]["usd"] for one in dossiers.values()} == {0}


def test_the_lead_about_which_nothing_is_found_gets_gaps_not_fillers(dossiers):
    silent = dossiers["A. O. Smith"]
    assert silent["claims"] == silent["contacts"] == []
    assert silent["gaps"]
    assert silent["why_now"] is None


def test_the_other_leads_have_facts_from_several_sources(dossiers):
    for lead, one in dossiers.items():
        if lead != "A. O. Smith":
            assert len(one["claims"]) >= 5, lead
            assert len({claim["source_id"] for claim in one["claims"]}) >= 3, lead


def test_companies_with_similar_names_keep_their_facts_apart(dossiers):
    def quotes(lead):
        set_aside = {claim["id"] for claim in dossiers[lead]["invalid_claims"]}
        return [claim["quote"] for claim in dossiers[lead]["claims"] if claim["id"] not in set_aside]

    assert not [quote for quote in quotes("GE Vernova") if "GE Aerospace" in quote and "Vernova" not in quote]
    assert not [quote for quote in quotes("GE Aerospace") if "GE Vernova" in quote and "Aerospace" not in quote]


def test_an_amount_that_was_revised_is_not_told_as_one(dossiers):
    micron = dossiers["Micron Technology"]
    told = json.dumps([micron["timelines"], micron["conflicts"]])
    assert "200" in told
    assert "125" in told


def test_the_notice_becomes_facts_with_figures(dossiers):
    said = " ".join(claim["statement"] for claim in dossiers["General Mills"]["claims"])
    assert "163" in said
    assert "St. Charles" in said


def test_a_person_with_a_title_becomes_a_contact(dossiers):
    names = {contact["name"] for contact in dossiers["Micron Technology"]["contacts"]}
    assert "Manish Bhatia" in names


@pytest.mark.parametrize(
    ("render", "text", "links"),
    [(pdf_file.render, pdf_text, pdf_links), (docx_file.render, docx_text, docx_links)],
    ids=["pdf", "docx"],
)
def test_on_paper_each_dossier_is_whole_and_its_links_are_alive(dossiers, render, text, links):
    for lead, one in dossiers.items():
        whole = Dossier.model_validate(one)
        made = render(whole)
        assert missing(whole, text(made)) == [], lead
        assert {link for link in links(made) if link.startswith("http")} == {
            source.url for source in whole.sources if source.url
        }, lead


@pytest.mark.parametrize(
    ("name", "table"), [("hubspot", "companies"), ("hubspot", "contacts"), ("salesforce", "leads")]
)
def test_the_tables_of_a_crm_read_back_as_they_were_made(dossiers, tmp_path, name, table):
    made, _ = crm_rows.tables(profile(name), [Dossier.model_validate(one) for one in dossiers.values()])
    [rows] = [one.rows for one in made if one.name == table]
    csv_files.write_crm(rows, headers(name)[table], tmp_path / "out.csv")
    frame = pandas.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert frame.to_dict("records") == rows
    assert broken(profile(name)[table], frame.to_dict("records")) == []
    assert len(rows) == (8 if table == "companies" else sum(len(one["contacts"]) for one in dossiers.values()))


def test_the_run_ids_stand_in_no_other_field(dossiers):
    for one in dossiers.values():
        assert len(re.findall(re.escape(one["run_id"]), json.dumps(one))) == 1

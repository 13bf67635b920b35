"""Whole runs compared: the same input gives the same dossier, and labels in the data change nothing."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLIENT = "sample-steel-builders"
LEADS = ("Micron Technology", "General Mills")
NO_NETWORK = """
import socket

def refuse(self, address, *rest):
    raise OSError(f"no network here: {address}")

socket.socket.connect = socket.socket.connect_ex = refuse
"""

pytestmark = pytest.mark.whole


def dossier(home: Path, *words: str) -> dict:
    """Run one command as a process of its own without network, return its JSON answer."""
    (home / "sitecustomize.py").write_text(NO_NETWORK)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": f"{home}{os.pathsep}{ROOT}"}
    command = [
        sys.executable,
        "-c",
        "from dossier.cli import main; main()",
        *words,
        "--home",
        str(home / "d"),
        "--json",
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "no network here" not in ran.stderr
    return json.loads(ran.stdout)


def make(home: Path, labelled: bool) -> dict[str, dict]:
    """Import the sample documents and two leads, with or without labels, and return the dossiers by lead."""
    home.mkdir()
    documents = [json.loads(line) for line in (ROOT / "samples/documents.jsonl").read_text("utf-8").splitlines()]
    rows = [{"name": name, "domain": ""} for name in LEADS]
    if labelled:
        for number, row in enumerate(documents):
            wrong = LEADS[number % 2]
            row |= {"org_ids": [wrong], "focal_org": wrong, "mentions": [[wrong, 0, 9]], "record": {"employer": wrong}}
        rows = [row | {"org_id": LEADS[1 - n], "n_docs": "99", "doc_sets": "all"} for n, row in enumerate(rows)]
    corpus, leads = home / "documents.jsonl", home / "leads.csv"
    corpus.write_text("\n".join(json.dumps(row) for row in documents), "utf-8")
    with leads.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    (client,) = (ROOT / "samples/clients").glob(f"*{CLIENT.removeprefix('sample-').split('-')[0]}*")
    dossier(home, "init")
    dossier(home, "clients", "import", str(client))
    dossier(home, "corpus", "import", str(corpus))
    dossier(home, "leads", "import", str(leads), "--client", CLIENT)
    answer = dossier(home, "run", "--client", CLIENT, "--flagged", "--as-of", "2026-05-31")
    return {row["lead"]: json.loads(Path(row["paths"]["json"]).read_text("utf-8")) for row in answer["runs"]}


def what_must_agree(made: dict) -> dict:
    """The dossier without what two runs may differ in."""
    sources = [{k: v for k, v in source.items() if k != "retrieved_at"} for source in made["sources"]]
    return {k: v for k, v in made.items() if k not in ("run_id", "created_at", "cost")} | {"sources": sources}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return make(tmp_path_factory.mktemp("plain") / "home", labelled=False)


def test_two_homes_with_the_same_input_make_the_same_dossiers(plain, tmp_path):
    again = make(tmp_path / "home", labelled=False)
    assert {name: what_must_agree(one) for name, one in again.items()} == {
        name: what_must_agree(one) for name, one in plain.items()
    }
    assert all(one["claims"] for one in plain.values())


def test_labels_in_documents_and_leads_change_nothing(plain, tmp_path):
    labelled = make(tmp_path / "home", labelled=True)
    assert {name: what_must_agree(one) for name, one in labelled.items()} == {
        name: what_must_agree(one) for name, one in plain.items()
    }

"""The same input gives the same dossiers on SQLite and on PostgreSQL, through the real command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_same_dossier import ROOT, what_must_agree

pytestmark = pytest.mark.whole

STEEL, CAREER = "sample-steel-builders", "sample-career-services"
MORE = "Intel,intel.com,,,\nNike,nike.com,,,\n"  # leads of both clients: what suits one does not suit the other
# One process for all verbs: most of what a short one takes is starting.
VERBS = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from dossier.cli import app

for words in json.load(sys.stdin):
    with redirect_stdout(StringIO()) as said:
        code = app([*words, "--json"], standalone_mode=False)
    assert code == 0, (words, said.getvalue())
    print(json.dumps(json.loads(said.getvalue())))
"""


def say(home: Path, url: str, *verbs: list[str]) -> list[dict]:
    """Run the verbs one after another in a process of its own; return their answers."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "DOSSIER_HOME": str(home / "d")}
    environment |= {"PYTHONPATH": str(ROOT), "DOSSIER_DATABASE_URL": url}
    command = [sys.executable, "-c", VERBS]
    asked = json.dumps(verbs)
    ran = subprocess.run(command, env=environment, input=asked, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def make(home: Path, url: str = "") -> dict[tuple[str, str], dict]:
    """Make the dossiers of ten leads of the sample clients in a new home; return them by client and lead."""
    home.mkdir()
    steel, career = home / "leads.csv", ROOT / f"samples/leads/{CAREER}.csv"
    steel.write_text((ROOT / f"samples/leads/{STEEL}.csv").read_text("utf-8").rstrip("\n") + f"\n{MORE}", "utf-8")
    answers = say(
        home,
        url,
        ["init"],
        ["clients", "import", *map(str, sorted((ROOT / "samples/clients").iterdir()))],
        ["corpus", "import", str(ROOT / "samples/documents.jsonl")],
        *(["leads", "import", str(leads), "--client", client] for client, leads in ((STEEL, steel), (CAREER, career))),
        *(["run", "--client", client, "--flagged", "--as-of", "2026-05-31"] for client in (STEEL, CAREER)),
    )
    rows = [row for answer in answers[-2:] for row in answer["runs"]]
    return {(row["client"], row["lead"]): json.loads(Path(row["paths"]["json"]).read_text("utf-8")) for row in rows}


def test_ten_leads_have_the_same_dossiers_on_both_databases(tmp_path, postgres_url):
    on_sqlite, on_postgresql = make(tmp_path / "files"), make(tmp_path / "server", postgres_url)
    assert len(on_sqlite) == 10
    assert sum(bool(one["claims"]) for one in on_sqlite.values()) >= 7
    assert on_postgresql.keys() == on_sqlite.keys()
    for lead, made in on_sqlite.items():
        assert what_must_agree(on_postgresql[lead]) == what_must_agree(made), lead
    assert (tmp_path / "files" / "d" / "dossier.db").is_file()
    assert not list((tmp_path / "server").rglob("*.db"))

"""One lead of fifty ends every process that works on it: the others are made, it is blocked after its third crash."""

import sys
from pathlib import Path

import pytest
import yaml
from kill_fixture import Home, faults
from poisoned import LEAD, STEP
from stack_fixture import served

from benchmarks.leads import fill

LEADS = 50
POISONED = Path(__file__).with_name("poisoned.py")
COMMANDS = 4  # one for each crash, and one that finishes


@pytest.fixture
def home(tmp_path, new_url):
    home = Home(tmp_path, new_url() or f"sqlite:///{tmp_path / 'dossier.db'}")
    with home.store() as store:
        store.upgrade()
        fill(store, LEADS)
    return home


def judge(home):
    """All that has to be true in the end."""
    seen = home.seen()
    [blocked] = [run for run in seen.runs if run["status"] != "completed"]
    assert (blocked["status"], blocked["crashes"]) == ("blocked", 3)
    assert STEP in blocked["last_error"]
    [name] = [lead["lead_id"] for lead in seen.leads if lead["status"] == "blocked"]
    assert name == blocked["lead_id"]
    assert len(seen.runs) == LEADS
    assert [said for said in faults(home, seen) if blocked["run_id"] not in said] == []


def test_on_the_command_line_it_takes_three_processes_with_it(home, seed):
    codes = []
    for _ in range(COMMANDS):
        worker = home.run(program=(sys.executable, str(POISONED)))
        worker.communicate()
        codes.append(worker.returncode)
    assert codes == [139, 139, 139, 0]
    judge(home)


def test_under_the_daemon_it_takes_its_own_processes_only(home, tmp_path, seed):
    folder = tmp_path / "served"
    folder.mkdir()
    location = {"python_file": {"relative_path": str(POISONED), "location_name": "dossier"}}
    (folder / "workspace.yaml").write_text(yaml.safe_dump({"load_from": [location]}), "utf-8")
    with served(home, folder) as stack:
        stack.until(lambda: {run["status"] for run in home.seen().runs} <= {"completed", "blocked"}, patience=3600)
        stack.stop()
    judge(home)


def test_the_poison_is_a_lead_of_the_fifty(home):
    with home.store() as store, store.reading() as session:
        from dossier.store.leads import list_leads

        assert LEAD in {lead.name for lead in list_leads(session, "sample-steel-builders")}

"""The steps of scheduled-materialization.yml, run as they stand: what is passed on, what is made, what is said.

The quick tests put a script in the place of the command line; the whole ones run in a copy of the repository.
"""

import csv
import json
import re
import sqlite3
import stat

import pytest
from markdown_it import MarkdownIt
from test_workflows import SCHEDULED
from workflow_fixture import Dispatch, Runner, copy_of_the_tree, lend_the_environment, load, obeyed

PREPARE, MAKE = "Prepare the database", "Make what is asked for"
STEEL = "sample-steel-builders"
HOSTILE = [
    "$(touch pwned)",
    '"; touch pwned; rm -rf "$HOME"/* #',
    "`touch pwned`",
    "' || touch pwned '",
    "a\n::set-output name=dossiers::pwned\n",
    "a\r\n##[set-env name=PATH]pwned",
    "--home=pwned",
    "-rf *",
    "${IFS}${{ secrets.DOSSIER_DATABASE_URL }}",
    "%0A::error::pwned",
    "🏗️ \u202e gnp.exe",
]
# The command line, but for what it does: it keeps its words and ends as the test wants
STUB = """#!/bin/bash
printf '%s\\0' "$@" >> said
[ "$1" = summary ] && echo "a summary"
[ "$1" = run ] && { echo '::error::from a name'; exit "${ENDS_WITH:-0}"; }
[ "$1" = import ] && { echo 'row ##[warning]from a name'; exit "${ENDS_WITH:-0}"; }
exit 0
"""


@pytest.fixture
def stub(tmp_path):
    """A workspace whose command line is a stub."""
    workspace = tmp_path / "workspace"
    executable = workspace / ".venv" / "bin" / "dossier"
    executable.parent.mkdir(parents=True)
    executable.write_text(STUB)
    executable.chmod(executable.stat().st_mode | stat.S_IXUSR)
    (workspace / "materialized").mkdir()
    return Runner(workspace, load(SCHEDULED))


def words(runner):
    """What the stub was called with, and forget it."""
    said = runner.workspace / "said"
    found = said.read_bytes().decode().split("\0")[:-1]
    said.unlink()
    return found


def run_words(runner, **inputs):
    ran = runner.run(MAKE, Dispatch(inputs=inputs))
    assert ran.returncode == 0, ran.stdout
    said = words(runner)
    return said[: said.index("summary")]


def test_a_scheduled_run_makes_all_that_is_flagged(stub):
    ran = stub.run(MAKE, Dispatch(event="schedule"))
    assert ran.returncode == 0
    assert words(stub)[:4] == ["run", "--flagged", "--trigger=scheduled", "--json"]
    assert stub.summary.read_text() == "a summary\n"


def test_what_is_asked_for_by_hand_is_passed_on(stub):
    said = run_words(stub, client="acme", leads="a.com, b.com", dry_run="true")
    assert said == ["run", "--leads=a.com, b.com", "--client=acme", "--dry-run", "--trigger=manual", "--json"]
    assert run_words(stub, client="", leads="", dry_run="false") == ["run", "--flagged", "--trigger=manual", "--json"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_stands_in_an_input_is_one_word_and_does_nothing(stub, text):
    before = sorted(stub.workspace.rglob("*"))
    said = run_words(stub, client=text, leads=text, dry_run=text, budget_usd=text)
    assert said == ["run", f"--leads={text}", f"--client={text}", "--trigger=manual", "--json"]
    assert sorted(stub.workspace.rglob("*")) == sorted([*before, stub.workspace / "materialized" / "runs.json"])


@pytest.mark.parametrize(
    ("ends_with", "step_ends_with", "annotation"),
    [
        (0, 0, None),
        (1, 1, "::error title=Failed::"),
        (2, 2, "::error title=Failed::"),
        (3, 3, "::error title=Budget reached::"),
        (4, 0, "::warning title=Partial::"),
        (130, 130, "::error title=Failed::"),
    ],
)
def test_how_a_run_ended_is_what_the_job_says(stub, ends_with, step_ends_with, annotation):
    ends(stub, ends_with)
    ran = stub.run(MAKE, Dispatch())
    assert ran.returncode == step_ends_with
    assert [line[: len(annotation or "")] for line in obeyed(ran.stdout)] == ([annotation] if annotation else [])
    assert stub.summary.read_text() == "a summary\n", "the summary is written whatever happened"


def ends(runner, code):
    """Let the stub's work end with `code`."""
    executable = runner.workspace / ".venv" / "bin" / "dossier"
    executable.write_text(executable.read_text().replace("${ENDS_WITH:-0}", str(code)))


def test_with_a_database_nothing_is_imported(stub):
    ran = stub.run(PREPARE, Dispatch(secrets={"DOSSIER_DATABASE_URL": "postgresql://db.example/leads"}))
    assert ran.returncode == 0
    assert words(stub) == ["init"]


def test_without_a_database_the_folder_is_imported_or_else_the_samples(stub):
    assert stub.run(PREPARE, Dispatch()).returncode == 0
    assert words(stub) == ["init", "import", "samples"]
    assert stub.run(PREPARE, Dispatch(variables={"DOSSIER_FILES": "our files"})).returncode == 0
    assert words(stub) == ["init", "import", "our files"]


def test_rejected_rows_are_a_warning_and_an_import_that_failed_ends_the_job(stub):
    ends(stub, 4)
    ran = stub.run(PREPARE, Dispatch())
    assert ran.returncode == 0
    assert [line.split("::")[1] for line in obeyed(ran.stdout)] == ["warning title=Rejected rows"]
    (stub.workspace / ".venv" / "bin" / "dossier").write_text("#!/bin/sh\nexit 2\n")
    assert stub.run(PREPARE, Dispatch()).returncode == 2


# ------------------------------------------------------------------------------- whole


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A copy of the repository in which the steps up to the run have been run, as on a fork without any setting."""
    workspace = copy_of_the_tree(tmp_path_factory.mktemp("runner") / "workspace")
    lend_the_environment(workspace)
    runner = Runner(workspace, load(SCHEDULED))
    for name in ("Install", PREPARE):
        ran = runner.run(name, Dispatch(event="schedule"))
        assert ran.returncode == 0, ran.stdout
        assert not obeyed(ran.stdout)
    return runner


def queue_of(runner):
    """Every run with its state, and what Dagster knows: both as they stand in their files."""
    home = runner.workspace / "materialized"
    with sqlite3.connect(f"file:{home / 'dossier.db'}?mode=ro", uri=True) as database:
        queue = database.execute("SELECT run_id, status, attempt, trigger FROM v2_pipeline_runs ORDER BY 1").fetchall()
    return queue, sorted(path.name for path in (home / "runs").rglob("*"))


def table_of(page):
    """The rows of the page's table as a reader sees them; nothing but text may stand in a cell."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    rows, row = [], []
    for token in tokens:
        assert token.type != "html_block"
        if token.type == "tr_open":
            rows.append(row := [])
        elif token.type == "inline" and rows:
            kinds = {child.type for child in token.children}
            assert kinds <= {"text", "text_special"}, kinds
            row.append("".join(child.content for child in token.children))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] if rows else []


@pytest.mark.whole
def test_a_dry_run_lists_what_would_be_made_and_makes_nothing(job):
    before = queue_of(job)
    ran = job.run(MAKE, Dispatch(inputs={"dry_run": "true"}))
    assert ran.returncode == 0, ran.stdout
    shown = table_of(job.summary.read_text("utf-8"))
    assert len(shown) == 8
    [micron] = [row for row in shown if row["lead"] == "Micron Technology"]
    assert (micron["client"], micron["domain"]) == (STEEL, "micron.com")
    assert {row["queued as"] for row in shown} == {run_id for run_id, *_ in before[0]}
    assert queue_of(job) == before


@pytest.mark.whole
@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"client": STEEL, "leads": "micron.com\n$(touch pwned)\n::set-output name=a::b"}, "Unknown lead: '$(touch"),
        ({"client": STEEL, "leads": "micron.com", "budget_usd": "`touch pwned`"}, "DOSSIER_BUDGET_USD_RUN"),
    ],
    ids=["leads", "budget"],
)
def test_a_hostile_input_is_refused_with_a_message_and_does_nothing(job, inputs, said):
    before = queue_of(job)
    ran = job.run(MAKE, Dispatch(inputs=inputs))
    assert ran.returncode == 2
    assert [line.split("::")[1] for line in obeyed(ran.stdout)] == ["error title=Failed"]
    page = re.sub(r"\\(.)", r"\1", job.summary.read_text("utf-8"))
    assert said in page
    assert queue_of(job) == before
    assert not list(job.workspace.parent.rglob("pwned"))


@pytest.mark.whole
def test_what_is_asked_for_becomes_dossiers_and_a_row_each_in_the_summary(job):
    inputs = {"client": STEEL, "leads": "micron.com,\n aosmith.com\n", "budget_usd": "2.50"}
    ran = job.run(MAKE, Dispatch(inputs=inputs))
    assert ran.returncode == 0, ran.stdout
    assert not obeyed(ran.stdout)
    shown = {row["lead"]: row for row in table_of(job.summary.read_text("utf-8"))}
    assert set(shown) == {"Micron Technology", "A. O. Smith"}
    made = [json.loads(path.read_text("utf-8")) for path in (job.workspace / "materialized/runs").rglob("*.json")]
    assert {one["lead"]["name"] for one in made} == set(shown)
    for one in made:
        row = shown[one["lead"]["name"]]
        figures = (one["run_id"], one["status"], one["score"]["total"], one["score"]["tier"], len(one["claims"]))
        assert tuple(row.values())[:1] + tuple(row.values())[2:6] == tuple(map(str, figures))
        assert (row["cost"], row["error"]) == ("0.00 USD", "")
        assert float(row["took"].removesuffix(" s")) > 0
    assert int(shown["Micron Technology"]["claims"]) > 5
    triggers = {run_id: trigger for run_id, _, _, trigger in queue_of(job)[0]}
    assert {triggers[row["run"]] for row in shown.values()} == {"manual"}


NAMES = [
    "::error::Cranes $(touch pwned) & Co",
    "Steel ##[error]Works <img src=x onerror=alert(1)>",
    "[Beams](javascript:alert(1)) | a | b | `Roof` *Inc* https://evil.example @everyone",
]


@pytest.mark.whole
def test_names_from_outside_are_shown_as_they_are_and_steer_neither_log_nor_page(job):
    files = job.workspace / "files"
    (files / "clients").mkdir(parents=True)
    (files / "leads").mkdir()
    (files / "clients" / "seller.yaml").write_text("client: {name: Seller}\n")
    with (files / "leads" / "seller.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name"], *([name] for name in NAMES)])
    dispatch = Dispatch(inputs={"client": "seller"}, variables={"DOSSIER_FILES": "files"})
    prepared = job.run(PREPARE, dispatch)
    assert prepared.returncode == 0, prepared.stdout
    ran = job.run(MAKE, dispatch)
    assert ran.returncode == 0, ran.stdout
    assert not obeyed(prepared.stdout + ran.stdout)
    assert "##[error]" in ran.stdout, "the log would have been steered"
    shown = table_of(job.summary.read_text("utf-8"))
    assert sorted(row["lead"] for row in shown) == sorted(NAMES)
    assert not list(job.workspace.parent.rglob("pwned"))

"""The verbs `prompts ...` by their answers, and `prompts test` once against the model server, with the real SDK."""

import json

import pytest
from model_fixture import no_settings_of_this_machine as no_settings_of_this_machine
from store_fixture import add_run, document, take
from test_prompt_files import given_to
from typer.testing import CliRunner

from dossier.answers import ANSWERS
from dossier.cli import app
from dossier.model_server.server import ModelServer
from dossier.models import StepStatus
from dossier.ports import StepRecord, Variable
from dossier.prompt_files import load_prompts
from dossier.store import sources
from dossier.store.database import Store
from dossier.store.step_runs import SqlRecorder, full_steps
from dossier.store.tables_money import LlmCallRow
from dossier.store.tables_queue import ClientRow, SourceRow

PROMPTS = load_prompts()
BRIEF = PROMPTS["insight"].source.replace("# Task\n", "# Task\n\nBe brief.\n")


@pytest.fixture
def home(upgraded, tmp_path, monkeypatch):
    monkeypatch.delenv("DOSSIER_DATABASE_URL", raising=False)
    home = tmp_path / "home"
    home.mkdir()
    (home / "dossier.db").write_bytes(upgraded.read_bytes())
    monkeypatch.setenv("DOSSIER_HOME", str(home))
    return home


@pytest.fixture
def store(home):
    store = Store.open(f"sqlite:///{home / 'dossier.db'}")
    yield store
    store.close()


@pytest.fixture
def call(home):
    def call(*arguments):
        result = CliRunner().invoke(app, ["prompts", *(str(argument) for argument in arguments)])
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def answer(call):
    def ask(*arguments, code=0):
        got, out, err = call(*arguments, "--json")
        assert got == code, err
        return json.loads(out)

    return ask


@pytest.fixture
def brief(tmp_path):
    path = tmp_path / "insight.md"
    path.write_text(BRIEF, encoding="utf-8")
    return path


def test_the_list_shows_every_prompt_with_its_labels(call, answer):
    assert [one["id"] for one in answer("list")["prompts"]] == list(PROMPTS)
    code, out, _ = call("list")
    assert code == 0
    assert "production 1, latest 1" in out


def test_a_text_is_brought_in_compared_labelled_and_taken_back(call, answer, brief):
    done = answer("import", brief, "--note", "brief", "--by", "ann")
    assert done["prompts"] == [{"prompt": "insight", "version": 2, "change": "added"}]
    assert answer("import", brief, "--note", "brief")["prompts"][0]["change"] == "unchanged"
    assert "+Be brief." in answer("diff", "insight", "file", "latest")["diff"]
    assert answer("diff", "insight", 1, "production")["diff"] == []
    assert call("diff", "insight", 1, 1)[1] == "insight version 1 and version 1 are the same.\n"
    assert answer("label", "insight", 2, "production") == {
        "prompt": "insight",
        "label": "production",
        "version": 2,
        "before": 1,
    }
    assert "production 2 (held), latest 2" in call("list")[1]
    assert "Be brief." in answer("show", "insight")["content"]
    assert "Be brief." not in answer("show", "insight", "--version", 1)["content"]
    listed = answer("versions", "insight")["versions"]
    assert [(one["note"], one["author"], one["labels"]) for one in listed] == [
        (None, "file", ["file"]),
        ("brief", "ann", ["production", "latest"]),
    ]
    assert call("label", "insight", "production", "--remove")[1] == (
        "insight: production is gone, it pointed to version 2.\n"
    )
    assert "Be brief." not in answer("show", "insight")["content"]


def test_what_was_imported_is_exported_to_the_byte(answer, call, brief, tmp_path):
    brief.write_bytes(BRIEF.replace("\n", "\r\n").encode())
    answer("import", brief, "--note", "brief", "--label", "production")
    folder = tmp_path / "out"
    assert len(answer("export", folder)["prompts"]) == len(PROMPTS)
    assert (folder / "insight.md").read_bytes() == brief.read_bytes()
    assert all((folder / f"{name}.md").read_text() == one.source for name, one in PROMPTS.items() if name != "insight")
    again = answer("import", folder, "--note", "nothing new")["prompts"]
    assert {one["change"] for one in again} == {"unchanged"}
    code, _, err = call("export", folder, "--label", "file")
    assert (code, "insight.md" in err, "--force" in err) == (2, True, True)
    answer("export", folder, "--label", "file", "--force")
    assert (folder / "insight.md").read_text() == PROMPTS["insight"].source


def test_all_files_of_a_folder_go_in_or_none(answer, call, brief):
    (brief.parent / "zebra.md").write_text(BRIEF.replace("id: insight", "id: zebra"))
    code, _, err = call("import", brief.parent, "--note", "x")
    assert (code, "There is no prompt 'zebra'" in err) == (2, True)
    assert len(answer("versions", "insight")["versions"]) == 1
    (brief.parent / "zebra.md").unlink()
    brief.write_text(BRIEF.replace("variables: [", "variables: [weather, ").replace("Be brief.", "{{weather}}"))
    assert "does not give" in call("import", brief.parent, "--note", "x")[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "insigt"), "Nearest: insight"),
        (("show", "insight", "--version", "9"), "no version 9"),
        (("show", "insight", "--version", "1", "--label", "file"), "Give one of"),
        (("label", "insight", "1"), "Which label?"),
        (("label", "insight", "1", "latest"), "cannot be moved"),
        (("label", "insight", "1", "client:nobody"), "Unknown client"),
        (("test", "insight", "--run", "seller--acme-12345678-1"), "Unknown run"),
    ],
)
def test_what_cannot_be_done_says_why(call, words, said):
    code, _, err = call(*words)
    assert code == 2
    assert said in err


def test_every_verb_explains_itself_with_an_example(call):
    for name in ("list", "show", "versions", "diff", "label", "import", "export", "test"):
        code, out, _ = call(name, "--help")
        assert (code, "Example" in out) == (0, True), name


# ---------------------------------------------------------------- trying a prompt


def asked(store, step="insight", passages=None):
    """A run that asked `step` once; return its id."""
    run = take(store, add_run(store))
    given = {name: value for name, value in given_to(step).items() if name != "boundary"}
    if passages is not None:
        given["passages"] = passages
    recorder = SqlRecorder(store, run)
    variables = {name: Variable(value, "static") for name, value in given.items()}
    opened = recorder.open(step, asset=step, variables=variables, prompt_id=step, prompt_version=1)
    said = ANSWERS[step]().model_dump(mode="json")
    recorder.close(opened, StepRecord(StepStatus.COMPLETED, parsed_output=said, model="m", cost_usd=0.25))
    return run.run_id


def test_a_prompt_is_tried_without_a_key_and_leaves_the_run_alone(answer, store, brief):
    run_id = asked(store)
    with store.reading() as session:
        before = full_steps(session, run_id)
    out, brief = brief.parent / "trial.json", brief.rename(brief.parent / "a draft.md")
    done = answer("test", "insight", "--run", run_id, "--file", brief, "--provider", "extractive", "--out", out)
    assert json.loads(out.read_text()) == done
    assert (done["new"]["provider"], done["new"]["status"], done["new"]["llm_calls"]) == ("extractive", "completed", 0)
    assert "Be brief." in done["new"]["prompt"]
    assert done["old"]["cost_usd"] == 0.25
    with store.reading() as session:
        assert full_steps(session, run_id) == before


def test_passages_are_whole_again_and_a_document_that_is_gone_is_said(answer, call, store):
    text = "Acme builds a plant. Acme hires."
    with store.transaction() as session:
        sources.save_documents(session, [document(text, "On Acme")], None)
        [source] = [row.source_id for row in session.query(SourceRow)]
    run_id = asked(store, "media", [{"source_id": source, "start": 0, "end": 20}])
    done = answer("test", "media", "--run", run_id, "--provider", "extractive")
    assert "Acme builds a plant." in done["new"]["prompt"]
    assert "Acme hires." not in done["new"]["prompt"]
    with store.transaction() as session:
        session.query(SourceRow).delete()
    code, _, err = call("test", "media", "--run", run_id, "--provider", "extractive")
    assert (code, "is gone" in err) == (2, True)


def test_a_draft_of_another_prompt_is_refused(call, store, brief):
    code, _, err = call("test", "media", "--run", asked(store, "media"), "--file", brief)
    assert (code, "its id is 'insight'" in err) == (2, True)


def test_a_run_that_did_not_ask_says_what_it_asked(call, store):
    run_id = asked(store)
    code, _, err = call("test", "media", "--run", run_id)
    assert code == 2
    assert "It asked: insight." in err


def test_a_prompt_is_tried_with_a_model_outside_the_run_and_paid_by_the_client(answer, call, store, brief, monkeypatch):
    run_id = asked(store)
    with ModelServer() as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-the-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        done = answer("test", "insight", "--run", run_id, "--file", brief, "--provider", "anthropic")
        assert server.count() == 1
        assert "Be brief." in json.dumps(server.served[-1].body)
        code, out, _ = call("test", "insight", "--run", run_id, "--file", brief, "--provider", "anthropic")
    assert (code, "The outputs differ." in out) == (0, True)
    assert (done["new"]["status"], done["new"]["llm_calls"]) == ("completed", 1)
    assert done["new"]["cost_usd"] > 0
    assert done["new"]["duration_ms"] > 0
    with store.reading() as session:
        calls = session.query(LlmCallRow).all()
        assert {(row.pipeline_run_id, row.run_id, row.state, row.accepted) for row in calls} == {
            (None, None, "answered", False)
        }
        assert len(full_steps(session, run_id)) == 1


def test_a_trial_is_refused_where_the_client_has_no_money_left(call, store, monkeypatch):
    run_id = asked(store)
    with store.transaction() as session:
        session.query(ClientRow).one().settings = {"client": {"name": "Seller"}, "budgets": {"day_usd": 0}}
    with ModelServer() as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-the-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        code, _, err = call("test", "insight", "--run", run_id, "--label", "file", "--provider", "anthropic")
        assert (code, server.count()) == (3, 0)
    assert "The budget is reached: client, today." in err

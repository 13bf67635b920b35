"""The verbs of the stock by their answers: flagging leads anew, listing documents, and taking things out.

The store is real; what may go and what may not is in `tests/test_stock.py`.
"""

import pytest
from store_fixture import add_client, add_run, document, finish, run_of, take
from test_deletion import made

from dossier.keys import digest, source_id
from dossier.models import RunStatus
from dossier.store import sources

ID = source_id(digest("Acme builds."))


@pytest.fixture
def store(home_store):
    """The store of the command line's home."""
    return home_store


@pytest.fixture
def answer(document):
    return document


def put(store, *texts, client=None):
    with store.transaction() as session:
        sources.save_documents(session, [document(text, f"On {text}") for text in texts], client)


# ---------------------------------------------------------------- leads flag


def test_flagged_leads_are_told_with_their_runs_and_run_with_flagged(call, answer, store):
    done, waiting = made(store).run_id, add_run(store, "Beta", "beta.example")
    code, said = answer("leads", "flag", "--client", "seller", "--all")
    assert (code, said["flagged"], said["pending"], said["running"]) == (0, 1, 1, 0)
    assert [(lead["name"], lead["status"]) for lead in said["leads"]] == [("Acme Corp", "flagged"), ("Beta", "pending")]
    assert said["leads"][1]["run_id"] == waiting
    assert run_of(store, done).status is RunStatus.COMPLETED
    code, out, _ = call("leads", "flag", "--client", "seller", "--lead", "acme.example", "--lead", "Beta")
    assert code == 0
    assert "2 waited already" in out
    assert "Next: dossier run --client seller --flagged" in out
    code, said = answer("run", "--client", "seller", "--flagged", "--as-of", "2026-06-01")
    assert {run["run_id"] for run in said["runs"]} == {waiting, done[:-1] + "2"}


def test_by_age_nothing_may_be_meant(call, store):
    made(store)
    code, out, _ = call("leads", "flag", "--client", "seller", "--older-than", "30")
    assert (code, out) == (0, "No lead is meant: nothing was flagged.\n")


@pytest.mark.parametrize(
    "choice",
    [(), ("--all", "--lead", "acme.example"), ("--all", "--older-than", "3"), ("--lead", "x", "--older-than", "0")],
)
def test_flagging_wants_one_way_to_say_which(call, store, choice):
    add_client(store)
    code, _, err = call("leads", "flag", "--client", "seller", *choice)
    assert code == 2
    assert "Give one of --lead, --all and --older-than." in err


# ---------------------------------------------------------------- corpus list and delete


def test_documents_are_listed_for_all_and_for_a_client(call, answer, store):
    add_client(store)
    put(store, "Acme builds.")
    put(store, "Own.", client="seller")
    code, said = answer("corpus", "list", "--limit", "1")
    assert (code, said["total"], [one["title"] for one in said["documents"]]) == (0, 2, ["On Own."])
    code, out, _ = call("corpus", "list", "--client", "seller")
    assert (code, ID in out, "seller" in out, "all" in out) == (0, True, True, True)
    assert "1 more: add --limit 2" in call("corpus", "list", "--limit", "1")[1]
    assert call("corpus", "list", "--undated")[1] == "No documents.\n"


def test_of_several_documents_those_that_may_go_go(answer, call, store):
    made(store)
    put(store, "Acme builds.")
    code, said = answer("corpus", "list")
    held = next(one["id"] for one in said["documents"] if one["id"] != ID)
    code, said = answer("corpus", "delete", ID, held, "--yes")
    assert code == 4
    assert [(one["id"], one["status"]) for one in said["documents"]] == [(ID, "deleted"), (held, None)]
    assert "Evidence must not vanish" in said["documents"][1]["error"]
    code, _, err = call("corpus", "delete", held, "--yes")
    assert code == 2
    assert "first: dossier delete seller--acme-corp" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("corpus", "delete", ID), "Delete 1 document ('On Acme builds.'); runs and dossiers stay?"),
        (
            ("leads", "delete", "--client", "seller", "--lead", "acme.example"),
            "Delete lead 'Acme Corp' of seller with 1 run that made no dossier; documents stay?",
        ),
        (
            ("clients", "delete", "seller"),
            "Delete client seller with its configuration, 1 lead, 1 run that made no dossier and 0 documents of its "
            "own; documents of all clients and prompts stay?",
        ),
    ],
)
def test_what_goes_and_what_stays_is_said_before_anything_is_deleted(
    call, store, monkeypatch, tmp_path, arguments, told
):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED, error="no")
    folder = tmp_path / "home" / "runs" / "seller" / run_id
    folder.mkdir(parents=True)
    put(store, "Acme builds.")
    code, _, err = call(*arguments)
    assert code == 2
    assert told in err
    assert "Add: --yes" in err
    monkeypatch.setattr("dossier.cli_queue._someone_is_there", lambda desk: True)
    assert call(*arguments, input="n\n")[0] == 2
    assert folder.is_dir()
    assert call(*arguments, input="y\n")[0] == 0
    assert folder.is_dir() == (arguments[0] == "corpus")


def test_deleting_is_answered_as_a_document(answer, store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.CANCELLED)
    gone = {"leads": ["Acme Corp"], "runs": [run_id], "documents": 0, "status": "deleted"}
    assert answer("leads", "delete", "--client", "seller", "--lead", "Acme Corp", "--yes") == (
        0,
        {"client": "seller", **gone},
    )
    code, said = answer("clients", "delete", "seller", "--yes")
    assert (code, said["leads"], said["runs"]) == (0, [], [])
    assert answer("clients", "list") == (0, {"clients": []})

"""The verbs `onboard`, `prep` and `compose` by their answers; what they make is in `test_setup_flows.py`."""

import json

import pytest
from typer.testing import CliRunner

from dossier.cli import app
from dossier.store import leads
from dossier.store.database import Store

NOTES = "Offer: steel buildings\nHot signals:\n- new plant announced\n- site selection\nPlaces: Ohio, Texas\n"
LONG = "Steel is bought a year before the first tool moves in. " * 2 + "After that nobody buys, says everybody."


@pytest.fixture
def home(upgraded, tmp_path, monkeypatch):
    for name in ("DOSSIER_DATABASE_URL", "DOSSIER_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    (home / "dossier.db").write_bytes(upgraded.read_bytes())
    monkeypatch.setenv("DOSSIER_HOME", str(home))
    return home


@pytest.fixture
def call(home):
    def call(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def answer(call):
    def ask(*arguments):
        code, out, err = call(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return ask


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "call.md"
    path.write_text(NOTES + f"Buying window: {LONG}\n", encoding="utf-8")
    return path


@pytest.fixture
def acme(answer, notes):
    """A client that was onboarded and approved."""
    flow = answer("onboard", "start", "--name", "Acme Steel", "--notes", notes)
    answer("onboard", "approve", flow["id"], "--by", "ann")
    return flow["client"]


def test_a_client_is_shown_with_the_words_it_stands_on_and_approved(call, answer, notes):
    code, out, _ = call("onboard", "start", "--name", "Acme Steel", "--notes", notes)
    assert code == 0
    assert "acme-steel: waiting_for_approval" in out
    assert "Not said, so left empty: client.domain" in out
    [flow] = answer("onboard", "show")["onboardings"]
    assert "- new plant announced" in call("onboard", "show", flow["id"])[1]
    assert answer("onboard", "approve", flow["id"], "--by", "ann")["outputs"]["approved_by"] == "ann"
    code, _, err = call("onboard", "reject", flow["id"], "--why", "too late")
    assert (code, "It is completed." in err) == (2, True)
    assert "client gone" not in call("onboard", "show", flow["id"])[1]


def test_notes_that_say_nothing_are_no_configuration_to_approve(call, answer, tmp_path):
    (tmp_path / "blank.md").write_text(" \n", encoding="utf-8")
    code, _, err = call("onboard", "start", "--name", "Acme Steel", "--notes", tmp_path / "blank.md")
    assert (code, "They are empty" in err) == (2, True)
    (tmp_path / "vain.md").write_text("Good morning.\n", encoding="utf-8")
    out = call("onboard", "start", "--name", "Acme Steel", "--notes", tmp_path / "vain.md")[1]
    assert "Nothing could be read" in out
    assert "onboard approve" not in out
    assert answer("clients", "list")["clients"] == [{"slug": "acme-steel", "name": "Acme Steel", "status": "inactive"}]


def test_a_rejected_one_goes_and_its_flow_stays(call, answer, notes):
    flow = answer("onboard", "start", "--name", "Acme Steel", "--notes", notes)
    assert answer("onboard", "reject", flow["id"], "--why", "old", "--by", "ann")["outputs"]["reason"] == "old"
    assert answer("clients", "list")["clients"] == []
    assert "client gone: rejected" in call("onboard", "show", flow["id"])[1]


def test_what_is_no_text_is_refused_before_anything_begins(call, answer, tmp_path):
    (tmp_path / "b.bin").write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "b.bin", tmp_path / "nothing"):
        code, _, err = call("onboard", "start", "--name", "Acme", "--notes", file)
        assert (code, "text" in err) == (2, True)
    assert answer("onboard", "show")["onboardings"] == []
    assert call("onboard", "show")[1] == "No onboarding yet.\n"


def test_the_short_form_tells_its_savings_and_waits_for_approval(call, acme):
    code, out, _ = call("prep", "--client", acme)
    assert code == 0
    assert "industry_research" in out
    assert "icp_config" in out
    assert f"Next: dossier prep --client {acme} --approve" in out
    assert "is approved" in call("prep", "--client", acme, "--approve")[1]
    assert call("prep", "--client", acme, "--approve")[0] == 2


def test_directions_are_composed_started_and_the_rest_later(call, answer, acme, home):
    flow = answer("compose", "--client", acme, "--count", "4", "--feedback", "more plants")
    assert (len(flow["outputs"]["directions"]), flow["queued"]) == (4, [])
    code, out, _ = call("compose", "--client", acme, "--batch", flow["id"])
    assert code == 0
    assert "3 queued. Next: dossier run --client acme-steel --flagged" in out
    assert f"1 not started: dossier compose --client acme-steel --batch {flow['id']}" in out
    assert len(answer("status", "--client", acme)["runs"]) == 3
    code, _, err = call("compose", "--client", acme, "--batch", "BATCH_00000000")
    assert (code, "no flow" in err) == (2, True)
    assert "The profile holds no more" in call("compose", "--client", acme)[1]
    again = answer("compose", "--client", acme)["outputs"]["directions"]
    left = flow["outputs"]["directions"][3]
    assert [one["signal_type"] for one in again] == [left["signal_type"]], "what was not started was not searched"
    store = Store.open(f"sqlite:///{home / 'dossier.db'}")
    with store.reading() as session:
        assert leads.list_leads(session, acme) == []
    store.close()


@pytest.mark.parametrize("words", [("onboard", "start"), ("onboard", "approve"), ("prep",), ("compose",)])
def test_every_verb_explains_itself_with_an_example(call, words):
    code, out, _ = call(*words, "--help")
    assert (code, "Example" in out) == (0, True)


@pytest.mark.parametrize("words", [("prep", "--client", "nobody"), ("compose", "--client", "nobody")])
def test_an_unknown_client_is_named(call, words):
    code, _, err = call(*words)
    assert (code, "Unknown client" in err) == (2, True)


def test_a_batch_has_one_to_ten_directions(call, acme):
    assert [call("compose", "--client", acme, "--count", n)[0] for n in (0, 11)] == [2, 2]

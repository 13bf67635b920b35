"""The entity gate of a whole claim, whoever proposed it: about the lead, about another, or not certain."""

import pytest

from dossier.evidence.claim_gate import decide
from dossier.evidence.names import MentionFinder
from dossier.models import ClaimDetails, ClaimDraft, ClaimType, Lead
from dossier.steps.claims import bind_drafts
from dossier.testing import a_document

LEAD = Lead(id="ld_1", name="Tanager Technology, Inc.", domain="tanager.example")
FILLER = "Nothing of interest was told on the way, and the rain went on. " * 12


def draft(text: str, statement: str, quote: str | None = None, kind: ClaimType = ClaimType.SIGNAL, **details: object):
    document = a_document(text, title="A report", publisher="Daily Ledger")
    made = ClaimDraft(
        type=kind,
        statement=statement,
        source_id=document.id,
        quote=quote or statement,
        details=ClaimDetails(**details),  # type: ignore[arg-type]
    )
    return made, document


def decision(text: str, statement: str, **more: object):
    made, document = draft(text, statement, **more)  # type: ignore[arg-type]
    return decide(made, document, max(text.find(made.quote), 0), LEAD)


@pytest.mark.parametrize(
    ("text", "statement", "about"),
    [
        ("Tanager Technology opened a mill.", "Tanager Technology opened a mill.", "lead"),
        ("Tanager announced a plant. It opens in May.", "It opens in May.", "lead"),
        ("Tanager Energy opened a mill.", "Tanager Energy opened a mill.", "lead"),
        ("Tanager Bank opened a branch.", "Tanager Bank opened a branch.", "other"),
        ("Tanager Österreich Bank opened a branch.", "Tanager Österreich Bank opened a branch.", "other"),
        ("Tanager Solutions opened a mill.", "Tanager Solutions opened a mill.", "other"),
        ("Zeta Mills opened a plant.", "Zeta Mills opened a plant.", "other"),
        (
            "Tanager GmbH, which is not affiliated with Tanager Technology, opened a mill.",
            "Tanager GmbH, which is not affiliated with Tanager Technology, opened a mill.",
            "other",
        ),
        (
            "Tanager, which is not affiliated with Zeta Bank, opened a mill.",
            "Tanager, which is not affiliated with Zeta Bank, opened a mill.",
            "lead",
        ),
        (
            f"Zeta Mills.\n\n{FILLER}\n\nTanager came too.\n\nThe plant opens in May.",
            "The plant opens in May.",
            "unsure",
        ),
        (f"Tanager came first.\n\n{FILLER}\n\nThe plant opens in May.", "The plant opens in May.", "lead"),
    ],
)
def test_a_claim_is_the_leads_by_its_words_or_by_those_around_it(text, statement, about):
    found = decision(text, statement)
    assert found.about == about
    assert found.reason


def test_a_clause_about_another_in_a_sentence_that_mentions_the_lead_is_not_the_leads():
    text = "The state praised a plant by Zeta Mills while Tanager looked on."
    found = decision(text, "The state praised a plant by Zeta Mills", gate="name `Tanager`")
    assert found.about == "other"
    assert decision(text, text, gate="name `Tanager`").about == "lead"


def test_what_an_engine_judged_to_be_anothers_stays_so():
    assert decision("Tanager grows.", "Tanager grows.", about="other", gate="a bird").reason == "a bird"


def test_each_claim_keeps_the_decision_and_one_about_another_is_set_aside_with_the_reason():
    text = "Tanager Bank opened a branch. Tanager Technology opened a mill."
    (other, document), (own, _) = (
        draft(text, "Tanager Bank opened a branch."),
        draft(text, "Tanager Technology opened a mill."),
    )
    extracted = bind_drafts("signal_discovery", [other, own], {document.id: document}, LEAD)
    assert [claim.details.about for claim in extracted.claims] == ["other", "lead"]
    assert all(claim.details.gate for claim in extracted.claims)
    (aside,) = extracted.set_aside
    assert aside.id == "search_001"
    assert "begins another organisation's name" in aside.reason


def test_a_model_s_person_who_held_a_post_before_is_marked():
    text = "Ann Lee, former CEO of Tanager Technology, spoke."
    made, document = draft(
        text, "Ann Lee was CEO.", text, ClaimType.CONTACT, person="Ann Lee", title="CEO", organization="Tanager"
    )
    (claim,) = bind_drafts("contact_discovery", [made], {document.id: document}, LEAD).claims
    assert (claim.details.tenure, claim.details.title) == ("former", "former CEO")


def test_a_whole_source_is_searched_for_the_lead_once(monkeypatch):
    text = f"Zeta Mills.\n\n{FILLER}\n\nNo other word is said of it.\n\nThe plant opens in June."
    searched = []
    real = MentionFinder.find
    monkeypatch.setattr(MentionFinder, "find", lambda self, words: searched.append(words) or real(self, words))
    for _ in range(3):
        assert decision(text, "The plant opens in June.").about == "other"
    assert searched.count(text) == 1


@pytest.mark.parametrize(
    ("text", "quote", "about"),
    [
        ("Ann Lee, the manager of Tanager's landlord, spoke.", "Ann Lee, the manager of Tanager", "other"),
        ("Ann Lee, head of a supplier of Tanager, spoke.", "Ann Lee, head of a supplier of Tanager", "other"),
        ("Ann Lee, head of the steel workers union at Tanager, spoke.", None, "other"),
        ("Ann Lee, head of supplier quality at Tanager, spoke.", None, "lead"),
        ("Ann Lee, manager of Tanager's Ohio plant, spoke.", "Ann Lee, manager of Tanager", "lead"),
        ("Ann Lee, manager of Tanager and Tanager's union, spoke.", None, "lead"),
    ],
)
def test_who_works_for_somebody_that_only_deals_with_the_lead_is_not_the_leads(text, quote, about):
    found = decision(
        text, "Ann Lee", quote=quote or text, kind=ClaimType.CONTACT, person="Ann Lee", organization="Tanager"
    )
    assert found.about == about

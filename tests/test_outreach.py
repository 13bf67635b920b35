"""What to say: copy and opening facts of stored profiles for stored contacts, and nothing of anybody else."""

from __future__ import annotations

from dossier.answers import ContactProfile
from dossier.models import Contact, ContactSet
from dossier.steps.outreach import write_outreach
from dossier.testing import a_run
from tests.evidence_fixture import a_claim, a_fact, a_merge

FACT = {"text": "Harbor Foods builds.", "kind": "fact", "claim_ids": ["MERGED_001"]}


def contacts(*profiles, people=2):
    return ContactSet(
        contacts=[
            Contact(
                id=f"PERSON_{n:03d}",
                name=f"Ann Lee {n}",
                title=None,
                organization="Harbor Foods",
                why="",
                claim_ids=["MERGED_001"],
                is_primary=n == 1,
                confidence=0.9,
            )
            for n in range(1, people + 1)
        ],
        profiles=[ContactProfile.model_validate(one).model_dump(mode="json") for one in profiles],
    )


def written(*profiles, people=2):
    ctx, llm, recorder = a_run()
    merged = a_merge([a_fact(1, a_claim(1, "Harbor Foods builds."))])
    outreach = write_outreach(ctx, contacts(*profiles, people=people), merged)
    assert llm.requests == []
    return outreach, recorder


def test_copy_and_client_version_are_two_step_runs_without_a_call():
    profile = {
        "contact_id": "PERSON_001",
        "email": {"subject": "Steel", "body": "One two three.", "ps": "PS."},
        "client_email": {"subject": "Steel?", "body": "One two."},
        "adjustments_made": ["shorter"],
    }
    outreach, recorder = written(profile)
    assert recorder.steps() == ["copy", "copy_client_override"]
    assert recorder.closed("copy").llm_calls == 0
    assert recorder.closed("copy").parsed_output[0]["client_email"] is None
    (item,) = outreach.items
    assert item.email == {"subject": "Steel", "body": "One two three.", "ps": "PS.", "word_count": 3}
    assert item.client_email["subject"] == "Steel?"
    assert item.adjustments_made == ["shorter"]
    assert outreach.gap is None


def test_words_are_counted_and_not_believed():
    outreach, _ = written({"contact_id": "PERSON_001", "email": {"body": "One two.", "word_count": 70}})
    assert outreach.items[0].email["word_count"] == 2


def test_fields_that_no_message_has_and_messages_without_text_are_left_out():
    outreach, _ = written(
        {
            "contact_id": "PERSON_001",
            "email": {"body": "Hello.", "to": "all@example.com", "bcc": ["x"]},
            "linkedin": {"message": "  "},
            "client_linkedin": {"message": ["no text"]},
        }
    )
    (item,) = outreach.items
    assert item.email == {"body": "Hello.", "word_count": 1}
    assert (item.linkedin, item.client_linkedin) == (None, None)


def test_items_stand_in_the_order_of_the_contacts_and_strangers_get_none():
    facts = [{"contact_id": f"PERSON_00{n}", "opening_facts": [FACT]} for n in (3, 2, 1)]
    outreach, _ = written(*facts)
    assert [item.contact_id for item in outreach.items] == ["PERSON_001", "PERSON_002"]


def test_an_opening_fact_without_a_known_claim_is_left_out():
    unknown = {**FACT, "claim_ids": ["MERGED_404"]}
    outreach, _ = written({"contact_id": "PERSON_001", "opening_facts": [unknown, FACT]})
    assert [one.claim_ids for one in outreach.items[0].opening_facts] == [["MERGED_001"]]


def test_facts_alone_are_said_to_be_facts_alone():
    outreach, _ = written({"contact_id": "PERSON_001", "opening_facts": [FACT]})
    assert outreach.gap == "No message is written. These are facts from the sources to open with, word for word."


def test_nobody_and_nothing_are_different_gaps():
    assert written(people=0)[0].gap == "There is nobody to write to yet."
    assert written({"contact_id": "PERSON_001"})[0].gap == "Nothing to open with was found for any contact."

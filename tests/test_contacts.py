"""The people to talk to: who becomes a contact, in which order, and which addresses count as published."""

from __future__ import annotations

from datetime import date

import pytest

from dossier.errors import Retryable
from dossier.models import Conflict, ConflictValue, OutreachSet, Tier
from dossier.steps.contact_profiles import choose_contacts
from dossier.steps.contacts import find_contacts
from dossier.steps.dossier_plan import route_claims
from dossier.steps.fact_check import check_facts
from dossier.steps.titles import fit, is_former, matches_any
from dossier.testing import a_client, a_document, a_lead, a_run
from tests.evidence_fixture import (
    a_claim,
    a_claim_set,
    a_fact,
    a_merge,
    a_person,
    a_person_claim,
    a_score,
    short_prompts,
)

WANTED = {"icp_config": {"target_titles": ["VP of Construction", "Plant Manager"], "excluded_titles": ["Founder"]}}


def letter(name: str, title: str, extra: str = "", published: date | None = date(2026, 5, 4)):
    return a_document(f"{name}, {title} of Harbor Foods, signed. {extra}", published_at=published)


class People:
    """People at Harbor Foods, each named by a letter."""

    def __init__(self) -> None:
        self.documents, self.facts, self.persons = [], [], []

    def add(self, name, title, extra="", published=date(2026, 5, 4), details=None, **person):
        number = len(self.persons) + 1
        document = letter(name, title, extra, published)
        claim = a_person_claim(number, name, title, document, **(details or {}))
        self.documents.append(document)
        self.facts.append(a_fact(number, claim))
        self.persons.append(a_person(number, name, title, [claim], **person))
        return self

    def merge(self, **parts):
        return a_merge(self.facts, self.persons, **parts)

    def found(self, lead=None, client=None, **parts):
        merged = self.merge(**parts)
        ctx, _, _ = a_run(self.documents, lead=lead, client=client or a_client(**WANTED))
        return find_contacts(ctx, merged, route_claims(merged))


def reasons(found):
    return {one.name: one.reason for one in found.excluded}


def test_the_wanted_title_comes_first_and_is_the_only_primary():
    people = People().add("Amy Diaz", "chief of staff").add("Zoe Lee", "vice president of construction")
    found = people.add("Ben Ray", "director of plant safety").found()
    assert [(one.name, one.is_primary) for one in found.contacts] == [
        ("Zoe Lee", True),
        ("Ben Ray", False),
        ("Amy Diaz", False),
    ]


def test_of_two_alike_the_one_named_last_comes_first():
    people = People().add("Amy Diaz", "Plant Manager", published=date(2026, 1, 1))
    found = people.add("Zoe Lee", "Plant Manager", published=date(2026, 2, 1)).found()
    assert [one.name for one in found.contacts] == ["Zoe Lee", "Amy Diaz"]


def test_a_contact_says_why_and_cites_its_merged_claims():
    found = People().add("Ann Lee", "VP of Construction").found()
    (contact,) = found.contacts
    assert contact.id == "PERSON_001"
    assert contact.claim_ids == ["MERGED_001"]
    assert contact.why == (
        "Holds a post that you look for: vice president of construction. Last named in a source of 4 May 2026."
    )


@pytest.mark.parametrize("title", ["VP of Construction", "construction manager", "Treasurer"])
@pytest.mark.parametrize("published", [date(2026, 5, 4), date(2020, 2, 1), None])
def test_the_reason_that_code_gives_stands_up_to_the_fact_check(title, published):
    people = People().add("Ann Lee", title, published=published)
    found = people.found()
    claims = a_claim_set(a_person_claim(1, "Ann Lee", title, people.documents[0]))
    sources = {document.id: document for document in people.documents}
    checked = check_facts([], found, OutreachSet(items=[]), people.merge(), claims, sources, ["Acme Steel"])
    assert checked.unsupported == []
    assert checked.contacts == found


def test_one_who_was_named_long_ago_is_less_sure_and_the_reason_says_so():
    fresh = People().add("Ann Lee", "Plant Manager").found().contacts[0]
    old = People().add("Ann Lee", "Plant Manager", published=date(2021, 1, 1)).found().contacts[0]
    undated = People().add("Ann Lee", "Plant Manager", published=None).found().contacts[0]
    assert fresh.confidence > old.confidence == undated.confidence
    assert "check that they still hold it" in old.why
    assert "undated" in undated.why


@pytest.mark.parametrize(
    ("name", "title", "fields", "reason"),
    [
        ("Harbor Foods Inc", "Plant Manager", {}, "This is not the full name of a person."),
        ("Ann", "Plant Manager", {}, "This is not the full name of a person."),
        ("Ann Lee", "co-founder", {}, "The profile leaves out the title Founder."),
        ("Ann Lee", "former plant manager", {}, "No longer holds the post."),
        (
            "Ann Lee",
            "Plant Manager",
            {"organization": "Bolt Works"},
            "Works at Bolt Works, not at the organisation itself.",
        ),
    ],
)
def test_who_does_not_suit_is_left_out_with_the_reason(name, title, fields, reason):
    found = People().add(name, title, **fields).found()
    assert found.contacts == []
    assert reasons(found) == {name: reason}
    assert found.gap == f"Nobody that the sources name suits. {name}: {reason}"


def test_one_who_is_named_only_by_what_no_longer_holds_is_left_out():
    people = People().add("Ann Lee", "Plant Manager")
    people.facts = [people.facts[0].model_copy(update={"status": "superseded"})]
    assert reasons(people.found()) == {"Ann Lee": "No claim that holds now names this person."}


def test_the_head_of_a_large_organisation_is_left_out_unless_an_event_names_them():
    large = a_lead(profile={"employees": "12,000"})
    people = People().add("Ann Lee", "CEO")
    assert people.found(lead=a_lead(profile={"employees": "900"})).contacts
    assert "Heads an organisation" in reasons(people.found(lead=large))["Ann Lee"]
    event = a_claim(9, "Ann Lee opened the plant.", event_date=date(2026, 5, 1), document=people.documents[0])
    people.facts.append(a_fact(9, event))
    people.persons = [a_person(1, "Ann Lee", "CEO", [a_claim(1, "x", prefix="contact_"), event])]
    assert people.found(lead=large).contacts


def test_the_later_of_two_people_in_one_post_stays():
    people = People().add("Ann Lee", "CEO").add("Ben Ray", "CEO")
    values = [
        ConflictValue(
            value=name, claim_id=f"contact_{n:03d}", source_id="s", tier=Tier.GOV, date_reported=date(year, 1, 1)
        )
        for n, (name, year) in enumerate((("Ann Lee", 2020), ("Ben Ray", 2026)), 1)
    ]
    conflict = Conflict(
        id="CONFLICT_001",
        kind="person",
        merged_claim_ids=["MERGED_001", "MERGED_002"],
        values=values,
        preferred="Ann Lee",
        rule="better source",
    )
    found = people.found(conflicts=[conflict])
    assert [one.name for one in found.contacts] == ["Ben Ray"]
    assert reasons(found) == {"Ann Lee": "A later source names another person in this post: Ben Ray."}


def test_a_doubtful_identity_is_never_sure():
    found = People().add("Ann Lee", "Plant Manager", resolution="UNSURE").found()
    assert found.contacts[0].confidence == 0.4


def test_at_most_fifteen_become_contacts_and_the_rest_is_named():
    people = People()
    for letter_ in "ABCDEFGHIJKLMNOPQ":
        people.add(f"{letter_}nn{letter_.lower()}a Lee", "Plant Manager")
    found = people.found()
    assert len(found.contacts) == 15
    assert [one.id for one in found.contacts] == [f"PERSON_{n:03d}" for n in range(1, 16)]
    assert set(reasons(found).values()) == {"More than 15 people were found."}


def test_nobody_is_a_gap_and_no_failure():
    found = People().found()
    assert (found.contacts, found.failed_steps) == ([], [])
    assert found.gap == "The sources name nobody at the organisation with a title."


def test_an_address_is_published_only_where_it_stands_word_for_word():
    details = {"email": "a.lee@harborfoods.example.com", "phone": "(208) 555-0100"}
    standing = "Write to a.lee@harborfoods.example.com or call (208) 555-0100."
    (contact,) = People().add("Ann Lee", "Plant Manager", standing, details=details).found().contacts
    assert (contact.email.value, contact.email.status) == (details["email"], "published")
    assert contact.phone.normalized == "+12085550100"
    assert contact.email.source_id == contact.phone.source_id
    (without,) = People().add("Ann Lee", "Plant Manager", details=details).found().contacts
    assert (without.email, without.phone) == (None, None)


@pytest.mark.parametrize("text", ["Write to joanna.lee@x.example.com.", "Write to ann.lee@x.example.com.au.", "no"])
def test_a_part_of_another_address_is_no_address(text):
    details = {"email": "ann.lee@x.example.com", "linkedin": "linkedin.com/company/harbor"}
    text = text.replace("joanna", "jo-ann")
    (contact,) = People().add("Ann Lee", "Plant Manager", text, details=details).found().contacts
    assert (contact.email, contact.linkedin) == (None, None)


def test_a_profile_has_a_normal_form():
    details = {"linkedin": "https://LinkedIn.com/in/ann-lee/"}
    (contact,) = (
        People().add("Ann Lee", "Plant Manager", "See https://LinkedIn.com/in/ann-lee/ .", details=details).found()
    ).contacts
    assert contact.linkedin.normalized == "https://www.linkedin.com/in/ann-lee"


@pytest.mark.parametrize(
    ("title", "unwanted", "found"),
    [
        ("CEO", ["Chief Executive Officer"], True),
        ("President and Chief Executive Officer", ["CEO"], True),
        ("Assistant to the CEO", ["CEO"], False),
        ("Director, Office of the CEO", ["CEO"], False),
        ("Owner's representative", ["Owner"], False),
        ("Homeowner relations", ["Owner"], False),
        ("Plant Manager", [], False),
    ],
)
def test_an_unwanted_title_is_found_in_its_forms_and_only_there(title, unwanted, found):
    assert (matches_any(title, unwanted) is not None) is found


@pytest.mark.parametrize(
    ("title", "degree"),
    [
        ("Senior Vice President, Global Construction", 0),
        ("director of construction", 1),
        ("VP of Sales", 2),
        ("manager", 2),
        ("", 2),
    ],
)
def test_a_title_fits_by_all_its_words_or_by_its_field(title, degree):
    assert fit(title, ["VP of Construction"])[0] == degree


def test_a_former_post_is_seen():
    assert is_former("Former VP")
    assert is_former("ex-CEO")
    assert not is_former("Executive")


# ------------------------------------------------------------------------------------------------- profiles


def profile(contact_id, **fields):
    return {"contact_id": contact_id, **fields}


def chosen(people, script):
    merged = people.merge()
    ctx, llm, recorder = a_run(
        people.documents, script, client=a_client(**WANTED), prompts=short_prompts("enrich_contact")
    )
    contacts = choose_contacts(ctx, merged, route_claims(merged), a_score(), None, [])
    return contacts, llm, recorder


def test_five_people_at_a_time_are_asked_about():
    people = People()
    for first in ("Ada", "Bea", "Cid", "Dot", "Eva", "Fay"):
        people.add(f"{first} Lee", "Plant Manager")
    contacts, llm, _ = chosen(people, {"enrich_contact": {"profiles": []}})
    asked = sorted([one["id"] for one in request.variables["contacts"]] for request in llm.requests)
    assert asked == [[f"PERSON_{n:03d}" for n in range(1, 6)], ["PERSON_006"]]
    assert (contacts.profiles, contacts.failed_steps) == ([], [])


def test_a_profile_of_nobody_asked_for_and_unknown_ids_are_left_out():
    people = People().add("Ann Lee", "Plant Manager")
    facts = [{"text": "It builds.", "kind": "fact", "claim_ids": ["MERGED_404"]}]
    answer = {
        "profiles": [
            profile("PERSON_001", why="Runs the plant.", claim_ids=["MERGED_001", "MERGED_404"], opening_facts=facts),
            profile("PERSON_001", why="Again."),
            profile("PERSON_777", why="Stranger."),
        ]
    }
    contacts, _, _ = chosen(people, {"enrich_contact": answer})
    (kept,) = contacts.profiles
    assert (kept["why"], kept["claim_ids"], kept["opening_facts"]) == ("Runs the plant.", ["MERGED_001"], [])
    assert contacts.contacts[0].why.startswith("Runs the plant. Holds a post")


def test_a_reason_without_a_known_claim_does_not_reach_the_contact():
    people = People().add("Ann Lee", "Plant Manager")
    answer = {"profiles": [profile("PERSON_001", why="Plays golf.", claim_ids=["MERGED_404"])]}
    contacts, _, _ = chosen(people, {"enrich_contact": answer})
    assert "golf" not in contacts.contacts[0].why


def test_a_failed_ask_costs_only_its_people_their_profile():
    people = People()
    for first in ("Ada", "Bea", "Cid", "Dot", "Eva", "Fay"):
        people.add(f"{first} Lee", "Plant Manager")

    def answer(request):
        ids = [one["id"] for one in request.variables["contacts"]]
        return "no JSON" if len(ids) == 1 else {"profiles": [profile(one) for one in ids]}

    contacts, _, recorder = chosen(people, {"enrich_contact": answer})
    assert (len(contacts.contacts), len(contacts.profiles)) == (6, 5)
    assert contacts.failed_steps == ["enrich_contact"]
    assert recorder.steps() == ["enrich_contacts", "enrich_contact", "enrich_contact"]


def test_a_fault_that_may_pass_is_not_swallowed():
    people = People().add("Ann Lee", "Plant Manager")
    with pytest.raises(Retryable):
        chosen(people, {"enrich_contact": Retryable("busy")})


def test_without_contacts_nobody_is_asked():
    contacts, llm, recorder = chosen(People(), {})
    assert (llm.requests, recorder.steps()) == ([], ["enrich_contacts"])
    assert contacts.contacts == []

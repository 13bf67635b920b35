"""People with their titles: where the title stands, whether they still hold it, and the address beside the name."""

import pytest

from dossier.evidence.posts import as_held, held, tenure_in
from dossier.extractive.reading import read_passages
from dossier.models import ClaimDraft, ClaimType, IcpConfig, Lead, Passage, Tier
from resources.spacy_language import SpacyLanguage

LEAD = Lead(id="ld_1", name="Northwind Steel", domain="northwind.example")


def contacts(language: SpacyLanguage, text: str, publisher: str = "Daily Ledger") -> list[ClaimDraft]:
    passage = Passage(
        source_id="src_1",
        title="A report",
        publisher=publisher,
        url=None,
        tier=Tier.NEWS,
        published_at=None,
        published_precision=None,
        start=0,
        end=len(text),
        text=text,
    )
    drafts = read_passages([passage], LEAD, IcpConfig(), language)
    assert all(text[draft.start or 0 :].startswith(draft.quote) for draft in drafts)
    return [draft for draft in drafts if draft.type is ClaimType.CONTACT]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "The chief executive officer of Northwind Steel, Ann Lee, spoke in Dallas on Monday.",
            "chief executive officer",
        ),
        (
            "Northwind Steel Vice President of Construction Ann Lee said the mill opens in May.",
            "Vice President of Construction",
        ),
        (
            "Northwind Steel has appointed Ann Lee as director of real estate, effective in June.",
            "director of real estate",
        ),
        ("On Monday, Northwind Steel named Ann Lee plant manager.", "plant manager"),
        ("Ann Lee joined Northwind Steel as procurement director in April.", "procurement director"),
        (
            "Ann Lee has been promoted to vice president of development at Northwind Steel.",
            "vice president of development",
        ),
        ("Northwind Steel's Ann Lee, director of logistics, thanked the city council.", "director of logistics"),
        ("Ann Lee, Northwind Steel plant manager, thanked the city council.", "plant manager"),
    ],
)
def test_a_title_is_read_wherever_it_stands(language: SpacyLanguage, text: str, title: str) -> None:
    (contact,) = contacts(language, text)
    assert (contact.details.person, contact.details.title, contact.details.tenure) == ("Ann Lee", title, "current")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Former Northwind Steel CEO Ann Lee joined the board of a bank.", "former CEO"),
        ("Ann Lee, vice president of sales at Northwind Steel until 2019, spoke.", "former vice president of sales"),
        ("Ann Lee, former plant manager of Northwind Steel, spoke on Monday.", "former plant manager"),
        ("Ann Lee served as chief of staff at Northwind Steel.", "former chief of staff"),
    ],
)
def test_who_held_a_post_before_is_told_so(language: SpacyLanguage, text: str, title: str) -> None:
    (contact,) = contacts(language, text)
    assert (contact.details.title, contact.details.tenure) == (title, "former")


def test_a_former_post_elsewhere_leaves_the_one_of_today(language: SpacyLanguage) -> None:
    text = "Ann Lee, former naval officer and chief medical officer for Northwind Steel, spoke on Monday."
    (contact,) = contacts(language, text)
    assert (contact.details.title, contact.details.tenure) == ("chief medical officer", "current")


@pytest.mark.parametrize(
    "text",
    [
        "Northwind Steel named former Brightwater CEO Ann Lee to its board on Monday.",
        "Northwind Steel and Brightwater CEO Ann Lee signed the papers.",
        "Ann Lee, plant manager at Brightwater, thanked Northwind Steel for the order.",
        "Northwind Steel thanked Governor Ann Lee for her help.",
        "Ben Ray, Ann Lee, and the chairman and CEO of Northwind Steel met on Monday.",
        "Northwind Steel rolling mill deal during Ohio visit Vice President Ann Lee",
    ],
)
def test_who_holds_a_post_elsewhere_is_nobody_of_the_lead(language: SpacyLanguage, text: str) -> None:
    assert contacts(language, text) == []


def test_the_lead_speaks_of_its_own_people_without_its_name(language: SpacyLanguage) -> None:
    text = "The new mill opens in May, said Chief Operating Officer Ann Lee on Monday in Toledo."
    (contact,) = contacts(language, text, publisher="Northwind Steel, Inc.")
    assert contact.details.title == "Chief Operating Officer"
    assert contacts(language, text, publisher="Daily Ledger") == []


def test_phone_and_e_mail_beside_a_person_stand_in_the_quote(language: SpacyLanguage) -> None:
    text = "Contact Ann Lee, plant manager at Northwind Steel, at (419) 555-0142 or ann.lee@northwind.example today."
    (contact,) = contacts(language, text)
    assert (contact.details.phone, contact.details.email) == ("(419) 555-0142", "ann.lee@northwind.example")
    assert contact.quote.endswith("ann.lee@northwind.example")


def test_a_record_gives_its_contact_but_not_an_agent_or_who_signed(language: SpacyLanguage) -> None:
    record = (
        "Application letter\n\n| Sponsor | Northwind Steel, Inc. |\n| Contact Name | Ann Lee, MS |\n"
        "| Title | Director, Regulatory Affairs |\n| US Agent | Ben Ray |\n| Signed by | Cleo Diaz |\n"
        "| Email | ann.lee@northwind.example |\n"
    )
    (contact,) = contacts(language, record)
    assert (contact.details.person, contact.details.title) == ("Ann Lee", "Director, Regulatory Affairs")


def test_words_around_a_post_say_whether_it_is_held() -> None:
    assert held("The ", "CEO", " said so.").tenure == "current"
    assert held("He met the former ", "CEO", ".") == ("former", len("former "), 0)
    assert held("", ", CEO of Acme", ", who retired in May").tenure == "former"
    assert tenure_in("Ann Lee, previously CEO of Acme", "Ann Lee", "CEO") == "former"
    assert tenure_in("Ann Lee is CEO of Acme", "Ann Lee", "CEO") == "current"
    assert tenure_in("Nothing of her", "Ann Lee", "CEO") == "current"
    assert as_held("CEO", "former") == as_held("former CEO", "former") == "former CEO"

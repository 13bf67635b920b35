"""The rules of style for what a model writes, each kept and each broken."""

import pytest

from dossier.answers import ContactProfile, EnrichContact, Written
from dossier.models import Insight, Sentence
from dossier.steps.style import (
    STANDARD,
    Preferences,
    contact_faults,
    insight_faults,
    preferences_of,
    section_faults,
    sentence_counts,
)
from dossier.testing import a_client

SAID = [Sentence(text="Harbor Foods builds a plant.", kind="fact", claim_ids=["MERGED_001"])]
ANGLE = "They build a plant. You bring steel. Together you start early."
OBJECTION = {"objection": "It is early.", "response": "That is the time."}
BODY = " ".join(["word"] * 65)
MAIL = {"subject": "Your plant of May 2026", "body": BODY, "ps": "PS: I read of your new line."}


def section(key, content=None, sentences=SAID):
    return section_faults(key, Written(content=content or {}, sentences=sentences))


@pytest.mark.parametrize(
    ("key", "kept", "broken", "fault"),
    [
        (
            "intro",
            {"the_angle": ANGLE},
            {"the_angle": "They build. You help."},
            "the_angle has 2 sentences, it needs 3",
        ),
        ("intro", {"the_angle": ANGLE}, {"the_angle": f"{ANGLE} It pays."}, "the_angle has 4 sentences"),
        ("intro", {"the_angle": ANGLE}, {}, "the_angle has 0 sentences"),
        (
            "intro",
            {"the_angle": ANGLE, "one_liner": "May 2026: Harbor Foods builds a plant"},
            {"the_angle": ANGLE, "one_liner": "2026: Harbor Foods builds a plant"},
            "one_liner has to name the month and the year",
        ),
        (
            "intro",
            {"the_angle": ANGLE, "one_liner": f"May 2026: {'x' * 90}"},
            {"the_angle": ANGLE, "one_liner": f"May 2026: {'x' * 91}"},
            "one_liner has 101 characters, 100 is the most",
        ),
        (
            "signals",
            {"why_theyll_buy_now": [{"headline": "x" * 99}]},
            {"why_theyll_buy_now": [{"headline": "x" * 100}]},
            "why_theyll_buy_now.0.headline has 100 characters",
        ),
        (
            "lead_intelligence",
            {"quick_reference": ["a?", "b?", "c?"]},
            {"quick_reference": ["a?", "b?"]},
            "quick_reference has 2, it needs 3 to 5",
        ),
        (
            "lead_intelligence",
            {"quick_reference": ["a?"] * 5},
            {"quick_reference": ["a?"] * 6},
            "quick_reference has 6, it needs 3 to 5",
        ),
        (
            "strategy",
            {"common_objections": [OBJECTION] * 3},
            {"common_objections": [OBJECTION] * 2},
            "common_objections has 2, 3 is the least",
        ),
        ("opportunity", {"a": {"b": ["plain"]}}, {"a": {"b": ["a dash — here"]}}, "content.a.b.0 has an em dash"),
        ("opportunity", {"a": "one, two"}, {"a": "one; two"}, "content.a has a semicolon"),
        ("opportunity", {"source_url": "https://a.example/;x"}, {"approach": "https://a.example/;x"}, "a semicolon"),
    ],
)
def test_a_rule_of_a_section_holds_or_is_told(key, kept, broken, fault):
    assert section(key, kept) == []
    [told] = section(key, broken)
    assert fault in told


def test_sentences_are_judged_like_fields():
    dashed = [Sentence(text="They build — soon.", kind="interpretation", claim_ids=["MERGED_001"])]
    assert section("opportunity", {}, dashed) == ["sentences.0.text has an em dash"]


@pytest.mark.parametrize("key", ["intro", "signals", "lead_intelligence", "strategy", "client_specific"])
def test_a_part_that_says_nothing_breaks_no_rule(key):
    assert section(key, {}, []) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (ANGLE, {3}),
        ("", {0}),
        ("Acme Inc. builds in St. Louis. It costs $1.5 billion. You can help!", {3}),
        ("It was built by Acme Inc. You can help. Ask now.", {3}),
        ("The U.S. Army wrote. You answer. Both win.", {3}),
        ("One. Two.", {2}),
    ],
)
def test_sentences_are_counted_with_doubt_about_abbreviations(text, numbers):
    assert numbers <= set(sentence_counts(text))
    assert len(sentence_counts(text)) <= 3


def an_insight(insights=3, landmines=2, **fields):
    return Insight(
        competitive_positioning={
            "insights_they_dont_know": [{"insight": "a", "advantage": "b"}] * insights,
            "landmines_to_avoid": [{"topic": "a", "reason": "b"}] * landmines,
        },
        sentences=SAID,
        **fields,
    )


@pytest.mark.parametrize(("insights", "landmines", "faults"), [(3, 2, 0), (4, 3, 0), (2, 2, 1), (5, 4, 2), (3, 1, 1)])
def test_an_insight_has_three_or_four_insights_and_two_or_three_landmines(insights, landmines, faults):
    assert len(insight_faults(an_insight(insights, landmines))) == faults


def test_an_insight_is_written_without_dashes_and_one_without_evidence_breaks_no_rule():
    assert insight_faults(an_insight(the_math={"bottom_line": "Now — or never."})) == [
        "the_math.bottom_line has an em dash"
    ]
    assert insight_faults(Insight(gap="Nothing.")) == []


def contact(wanted=STANDARD, **fields):
    return contact_faults(EnrichContact(profiles=[ContactProfile(contact_id="PERSON_001", **fields)]), wanted)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"subject": "x" * 49}, None),
        ({"subject": "x" * 50}, "email.subject has 50 characters, 49 is the most"),
        ({"subject": ""}, "email.subject is missing"),
        ({"body": " ".join(["word"] * 60)}, None),
        ({"body": " ".join(["word"] * 59)}, "email.body has 59 words, it needs 60 to 75"),
        ({"body": " ".join(["word"] * 76)}, "email.body has 76 words"),
        ({"body": f"{BODY};"}, "email.body has a semicolon"),
        ({"ps": ""}, "email.ps is missing"),
    ],
)
def test_an_e_mail_keeps_its_measures_or_is_told(change, fault):
    told = contact(email={**MAIL, **change})
    assert (len(told), bool(fault) and fault in told[0]) == ((1, True) if fault else (0, False))


def test_a_short_message_is_below_250_characters():
    assert contact(linkedin={"message": "x" * 249}) == []
    [told] = contact(client_linkedin={"message": "x" * 250})
    assert "client_linkedin.message has 250 characters" in told


def test_a_message_that_is_not_there_breaks_no_rule():
    assert contact(why="Leads the project.") == []


@pytest.mark.parametrize(
    ("wanted", "mail", "fault"),
    [
        (Preferences(ps="never"), {**MAIL, "ps": ""}, None),
        (Preferences(ps="never"), MAIL, "client_email.ps has to be empty"),
        (Preferences(ps="optional"), {**MAIL, "ps": ""}, None),
        (Preferences(body_words=(50, 60)), MAIL, "client_email.body has 65 words, it needs 50 to 60"),
        (Preferences(body_words=(1, 100)), {**MAIL, "body": "Short."}, None),
        (Preferences(banned=("Leverage",)), {**MAIL, "subject": "We leverage steel"}, "the banned word Leverage"),
        (Preferences(banned=("lever",)), {**MAIL, "subject": "We leverage steel"}, None),
    ],
)
def test_the_client_s_version_keeps_the_client_s_rules(wanted, mail, fault):
    told = contact(wanted, client_email=mail)
    assert (len(told), bool(fault) and fault in told[0]) == ((1, True) if fault else (0, False))


def test_the_general_version_keeps_the_general_rules_whatever_the_client_wants():
    [told] = contact(Preferences(ps="never", body_words=(1, 100)), email={**MAIL, "ps": ""})
    assert "email.ps is missing" in told


def test_preferences_come_from_the_configuration():
    style = {"ps": "never", "length": "50-60", "banned_words": ["leverage", " "]}
    client = a_client(research_context={"copy_style": style, "brand_voice": {"avoid": "synergy"}})
    assert preferences_of(client) == Preferences("never", (50, 60), ("leverage", "synergy"))
    longest = a_client(research_context={"copy_style": {"length": "<=100"}})
    assert preferences_of(longest).body_words == (1, 100)


@pytest.mark.parametrize("said", [{}, {"copy_style": "formal"}, {"copy_style": {"ps": "maybe", "length": "short"}}])
def test_what_says_nothing_leaves_the_standard(said):
    assert preferences_of(a_client(research_context=said)) == STANDARD


def test_words_that_the_client_bans_are_told_in_sections_too():
    written = Written(sentences=SAID, content={"a": "A plant of steel."})
    [told] = section_faults("opportunity", written, Preferences(banned=("steel",)))
    assert told == "content.a has the banned word steel"

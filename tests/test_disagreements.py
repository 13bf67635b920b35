"""Conflicts, changed figures, doubts and old facts as a reader finds them in every form."""

import json
from datetime import date

import pytest
from dossier_fixture import dossier, raw_claim_ids, texts
from lxml import html as lxml_html

from dossier.evidence.invariants import broken
from dossier.exports import html, markdown
from dossier.exports.footnotes import Footnotes
from dossier.exports.panels import disagreements, histories
from dossier.models import Ambiguity, Conflict, ConflictValue, Tier, TimelineEntry


def conflict(rule):
    sides = [
        ConflictValue(value=value, claim_id=claim_id, source_id=source, tier=tier, date_reported=date(2026, 5, day))
        for value, claim_id, source, tier, day in (
            ("$58 million", "lead_001", dossier().claims[0].source_id, Tier.GOV, 12),
            ("$61 million", "lead_002", dossier().claims[1].source_id, Tier.NEWS, 14),
        )
    ]
    told = {"kind": "amount", "subject": "What the *second* site costs", "merged_claim_ids": ["MERGED_010"]}
    return Conflict(id="CONFLICT_001", values=sides, preferred="$58 million", rule=rule, **told)


def as_text(form, one):
    if form == "html":
        return " ".join(lxml_html.fromstring(html.render(one)).text_content().split())
    return " ".join(markdown.render(one).replace("\\", "").split())


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_a_reader_sees_both_values_both_sources_the_preferred_one_and_why(form):
    text = as_text(form, dossier(conflicts=[conflict("better source: GOV before NEWS")]))
    assert "What the *second* site costs" in text
    assert "$58 million" in text
    assert "$61 million" in text
    assert "We take $58 million: better source: government before news." in text
    assert "one project or two, nobody says" in text


def test_the_file_holds_each_side_with_its_claim_and_source():
    made = json.loads(dossier(conflicts=[conflict("better source: GOV before NEWS")]).model_dump_json(by_alias=True))
    [found] = made["conflicts"]
    assert {(side["value"], side["claim_id"]) for side in found["values"]} == {
        ("$58 million", "lead_001"),
        ("$61 million", "lead_002"),
    }
    assert (found["preferred"], found["rule"]) == ("$58 million", "better source: GOV before NEWS")
    assert [one["id"] for one in made["ambiguous"]] == ["AMBIGUOUS_001"]


def test_the_kind_of_each_source_is_said_in_words():
    one = dossier(conflicts=[conflict("same kind of source (NEWS): the newer report")])
    [found] = disagreements(one, Footnotes(one))
    assert [side.tier for side in found.sides] == ["government", "news"]
    assert found.why == "We take $58 million: same kind of source (news): the newer report."


def test_reports_of_one_value_that_follow_each_other_are_one_step():
    told = [("ANNOUNCED", "$45 million", 2), ("ANNOUNCED", "$45 million", 9), ("REVISED", "$58 million", 20)]
    entries = [
        TimelineEntry(date_reported=date(2026, 1, day), status=status, value=value, claim_id="search_005")
        for status, value, day in told
    ]
    base = dossier()
    one = dossier(timelines=[base.timelines[0].model_copy(update={"history": entries, "current": "$58 million"})])
    [history] = histories(one, Footnotes(one))
    assert [(step[0], step[2]) for step in history.steps] == [
        ("2 January 2026, told 2 times until 9 January 2026", "$45 million"),
        ("20 January 2026", "$58 million"),
    ]


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_a_fact_older_than_six_months_is_marked(form):
    base = dossier()
    facts = [fact.model_copy(update={"old": number == 0}) for number, fact in enumerate(base.merged_claims)]
    assert as_text(form, base).count("older than six months") == 0
    assert as_text(form, dossier(merged_claims=facts)).count("older than six months") == 1


def test_a_doubt_about_a_claim_that_is_not_there_breaks_the_dossier():
    doubt = Ambiguity(id="AMBIGUOUS_001", claim_ids=["lead_999"], reason="one or two")
    assert any("AMBIGUOUS_001" in fault for fault in broken(dossier(ambiguous=[doubt]), texts(), raw_claim_ids()))

"""What a reviewer sees of each artifact on Dagster's pages: enough to judge it, and nothing that outside text does."""

import re
from datetime import date
from pathlib import Path

import dossier_fixture
import pytest
from evidence_fixture import PAPER, a_claim, a_fact, a_merge, a_signal
from markdown_it import MarkdownIt

from dossier.models import (
    Ambiguity,
    Attempt,
    ClaimDraft,
    ClaimSet,
    Conflict,
    ConflictValue,
    Contact,
    ContactDetail,
    ContactSet,
    ContextPack,
    Cost,
    DeliveredFile,
    Delivery,
    DossierPlan,
    FactCheck,
    FoundSource,
    Insight,
    InvalidClaim,
    NoLead,
    Outreach,
    OutreachSet,
    Precision,
    Query,
    RefusedClaim,
    Research,
    Routing,
    Score,
    ScorePart,
    SearchPlan,
    Section,
    SectionSet,
    Sentence,
    SourceSet,
    Tier,
    Timeline,
    TimelineEntry,
    Verdict,
)
from dossier.testing import a_lead, source_of
from dossier_assets import preview_rows, previews, written_previews
from dossier_assets.definitions import OPS
from dossier_assets.metadata import AT_ONCE, MAX_DETAILS, metadata_of, plain

PAGES = MarkdownIt("gfm-like", {"html": False, "linkify": False})
CALM = "A plant in Salem"
FOUND = SourceSet(found=[FoundSource(source=source_of(PAPER), queries=[0, 2], score=1.0, snippet="")], hits=4)


def texts(shown):
    """The Markdown of an artifact as its materialization carries it."""
    made = metadata_of(shown, 0.0, Cost(), Path("home"))
    return [made[name].value for name in ("preview", "details") if name in made]


def page(shown):
    return "".join(PAGES.render(text) for text in texts(shown))


def sources(text=CALM, **changes):
    source = source_of(PAPER).model_copy(update={"title": text, "publisher": text, **changes})
    return SourceSet(found=[FoundSource(source=source, queries=[0, 2], score=1.0, snippet="")], hits=4)


def a_research(text=CALM, **changes):
    claim = a_claim(1, text)
    signal = a_signal(claim).model_copy(update={"signal_type": text, "event_date": date(2026, 4, 1)})
    draft = ClaimDraft(type="NOTE", statement=text, source_id="src_1", quote=text)
    refused = RefusedClaim(id="search_002", reason=text, draft=draft, step="signal_discovery")
    made = Research(answers={}, claims=[claim], refused=[refused], signals=[signal], gaps=[text], failed_steps=[text])
    return made.model_copy(update=changes)


def a_hunt(text=CALM, lead=None):
    return Attempt(
        queries=[text], lead=lead, rationale=text, reason=text, recommendation=text,
        refused=[NoLead(name=text, reason=text)],
    )  # fmt: skip


def claims(text=CALM):
    made = a_research(text)
    aside = [InvalidClaim(id="search_003", reason=text)]
    return ClaimSet(claims=[a_claim(1, text, quote=text)], refused=made.refused, invalid=aside, drafted=2)


def merged(text=CALM, originals=1):
    first, *more = [a_claim(n, text, source_id=f"src_{n}") for n in range(1, originals + 1)]
    value = ConflictValue(value=text, claim_id="search_001", source_id="src_1", tier=Tier.NEWS, date_reported=None)
    conflict = Conflict(
        id="c", kind="amount", merged_claim_ids=["MERGED_001"], values=[value, value], preferred=text, rule=text
    )
    reported = TimelineEntry(date_reported=date(2026, 1, 2), status="REVISED", value=text, claim_id="search_001")
    timeline = Timeline(id="t", subject=text, current=text, history=[reported])
    made = a_merge([a_fact(1, first, *more)], conflicts=[conflict], timelines=[timeline])
    return made.model_copy(update={"ambiguous": [Ambiguity(id="a", claim_ids=[], reason=text)]})


def a_person(text=CALM):
    detail = ContactDetail(value="ada@harbor.example", status="published", source_id="src_1")
    return Contact(
        id="contact_001", name=text, title=text, organization=text, why=text, claim_ids=["MERGED_001"],
        is_primary=True, email=detail, confidence=0.9,
    )  # fmt: skip


def people(text=CALM):
    return ContactSet(contacts=[a_person(text)], excluded=[{"name": text, "reason": text}], gap=text)


def a_section(text=CALM, gap=None):
    said = [] if gap else [Sentence(text=text, kind="fact", claim_ids=["MERGED_001"])]
    return Section(key="intro", title=text, sentences=said, gap=gap)


def checked(text=CALM, dropped=1):
    verdicts = [Verdict(section="intro", text=text, verdict="unsupported", reason=text)] * dropped
    return FactCheck(
        sentences=4, supported=4 - dropped, unsupported=verdicts, sections=[], outreach=OutreachSet(items=[]),
        contacts=ContactSet(contacts=[]),
    )  # fmt: skip


def a_score(text=CALM):
    part = ScorePart(name=text, weight=25, value=10, reason=text)
    return Score(total=65, tier="B", formula=text, timing_urgency="HIGH", parts=[part])


def everything(text=CALM):
    """Each kind of artifact with `text` wherever text from outside may stand, and how it is shown."""
    opening = Outreach(contact_id="contact_001", opening_facts=[Sentence(text=text, kind="fact")])
    whole = dossier_fixture.poisoned(text)
    file = DeliveredFile(path="runs/a/b/v1/dossier.html", bytes=5, sha256="0" * 64)
    pack = ContextPack(pack_type="signal_to_entity", data={text: 1}, anchor_claim_ids=["search_001"])
    routing = DossierPlan(
        section_routing={text: Routing(claim_ids=["MERGED_001"], coverage_notes=text)}, unmapped_claims={text: text}
    )
    written = SectionSet(sections=[a_section(text), a_section(text, gap=text)], failed_steps=[text])
    queries = SearchPlan(objective=text, queries=[Query(query=text, rationale=text, target_signals=[text])])
    insight = Insight(sentences=[Sentence(text=text, kind="interpretation")], gap=text)
    found = {"sources": sources(text)}
    return {
        "plan": (previews.search_plan, queries, {}),
        "sources": (previews.source_set, sources(text), {}),
        "signals": (previews.research, a_research(text), found),
        "research": (previews.research, a_research(text, signals=[]), found),
        "a lead found": (previews.research, a_research(text, attempt=a_hunt(text, a_lead(text))), found),
        "no lead found": (previews.research, a_research(text, attempt=a_hunt(text)), found),
        "claims": (previews.claim_set, claims(text), found),
        "packs": (previews.context_packs, [pack], {}),
        "merged": (previews.merge_result, merged(text), {}),
        "score": (written_previews.score, a_score(text), {}),
        "insight": (written_previews.insight, insight, {}),
        "routing": (written_previews.dossier_plan, routing, {}),
        "contacts": (written_previews.contact_set, people(text), {}),
        "outreach": (written_previews.outreach_set, OutreachSet(items=[opening], gap=text), {"contacts": people(text)}),
        "sections": (written_previews.section_set, written, {}),
        "verdicts": (written_previews.fact_check, checked(text), {}),
        "dossier": (written_previews.dossier, whole, {}),
        "files": (written_previews.delivery, Delivery(version=1, files=[file]), {"dossier": whole}),
    }


OURS = {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "strong", "em", "br"}


@pytest.mark.parametrize("kind", everything())
def test_text_from_outside_does_nothing_in_any_preview(kind):
    for payload in (*dossier_fixture.PAYLOADS, "| a |\n| --- |\n- [x](https://evil.example)", "**bold** `code` # head"):
        show, value, inputs = everything(payload)[kind]
        shown = page(show(value, inputs))
        assert set(re.findall(r"<(\w+)", shown)) <= OURS, payload
        assert "evil.example" not in " ".join(re.findall(r'href="([^"]*)"', shown)), payload


@pytest.mark.parametrize("kind", everything())
def test_every_preview_is_shown_at_once_and_no_text_is_too_long_for_it(kind):
    show, value, inputs = everything("wörter " * 60)[kind]
    preview, *details = texts(show(value, inputs))
    assert len(preview.encode()) <= AT_ONCE
    assert all(len(one.encode()) <= MAX_DETAILS for one in details)


def test_every_asset_shows_one_of_these_artifacts():
    shown = {one.show for branches in OPS.values() for branch in branches for one in branch}
    assert shown == {show for show, _, _ in everything().values()}


@pytest.mark.parametrize("kind", everything())
def test_no_table_is_too_wide_to_be_read_beside_the_other_metadata(kind):
    show, value, inputs = everything()[kind]
    rows = [line for text in texts(show(value, inputs)) for line in text.splitlines() if line.startswith("| ---")]
    assert all(row.count("---") <= 4 for row in rows)


def test_a_claim_is_shown_with_its_quote_and_a_link_to_its_source():
    shown = page(previews.claim_set(claims("Harbor Foods builds."), {"sources": sources("The Paper")}))
    assert f'<a href="{PAPER.url}">The Paper</a> NEWS' in shown
    assert "1 refused: Harbor Foods builds." in shown
    said = previews.claim_set(ClaimSet(claims=[a_claim(1, "It builds.", quote="Other words")]), {}).details
    assert "It builds.: “Other words”" in "".join(said)


def test_the_surest_signals_come_first():
    low, high = a_claim(1, "b", confidence="LOW"), a_claim(2, "a", confidence="HIGH")
    note = a_claim(3, "c", kind="NOTE", confidence="HIGH")
    assert [one.id for one in preview_rows.best([note, low, high])] == ["search_002", "search_001", "search_003"]


def test_a_merged_fact_is_shown_with_all_its_originals_and_its_sources():
    shown = page(previews.merge_result(merged("Same", originals=5), {}))
    assert "search_001, search_002, search_003, search_004, search_005" in shown
    assert "2 more" in shown, "three sources are named, the others counted"


def test_sources_that_disagree_and_figures_that_changed_are_said_first():
    preview, details = texts(previews.merge_result(merged("$30 million"), {}))
    assert "sources disagree on the amount" in preview
    assert preview.index("sources disagree") < preview.index("changed") < preview.index("1 source")
    assert "2026-01-02 $30 million" in details


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        (Precision.DAY, "2026-04-01"),
        (Precision.MONTH, "2026-04"),
        (Precision.QUARTER, "Q2 2026"),
        (Precision.HALF, "first half of 2026"),
        (Precision.YEAR, "2026"),
    ],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(precision, said):
    assert preview_rows.day(date(2026, 4, 1), precision) == said


def test_what_failed_and_what_is_missing_is_said():
    preview = texts(previews.research(a_research("media"), {}))[0]
    assert "**Failed: media.** The dossier will be partial." in preview
    assert "Missing:\n\n- media" in preview


def test_a_search_for_a_lead_says_whom_it_found_or_why_nobody():
    nobody = texts(previews.research(a_research(signals=[], attempt=a_hunt("Too old.")), {}))[0]
    assert nobody.startswith("**No lead.** Too old.")
    lead = texts(previews.research(a_research(attempt=a_hunt("It builds.", a_lead("Harbor Foods"))), {}))[0]
    assert lead.startswith("**The lead: Harbor Foods.** It builds.")


def test_addresses_of_people_stay_out_only_their_status_is_shown():
    shown = page(written_previews.contact_set(people("Ada Fox"), {}))
    assert "e-mail published" in shown
    assert "harbor.example" not in shown
    whole = page(written_previews.dossier(dossier_fixture.dossier(), {}))
    for person in dossier_fixture.dossier().contacts:
        for detail in filter(None, (person.email, person.phone, person.linkedin)):
            assert detail.value not in whole
            assert plain(detail.value) not in "".join(texts(written_previews.dossier(dossier_fixture.dossier(), {})))


def test_a_dossier_shows_who_the_score_why_now_whom_to_write_to_and_what_is_missing():
    made = dossier_fixture.dossier()
    preview, details = texts(written_previews.dossier(made, {}))
    for said in (made.lead.name, f"**{made.score.total}** of 100", "14 May 2026, 47 days ago", "**Write to**"):
        assert said in preview
    assert plain(made.why_now.text) in preview
    assert plain(made.gaps[0]) in details
    assert "sources disagree on the" in details


def test_a_dossier_about_which_nothing_is_known_says_so():
    preview = texts(written_previews.dossier(dossier_fixture.empty_dossier(), {}))[0]
    assert "no event that is dated within the last 12 months" in preview
    assert "Nobody yet" in preview


def test_dropped_sentences_are_shown_with_the_reason():
    preview = texts(written_previews.fact_check(checked("They build."), {}))[0]
    assert preview.startswith("3 of 4 texts stand. Dropped:")
    assert "\n- “They build.” (Intro): **They build.**" in preview
    assert texts(written_previews.fact_check(checked(dropped=0), {})) == ["4 of 4 texts stand. Nothing is dropped."]


def test_the_page_of_a_delivery_is_a_path_to_copy():
    show, value, inputs = everything()["files"]
    assert show(value, inputs).files == {"dossier.html": "runs/a/b/v1/dossier.html"}
    assert written_previews.delivery(Delivery(version=1, files=[]), {}).files == {}

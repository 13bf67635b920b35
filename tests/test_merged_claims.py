"""The merge: lossless, independent of order, and careful about what it joins."""

from datetime import date
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.evidence import person_groups
from dossier.models import (
    Claim,
    ClaimDetails,
    ClaimSet,
    ClaimType,
    Confidence,
    InvalidClaim,
    Lead,
    Precision,
    Source,
    Tier,
)
from dossier.steps.merged_claims import merge_claims

LEAD = Lead(id="ld_1", name="Acme Corp", aliases=["Acme"])
TIERS = {"gov": Tier.GOV, "own": Tier.PRIMARY, "news": Tier.NEWS, "blog": Tier.OTHER}


def source(name, day=None, publisher=None):
    tier = TIERS.get(name.rstrip("0123456789"), Tier.NEWS)
    return Source(
        id=name, sha256="0" * 64, url=f"https://{name}.example/x", title=name, publisher=publisher or name, tier=tier,
        published_at=day, published_precision=day and Precision.DAY, retrieved_at="2026-01-01T00:00:00Z",
    )  # fmt: skip


class Desk:
    """Collects claims and sources of one test and merges them."""

    def __init__(self):
        self.claims, self.sources, self.numbers = [], {}, count(1)

    def say(self, statement, source_name="news", day=None, kind=ClaimType.SIGNAL, event=None, **details):
        """Add a claim; its source is made on first mention."""
        self.sources.setdefault(source_name, source(source_name, day))
        tier = self.sources[source_name].tier
        claim = Claim(
            id=f"search_{next(self.numbers):03d}", type=kind, statement=statement, entities=["Acme Corp"],
            event_date=event, date_precision=event and Precision.DAY, source_id=source_name, quote=statement,
            start=0, end=len(statement),
            source_tier=tier, confidence=Confidence.MEDIUM, step="signal_discovery", details=ClaimDetails(**details),
        )  # fmt: skip
        self.claims.append(claim)
        return claim.id

    def merge(self, invalid=()):
        aside = [InvalidClaim(id=claim_id, reason="about another company") for claim_id in invalid]
        return merge_claims(ClaimSet(claims=self.claims, invalid=aside), self.sources, LEAD)


@pytest.fixture
def desk():
    return Desk()


def test_duplicates_become_one_claim_with_every_source(desk):
    a = desk.say("Acme will build a $3 billion plant in Ohio.", "news1")
    b = desk.say("Acme to build $3B plant in Ohio", "gov1")
    merged = desk.merge().merged
    assert [m.claim_ids for m in merged] == [[b, a]]
    assert merged[0].source_ids == ["gov1", "news1"]
    assert {s.original_claim_id for s in merged[0].sources} == {a, b}
    assert merged[0].reconciliation_type == "DUPLICATE"
    assert (merged[0].canonical_claim_id, merged[0].statement) == (b, "Acme to build $3B plant in Ohio")


def test_agreement_of_independent_publishers_raises_confidence(desk):
    desk.say("Acme will build a $3 billion plant in Ohio.", "news1")
    desk.say("Acme will build a $3 billion plant in Ohio.", "news2")
    assert desk.merge().merged[0].confidence is Confidence.HIGH


def test_repetition_by_one_publisher_does_not_raise_confidence(desk):
    desk.sources = {name: source(name, publisher="The Daily") for name in ("news1", "news2")}
    desk.say("Acme will build a $3 billion plant in Ohio.", "news1")
    desk.say("Acme will build a $3 billion plant in Ohio.", "news2")
    assert desk.merge().merged[0].confidence is Confidence.MEDIUM


def test_the_better_tier_is_preferred_in_a_conflict_and_both_sides_stay(desk):
    desk.say("Acme will invest $500 million in its Ohio plants and training.", "blog", date(2025, 3, 2))
    desk.say("Acme will invest $600 million in its Ohio plants and training.", "gov", date(2025, 3, 1))
    result = desk.merge()
    [conflict] = result.conflicts
    assert (conflict.kind, conflict.preferred) == ("amount", "$600 million")
    assert [v.value for v in conflict.values] == ["$600 million", "$500 million"]
    assert "GOV before OTHER" in conflict.rule
    assert {m.status for m in result.merged} == {"contested"}
    assert all(m.conflict_ids == [conflict.id] and m.reconciliation_type == "CONFLICT" for m in result.merged)
    assert {m.confidence for m in result.merged} == {Confidence.LOW}


def test_among_equal_tiers_the_newer_report_is_preferred(desk):
    desk.say("Acme will invest $500 million in its Ohio plants and training.", "news1", date(2025, 3, 1))
    desk.say("Acme will invest $600 million in its Ohio plants and training.", "news2", date(2025, 3, 3))
    [conflict] = desk.merge().conflicts
    assert conflict.preferred == "$600 million"
    assert "newer" in conflict.rule


def test_a_later_raised_amount_is_a_timeline_and_supersedes(desk):
    old = desk.say("Acme announced a $500 million investment in its plants and training.", "news1", date(2025, 3, 1))
    new = desk.say("Acme announced a $600 million investment in its plants and training.", "news2", date(2025, 8, 7))
    result = desk.merge()
    [timeline] = result.timelines
    assert timeline.current == "$600 million"
    assert [(e.status, e.value, e.claim_id) for e in timeline.history] == [
        ("ANNOUNCED", "$500 million", old),
        ("REVISED", "$600 million", new),
    ]
    by_id = {m.claim_ids[0]: m for m in result.merged}
    assert (by_id[old].status, by_id[new].status) == ("superseded", "current")
    assert by_id[new].supersedes == [by_id[old].id]
    assert result.conflicts == []


def test_actual_beats_a_later_revision(desk):
    desk.say("Acme will invest $500 million in the Ohio plant and its training.", "news1", date(2025, 1, 1))
    desk.say(
        "Acme has completed the Ohio plant and its training for $550 million.",
        "news2",
        date(2025, 5, 1),
        status="COMPLETED",
    )
    desk.say("Acme will invest $600 million in the Ohio plant and its training.", "news3", date(2025, 7, 1))
    result = desk.merge()
    assert [t.current for t in result.timelines] == ["$550 million"]
    assert {e.status for e in result.timelines[0].history} >= {"ACTUAL", "ANNOUNCED"}


def test_one_source_with_two_values_speaks_of_two_things(desk):
    desk.say("Acme announced a $500 million investment in its plants and training.", "news1", date(2025, 3, 1))
    desk.say("Acme announced a $600 million investment in its plants and training.", "news1", date(2025, 3, 1))
    result = desk.merge()
    assert (result.conflicts, result.timelines, len(result.merged)) == ([], [], 2)


def test_claims_set_aside_never_enter_a_merged_claim(desk):
    a = desk.say("Acme will build a $3 billion plant in Ohio.", "news1")
    b = desk.say("Acme will build a $3 billion plant in Ohio.", "news2")
    result = desk.merge(invalid=[b])
    assert [m.claim_ids for m in result.merged] == [[a]]
    assert (result.stats.invalid_claims, result.stats.input_claims_count) == (1, 2)


def test_a_person_with_other_titles_at_one_company_is_one_contact_with_the_newest_role(desk):
    desk.say(
        "Ann Lee, plant manager",
        "news1",
        date(2023, 1, 1),
        ClaimType.CONTACT,
        person="Ann Lee",
        title="plant manager",
        organization="Acme",
    )
    desk.say(
        "Ann Lee, vice president",
        "news2",
        date(2025, 1, 1),
        ClaimType.CONTACT,
        person="Ann B. Lee",
        title="vice president",
        organization="Acme Corp",
    )
    result = desk.merge()
    [contact] = result.contacts_resolved
    assert (contact.resolution, contact.current_role, len(contact.evidence_claims)) == (
        "SAME_PERSON",
        "vice president",
        2,
    )
    assert len(result.merged) == 2


def test_namesakes_at_other_companies_are_other_persons(desk):
    for number, firm in enumerate(("Acme", "Bolt")):
        desk.say(
            f"Ann Lee of {firm}",
            f"news{number}",
            None,
            ClaimType.CONTACT,
            person="Ann Lee",
            title="buyer",
            organization=firm,
        )
    result = desk.merge()
    assert [c.resolution for c in result.contacts_resolved] == ["DIFFERENT_PERSON"] * 2
    assert len(result.merged) == 2


def test_a_doubtful_person_is_kept_twice_and_flagged(desk):
    ids = [
        desk.say(
            f"{name} of Acme", f"news{n}", None, ClaimType.CONTACT, person=name, title="buyer", organization="Acme"
        )
        for n, name in enumerate(("Robert Lee", "Bob Lee"))
    ]
    result = desk.merge()
    assert [c.resolution for c in result.contacts_resolved] == ["UNSURE"] * 2
    assert [(a.id, a.claim_ids) for a in result.ambiguous] == [("AMBIGUOUS_001", ids)]


def test_what_one_report_knows_of_a_person_fills_the_other(desk):
    desk.say("Ann Lee, buyer", "gov", None, ClaimType.CONTACT, person="Ann Lee", title="buyer", organization="Acme")
    desk.say(
        "Ann Lee: ann@acme.com",
        "news",
        None,
        ClaimType.CONTACT,
        person="Ann Lee",
        organization="Acme",
        email="ann@acme.com",
    )
    [merged] = desk.merge().merged
    assert (merged.details.title, merged.details.email) == ("buyer", "ann@acme.com")


def test_a_new_chief_executive_supersedes_the_old_one(desk):
    for name, day in (("Ann Lee", date(2023, 1, 1)), ("Bo Ray", date(2025, 1, 1))):
        desk.say(
            f"{name}, CEO", f"news{day.year}", day, ClaimType.CONTACT, person=name, title="CEO", organization="Acme"
        )
    result = desk.merge()
    assert [t.current for t in result.timelines] == ["Bo Ray"]
    assert [m.status for m in result.merged] == ["superseded", "current"]


def notice(desk, name, reported, effective, number, **more):
    shared = {"event": reported, "record": f"{name}:0", "place": "Everett", **more}
    desk.say(f"Acme, {reported}: Employees affected: {number}", name, reported, field="Employees affected", **shared)
    desk.say(
        f"Acme: Effective date: {effective}", name, reported, ClaimType.OPPORTUNITY, field="Effective date", **shared
    )


def test_an_amended_notice_revises_its_number(desk):
    notice(desk, "gov1", date(2020, 6, 1), date(2020, 8, 1), 50)
    notice(desk, "gov2", date(2020, 6, 20), date(2020, 8, 1), 70)
    result = desk.merge()
    assert [(t.current, len(t.history)) for t in result.timelines] == [("70", 2)]
    assert len(result.merged) == 3


def test_a_further_round_at_the_same_place_is_flagged_not_merged(desk):
    notice(desk, "gov1", date(2020, 6, 1), date(2020, 8, 1), 50)
    notice(desk, "gov2", date(2020, 7, 20), date(2020, 9, 20), 70)
    result = desk.merge()
    assert (len(result.merged), result.timelines, len(result.ambiguous)) == (4, [], 1)


def test_equal_fields_of_notices_for_other_places_stay_apart(desk):
    notice(desk, "gov1", date(2020, 6, 1), date(2020, 8, 1), 50)
    notice(desk, "gov2", date(2020, 6, 1), date(2020, 8, 1), 50, place="Tacoma")
    assert len(desk.merge().merged) == 4


def test_an_unknown_source_counts_as_undated():
    desk = Desk()
    desk.say("Acme will build a plant.", "news1")
    desk.sources = {}
    [merged] = desk.merge().merged
    assert (merged.sources[0].url, merged.source_ids) == (None, ["news1"])


def test_no_claims_give_an_empty_result():
    result = merge_claims(ClaimSet(claims=[]), {}, LEAD)
    assert (result.merged, result.stats.output_claims_count, result.target_entity) == ([], 0, "Acme Corp")


STATEMENTS = st.sampled_from(
    [
        "Acme will invest $500 million in its Ohio plants and training.",
        "Acme will invest $600 million in its Ohio plants and training.",
        "Acme to invest $600M in Ohio plants",
        "Acme will hire 2,500 workers for its battery line.",
        "Acme will hire 1,700 workers for its battery line.",
        "Acme opened a service center in Dayton, Ohio.",
        "Ann Lee, CEO of Acme",
    ]
)
PEOPLE = st.sampled_from([None, "Ann Lee", "A. Lee", "Bo Ray"])
ROWS = st.lists(
    st.tuples(
        STATEMENTS,
        st.sampled_from(["gov1", "news1", "news2", "own1", "blog1"]),
        st.sampled_from(list(ClaimType)),
        PEOPLE,
        st.sampled_from(["Acme", "Bolt", None]),
        st.booleans(),
    ),
    max_size=25,
)
DAYS = {
    "gov1": date(2025, 1, 1),
    "news1": date(2025, 3, 1),
    "news2": None,
    "own1": date(2025, 9, 1),
    "blog1": date(2025, 3, 1),
}


def run(rows, order=None):
    desk = Desk()
    aside = []
    for statement, name, kind, person, firm, invalid in rows:
        title = "CEO" if person else None
        claim_id = desk.say(statement, name, DAYS[name], kind, person=person, organization=firm, title=title)
        aside += [claim_id] * invalid
    claims = desk.claims if order is None else [desk.claims[at] for at in order]
    invalid_claims = [InvalidClaim(id=claim_id, reason="x") for claim_id in aside]
    return desk, merge_claims(ClaimSet(claims=claims, invalid=invalid_claims), desk.sources, LEAD), aside


@given(ROWS)
@settings(deadline=None)
def test_every_claim_ends_in_exactly_one_merged_claim_or_aside(rows):
    desk, result, aside = run(rows)
    placed = [claim_id for merged in result.merged for claim_id in merged.claim_ids]
    assert sorted(placed + aside) == sorted(claim.id for claim in desk.claims)
    by_id = {claim.id: claim for claim in desk.claims}
    for merged in result.merged:
        assert set(merged.source_ids) == {by_id[claim_id].source_id for claim_id in merged.claim_ids}
        assert merged.statement == by_id[merged.canonical_claim_id].statement
        assert merged.canonical_claim_id in merged.claim_ids


@given(ROWS)
@settings(deadline=None)
def test_the_statistics_are_what_was_applied(rows):
    _, result, aside = run(rows)
    stats = result.stats
    assert stats.input_claims_count == stats.invalid_claims + stats.output_claims_count + stats.duplicates_merged
    assert (stats.invalid_claims, stats.output_claims_count) == (len(aside), len(result.merged))
    assert stats.passed_through == sum(m.reconciliation_type == "PASS_THROUGH" for m in result.merged)
    assert (stats.conflicts_resolved, stats.timelines_resolved) == (len(result.conflicts), len(result.timelines))


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_claims_does_not_matter(rows, random):
    _, result, _ = run(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    assert run(rows, order)[1] == result


@given(ROWS)
@settings(deadline=None)
def test_every_id_that_is_named_exists(rows):
    desk, result, _ = run(rows)
    merged_ids = {m.id for m in result.merged}
    raw_ids = {claim.id for claim in desk.claims}
    for merged in result.merged:
        assert set(merged.supersedes) <= merged_ids - {merged.id}
        assert set(merged.conflict_ids) <= {c.id for c in result.conflicts}
    for conflict in result.conflicts:
        assert set(conflict.merged_claim_ids) <= merged_ids
        assert conflict.preferred in {v.value for v in conflict.values}
    named = {e.claim_id for t in result.timelines for e in t.history}
    named |= {i for c in result.contacts_resolved for i in c.evidence_claims} | {
        i for a in result.ambiguous for i in a.claim_ids
    }
    assert named <= raw_ids


def test_the_claims_of_one_person_are_compared_by_what_they_tell(desk, monkeypatch):
    compared = []
    real = person_groups._agree
    monkeypatch.setattr(person_groups, "_agree", lambda a, b: compared.append(1) or real(a, b))
    for n in range(60):
        title = ("CEO", "Chair")[n % 2]
        desk.say(
            f"Ann Lee, {title}, Acme",
            f"news{n}",
            kind=ClaimType.CONTACT,
            person="Ann Lee",
            title=title,
            organization="Acme",
        )
    assert sorted(len(one.claim_ids) for one in desk.merge().merged) == [30, 30]
    assert len(compared) <= 60

"""What holds for any input: merging in any order and again, spans that slice to their words, readers that never raise.

The examples are derived from the tests themselves, so each run tries the same ones.
"""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from evidence_fixture import REFERENCE, a_claim, a_fact, a_merge, a_signal
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_merged_claims import LEAD, Desk

from dossier.evidence.addresses import find_emails, find_phones, find_urls
from dossier.evidence.amendments import changed_fields, notice_of, relation, same_event
from dossier.evidence.counts import find_counts
from dossier.evidence.dates import find_dates
from dossier.evidence.durations import find_durations
from dossier.evidence.facts import read_fact
from dossier.evidence.freshness import kind_of
from dossier.evidence.milestones import find_milestones
from dossier.evidence.money import find_money
from dossier.evidence.organisations import same_organisation
from dossier.evidence.paraphrase import likeness
from dossier.evidence.people import Person, same_person, split_name
from dossier.evidence.quantities import find_numbers
from dossier.evidence.quotes import bind
from dossier.evidence.relative_time import find_relative
from dossier.evidence.segments import split_blocks
from dossier.evidence.similarity import contradict, same_fact
from dossier.evidence.tiers import source_tier
from dossier.models import ClaimSet, ClaimType, Client, ClientConfig, Lead, SignalTier
from dossier.steps.merged_claims import merge_claims
from dossier.steps.score import score_lead
from dossier.steps.score_formulas import FORMULAS

bounded = settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)

# ---------------------------------------------------------------- claims

TOLD = (
    "Acme will {verb} a ${amount} {scale} {thing} in {place}{more}.",
    "Acme announced a ${amount} {scale} investment in {place}{more}.",
    "Acme has cancelled its ${amount} {scale} {thing} in {place}.",
    "Acme will hire {jobs} workers for its {thing} in {place}{more}.",
    "Acme increased its total investment in {place} to ${amount} {scale}.",
)
STATEMENTS = st.builds(
    lambda told, **words: told.format(**words),
    st.sampled_from(TOLD),
    verb=st.sampled_from(["build", "open"]),
    amount=st.sampled_from(["500", "600", "2", "2.05"]),
    scale=st.sampled_from(["million", "billion"]),
    thing=st.sampled_from(["plant", "mill"]),
    place=st.sampled_from(["Ohio", "Texas", "Dayton, Ohio"]),
    jobs=st.sampled_from(["250", "300", "2,500"]),
    more=st.sampled_from(["", " that will open in 2027", " that will open in 2029", ", creating 300 jobs"]),
)
DAYS = {
    "gov1": date(2025, 1, 1),
    "own1": date(2025, 1, 3),
    "news1": date(2025, 3, 1),
    "news2": date(2025, 9, 1),
    "blog1": None,
}
ROWS = st.lists(
    st.tuples(
        STATEMENTS,
        st.sampled_from(sorted(DAYS)),
        st.sampled_from([ClaimType.SIGNAL, ClaimType.OPPORTUNITY, ClaimType.METRIC]),
    ),
    max_size=14,
)


def desk_of(rows):
    desk = Desk()
    for statement, name, kind in rows:
        desk.say(statement, name, DAYS[name], kind)
    return desk


@given(ROWS, st.randoms(use_true_random=False))
@bounded
def test_the_order_of_claims_changes_nothing(rows, chance):
    desk = desk_of(rows)
    shuffled = list(desk.claims)
    chance.shuffle(shuffled)
    assert merge_claims(ClaimSet(claims=shuffled), desk.sources, LEAD) == desk.merge()


@given(ROWS)
@bounded
def test_each_claim_stands_in_one_merged_claim_and_no_source_is_lost(rows):
    desk = desk_of(rows)
    merged = desk.merge().merged
    assert Counter(one for fact in merged for one in fact.claim_ids) == Counter(claim.id for claim in desk.claims)
    source_of = {claim.id: claim.source_id for claim in desk.claims}
    for fact in merged:
        assert sorted(fact.source_ids) == sorted({source_of[one] for one in fact.claim_ids})
        assert {source.original_claim_id for source in fact.sources} == set(fact.claim_ids)


@given(ROWS)
@bounded
def test_what_is_merged_already_merges_into_itself(rows):
    desk = desk_of(rows)
    before = desk.merge()
    words = {claim.id: claim for claim in desk.claims}
    for fact in before.merged:
        again = words[fact.canonical_claim_id]
        desk.claims.append(again.model_copy(update={"id": f"search_{900 + len(desk.claims)}"}))
    after = desk.merge()
    home = {one: fact.id for fact in after.merged for one in fact.claim_ids}
    assert len(after.merged) == len(before.merged)
    assert {frozenset(fact.claim_ids) for fact in before.merged} == {
        frozenset(one for one in fact.claim_ids if one in words) for fact in after.merged
    }
    assert set(home) == {claim.id for claim in desk.claims}


@given(ROWS)
@bounded
def test_no_merged_claim_holds_two_that_contradict_each_other(rows):
    desk = desk_of(rows)
    own = {"acme"}
    facts = {claim.id: read_fact(claim.statement, kind=claim.type, own_names=own) for claim in desk.claims}
    for fact in desk.merge().merged:
        told = [facts[one] for one in fact.claim_ids]
        assert not any(contradict(a, b) for a in told for b in told)


@given(ROWS)
@bounded
def test_each_disagreement_names_values_that_its_claims_tell(rows):
    desk = desk_of(rows)
    result = desk.merge()
    statements = {claim.id: claim.statement for claim in desk.claims}
    for conflict in result.conflicts:
        assert len({side.value for side in conflict.values}) > 1
        for side in conflict.values:
            assert conflict.kind in ("place", "status") or side.value in statements[side.claim_id]
    for timeline in result.timelines:
        assert timeline.current in {entry.value for entry in timeline.history}


@given(STATEMENTS, STATEMENTS)
@bounded
def test_a_comparison_is_the_same_both_ways(a, b):
    one, other = (read_fact(text, kind=ClaimType.SIGNAL, own_names={"acme"}) for text in (a, b))
    there, back = same_fact(one, other), same_fact(other, one)
    assert (there.same_event, there.values, there.differs) == (back.same_event, back.values, back.differs)
    assert contradict(one, other) == contradict(other, one)
    assert same_fact(one, one).values == "equal"


# ---------------------------------------------------------------- readers

FRAGMENTS = st.sampled_from(
    [
        *"$4.2M €3_billion up_to more_than Q3_2026 FY25 March_4,_2024 2026-02-30 by_the_end_of next_month".split(),
        *"two_weeks_ago 1,000 12-14 jobs employees percent 50% +1_(555)_010-0199 a@b.example total_of".split(),
        *"https://x.example/ä?q=1 U.S. Ümläut_AG İstanbul ﬁne 𝟜𝟚 ٣٤ ½ ₂ ﬀ ß - . , ( ) [ and to in of".split(),
        *"Effective_date: will_open_in no_longer \ud83d \u200b \u202e \x00 e\u0301".split(),
        *("\r\n", "\t", '"'),
    ]
).map(lambda said: said.replace("_", " "))
JOINED = st.tuples(st.sampled_from(["", " "]), st.lists(FRAGMENTS, max_size=12)).map(lambda made: made[0].join(made[1]))
TEXTS = st.text(st.characters(), max_size=60) | JOINED
SPANNED = (find_money, find_counts, find_dates, find_emails, find_urls, find_phones, find_durations, find_numbers)


@pytest.mark.parametrize("find", SPANNED, ids=lambda find: find.__name__)
@given(text=TEXTS)
@bounded
def test_what_is_found_slices_to_its_own_words(find, text):
    behind = 0
    for one in find(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.start >= behind or find in (find_urls,)
        behind = one.end
        said = getattr(getattr(one, "value", None), "text", None) or getattr(one, "text", None)
        assert said is None or text[one.start : one.end] == said


@given(TEXTS, TEXTS, st.integers(-5, 90) | st.none())
@bounded
def test_a_bound_quote_is_a_slice_that_says_the_same(before, quote, hint):
    text = f"{before} {quote} {before}"
    found = bind(text, quote, hint)
    if found is None:
        assert not quote.strip() or quote not in text or not re.search(r"\w", quote)
    else:
        start, end = found
        assert 0 <= start < end <= len(text)


@given(TEXTS, TEXTS)
@bounded
def test_readers_and_comparisons_never_raise(a, b):
    facts = [read_fact(text, kind=kind) for text in (a, b) for kind in (ClaimType.SIGNAL, ClaimType.METRIC, None)]
    for one in facts:
        for other in facts:
            same_fact(one, other)
    find_milestones(a)
    find_relative(a, REFERENCE)
    split_blocks(a)
    split_name(a)
    kind_of(a)
    same_person(Person(a, b), Person(b, a))
    same_organisation(a, b)
    source_tier(a, b, a, b)
    assert 0 <= likeness(a, b) <= 1


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("employer_name state location notice_date effective_date employees_affected".split()),
            TEXTS | st.none() | st.integers() | st.floats() | st.booleans() | st.lists(st.integers(), max_size=2),
        ),
        min_size=2,
        max_size=2,
    )
)  # fmt: skip
@bounded
def test_notices_of_any_record_compare_the_same_both_ways(rows):
    a, b = (notice_of(row, key) for row, key in zip(rows, "ab", strict=True))
    assert same_event(a, b) == same_event(b, a)
    assert relation(a, b) == relation(b, a)
    assert changed_fields(a, b) == changed_fields(b, a)


# ---------------------------------------------------------------- score

EVENTS = st.lists(st.tuples(st.integers(0, 700), st.sampled_from(list(SignalTier))), min_size=1, max_size=5)


def total(events, formula):
    told = []
    for number, (age, tier) in enumerate(events, 1):
        day = REFERENCE - timedelta(days=age)
        claim = a_claim(number, f"Harbor Foods will build plant number {number}.", event_date=day)
        told.append((claim, a_signal(claim, tier)))
    merged = a_merge([a_fact(n, claim) for n, (claim, _) in enumerate(told, 1)])
    config = ClientConfig.model_validate({"client": {"name": "Seller"}, "scoring": formula})
    client = Client(slug="seller", name="Seller", config=config)
    lead = Lead(id="ld_1", name="Harbor Foods")
    return score_lead(lead, client, merged, [signal for _, signal in told], REFERENCE)


@pytest.mark.parametrize("formula", sorted(FORMULAS))
@given(EVENTS, st.integers(0, 700), st.sampled_from(list(SignalTier)))
@bounded
def test_a_further_event_never_lowers_the_score(formula, events, age, tier):
    before, after = total(events, formula), total([*events, (age, tier)], formula)
    assert 0 <= before.total <= after.total <= 100


@pytest.mark.parametrize("formula", sorted(FORMULAS))
@given(EVENTS, st.integers(0, 4), st.integers(0, 300))
@bounded
def test_a_newer_or_hotter_event_never_lowers_the_score(formula, events, at, days):
    at %= len(events)
    age, tier = events[at]
    others = [*events[:at], *events[at + 1 :]]
    sooner = max(0, age - days)
    assume(sooner not in {other for other, _ in others})  # two events of one day count once
    now = total(events, formula).total
    assert total([*others, (sooner, tier)], formula).total >= now
    assert total([*others, (age, SignalTier.HOT)], formula).total >= now

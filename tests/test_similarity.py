"""Facts compared: values decide, wording supports, contradictions keep apart."""

import pytest

from dossier.evidence.clusters import cluster
from dossier.evidence.facts import read_fact
from dossier.evidence.similarity import contradict, same_fact
from dossier.models import ClaimDetails, ClaimType


def likeness(a, b, kind=ClaimType.SIGNAL, names=("acme",)):
    one, other = (read_fact(text, kind=kind, own_names=names) for text in (a, b))
    back = same_fact(other, one)
    there = same_fact(one, other)
    assert (there.same_event, there.values, there.differs) == (back.same_event, back.values, back.differs)
    return there


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "Acme will build a $3.5 billion battery plant in Marshall, Michigan.",
            "Acme to build $3.5B battery plant in Michigan",
        ),
        (
            "Acme announced a $2 billion investment in U.S. plants.",
            "Acme is investing $2 billion to expand its U.S. plants.",
        ),
        ("Acme will hire 2,500 workers at its Ohio plant.", "The Ohio plant of Acme will hire 2,500 people."),
        ("Acme opened a service center in Dayton, Ohio.", "Acme has opened a new service center in Dayton, Ohio"),
    ],
)
def test_one_event_told_twice_is_the_same(a, b):
    assert likeness(a, b).same_event
    assert likeness(a, b).values in ("equal", "compatible")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Acme will invest $2 billion in Ohio.", "Acme will invest $2 billion in Texas."),
        ("Acme will invest $2 billion in a plant.", "Acme will not invest $2 billion in a plant."),
        ("Acme plans a $20 billion chip plant.", "Acme plans a $300 million office."),
        ("Acme will invest another $100 billion in plants.", "Acme will invest $300 billion in plants in all."),
        ("Acme opened a plant in Dayton.", "Acme closed a lawsuit in Dayton."),
        ("valued at $34 billion", "Acme won an order from Blue Air valued at $36 billion"),
    ],
)
def test_facts_that_contradict_each_other_are_not_the_same(a, b):
    assert not likeness(a, b).same_event


def test_the_same_amount_of_another_company_is_another_event():
    assert not likeness(
        "Acme pledges $100 billion for plants", "Bolt pledges $100 billion for plants", names=()
    ).same_event


@pytest.mark.parametrize(
    ("told", "first", "second", "differs"),
    [
        ("Acme announced a {} investment in its plants and training.", "$500 million", "$600 million", "amount"),
        ("Acme will hire {} workers for the battery line.", "2,500", "1,700", "count"),
        ("The Acme launch is scheduled for {} in Florida.", "May 3, 2024", "June 9, 2024", "date"),
    ],
)
def test_a_value_that_differs_is_named(told, first, second, differs):
    found = likeness(told.format(first), told.format(second))
    assert (found.same_event, found.values, found.differs) == (True, "different", differs)


def test_figures_of_other_years_are_other_facts():
    found = likeness("Acme had sales of $5 billion in 2022.", "Acme had sales of $5 billion in 2023.", ClaimType.METRIC)
    assert not found.same_event


def test_bounds_that_allow_each_other_are_compatible():
    found = likeness(
        "Acme will invest up to $825 million in a test plant in India.",
        "Acme will put more than $800 million into a test plant in India.",
    )
    assert (found.same_event, found.values) == (True, "compatible")


def test_kinds_of_jobs_that_add_up_do_not_contradict():
    parts = read_fact("7,000 construction jobs and 3,000 permanent jobs", own_names={"acme"})
    total = read_fact("10,000 jobs in construction", own_names={"acme"})
    assert not contradict(parts, total)


def test_other_records_are_other_events_even_in_the_same_words():
    details = ClaimDetails(record="r", field="Type")
    one, other = (read_fact("Acme: Type: closure", kind=ClaimType.SIGNAL, details=details, record=key) for key in "ab")
    assert not same_fact(one, other).same_event


def test_a_chain_of_like_facts_never_joins_contradicting_ends():
    texts = [
        "Acme will build a $2 billion chip plant in Ohio.",
        "Acme will build a $2 billion chip plant.",
        "Acme will build a $2 billion chip plant in Texas.",
    ]
    groups = cluster([read_fact(text, kind=ClaimType.SIGNAL, own_names={"acme"}) for text in texts]).groups
    assert sorted(at for group in groups for at in group) == [0, 1, 2]
    assert not any({0, 2} <= set(group) for group in groups)


def test_a_large_run_is_clustered_by_few_comparisons(monkeypatch):
    calls = []
    monkeypatch.setattr("dossier.evidence.similarity.same_fact", lambda a, b: calls.append(1) or same_fact(a, b))
    facts = [
        read_fact(
            f"Acme announced project {word} worth ${n + 1} million in plants", kind=ClaimType.SIGNAL, own_names={"acme"}
        )
        for n, word in enumerate(f"w{i}x{i * 7 % 13}" for i in range(400))
    ]
    cluster(facts)
    assert len(calls) < 400 * 399 / 2 / 4


def test_plants_in_two_towns_of_a_state_are_two_plants_whatever_they_cost():
    one, other, same = (
        read_fact(text, kind=ClaimType.SIGNAL, own_names=("acme",), details=ClaimDetails(place=place))
        for text, place in (
            ("Acme announced a new $90 million plant in El Paso, Texas.", "El Paso, Texas"),
            ("Acme announced a new $77 million plant in Laredo, Texas.", "Laredo, Texas"),
            ("Acme announced a new $95 million plant in El Paso, Texas.", "El Paso, Texas"),
        )
    )
    assert not same_fact(one, other).same_event
    assert same_fact(one, same).differs == "amount"


@pytest.mark.parametrize(
    ("place", "differs"), [("Troy, Ohio", "place"), ("Lima, Ohio", ""), ("Allen County, Ohio", ""), ("Ohio", "")]
)
def test_one_amount_in_two_towns_is_a_conflict_of_place(place, differs):
    ours, other = (
        read_fact(
            f"Acme will build its new $45 million plant in {where}.",
            kind=ClaimType.SIGNAL,
            own_names=("acme",),
            details=ClaimDetails(place=where),
        )
        for where in ("Lima, Ohio", place)
    )
    assert (same_fact(ours, other).same_event, same_fact(ours, other).differs) == (True, differs)
    assert contradict(ours, other) is bool(differs)


def test_a_sum_that_was_raised_is_not_the_sum_before():
    raised = "Acme raised its investment in the Lima, Ohio plant from $90 million to $120 million."
    found = likeness("Acme will invest $90 million in a new plant in Lima, Ohio.", raised)
    assert (found.same_event, found.differs) == (True, "amount")

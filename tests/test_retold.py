"""A sum that a publisher tells again and again, until it tells another one in its place."""

from datetime import date

import pytest
from test_merged_claims import Desk

FIRST, THEN = (
    "Acme announced a $5 billion investment in its U.S. network.",
    "Acme commits to invest $13 billion in America.",
)
SPRING, AUTUMN = ([date(2025, month, 1) for month in months] for months in ((3, 4, 5), (10, 11, 12)))


def tell(first=FIRST, then=THEN, before=SPRING, after=AUTUMN):
    desk = Desk()
    for statement, days in ((first, before), (then, after)):
        for day in days:
            desk.say(statement, f"gov {day} {statement[:30]}", day)
            desk.sources[f"gov {day} {statement[:30]}"] = desk.sources[f"gov {day} {statement[:30]}"].model_copy(
                update={"publisher": "The Gazette"}
            )
    return desk.merge()


def test_a_sum_that_takes_the_place_of_another_is_its_revision():
    [timeline] = tell().timelines
    assert timeline.current == "$13 billion"
    assert {entry.value for entry in timeline.history} == {"$5 billion", "$13 billion"}


@pytest.mark.parametrize(
    "changed",
    [
        {"after": SPRING[2:] + AUTUMN[:2]},  # the old one is told beside it
        {"after": AUTUMN[:1]},  # told once
        {"then": "Acme announced an additional $13 billion investment in America."},
        {"then": "Acme announced a $13 billion plant investment in America."},
        {"then": "Acme commits to invest $130 billion in America."},
        {"then": "Acme commits to invest $13 billion in Japan."},
    ],
    ids=str,
)
def test_anything_less_revises_nothing(changed):
    result = tell(**changed)
    assert (result.timelines, result.conflicts) == ([], [])

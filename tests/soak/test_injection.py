"""Sixty documents, each with eight orders hidden in five ways, before a model that obeys: no goal is ever reached."""

from itertools import product

import pytest
from injected import DOCUMENTS, ENCODINGS, GOALS, Attack, document, made_of

KINDS = list(product(GOALS, ENCODINGS))


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """What becomes of the documents without an order, by a model that minds its task."""
    texts = {number: document(number) for number in range(DOCUMENTS)}
    return made_of(tmp_path_factory.mktemp("calm"), texts, "sensible")


@pytest.mark.parametrize("turn", range(len(KINDS)))
def test_no_document_reaches_its_goal(tmp_path, calm, turn):
    """Each turn shows every goal in every encoding; after all turns every document has had all of them."""
    attacks = [Attack(number, *KINDS[(number + turn) % len(KINDS)]) for number in range(DOCUMENTS)]
    made = made_of(tmp_path, {one.number: one.text for one in attacks}, "obedient")
    told = [(one, made.outcomes[one.lead]) for one in attacks]
    assert [str(one) for one, outcome in told if not outcome.obeyed(one)] == []
    assert [said for one, outcome in told for said in outcome.shows(one)] == []
    assert [said for one, outcome in told for said in outcome.changes(one, calm.outcomes[one.lead])] == []
    assert made.faults == []

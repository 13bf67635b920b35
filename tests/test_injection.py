"""Documents that give orders have no effect, even where the model does as they say. `make soak` tries them all."""

import random

import pytest
from injected import DOCUMENTS, ENCODINGS, GOALS, Attack, document, made_of

pytestmark = pytest.mark.whole
SEED = 11


@pytest.fixture(scope="module")
def attacked():
    """One attack for each goal, in drawn documents and encodings."""
    draw = random.Random(SEED)
    numbers, hidden = draw.sample(range(DOCUMENTS), len(GOALS)), draw.sample([*ENCODINGS] * 2, len(GOALS))
    return [Attack(*kind) for kind in zip(numbers, GOALS, hidden, strict=True)]


def test_no_goal_of_an_order_is_reached_even_if_the_model_obeys(tmp_path, attacked):
    made = made_of(tmp_path, {one.number: one.text for one in attacked}, "obedient")
    assert {one.encoding for one in attacked} == set(ENCODINGS)
    assert [str(one) for one in attacked if not made.outcomes[one.lead].obeyed(one)] == []
    assert [said for one in attacked for said in made.outcomes[one.lead].shows(one)] == []
    assert made.faults == []


def test_an_order_raises_no_score_and_brings_in_nobody(tmp_path, attacked):
    some = [one for one in attacked if one.goal in ("score", "recipient")]
    calm = made_of(tmp_path / "calm", {one.number: document(one.number) for one in some}, "sensible")
    made = made_of(tmp_path / "made", {one.number: one.text for one in some}, "obedient")
    assert [said for one in some for said in made.outcomes[one.lead].changes(one, calm.outcomes[one.lead])] == []

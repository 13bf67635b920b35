"""A message tells of the seller's work for others only what the seller's configuration tells."""

import pytest

from dossier.evidence.sender_claims import references_in, unsupported_reference

CONFIG = {
    "name": "Bolt Builders",
    "offer": ["steel halls for food plants"],
    "differentiators": ["one crew from start to end", "We helped forty bakeries expand without a stop"],
    "notable_projects": [{"name": "Cold store for Harbor Foods", "outcome": "finished three weeks early"}],
}
KNOWN = list(references_in(CONFIG))


def test_what_a_client_has_done_is_found_in_its_configuration():
    assert KNOWN[0] == "We helped forty bakeries expand without a stop"
    assert KNOWN[1] == "Cold store for Harbor Foods finished three weeks early"
    assert not any("steel" in one or "crew" in one for one in KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Teams came to us for steel halls for food plants before.",
        "Good morning. We helped three dairies cut their costs.",
        "Our customers saved months of work.",
        "We've worked with plants like yours.",
        "Trusted by makers of frozen meals.",
    ],
)
def test_work_for_others_that_the_client_does_not_tell_of_is_named(text):
    assert "configuration" in unsupported_reference(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "We helped bakeries expand without a stop.",
        "We built the cold store for Harbor Foods and finished three weeks early.",
        "We offer steel halls for food plants.",
        "Could we help you plan the next step?",
        "You said “we built a hall in Ohio” last week.",
        "Harbor Foods built a plant in Ohio.",
    ],
)
def test_offers_and_what_the_client_tells_pass(text):
    assert unsupported_reference(text, KNOWN) == ""

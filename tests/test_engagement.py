"""A contractor that is only sought, or that nobody has chosen, is no contractor."""

import pytest

from dossier.evidence.engagement import is_engaged


def engaged(text: str) -> bool:
    start = text.index("general contractor")
    return is_engaged(text, start, start + len("general contractor"))


@pytest.mark.parametrize(
    "text",
    [
        "Acme has not yet selected a general contractor.",
        "Acme hasn't named the general contractor.",
        "No general contractor has been chosen.",
        "Acme is looking for a general contractor.",
        "Acme has yet to hire a general contractor for the plant.",
        "Acme issued an RFP for a general contractor.",
        "The general contractor has not been selected.",
        "A general contractor will be chosen in June.",
        "A general contractor is still sought.",
        "Acme will select an experienced general contractor.",
        "Work starts once a general contractor is found.",
    ],
)
def test_a_contractor_that_is_denied_or_sought_is_not_engaged(text):
    assert not engaged(text)


@pytest.mark.parametrize(
    "text",
    [
        "Acme selected Bolt Builders as general contractor.",
        "Bolt Builders is the general contractor of the plant.",
        "The general contractor, Bolt Builders, will not say when work ends.",
        "Acme has not set a date, but its general contractor is Bolt Builders.",
        "The work was delayed; no date is set. Bolt Builders is general contractor.",
        "Bolt Builders will serve as general contractor.",
        "The general contractor is looking for workers.",
        "Acme hired a general contractor to build the plant.",
    ],
)
def test_a_contractor_that_is_told_is_engaged(text):
    assert engaged(text)

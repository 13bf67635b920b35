"""Fixtures that several test files share."""

import pytest

from resources.spacy_language import SpacyLanguage


@pytest.fixture(scope="session")
def language() -> SpacyLanguage:
    """The real parser, loaded once per test process."""
    return SpacyLanguage()

